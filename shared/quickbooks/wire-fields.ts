/**
 * Which property of QuickBooks' JSON holds which synced field: one table, read in both directions, so that reading
 * and writing cannot drift apart (Accounting API reference: Customer, Vendor).
 */
import {
  type Address,
  type AddressField,
  type Entity,
  type Fields,
  type JsonObject,
  type JsonValue,
  TEXT_FIELDS,
  type TextField,
} from '#core/records'

/** A text lies in a property itself, or in one member of the object there. */
type Place = readonly [property: string] | readonly [property: string, member: string]

const BOTH: readonly (readonly [TextField, Place])[] = [
  ['displayName', ['DisplayName']],
  ['companyName', ['CompanyName']],
  ['title', ['Title']],
  ['givenName', ['GivenName']],
  ['middleName', ['MiddleName']],
  ['familyName', ['FamilyName']],
  ['suffix', ['Suffix']],
  ['printName', ['PrintOnCheckName']],
  ['email', ['PrimaryEmailAddr', 'Address']],
  ['phone', ['PrimaryPhone', 'FreeFormNumber']],
  ['alternatePhone', ['AlternatePhone', 'FreeFormNumber']],
  ['mobile', ['Mobile', 'FreeFormNumber']],
  ['fax', ['Fax', 'FreeFormNumber']],
  ['website', ['WebAddr', 'URI']],
]

/** Where a customer's and a vendor's texts lie. A vendor has no notes, resale number or customer type. */
export const TEXT_PLACES: Readonly<Record<Entity, ReadonlyMap<TextField, Place>>> = {
  customer: new Map([
    ...BOTH,
    ['notes', ['Notes']],
    ['resaleNumber', ['ResaleNum']],
    ['customerTypeId', ['CustomerTypeRef', 'value']],
  ]),
  vendor: new Map(BOTH),
}

/** Where addresses lie. A vendor has no ShipAddr. */
export const ADDRESS_PLACES: Readonly<Record<Entity, ReadonlyMap<AddressField, string>>> = {
  customer: new Map([
    ['billAddress', 'BillAddr'],
    ['shipAddress', 'ShipAddr'],
  ]),
  vendor: new Map([['billAddress', 'BillAddr']]),
}

/** Lines of an address, and QuickBooks' names for them. */
export const ADDRESS_LINES: readonly (readonly [keyof Address, string])[] = [
  ['line1', 'Line1'],
  ['line2', 'Line2'],
  ['line3', 'Line3'],
  ['line4', 'Line4'],
  ['line5', 'Line5'],
  ['city', 'City'],
  ['region', 'CountrySubDivisionCode'],
  ['postalCode', 'PostalCode'],
  ['country', 'Country'],
]

/** Whether QuickBooks has a place for the field: `notes` has none in a vendor. */
export function holds(entity: Entity, field: TextField | AddressField): boolean {
  return isTextField(field) ? TEXT_PLACES[entity].has(field) : ADDRESS_PLACES[entity].has(field)
}

/**
 * The synced fields of a record as QuickBooks sent it; empty and null are absent.
 * Throws TypeError, with the property's name and no value, where a text is not text: taking it for empty would
 * blank the field on the other side.
 */
export function readFields(entity: Entity, raw: JsonObject): Fields {
  // Written into one object, because a pull does this for every row of a long list.
  const fields: { -readonly [K in keyof Fields]: Fields[K] } = {}
  for (const [field, place] of TEXT_PLACES[entity]) {
    const text = textAt(raw, place)
    if (text !== undefined) fields[field] = text
  }
  for (const [field, property] of ADDRESS_PLACES[entity]) {
    const address = addressAt(raw, property)
    if (address !== undefined) fields[field] = address
  }
  return fields
}

/** The text there; undefined where there is none. Throws TypeError if something else is there. */
export function textAt(raw: JsonObject, [property, member]: Place): string | undefined {
  if (member === undefined) return asText(raw[property], property)
  const within = objectAt(raw, property)
  return within && asText(within[member], `${property}.${member}`)
}

/** The object there; undefined where there is none. Throws TypeError if something else is there. */
export function objectAt(raw: JsonObject, property: string): JsonObject | undefined {
  const value = raw[property]
  if (value === undefined || value === null || value === '') return undefined
  if (isJsonObject(value)) return value
  throw new TypeError(`${property} is no object`)
}

/** Whether a value that JSON.parse made is an object, neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The address there; undefined where there is none, or nothing is in it. */
function addressAt(raw: JsonObject, property: string): Address | undefined {
  const within = objectAt(raw, property)
  if (within === undefined) return undefined
  const address: { -readonly [K in keyof Address]: Address[K] } = {}
  let isEmpty = true
  for (const [line, name] of ADDRESS_LINES) {
    const text = asText(within[name], `${property}.${name}`)
    if (text === undefined) continue
    address[line] = text
    isEmpty = false
  }
  return isEmpty ? undefined : address
}

function asText(value: JsonValue | undefined, property: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'object') throw new TypeError(`${property} is no text`)
  return String(value)
}

function isTextField(field: TextField | AddressField): field is TextField {
  return TEXT_FIELDS.some((each) => each === field)
}
