import { awaitedRecord } from '#core/awaited'
import { nameProblem } from '#core/name-check'
import { type End, type Mover, type Way, wayOf } from '#core/name-way'
import { ignoringCase, listName } from '#core/names'
import { recordAfter } from '#core/plan'
import type { SyncSettings } from '#core/policies'
import { type Contact, ENTITIES, type Entity, type Mirror, type Snapshot } from '#core/records'
import type { Ports } from './ports.ts'
import { holderOfName, type WantedName } from './push-name.ts'
import { planFor } from './reconcile.ts'

type WayPorts = Pick<Ports, 'contacts' | 'mirrors' | 'settings' | 'clock'>

/** Longer walks are no accident of names any more; who stands at such a place waits for the next one. */
const MOST_STEPS = 1_000

/** Codes of refusals that say nothing but that a name is not free yet: they keep nobody from being sent. */
export const NAME_AWAITED = 'nameAwaited'
const ABOUT_NAMES: readonly string[] = ['6240', NAME_AWAITED]

export type WayFor = Readonly<{
  settings: SyncSettings
  /** Why another contact may not be sent now; undefined where it may. */
  barred: (contact: Contact) => Promise<string | undefined>
  /** What another record is to be instead of what its contact makes of it: where an undo puts it back. */
  putBack?: (contact: Contact, mirror: Mirror) => Promise<Snapshot | undefined>
}>

/** What a contact comes to when it goes for a name, and the record that holds it; undefined where nobody does. */
export type NameWay = Readonly<{ way: Way; holder?: Mirror }>

/**
 * Walks from the name that a contact is to have to who holds it in QuickBooks, from there to the name that they are to
 * have, and so on. `ownId` of what is wanted is the contact's own record, where it has one.
 */
export async function findWay(
  ports: WayPorts,
  workspace: string,
  contact: Contact,
  wanted: WantedName,
  why: WayFor,
): Promise<NameWay> {
  const path: Mover[] = []
  const onWay = new Set([contact.id])
  const holder = await holderOfName(ports, workspace, wanted)
  const start = { contactId: contact.id, name: listName(contact) }
  const answer = (end: End): NameWay => ({ way: wayOf(start, path, end), ...(holder !== undefined && { holder }) })
  let next = holder
  while (path.length < MOST_STEPS) {
    if (next === undefined) return answer({ kind: 'free' })
    if (next.contactId === undefined || !why.settings.entities.includes(next.entity)) return answer({ kind: 'kept' })
    if (onWay.has(next.contactId)) return answer({ kind: 'back', to: next.contactId })
    const other = await ports.contacts.get(workspace, next.contactId)
    const moved =
      other && ((await why.putBack?.(other, next)) ?? (await whereTo(ports, workspace, other, next, why.settings)))
    if (other === undefined || moved === undefined) return answer({ kind: 'kept' })
    const because = whyNot(other, next, moved, ports.clock.now()) ?? (await why.barred(other))
    const name = listName(other)
    if (because !== undefined) return answer({ kind: 'barred', name, because })
    path.push({ contactId: other.id, name })
    onWay.add(other.id)
    // What becomes inactive gives its name up for none.
    if (!moved.active) return answer({ kind: 'free' })
    next = await holderOfName(ports, workspace, wantedBy(next, moved))
  }
  return answer({ kind: 'kept' })
}

/**
 * The lists whose mirrors are believed about a name. What a list that takes no part shows may be old: whoever was refused
 * because of it once asks QuickBooks itself from then on, which costs nothing.
 */
export function knownLists({ refusal }: Pick<Contact, 'refusal'>, { entities }: SyncSettings): readonly Entity[] {
  const isOld = ENTITIES.some(
    (entity) =>
      !entities.includes(entity) && refusal?.waitsFor?.some((what) => what.startsWith(awaitedRecord(entity, ''))),
  )
  return isOld ? entities : ENTITIES
}

/** What a record is to be called once `sent` is sent, and where. */
export function wantedBy(mirror: Mirror, sent: Snapshot, known: readonly Entity[] = ENTITIES): WantedName {
  const { entity, id, snapshot } = mirror
  const under = sent.parentRecordId === undefined ? {} : { parentRecordId: sent.parentRecordId }
  return { entity, fields: sent.fields, ...under, ownId: id, held: snapshot.fields, known }
}

/** What the record is to be, where that gives its name up; undefined where it keeps it. */
async function whereTo(
  ports: WayPorts,
  workspace: string,
  contact: Contact,
  mirror: Mirror,
  settings: SyncSettings,
): Promise<Snapshot | undefined> {
  if (contact.link?.recordId !== mirror.id || contact.link.entity !== mirror.entity) return undefined
  const { snapshot } = mirror
  const planned = async () => recordAfter(snapshot, (await planFor(ports, workspace, contact, settings)).plan)
  const sent = contact.intent?.sent ?? (await planned())
  const [from, to] = [snapshot, sent].map(({ fields }) => ignoringCase(fields.displayName ?? ''))
  const keeps = sent.active === snapshot.active && from === to && sent.parentRecordId === snapshot.parentRecordId
  return keeps ? undefined : sent
}

function whyNot({ hold, refusal }: Contact, { snapshot }: Mirror, sent: Snapshot, nowMs: number): string | undefined {
  if (hold !== undefined) return hold.reason
  const isRefused = refusal?.nextTryAt !== undefined && Date.parse(refusal.nextTryAt) > nowMs
  if (isRefused && !ABOUT_NAMES.includes(refusal.code)) return refusal.reason
  return sent.active ? nameProblem(sent.fields, snapshot.fields)?.reason : undefined
}
