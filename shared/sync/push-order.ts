import type { Contact } from '#core/records'
import { MOST_LEVELS } from './hierarchy.ts'
import type { Ports } from './ports.ts'

/** A contact that is to be sent; `isNeeded`: it was not marked itself, but others cannot be sent before it. */
export type ToSend = Readonly<{ id: string; isNeeded: boolean }>

/**
 * The contacts in groups, each of which may be sent in any order once those before it are done: parents before
 * children, for QuickBooks takes a job only under a customer that it has; what becomes inactive last and from below,
 * for it may refuse to make a customer inactive whose jobs are active. Parents that are customers and not in
 * QuickBooks yet come along.
 */
export async function inPushOrder(
  { contacts, clock }: Pick<Ports, 'contacts' | 'clock'>,
  workspace: string,
  due: readonly Contact[],
): Promise<readonly (readonly ToSend[])[]> {
  const known = new Map(due.map((contact) => [contact.id, contact]))
  for (let level = 0; level < MOST_LEVELS; level++) {
    const missing = [...known.values()].flatMap(({ parentId }) =>
      parentId === undefined || known.has(parentId) ? [] : [parentId],
    )
    if (missing.length === 0) break
    for (const parent of await contacts.getMany(workspace, [...new Set(missing)])) known.set(parent.id, parent)
  }
  const dueIds = new Set(due.map(({ id }) => id))
  const toSend = new Map(due.map((contact) => [contact.id, contact]))
  for (const contact of due) {
    if (contact.link !== undefined) continue
    for (const above of pathOf(contact, known)) {
      if (isAbleToGoFirst(above, clock.now())) toSend.set(above.id, above)
    }
  }
  const groups = Map.groupBy(toSend.values(), (contact) => orderOf(contact, pathOf(contact, known).length))
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => group.map(({ id }) => ({ id, isNeeded: !dueIds.has(id) })))
}

function orderOf({ archived }: Contact, depth: number): number {
  return archived ? 2 * MOST_LEVELS - Math.min(depth, MOST_LEVELS) : Math.min(depth, MOST_LEVELS - 1)
}

/** Those above a contact, from its parent up, as far as they are known; a cycle ends it. */
function pathOf(contact: Contact, known: ReadonlyMap<string, Contact>): readonly Contact[] {
  const path: Contact[] = []
  for (let { parentId } = contact; parentId !== undefined && path.length < MOST_LEVELS; ) {
    const parent = known.get(parentId)
    if (parent === undefined) break
    path.push(parent)
    parentId = parent.parentId
  }
  return path
}

function isAbleToGoFirst({ link, isCustomer, archived, refusal }: Contact, nowMs: number): boolean {
  const isRefused = refusal?.nextTryAt !== undefined && Date.parse(refusal.nextTryAt) > nowMs
  return link === undefined && isCustomer && !archived && !isRefused
}
