import { slotOfField, storedValue } from '#core/journalled'
import { fixedSlots, projectRefusal } from '#core/project-slots'
import {
  type Contact,
  type JournalChange,
  type JournalEntry,
  type JsonValue,
  type Mirror,
  type Pin,
  SLOTS,
  type Slot,
  type SlotValue,
  type Snapshot,
} from '#core/records'
import { slotValue, withSlot } from '#core/slots'
import { sameAsTyped } from '#core/spelling'
import { ofRun, touchesSince, touchInWords } from '#core/touches'
import { isObject } from './stored-state.ts'

/** What the two sides hold now; a contact's parent is called what QuickBooks calls it. */
export type UndoSides = Readonly<{ contact: Contact; crm: Snapshot; mirror: Mirror | undefined }>

/** What is put back to what it was before the run. Values of the CRM are in its own words (`parentId`). */
export type PutBack = Readonly<{
  crm: readonly Slot[]
  /** What QuickBooks is to hold again. */
  quickbooks: Readonly<Partial<Record<Slot, SlotValue>>>
  /** The value that each of `crm` had. */
  values: Readonly<Partial<Record<Slot, SlotValue>>>
  /** Those of `crm` that QuickBooks alone had changed, so that the old value is where both sides last agreed. */
  oneSided: readonly Slot[]
  skipped: readonly SkippedSlot[]
}>

export type SkippedSlot = Readonly<{ slot: string; reason: string }>

type Told = Readonly<{
  from: SlotValue
  to: SlotValue
  isSuperseded: boolean
  /** Not only decided: what gives way in QuickBooks is journalled before the winner is sent there. */
  isDone: boolean
}>

/**
 * What undoing a run puts back on each side. A slot is put back where both sides still hold what the run left; where
 * anybody changed it since, on either side, it is skipped with the reason.
 *
 * `entries` is the contact's whole journal, oldest first; `done` are slots that this undo has put back already.
 */
export function planUndo(
  { contact, crm, mirror }: UndoSides,
  entries: readonly JournalEntry[],
  runId: string,
  undoRunId: string,
  done: ReadonlySet<Slot>,
): PutBack {
  const own = ofRun(entries, runId)
  // What was written to one record is not taken back from another.
  const relinked = touchesSince(entries, { runId, undoRunId }).filter(
    ({ change }) => change.field === 'link' && change.from !== undefined,
  )
  const putBack = { crm: [] as Slot[], oneSided: [] as Slot[], skipped: [] as SkippedSlot[] }
  const quickbooks: Partial<Record<Slot, SlotValue>> = {}
  const values: Partial<Record<Slot, SlotValue>> = {}
  for (const slot of SLOTS) {
    if (done.has(slot)) continue
    const inCrm = toldOf(own, 'crm', slot)
    const inBooks = toldOf(own, 'quickbooks', slot)
    if (inCrm === undefined && inBooks === undefined) continue
    const [touch] = [...touchesSince(entries, { runId, undoRunId }, slot), ...(inBooks === undefined ? [] : relinked)]
    const why = touch === undefined ? whyNot(slot, { contact, crm, mirror }, inCrm, inBooks) : `${touchInWords(touch)}.`
    if (why !== undefined) {
      putBack.skipped.push({ slot, reason: why })
      continue
    }
    if (inCrm !== undefined && !sameAsTyped(inCrm.from, inCrm.to)) {
      putBack.crm.push(slot)
      values[slot] = inCrm.from
      if (inBooks === undefined && !inCrm.isSuperseded) putBack.oneSided.push(slot)
    }
    const now = mirror && slotValue(mirror.snapshot, slot)
    if (inBooks !== undefined && !sameAsTyped(now, inBooks.from)) quickbooks[slot] = inBooks.from
  }
  return { ...putBack, quickbooks, values }
}

