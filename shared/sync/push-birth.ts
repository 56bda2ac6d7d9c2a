import { birthOf, CURRENCIES_LACKING, placeRefusal } from '#core/birth'
import { fixedSlots, projectRefusal } from '#core/project-slots'
import type { Birth, Contact, Mirror, Slot, Snapshot } from '#core/records'
import { slotValue, withSlot } from '#core/slots'
import { currenciesOf, DAY_MS } from './currencies.ts'
import type { Refused } from './push-refuse.ts'
import { CREATED_AS, type PushPorts, type PushSession } from './push-session.ts'
import { changedAmong } from './store-records.ts'

/** A refusal is told by currencies that were read just now: the bookkeeper may have added the one that is missing. */
const JUST_NOW_MS = 30_000

type Born = Readonly<{ birth: Birth } | { refused: Refused }>

/** What a contact's customer is created with beside its content, or why QuickBooks would not have it there. */
export async function birthFor(
  ports: PushPorts,
  session: PushSession,
  { currency }: Pick<Contact, 'currency'>,
  parentRecordId: string | undefined,
): Promise<Born> {
  if (parentRecordId === undefined && currency === undefined) return { birth: {} }
  const { workspace, company } = session
  const currencies = await currenciesOf(ports, workspace, company)
  const parent =
    parentRecordId === undefined
      ? undefined
      : ((await parentMirror(ports, session, parentRecordId, currencies.isMulti)) ?? {})
  const born = birthOf(currency, parent, currencies)
  const mayBeOldMs = validMs(born)
  if (mayBeOldMs === undefined) return born
  return birthOf(currency, parent, await currenciesOf(ports, workspace, company, mayBeOldMs))
}

/** How old the currencies may be by which this was answered; undefined where they did not matter. */
function validMs(born: Born): number | undefined {
  if ('refused' in born) return CURRENCIES_LACKING.has(born.refused.code) ? JUST_NOW_MS : undefined
  return born.birth.currency === undefined ? undefined : DAY_MS
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
 * The record as it is to be while those slots stay as QuickBooks has them: its name competes where it lies, not where it
 * may not go.
 */
export function withoutUnplaced(sent: Snapshot, { snapshot }: Mirror, unplaced: readonly Slot[]): Snapshot {
  return unplaced.reduce((content, slot) => withSlot(content, slot, slotValue(snapshot, slot)), sent)
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
