import type { Slot, SlotValue, Snapshot } from './records.ts'
import { addressLines } from './snapshots.ts'

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

/**
 * Whether two values mean the same to a person: phone numbers by their digits, e-mail addresses without case,
 * text without outer space and with one form for composed characters and line ends. What is stored stays as typed.
 */
export function sameValue(slot: Slot, a: SlotValue, b: SlotValue): boolean {
  return normalise(slot, a) === normalise(slot, b)
}

function normalise(slot: Slot, value: SlotValue): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'object') {
    const lines = addressLines(value).map((line) => (line === null ? '' : squeeze(line)))
    return lines.every((line) => line === '') ? undefined : JSON.stringify(lines)
  }
  const text = normaliseText(slot, value)
  return text === '' ? undefined : text
}

function normaliseText(slot: Slot, value: string): string {
  switch (slot) {
    case 'phone':
    case 'alternatePhone':
    case 'mobile':
    case 'fax':
      return phoneKey(value)
    case 'email':
      return squeeze(value).toLowerCase()
    case 'notes':
      return value.normalize('NFC').replace(/\r\n?/g, '\n').trim()
    default:
      return squeeze(value)
  }
}

/** Digits with a leading + and letters (vanity numbers, "ext"); a number with neither is compared as text. */
function phoneKey(value: string): string {
  const text = squeeze(value)
  const key = text.toLowerCase().replace(/[^\p{L}\p{N}+]/gu, '')
  return key === '' ? text : key
}

function squeeze(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ')
}