/** Why a slot stays as it is though the journal knows of no change: what it does not know yet shows on the two sides. */
function whyNot(
  slot: Slot,
  { contact, crm, mirror }: UndoSides,
  inCrm: Told | undefined,
  inBooks: Told | undefined,
): string | undefined {
  const own = crmValue(slot, contact)
  if (inCrm !== undefined && !sameAsTyped(own, inCrm.to)) return 'It was changed in the CRM since.'
  // A job's parent has another name on each side: it is compared by QuickBooks' name.
  if (inCrm === undefined && !sameAsTyped(slotValue(crm, slot), inBooks?.to)) {
    return 'It was changed in the CRM since.'
  }
  if (mirror === undefined || mirror.goneAt !== undefined) {
    return inBooks === undefined ? undefined : 'Its customer is not in QuickBooks any more.'
  }
  if (inBooks !== undefined && fixedSlots(mirror, [slot]).length > 0) return projectRefusal([slot]).reason
  const books = slotValue(mirror.snapshot, slot)
  const left = inBooks?.to ?? (slot === 'parent' ? slotValue(crm, slot) : inCrm?.to)
  const wasNotSent = inBooks !== undefined && !inBooks.isDone && sameAsTyped(books, inBooks.from)
  // What QuickBooks made of the value that was sent came back within the run.
  const cameBack = inBooks !== undefined && inCrm !== undefined && slot !== 'parent' && sameAsTyped(books, inCrm.to)
  const isAsLeft = sameAsTyped(books, left) || cameBack || wasNotSent
  return isAsLeft ? undefined : 'It was changed in QuickBooks since.'
}

/** What the run did to a slot on one side, from the first value to the last. A name in between is neither. */
function toldOf(own: readonly JournalEntry[], side: JournalEntry['side'], slot: Slot): Told | undefined {
  let told: Told | undefined
  let beforePassing: JournalChange | undefined
  for (const entry of own) {
    for (const change of entry.changes) {
      if (entry.side !== side || slotOfField(side, change.field) !== slot) continue
      if (change.passing === true) {
        beforePassing ??= change
        continue
      }
      const value = (stored: JsonValue | undefined) => toldValue(side, slot, stored)
      told = {
        from: told === undefined ? value(cameFrom(change, beforePassing)) : told.from,
        to: value(change.to),
        isSuperseded: change.superseded === true || told?.isSuperseded === true,
        isDone: change.superseded !== true || told?.isDone === true,
      }
    }
  }
  return told
}

/** What stood there before: the name before the one in between, where it went through one. */
function cameFrom(change: JournalChange, passing: JournalChange | undefined): JsonValue | undefined {
  return passing !== undefined && passing.to === change.from ? passing.from : change.from
}

function toldValue(side: JournalEntry['side'], slot: Slot, stored: JsonValue | undefined): SlotValue {
  const value = storedValue(stored)
  return side === 'crm' && slot === 'active' ? value !== true : value
}

/** What the contact holds in a slot, in the CRM's own words. */
export function crmValue(slot: Slot, contact: Contact): SlotValue {
  if (slot === 'parent') return contact.parentId
  if (slot === 'active') return !contact.archived
  return contact.fields[slot]
}

/** The values at which the slots rest once everything is put back; those that agree need no rest. */
export function pinsAfter(
  before: readonly Pin[],
  slots: readonly Slot[],
  crm: Snapshot,
  record: Snapshot,
): readonly Pin[] {
  const made = slots.flatMap((slot): readonly Pin[] => {
    const [own, books] = [slotValue(crm, slot), slotValue(record, slot)]
    if (sameAsTyped(own, books)) return []
    return [{ slot, ...(own !== undefined && { crm: own }), ...(books !== undefined && { quickbooks: books }) }]
  })
  return [...before.filter(({ slot }) => !slots.includes(slot)), ...made]
}

/**
 * The base once only the CRM is put back: where QuickBooks alone had changed a slot, the old value is what both sides
 * last agreed on. Where both had, nothing is, so that the next change on either side is a question again.
 */
export function baseAfterUndo(base: Snapshot, { crm, oneSided }: PutBack, before: Snapshot): Snapshot {
  return crm.reduce((after, slot) => {
    if (slot === 'active') return withSlot(after, slot, oneSided.includes(slot) ? before.active : true)
    return withSlot(after, slot, oneSided.includes(slot) ? slotValue(before, slot) : undefined)
  }, base)
}

/** What the run did to the contact's link, if anything. */
export function linkDone(
  entries: readonly JournalEntry[],
  runId: string,
): 'imported' | 'linked' | 'created' | undefined {
  const own = entries.filter((entry) => entry.runId === runId)
  const linking = own.find(({ changes }) =>
    changes.some(({ field, from, to }) => field === 'link' && from === undefined && isObject(to)),
  )
  if (linking === undefined) return undefined
  if (linking.side === 'quickbooks') return 'created'
  return linking.changes.some(({ field, from }) => field === 'kind' && from === undefined) ? 'imported' : 'linked'
}
