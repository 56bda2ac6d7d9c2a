import type { Slot, SlotValue, Snapshot } from './records.ts'

/** The value that a snapshot holds in a slot. */
export function slotValue(snapshot: Snapshot, slot: Slot): SlotValue {
  if (slot === 'parent') return snapshot.parentRecordId
  if (slot === 'active') return snapshot.active
  return snapshot.fields[slot]
}

/** The snapshot with one slot set; undefined empties it. `active` cannot be emptied. */
export function withSlot(snapshot: Snapshot, slot: Slot, value: SlotValue): Snapshot {
  if (slot === 'active') return { ...snapshot, active: value === true }
  if (slot === 'parent') {
    const { parentRecordId: _, ...rest } = snapshot
    return typeof value === 'string' ? { ...rest, parentRecordId: value } : rest
  }
  const { [slot]: _, ...rest } = snapshot.fields
  return { ...snapshot, fields: value === undefined ? rest : { ...rest, [slot]: value } }
}
