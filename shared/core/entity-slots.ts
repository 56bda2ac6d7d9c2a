import { type Entity, SLOTS, type Slot } from './records.ts'

/** What QuickBooks keeps of a customer only (Accounting API reference: Vendor). */
const CUSTOMER_ONLY: readonly Slot[] = ['notes', 'resaleNumber', 'customerTypeId', 'shipAddress', 'parent']

/** The slots that a record of this kind can hold, in the order in which people are shown them. */
export function slotsOf(entity: Entity): readonly Slot[] {
  return entity === 'customer' ? SLOTS : SLOTS.filter((slot) => !CUSTOMER_ONLY.includes(slot))
}
