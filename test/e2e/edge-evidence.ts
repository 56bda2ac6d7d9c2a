import * as z from 'zod'
import { plainName, type Value, type Values, valuesOfContact, valuesOfRecord } from '../../simulation/checker/values.ts'
import type { Edges } from './real-edges.ts'

const contactSchema = z.object({
  id: z.string(),
  archived: z.boolean(),
  fields: z.record(z.string(), z.unknown()),
  parentId: z.string().optional(),
  link: z.object({ recordId: z.string() }).optional(),
  dot: z.enum(['none', 'green', 'orange', 'red', 'conflict']),
  reason: z.string().optional(),
  hold: z.object({ code: z.string(), survivorId: z.string().optional() }).optional(),
})

const entrySchema = z.object({
  side: z.enum(['crm', 'quickbooks']),
  changes: z.array(
    z.object({
      field: z.string(),
      from: z.unknown().optional(),
      to: z.unknown().optional(),
      superseded: z.boolean().optional(),
    }),
  ),
})

const conflictSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('slot'),
    contactId: z.string(),
    slot: z.string(),
    crm: z.unknown().optional(),
    quickbooks: z.unknown().optional(),
  }),
  z.object({ kind: z.literal('hold'), contactId: z.string() }),
])

const recordSchema = z.looseObject({ Id: z.string(), FullyQualifiedName: z.string() })

/** One value that changed, as the journal tells it. */
export interface Change {
  readonly side: 'crm' | 'quickbooks'
  readonly slot: string
  readonly from: Value
  readonly to: Value
  readonly superseded: boolean
}

export interface SeenContact extends z.infer<typeof contactSchema> {
  readonly values: Values
  readonly history: readonly Change[]
  /** The slots that wait for a decision, with the value of either side. */
  readonly conflicts: readonly Readonly<{ slot: string; crm: Value; quickbooks: Value }>[]
  /** Whether it stands among the conflicts because its customer has gone, or belongs to another contact. */
  readonly isHeld: boolean
}

export interface SeenCustomer {
  readonly id: string
  readonly fullName: string
  readonly values: Values
  /** What the holding area shows of it. */
  readonly mirror: Values | undefined
}

/** What people see in the end, through the API and on QuickBooks' screens. */
export interface Evidence {
  readonly contacts: readonly SeenContact[]
  readonly customers: readonly SeenCustomer[]
}

/** Gathers it, through nothing that people could not use themselves. */
export async function gather({ call, books }: Edges): Promise<Evidence> {
  const read = async (route: string): Promise<unknown> => {
    const { status, body } = await call(route)
    if (status !== 200) throw new Error(`${route}: ${status} ${JSON.stringify(body)}`)
    return body
  }
  const list = async <Item>(path: string, schema: z.ZodType<Item>): Promise<readonly Item[]> => {
    const page = z.object({ items: z.array(schema), next: z.string().optional() })
    const items: Item[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { next, ...found }: z.infer<typeof page> = page.parse(await read(`GET ${path}limit=200${cursor}`))
      items.push(...found.items)
      cursor = next && `&cursor=${next}`
    }
    return items
  }

  const waiting = await list('/conflicts?', conflictSchema)
  const ids = await list('/contacts?archived=true&', z.object({ id: z.string() }))
  const contacts: SeenContact[] = []
  for (const { id } of ids) {
    const contact = contactSchema.parse(await read(`GET /contacts/${id}`))
    const own = waiting.filter(({ contactId }) => contactId === id)
    const entries = await list(`/contacts/${id}/history?`, entrySchema)
    contacts.push({
      ...contact,
      values: valuesOfContact(contact),
      history: entries.flatMap(({ side, changes }) =>
        changes.map(({ field, from, to, superseded }) => ({
          side,
          slot: field,
          from: asValue(field, from),
          to: asValue(field, to),
          superseded: superseded === true,
        })),
      ),
      conflicts: own.flatMap((one) =>
        one.kind === 'slot'
          ? [{ slot: one.slot, crm: asValue(one.slot, one.crm), quickbooks: asValue(one.slot, one.quickbooks) }]
          : [],
      ),
      isHeld: own.some(({ kind }) => kind === 'hold'),
    })
  }

  const screen = z.object({ items: z.array(recordSchema) })
  const records = screen.parse(await (await books('GET /customers?limit=1000')).json()).items
  const details = z.object({ raw: z.record(z.string(), z.unknown()), goneAt: z.string().optional() })
  const customers: SeenCustomer[] = []
  for (const record of records) {
    const { status, body } = await call(`GET /quickbooks/customers/${record.Id}`)
    const shown = status === 200 ? details.parse(body) : undefined
    customers.push({
      id: record.Id,
      fullName: record.FullyQualifiedName,
      values: valuesOfRecord(record),
      mirror: shown === undefined || shown.goneAt !== undefined ? undefined : valuesOfRecord(shown.raw),
    })
  }
  return { contacts, customers }
}

/** A value of the API as both sides' values are read. */
function asValue(slot: string, value: unknown): Value {
  if (slot === 'active') return typeof value === 'boolean' ? String(value) : undefined
  const text = valuesOfContact({ fields: { [slot]: value }, archived: false })[slot]
  return slot === 'displayName' ? plainName(text) : text
}
