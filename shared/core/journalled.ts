import { type Address, type JournalEntry, type JsonValue, SLOTS, type Slot, type SlotValue } from './records.ts'

/** A value of a slot as journals and previews keep it; what is not there is empty. */
export function storedValue(value: JsonValue | undefined): SlotValue {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const lines = Object.entries(value).filter(([, line]) => typeof line === 'string')
  // What was stored there was an address: its keys are an address's.
  return Object.fromEntries(lines) as Address
}

/** The CRM's journal speaks of parents by their contact, and of being archived; QuickBooks' of slots. */
export function slotOfField(side: JournalEntry['side'], field: string): Slot | undefined {
  if (side === 'crm' && field === 'parentId') return 'parent'
  if (side === 'crm' && field === 'archived') return 'active'
  return SLOTS.find((slot) => slot === field)
}
