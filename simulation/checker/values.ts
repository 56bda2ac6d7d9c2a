/**
 * How the checker reads both sides: in words of its own, so that a fault in the engine's mapping cannot hide itself.
 * Every value is a text; undefined is empty.
 */

/** The CRM's name of each text slot, and where QuickBooks keeps it. */
const TEXTS: Readonly<Record<string, readonly [property: string, inner?: string]>> = {
  displayName: ['DisplayName'],
  companyName: ['CompanyName'],
  title: ['Title'],
  givenName: ['GivenName'],
  middleName: ['MiddleName'],
  familyName: ['FamilyName'],
  suffix: ['Suffix'],
  printName: ['PrintOnCheckName'],
  email: ['PrimaryEmailAddr', 'Address'],
  phone: ['PrimaryPhone', 'FreeFormNumber'],
  alternatePhone: ['AlternatePhone', 'FreeFormNumber'],
  mobile: ['Mobile', 'FreeFormNumber'],
  fax: ['Fax', 'FreeFormNumber'],
  website: ['WebAddr', 'URI'],
  notes: ['Notes'],
  resaleNumber: ['ResaleNum'],
}
const ADDRESSES: Readonly<Record<string, string>> = { billAddress: 'BillAddr', shipAddress: 'ShipAddr' }
const ADDRESS_PARTS: Readonly<Record<string, string>> = {
  line1: 'Line1',
  line2: 'Line2',
  line3: 'Line3',
  city: 'City',
  region: 'CountrySubDivisionCode',
  postalCode: 'PostalCode',
}

/** Where QuickBooks keeps what Tandem writes, and what it works out by itself. */
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.values(TEXTS).map(([property]) => property),
  ...Object.values(ADDRESSES),
  ...['ParentRef', 'Job', 'Level', 'Active', 'FullyQualifiedName'],
])

/** What a record holds that is none of Tandem's business, as text, by property. */
export function strangeTo(record: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(record).flatMap(([property, value]) =>
      KNOWN.has(property) ? [] : [[property, JSON.stringify(value)] as const],
    ),
  )
}

export const CHECKED_SLOTS: readonly string[] = [...Object.keys(TEXTS), ...Object.keys(ADDRESSES), 'parent', 'active']

/** What QuickBooks has no place for in a vendor. */
const NOT_OF_VENDORS = new Set(['notes', 'resaleNumber', 'shipAddress', 'parent'])

/** The slots in which a record of QuickBooks can be held against its contact. */
export function slotsOfRecord(isVendor: boolean): readonly string[] {
  return isVendor ? CHECKED_SLOTS.filter((slot) => !NOT_OF_VENDORS.has(slot)) : CHECKED_SLOTS
}

export type Value = string | undefined
/** One side's values of one record or contact, by slot. */
export type Values = Readonly<Record<string, Value>>

/** A QuickBooks customer or vendor as its values; the parent is a record's id. */
export function valuesOfRecord(record: Readonly<Record<string, unknown>>): Values {
  const isActive = record.Active !== false
  const values: Record<string, Value> = { active: String(isActive), parent: inner(record.ParentRef, 'value') }
  for (const [slot, [property, part]] of Object.entries(TEXTS)) {
    values[slot] = clean(part === undefined ? record[property] : inner(record[property], part))
  }
  // QuickBooks' own mark, not a part of the name.
  values.displayName = plainName(values.displayName)
  for (const [slot, property] of Object.entries(ADDRESSES)) {
    values[slot] = address(record[property], (part) => ADDRESS_PARTS[part] ?? part)
  }
  return values
}

/** The name without what QuickBooks puts behind it when it makes a record inactive, and may leave there. */
export function plainName(name: Value): Value {
  return name?.replace(/(?: \(deleted(?:-\d+)?\)(?: \(\d+\))?)+$/, '')
}

/** A name in between, as contacts have it that exchange their names. */
export function isPassingName(name: Value): boolean {
  return /\(changing names(?: \d+)?\)$/.test(name ?? '')
}

/** A contact as its values; the parent is a contact's id. */
export function valuesOfContact(
  contact: Readonly<{ fields: Readonly<Record<string, unknown>>; archived: boolean; parentId?: string | undefined }>,
): Values {
  const values: Record<string, Value> = { active: String(!contact.archived), parent: contact.parentId }
  for (const slot of Object.keys(TEXTS)) values[slot] = clean(contact.fields[slot])
  for (const slot of Object.keys(ADDRESSES)) values[slot] = address(contact.fields[slot], (part) => part)
  return values
}

function inner(value: unknown, part: string): Value {
  return typeof value === 'object' && value !== null ? clean(Reflect.get(value, part)) : undefined
}

/** As typed: a blank or a capital more is another value. An empty text is none. */
function clean(value: unknown): Value {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function address(value: unknown, nameOf: (part: string) => string): Value {
  const parts = Object.keys(ADDRESS_PARTS).map((part) => inner(value, nameOf(part)) ?? '')
  return parts.every((part) => part === '') ? undefined : parts.join(' | ')
}
