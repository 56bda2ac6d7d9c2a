import * as z from 'zod'
import { asProperties, asSeen, freshValue } from '../../simulation/people/values.ts'
import { ifMatch } from './crm.ts'
import type { BooksDeed, CrmDeed, Edge, EdgeSlot, Story } from './edge-story.ts'
import type { Edges } from './real-edges.ts'

export type Side = 'crm' | 'quickbooks'

/** A value that somebody tried to write on one side. */
export interface Written {
  readonly side: Side
  /** The id of the contact or of the customer. */
  readonly id: string
  readonly slot: EdgeSlot | 'active'
  /** As it reads on either side. */
  readonly value: string
  /** Whether they were told that it is stored. If not, it may be all the same. */
  readonly acknowledged: boolean
}

/** What people did, and what they were told. */
export interface Told {
  /** In the order in which it was done on each side. */
  readonly written: readonly Written[]
  /** Texts that were typed for something new of which nobody was told the id. */
  readonly typed: readonly string[]
  /** Contacts and customers that are said to be made. */
  readonly made: readonly Readonly<{ side: Side; id: string }>[]
  /** Customers that were merged away, and whether that is sure. */
  readonly merged: readonly Readonly<{ loserId: string; survivorId: string; acknowledged: boolean }>[]
  /** Runs that were accepted with 202. */
  readonly runs: readonly string[]
  readonly killed: ReadonlyMap<Edge, number>
}

/** What a bookkeeper hears: it is done, it cannot be done and is not, or nothing. */
type Answer = Readonly<{ kind: 'done'; body: unknown } | { kind: 'refused' } | { kind: 'none' }>

const idSchema = z.object({ id: z.string() })
const seenSchema = z.object({
  id: z.string(),
  version: z.number(),
  link: z.object({ recordId: z.string() }).optional(),
})
const customerSchema = z.object({ Id: z.string() })

