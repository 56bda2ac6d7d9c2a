import { withoutLeftMark } from './deactivation-mark.ts'
import { SLOTS, type Slot, type SlotSpans, type SlotTimes, type Snapshot } from './records.ts'
import { slotValue, withSlot } from './slots.ts'
import { sameAsTyped } from './spelling.ts'
import { epochMs } from './utc.ts'

/** QuickBooks' times have whole seconds: what they say happened may have happened up to a second later. */
const WHOLE_SECOND_MS = 1_000
/** How far apart the clocks of the CRM and of QuickBooks may be. Both are set by network time, to far less than that. */
const CLOCKS_MS = 2_000

/**
 * What is known of when the contact changed: each slot's own time, or else that it was no later than `changedAt`. Where no
 * slot has one, as in contacts that are older than these times, the contact as a whole stands for each.
 */
export type CrmTimes = Readonly<{ changedAt: string; times?: SlotTimes }>
/** The same of the record: each slot's span, or else that it was no later than `changedAt`. */
export type RecordTimes = Readonly<{ changedAt: string; spans?: SlotSpans }>

/** `contact`: the contact was changed later, of the slot itself that is not known. */
export type LaterSide = 'crm' | 'contact' | 'quickbooks' | 'unknown'

/** Which side changed a slot later; unknown where the times that are known do not tell. */
export function laterSide(slot: Slot, crm: CrmTimes, record: RecordTimes): LaterSide {
  const { after, by } = record.spans?.[slot] ?? { by: record.changedAt }
  const { times, changedAt } = crm
  const at = times === undefined ? changedAt : times[slot]
  const isCrm = at !== undefined && epochMs(at) > epochMs(by) + WHOLE_SECOND_MS + CLOCKS_MS
  if (isCrm) return times === undefined ? 'contact' : 'crm'
  const latest = epochMs(at ?? changedAt)
  return after !== undefined && latest < epochMs(after) - CLOCKS_MS ? 'quickbooks' : 'unknown'
}

/** The times of those slots in which the contact differs from the base; of others nobody will ask. */
export function timesApart(times: SlotTimes | undefined, crm: Snapshot, base: Snapshot): SlotTimes | undefined {
  if (times === undefined) return undefined
  return timesOf(
    SLOTS.filter((slot) => !sameAsTyped(slotValue(crm, slot), slotValue(base, slot))),
    times,
  )
}

/** `before`, and `at` for each of the slots. */
export function timesAfter(before: SlotTimes | undefined, slots: readonly Slot[], at: string): SlotTimes | undefined {
  const now = Object.fromEntries(slots.map((slot) => [slot, at]))
  return slots.length === 0 ? before : { ...before, ...now }
}

function timesOf(slots: readonly Slot[], times: SlotTimes): SlotTimes | undefined {
  const kept = slots.flatMap((slot) => (times[slot] === undefined ? [] : [[slot, times[slot]] as const]))
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** A record as it was last seen: at `updatedAt` (LastUpdatedTime) it was so already. */
type Known = Readonly<{ snapshot: Snapshot; updatedAt: string; spans?: SlotSpans }>

/** The spans of a record's slots, once it is seen anew. */
export function spansAfter(
  before: Known,
  now: Readonly<{ snapshot: Snapshot; updatedAt: string }>,
): SlotSpans | undefined {
  const span = { after: before.updatedAt, by: now.updatedAt }
  const [was, is] = [withoutMark(before.snapshot), withoutMark(now.snapshot)]
  const changed = SLOTS.filter((slot) => !sameAsTyped(slotValue(was, slot), slotValue(is, slot)))
  if (changed.length === 0) return before.spans
  return { ...before.spans, ...Object.fromEntries(changed.map((slot) => [slot, span])) }
}

/** QuickBooks' own mark behind a name is no change of the name. */
function withoutMark(snapshot: Snapshot): Snapshot {
  const { displayName } = snapshot.fields
  return displayName === undefined ? snapshot : withSlot(snapshot, 'displayName', withoutLeftMark(displayName, []))
}
