import type { Fields, TextField } from './records.ts'
import { trimmed } from './spelling.ts'

/**
 * The parts of a person's name in the order in which QuickBooks joins them to a display name that it is not given
 * (Accounting API: Customer, DisplayName).
 */
export const NAME_PARTS = ['title', 'givenName', 'middleName', 'familyName', 'suffix'] as const

/** What QuickBooks makes by itself from other fields, where nobody has chosen it; each may be made from those before it. */
export const DERIVED_SLOTS = ['displayName', 'printName'] as const
export type DerivedSlot = (typeof DERIVED_SLOTS)[number]

/** The longest PrintOnCheckName (Accounting API: Customer). */
const LONGEST_PRINT_NAME = 110

/** The display name that QuickBooks builds from the parts of a person's name; undefined when there are none. */
export function builtName(fields: Fields): string | undefined {
  const parts = NAME_PARTS.flatMap((part) => fields[part] ?? [])
  return parts.length === 0 ? undefined : parts.join(' ')
}

/**
 * Whether nobody need have chosen the value: it is what would be derived. Nothing else tells the two apart, for
 * QuickBooks does not say, so that who types the very same value has chosen nothing.
 */
export function isDerived(slot: DerivedSlot, fields: Fields): boolean {
  return sourceOf(slot, fields) !== undefined
}

/** The fields that the value is derived from. */
export function sourcesOf(slot: DerivedSlot, fields: Fields): readonly TextField[] {
  switch (sourceOf(slot, fields)) {
    case 'parts':
      return NAME_PARTS
    case 'name':
      return ['displayName']
    case 'company':
      return ['companyName']
    case undefined:
      return []
  }
}

/** The fields of which nobody need have chosen the value. */
export function derivedSlots(fields: Fields): readonly DerivedSlot[] {
  return DERIVED_SLOTS.filter((slot) => isDerived(slot, fields))
}

/**
 * What the slot is once `before` has become `after`: what was derived follows what it was derived from, and what was
 * chosen stays. A display name that is missing is derived; a name on checks that is missing is left to QuickBooks.
 */
export function following(slot: DerivedSlot, before: Fields, after: Fields): string | undefined {
  const chosen = before[slot]
  if (chosen === undefined) return slot === 'displayName' ? missingName(after) : undefined
  switch (sourceOf(slot, before)) {
    case 'parts':
      return builtName(after) ?? after.companyName ?? chosen
    case 'name':
      return after.displayName === undefined ? chosen : cutToPrint(after.displayName)
    case 'company':
      return after.companyName ?? (slot === 'displayName' ? builtName(after) : after.displayName) ?? chosen
    case undefined:
      return chosen
  }
}

/** `after` with everything derived following `before`, but for what somebody has just typed. */
export function withFollowing(before: Fields, after: Fields, typed: ReadonlySet<keyof Fields>): Fields {
  return DERIVED_SLOTS.reduce((fields, slot) => {
    const now = fields[slot]
    // What nobody sees may stand where QuickBooks has it.
    const isChosen = typed.has(slot) && now !== undefined && (trimmed(now) !== '' || now === before[slot])
    if (isChosen) return fields
    // Emptied by hand is as if it had never been there.
    const { [slot]: _emptied, ...others } = before
    const value = following(slot, typed.has(slot) ? others : before, fields)
    const { [slot]: _before, ...rest } = fields
    return value === undefined ? rest : { ...rest, [slot]: value }
  }, after)
}

/** With a company only, its name is the display name; QuickBooks itself would refuse it (6080). */
function missingName(fields: Fields): string | undefined {
  return builtName(fields) ?? fields.companyName
}

/**
 * What the value is derived from. A name on checks is the display name (Accounting API: Customer, PrintOnCheckName);
 * Intuit's own sample company has the company's name there where the two differ.
 */
function sourceOf(slot: DerivedSlot, fields: Fields): 'parts' | 'name' | 'company' | undefined {
  const value = fields[slot]
  if (value === undefined) return undefined
  if (slot === 'printName') {
    if (fields.displayName !== undefined && value === cutToPrint(fields.displayName)) return 'name'
    return value === fields.companyName ? 'company' : undefined
  }
  const built = builtName(fields)
  if (built !== undefined) return value === built ? 'parts' : undefined
  return value === fields.companyName ? 'company' : undefined
}

function cutToPrint(name: string): string {
  return name.slice(0, LONGEST_PRINT_NAME)
}
