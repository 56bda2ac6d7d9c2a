import type { Slot, SourceRecord } from '#core/records'
import { sameValue, slotValue, withSlot } from '#core/slots'
import { OVERLAP_MS } from './pull-sweep.ts'
import { CREATED_AS, type PushPorts, type PushSession, type Underway } from './push-session.ts'
import { holdsWhatWasSent } from './push-settle.ts'
import { readOn } from './read-on.ts'

/** What says nothing of a record's own: many have the same. */
const PLACES: readonly Slot[] = ['parent', 'active']

/**
 * The record that a lost create has made, as far as can be told, among those that were created since and that nobody is
 * linked to: the one of exactly its name, or, where somebody has renamed it meanwhile, the only one that holds everything
 * else that was sent. Undefined where there is none: then it was never made.
 */
export async function whatTheLostCreateMade(
  ports: PushPorts,
  session: PushSession,
  { intent }: Underway,
): Promise<SourceRecord | undefined> {
  const free = await unlinked(ports, session, await createdSince(session, intent.at))
  const named = free.find(
    ({ snapshot }) =>
      holdsWhatWasSent(intent, { ...snapshot, active: true }) &&
      sameValue('parent', snapshot.parentRecordId, intent.sent.parentRecordId),
  )
  if (named !== undefined) return named
  const [only, another] = free.filter((record) => holdsAllButTheName(intent, record))
  return another === undefined ? only : undefined
}

/** Everything that was sent but its name and its place, and something that tells it from others. */
function holdsAllButTheName({ slots, sent }: Underway['intent'], { snapshot }: SourceRecord): boolean {
  // QuickBooks prints the name on checks where it is given nothing to print, and a rename leaves that as it is.
  const printed = sent.fields.printName === undefined ? withSlot(sent, 'printName', sent.fields.displayName) : sent
  const told = [...new Set([...slots, 'printName' as const])].filter(
    (slot) => slot !== 'displayName' && !PLACES.includes(slot) && slotValue(printed, slot) !== undefined,
  )
  return told.every((slot) => sameValue(slot, slotValue(printed, slot), slotValue(snapshot, slot)))
}

async function unlinked(
  { mirrors }: Pick<PushPorts, 'mirrors'>,
  { workspace }: PushSession,
  records: readonly SourceRecord[],
): Promise<readonly SourceRecord[]> {
  const ids = records.map(({ id }) => id)
  const stored = ids.length === 0 ? [] : await mirrors.getMany(workspace, CREATED_AS, ids)
  const linked = new Set(stored.flatMap(({ id, contactId }) => (contactId === undefined ? [] : [id])))
  return records.filter(({ id }) => !linked.has(id))
}

/** What was created since a moment: among all that changed since, which a query can ask for. */
async function createdSince({ company }: PushSession, at: string): Promise<readonly SourceRecord[]> {
  const since = new Date(Date.parse(at) - OVERLAP_MS).toISOString()
  const changed = await readOn(company, CREATED_AS, since, [])
  return changed.filter(({ createdAt = '' }) => createdAt >= since)
}
