import { birthOf, placeRefusal } from '#core/birth'
import { fixedSlots, projectRefusal } from '#core/project-slots'
import type { Birth, Contact, Mirror, Slot, Snapshot } from '#core/records'
import { currenciesOf } from './currencies.ts'
import type { Refused } from './push-refuse.ts'
import { CREATED_AS, type PushPorts, type PushSession } from './push-session.ts'
import { changedAmong } from './store-records.ts'

/** What a contact's customer is created with beside its content, or why QuickBooks would not have it there. */
export async function birthFor(
  ports: PushPorts,
  session: PushSession,
  { currency }: Pick<Contact, 'currency'>,
  parentRecordId: string | undefined,
): Promise<Readonly<{ birth: Birth } | { refused: Refused }>> {
  if (parentRecordId === undefined && currency === undefined) return { birth: {} }
  const { workspace, company } = session
  const currencies = await currenciesOf(ports, workspace, company)
  if (parentRecordId === undefined) return birthOf(currency, undefined, currencies)
  const parent = await parentMirror(ports, session, parentRecordId, currencies.isMulti)
  return birthOf(currency, parent ?? {}, currencies)
}

/** The parent as it is known; read where it was last stored before its currency was looked at, and that matters. */
async function parentMirror(
  ports: PushPorts,
  { workspace, company }: PushSession,
  id: string,
  isMulti: boolean,
): Promise<Pick<Mirror, 'currency' | 'tax' | 'isProject'> | undefined> {
  const known = await ports.mirrors.get(workspace, CREATED_AS, id)
  if (!isMulti || known?.currency !== undefined) return known
  const { records } = await company.byIds(CREATED_AS, [id])
  const changed = await changedAmong(ports, workspace, CREATED_AS, records)
  if (changed.length > 0) await ports.mirrors.put(workspace, changed)
  return records[0] ?? known
}

/**
 * Of what is to be sent, the slots that would name, place or end a record as QuickBooks lets nobody do from outside, and
 * why; undefined when there are none.
 */
export async function unplacedSlots(
  { mirrors }: Pick<PushPorts, 'mirrors'>,
  workspace: string,
  mirror: Mirror,
  { parentRecordId }: Snapshot,
  toPush: readonly Slot[],
): Promise<Readonly<{ slots: readonly Slot[]; refused: Refused }> | undefined> {
  const fixed = fixedSlots(mirror, toPush)
  if (fixed.length > 0) return { slots: fixed, refused: projectRefusal(fixed) }
  if (!toPush.includes('parent') || parentRecordId === undefined) return undefined
  const refused = placeRefusal(mirror, await mirrors.get(workspace, mirror.entity, parentRecordId))
  return refused && { slots: ['parent'], refused }
}
