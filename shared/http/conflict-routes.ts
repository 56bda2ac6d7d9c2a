import * as z from 'zod'
import { SLOTS, type SlotValue } from '#core/records'
import { route, versionTag } from './declare.ts'
import { ValueInput } from './edit-input.ts'
import { listPage } from './list-page.ts'
import { presentConflict, presentContact } from './present.ts'
import { pageOnly } from './query.ts'
import type { AdminUses } from './use-cases.ts'
import { Conflict, Contact, listOf } from './wire.ts'

const example = {
  id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC~email',
  contactId: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC',
  contactName: 'Zürcher GmbH',
  slot: 'email',
  base: 'office@example.com',
  crm: 'info@example.com',
  quickbooks: 'billing@example.com',
  openedAt: '2026-11-23T09:45:00.000Z',
} as const

const byConflict = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}~[a-zA-Z]{1,32}$/, 'has to be the id of a conflict, as GET /conflicts shows it')
    .transform((text, context) => {
      const [contactId = '', name] = text.split('~')
      const slot = SLOTS.find((one) => one === name)
      if (slot !== undefined) return { contactId, slot }
      context.addIssue({ code: 'custom', message: 'names no slot', input: text })
      return z.NEVER
    })
    .meta({ type: 'string', example: example.id }),
})

const Seen = z
  .strictObject({ crm: ValueInput.exactOptional(), quickbooks: ValueInput.exactOptional() })
  .meta({ description: 'The two values that were shown; when one of them has moved since, nothing is done' })

const Resolution = z
  .union([
    z.strictObject({ take: z.enum(['crm', 'quickbooks']), seen: Seen }),
    z.strictObject({ value: ValueInput.meta({ description: 'A value of your own; null is empty' }), seen: Seen }),
  ])
  .meta({ id: 'Resolution' })

const ResolveAll = z
  .strictObject({
    take: z.enum(['crm', 'quickbooks', 'newest']),
    slot: z.enum(SLOTS).exactOptional().meta({ description: 'Only conflicts of this slot' }),
  })
  .meta({ id: 'ResolveAll' })

const Resolved = z
  .object({
    resolved: z.int(),
    left: z.int().meta({ description: 'Changed in this very moment, or not to be decided so' }),
    isDone: z.boolean().meta({ description: 'false: there are more; ask again' }),
  })
  .meta({ id: 'Resolved' })

/** What both sides changed, and people decide. */
export const conflictRoutes = [
  route({
    id: 'listConflicts',
    method: 'GET',
    path: '/conflicts',
    tag: 'Conflicts',
    access: 'tandem/read',
    summary: 'List open conflicts, the oldest first, with what both sides last agreed on and what each holds now',
    query: pageOnly,
    success: { status: 200, description: 'Conflicts', schema: listOf(Conflict), example: { items: [{ ...example }] } },
    problems: ['cursorInvalid'],
    async answer({ caller: { workspace }, query }, uses: AdminUses) {
      const place = { workspace, list: 'conflicts', filter: {} }
      const { items, ...rest } = await listPage(uses.signer, place, query, (slice) =>
        uses.listConflicts({ workspace, ...slice }),
      )
      return { body: { items: items.map(presentConflict), ...rest } }
    },
  }),
  route({
    id: 'resolveConflict',
    method: 'POST',
    path: '/conflicts/{id}/resolve',
    tag: 'Conflicts',
    access: 'tandem/write',
    summary: 'Decide a conflict: take one side, the other, or a value of your own',
    params: byConflict,
    body: Resolution,
    success: {
      status: 200,
      description: 'The contact as it is now; what goes to QuickBooks is on its way',
      schema: Contact,
      example: {
        id: example.contactId,
        name: 'Zürcher GmbH',
        kind: 'client',
        isCustomer: true,
        archived: false,
        fields: { displayName: 'Zürcher GmbH', email: 'info@example.com' },
        people: [],
        dot: 'orange',
        conflicts: [],
        createdAt: '2026-11-23T09:31:00.000Z',
        changedAt: '2026-11-23T09:50:00.000Z',
        version: 4,
      },
    },
    problems: ['notFound', 'versionMoved'],
    async answer({ caller, params: { id }, body }, uses: AdminUses) {
      const { seen } = body
      const take = 'take' in body ? body.take : { value: typed(body.value) }
      const saw = { crm: typed(seen.crm), quickbooks: typed(seen.quickbooks) }
      const contact = await uses.resolveConflict({ ...caller, ...id, take, seen: saw })
      return { body: presentContact(contact), headers: versionTag(contact.version) }
    },
  }),
  route({
    id: 'resolveConflicts',
    method: 'POST',
    path: '/conflicts/resolve',
    tag: 'Conflicts',
    access: 'tandem/write',
    summary: 'Decide all open conflicts alike',
    body: ResolveAll,
    success: {
      status: 200,
      description: 'How many were decided',
      schema: Resolved,
      example: { resolved: 12, left: 1, isDone: true },
    },
    async answer({ caller, body: { take, ...only } }, uses: AdminUses) {
      return { body: await uses.resolveConflicts({ ...caller, policy: take, ...only }) }
    },
  }),
]

/** On the wire null is empty, and so is what is absent. */
function typed(value: z.output<typeof ValueInput> | undefined): SlotValue {
  return value ?? undefined
}
