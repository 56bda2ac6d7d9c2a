import type { Slot } from '#core/records'

const PARTS: readonly string[] = ['title', 'givenName', 'middleName', 'familyName', 'suffix', 'companyName']

/** Whether a slot is the other one, or may be made from it, however many steps away. */
export function isDerivedFrom(slot: unknown, source: Slot): boolean {
  if (slot === source) return true
  const ofName = PARTS.includes(source)
  return slot === 'displayName' ? ofName : slot === 'printName' && (ofName || source === 'displayName')
}
