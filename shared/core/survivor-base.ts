import { SLOTS, type Slot, type SlotValue, type Snapshot } from './records.ts'
import { slotValue, withSlot } from './slots.ts'
import { sameMeaning } from './spelling.ts'

/**
 * The base of a link that moves to the record which two were merged into. The survivor keeps its own values, so
 * what the contact has not changed since `base` gives way to them. Where either side is empty the base is empty
 * too: what one alone holds is then taken over by the other, and a merge blanks nothing. The place in the hierarchy
 * is the survivor's, at the top as well.
 *
 * `heldBefore`: what slots held before the CRM's people changed them in a contact whose merge was not known yet. The
 * change went to the customer that was merged away, and counts as one that is still to be sent.
 */
export function survivorBase(
  contact: Snapshot,
  base: Snapshot,
  survivor: Snapshot,
  heldBefore: ReadonlyMap<Slot, SlotValue> = new Map(),
): Snapshot {
  return SLOTS.filter((slot) => slot !== 'active' && slot !== 'parent').reduce((after, slot) => {
    const isEmpty = [contact, survivor].some((side) => sameMeaning(slot, slotValue(side, slot), undefined))
    if (isEmpty) return withSlot(after, slot, undefined)
    return heldBefore.has(slot) ? withSlot(after, slot, heldBefore.get(slot)) : after
  }, base)
}