/** Lives a story: people work on both sides while what Tandem stands on is killed. */
export async function live(edges: Edges, { seed, steps }: Story): Promise<Told> {
  const { cloud, quickbooks, call, books } = edges
  const written: Written[] = []
  const typed: string[] = []
  const made: { side: Side; id: string }[] = []
  const merged: { loserId: string; survivorId: string; acknowledged: boolean }[] = []
  const runs: string[] = []
  const killed = new Map<Edge, number>()
  const contacts = await contactsByRecord(edges)

  /** Undefined when nobody was told anything, or nothing good. */
  const tell = async (route: string, request = {}): Promise<unknown> => {
    const answer = await call(route, request).catch(() => undefined)
    return answer !== undefined && answer.status < 300 ? answer.body : undefined
  }
  const tellBooks = async (route: string, json?: object): Promise<Answer> => {
    const answer = await books(route, json).catch(() => undefined)
    if (answer === undefined || answer.status >= 500) return { kind: 'none' }
    if (!answer.ok) return { kind: 'refused' }
    return answer.json().then(
      (body) => ({ kind: 'done', body }),
      () => ({ kind: 'none' }),
    )
  }
  const text = (slot: EdgeSlot, number: number): string => String(freshValue(slot, `s${seed}`, number))
  const typeAnew = (number: number) => {
    const fields = { displayName: text('displayName', number), notes: text('notes', number) }
    typed.push(asRead(fields.displayName), asRead(fields.notes))
    return fields
  }
  const isMade = (side: Side, id: string, fields: ReturnType<typeof typeAnew>): void => {
    made.push({ side, id })
    for (const slot of ['displayName', 'notes'] as const)
      written.push({ side, id, slot, value: asRead(fields[slot]), acknowledged: true })
  }

  const inCrm = async (deed: CrmDeed, number: number): Promise<void> => {
    switch (deed.kind) {
      case 'create': {
        const fields = typeAnew(number)
        const { data } = idSchema.safeParse(await tell('POST /contacts', { json: { fields } }))
        if (data !== undefined) isMade('crm', data.id, fields)
        return
      }
      case 'edit': {
        const id = contacts.get(deed.recordId)
        const { data } = seenSchema.safeParse(await tell(`GET /contacts/${id}`))
        if (data === undefined) return
        const value = text(deed.slot, number)
        const entry = { side: 'crm', id: data.id, slot: deed.slot, value: asRead(value) } as const
        const at = written.push({ ...entry, acknowledged: false }) - 1
        const request = { json: { fields: { [deed.slot]: value } }, headers: ifMatch(data.version) }
        if ((await tell(`PATCH /contacts/${id}`, request)) !== undefined) acknowledge(at)
        return
      }
      case 'pull':
      case 'sync': {
        const route = deed.kind === 'pull' ? 'POST /pulls' : `POST /contacts/${contacts.get(deed.recordId)}/sync`
        const { data } = idSchema.safeParse(await tell(route))
        if (data !== undefined) runs.push(data.id)
        return
      }
      default:
        return deed satisfies never
    }
  }

  const inQuickBooks = async (deed: BooksDeed, number: number): Promise<void> => {
    switch (deed.kind) {
      case 'create': {
        const fields = typeAnew(number)
        const answer = await tellBooks('POST /customers', { DisplayName: fields.displayName, Notes: fields.notes })
        if (answer.kind === 'done') isMade('quickbooks', customerSchema.parse(answer.body).Id, fields)
        return
      }
      case 'edit': {
        const value = text(deed.slot, number)
        return write(`PATCH /customers/${deed.recordId}`, deed, value, asProperties(deed.slot, value))
      }
      case 'deactivate':
      case 'reactivate': {
        const value = String(deed.kind === 'reactivate')
        return write(`POST /customers/${deed.recordId}/${deed.kind}`, { ...deed, slot: 'active' }, value)
      }
      case 'merge': {
        const answer = await tellBooks(`POST /customers/${deed.recordId}/merge`, { loser: deed.loserId })
        if (answer.kind === 'refused') return
        merged.push({ loserId: deed.loserId, survivorId: deed.recordId, acknowledged: answer.kind === 'done' })
        return
      }
      default:
        return deed satisfies never
    }
  }

  const write = async (
    route: string,
    { recordId, slot }: Readonly<{ recordId: string; slot: Written['slot'] }>,
    value: string,
    json?: object,
  ): Promise<void> => {
    const entry = { side: 'quickbooks', id: recordId, slot, value: asRead(value) } as const
    const at = written.push({ ...entry, acknowledged: false }) - 1
    if ((await tellBooks(route, json)).kind === 'done') acknowledge(at)
  }
  const acknowledge = (at: number): void => {
    const before = written[at]
    if (before !== undefined) written[at] = { ...before, acknowledged: true }
  }

  const kill = async (edge: Edge): Promise<void> => {
    killed.set(edge, (killed.get(edge) ?? 0) + 1)
    if (edge === 'dynamodb') await cloud.dynamoDb.crash()
    else if (edge === 'sqs') await cloud.queues.crash()
    else if (edge === 'quickbooks') await quickbooks.crash()
    else await cloud.functions.crash(edge)
  }

  for (const { number, crm, books: deed, turns, kill: edge } of steps) {
    const deeds = [inCrm(crm, 2 * number), inQuickBooks(deed, 2 * number + 1)]
    for (let turn = turns; turn > 0; turn -= 1) await new Promise(setImmediate)
    await Promise.all([...deeds, kill(edge)])
  }
  return { written, typed, made, merged, runs, killed }
}

const listSchema = z.object({ items: z.array(idSchema) })

/** The contact of each customer, by the id of the customer. */
async function contactsByRecord({ call }: Edges): Promise<ReadonlyMap<string, string>> {
  const { items } = listSchema.parse((await call('GET /contacts?limit=50')).body)
  const contacts = await Promise.all(
    items.map(async ({ id }) => seenSchema.parse((await call(`GET /contacts/${id}`)).body)),
  )
  return new Map(contacts.flatMap(({ id, link }) => (link === undefined ? [] : [[link.recordId, id] as const])))
}

/** What was typed, as the evidence reads it. */
function asRead(text: string): string {
  return asSeen(text) ?? ''
}
