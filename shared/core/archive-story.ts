import { slotOfField, storedValue } from './journalled.ts'
import { isOfQuickBooksAlone } from './plan.ts'
import type { JournalEntry, Slot, SlotTimes, SlotValue } from './records.ts'

/** Why a contact is archived, and what the CRM's people have changed in it since. */
export type ArchiveStory = Readonly<{
  by: 'quickbooks' | 'crm'
  /** What each of these slots held before the first change since. */
  heldBefore: ReadonlyMap<Slot, SlotValue>
  /** When each of them was last changed. */
  times: SlotTimes
}>

/**
 * Tells from a contact's whole journal, oldest first, who has archived it: QuickBooks alone, where it followed its
 * customer or came out of the holding area so, or somebody in the CRM, who is also meant where nothing is known.
 */
export function archiveStory(entries: readonly JournalEntry[]): ArchiveStory {
  const last = entries.findLastIndex((entry) => entry.side === 'crm' && archives(entry))
  const archived = entries[last]
  if (archived === undefined) return { by: 'crm', heldBefore: new Map(), times: {} }
  const heldBefore = new Map<Slot, SlotValue>()
  let times: SlotTimes = {}
  for (const { side, because, changes, at } of entries.slice(last + 1)) {
    if (side !== 'crm' || isOfQuickBooksAlone(because)) continue
    for (const { field, from } of changes) {
      const slot = slotOfField(side, field)
      if (slot === undefined) continue
      if (!heldBefore.has(slot)) heldBefore.set(slot, storedValue(from))
      times = { ...times, [slot]: at }
    }
  }
  return { by: isOfQuickBooksAlone(archived.because) || isImport(archived) ? 'quickbooks' : 'crm', heldBefore, times }
}

function archives({ changes }: JournalEntry): boolean {
  return changes.some(({ field, to }) => field === 'archived' && to === true)
}

/** An import is where the contact comes into being, its link with it. */
function isImport({ changes }: JournalEntry): boolean {
  const isNew = changes.some(({ field, from }) => field === 'kind' && from === undefined)
  return isNew && changes.some(({ field }) => field === 'link')
}
