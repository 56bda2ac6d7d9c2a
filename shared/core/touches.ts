import { slotOfField } from './journalled.ts'
import { ONLY_QUICKBOOKS } from './plan.ts'
import type { JournalChange, JournalEntry, Slot } from './records.ts'

/** A change that came after what a run did. */
export type Touch = Readonly<{ entry: JournalEntry; change: JournalChange }>

/** The run that is undone, and the one that undoes it. */
export type Undoing = Readonly<{ runId: string; undoRunId: string }>

/**
 * Entries that are a run's: its own, and what QuickBooks by itself made of a value right after the run's write (`echo`),
 * which comes in as a change of QuickBooks, perhaps by a notification.
 */
export function ofRun(entries: readonly JournalEntry[], runId: string): readonly JournalEntry[] {
  let lastWrite: string | undefined
  return entries.flatMap((entry) => {
    if (entry.side === 'quickbooks') lastWrite = entry.runId
    if (entry.runId === runId) return [entry]
    if (lastWrite !== runId) return []
    const changes = entry.changes.filter(({ echo }) => echo === true)
    return changes.length === 0 ? [] : [{ ...entry, changes }]
  })
}

/**
 * What anybody has changed since the run did its last to the contact, or to one slot of it: the journal alone tells. A
 * change that was made and taken back is one; a name in between, and what QuickBooks made of the run's own values, are
 * none.
 */
export function touchesSince(
  entries: readonly JournalEntry[],
  { runId, undoRunId }: Undoing,
  slot?: Slot,
): readonly Touch[] {
  const isAbout = (side: JournalEntry['side'], { field }: JournalChange) =>
    slot === undefined || slotOfField(side, field) === slot
  const own = ofRun(entries, runId).filter(({ side, changes }) => changes.some((one) => isAbout(side, one)))
  const lastOwn = own.findLast((entry) => entry.runId === runId) ?? own[0]
  const last = entries.findIndex(({ id }) => id === lastOwn?.id)
  const echoes = new Set(own.flatMap(({ changes }) => changes))
  return entries
    .slice(last + 1)
    .filter((entry) => entry.runId !== undoRunId && entry.runId !== runId)
    .flatMap((entry) =>
      entry.changes
        .filter((change) => isAbout(entry.side, change) && change.passing !== true && !echoes.has(change))
        .map((change) => ({ entry, change })),
    )
}

/** Who touched it, when and on which side, as far as the journal knows; a sentence without its end. */
export function touchInWords({ entry, change }: Touch): string {
  const { at, because, actor, side } = entry
  if (change.field === 'link') {
    const what = change.to === undefined ? 'unlinked' : 'linked to another record of QuickBooks'
    return `It was ${what} on ${at}: ${because}`
  }
  if (because === ONLY_QUICKBOOKS) return `It was changed in QuickBooks, which was seen on ${at}`
  if (side === 'quickbooks') return `It was written to QuickBooks again on ${at}: ${because}`
  return `It was changed in the CRM on ${at} by ${actor}: ${because}`
}
