import { SLOTS, type Slot, type Snapshot } from './records.ts'
import { slotValue, withSlot } from './slots.ts'
import { addressLines } from './snapshots.ts'

/**
 * The base of a link between a contact and a record that both stood already: only what both hold letter for
 * letter. Whatever differs is left out, so that a later plan sees it as held by one side alone or as a conflict,
 * and never drops it. Where one side is active and the other not, the base is active: whoever archived is then the
 * side that changed.
 */
export function agreedBase(contact: Snapshot, record: Snapshot): Snapshot {
  const nothing: Snapshot = { fields: {}, active: contact.active || record.active }
  return SLOTS.filter((slot) => slot !== 'active' && isLetterForLetter(slot, contact, record)).reduce(
    (base, slot) => withSlot(base, slot, slotValue(contact, slot)),
    nothing,
  )
}

function isLetterForLetter(slot: Slot, a: Snapshot, b: Snapshot): boolean {
  const left = slotValue(a, slot)
  const right = slotValue(b, slot)
  if (typeof left !== 'object' || typeof right !== 'object') return left === right
  return JSON.stringify(addressLines(left)) === JSON.stringify(addressLines(right))
}
