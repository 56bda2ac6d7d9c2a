import { SLOTS, type Snapshot } from './records.ts'
import { sameValue, slotValue, withSlot } from './slots.ts'

/**
 * The base of a link that moves to the record which two were merged into. The survivor keeps its own values, so
 * what the contact has not changed since `base` gives way to them. Where either side is empty the base is empty
 * too: what one alone holds is then taken over by the other, and a merge blanks nothing. The place in the hierarchy
 * is the survivor's, at the top as well.
 */
export function survivorBase(contact: Snapshot, base: Snapshot, survivor: Snapshot): Snapshot {
  return SLOTS.filter((slot) => slot !== 'active' && slot !== 'parent').reduce((after, slot) => {
    const isEmpty = [contact, survivor].some((side) => sameValue(slot, slotValue(side, slot), undefined))
    return isEmpty ? withSlot(after, slot, undefined) : after
  }, base)
}
