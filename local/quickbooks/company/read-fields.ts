import {
  type BusinessError,
  invalidCharacters,
  invalidChoice,
  invalidEmail,
  invalidReference,
  invalidUrl,
  unknownProperty,
  unreadableProperty,
  wrongLength,
} from './errors.ts'
import {
  ADDRESS_IGNORED,
  ADDRESS_PARTS,
  FIELDS,
  type FieldRule,
  LONGEST_ADDRESS_LINES,
  propertiesOf,
  type ReferenceList,
} from './fields.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import type { NameEntity } from './record.ts'

/** Looks up a reference: its full form, or undefined if the list has no such id. */
export type Resolve = (list: ReferenceList, value: string) => JsonObject | undefined

/** The properties of a request that are kept as written. `null`: to be cleared. */
export interface ReadFields {
  readonly values: ReadonlyMap<string, Json>
  readonly errors: readonly BusinessError[]
}

type Value = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: BusinessError }
const good = (value: Json): Value => ({ ok: true, value })
const bad = (error: BusinessError): Value => ({ ok: false, error })

const FORBIDDEN_IN_NAMES = /[:\t\n\r]/

const notReadable = (javaType: string, value: Json): BusinessError =>
  unreadableProperty(
    `Can not deserialize instance of java.lang.${javaType} out of ${Array.isArray(value) ? 'START_ARRAY' : isJsonObject(value) ? 'START_OBJECT' : 'VALUE_STRING'} token`,
  )

/** Text; numbers and booleans are taken as their text, as QuickBooks' parser does. */
export function readText(value: Json): Value {
  if (value === null || value === '') return good(null)
  if (typeof value === 'object') return bad(notReadable('String', value))
  return good(String(value))
}

/** A name: within `max` characters and without `:`, tab and newline. Only blanks is as good as nothing. */
export function readName(value: Json, max: number, element: string): Value {
  const text = readText(value)
  if (!text.ok || typeof text.value !== 'string') return text
  if (text.value.trim() === '') return good(null)
  if (FORBIDDEN_IN_NAMES.test(text.value)) return bad(invalidCharacters(text.value, element))
  return text.value.length > max ? bad(wrongLength(max, text.value.length, element)) : text
}

export function readBoolean(value: Json): Value {
  if (value === null || value === '') return good(null)
  if (typeof value === 'boolean') return good(value)
  if (value === 'true' || value === 'false') return good(value === 'true')
  return bad(notReadable('Boolean', value))
}

export function readNumber(value: Json): Value {
  if (value === null || value === '') return good(null)
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? good(number) : bad(notReadable('Number', value))
}

/** The value of a `{ value, name }`, null if it is empty. */
export function readReference(value: Json): Value {
  if (value === null || value === '') return good(null)
  if (!isJsonObject(value)) return bad(notReadable('Object', value))
  return readText(value.value ?? null)
}

/** One text inside an object (`PrimaryPhone.FreeFormNumber`). */
function readWrapped(value: Json, part: string, max: number, element: string): Value {
  if (value === null || value === '') return good(null)
  if (!isJsonObject(value)) return bad(notReadable('Object', value))
  const text = readText(value[part] ?? null)
  if (!text.ok || typeof text.value !== 'string') return text
  if (text.value.length > max) return bad(wrongLength(max, text.value.length, element))
  return good({ [part]: text.value })
}

const isEmailAddress = (text: string): boolean => /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/.test(text)
const isWebAddress = (text: string): boolean =>
  /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^\s/.]+(?:\.[^\s/.]+)+(?:[/?#:]\S*)?$/i.test(text)

function readAddress(value: Json, element: string): Value {
  if (value === null || value === '') return good(null)
  if (!isJsonObject(value)) return bad(notReadable('Object', value))
  for (const part of Object.keys(value)) {
    if (ADDRESS_PARTS.has(part) || ADDRESS_IGNORED.has(part)) continue
    return bad(unknownProperty(part, 'PhysicalAddress', [...ADDRESS_PARTS.keys(), ...ADDRESS_IGNORED]))
  }
  const address: Record<string, Json> = {}
  let lines = 0
  for (const [part, max] of ADDRESS_PARTS) {
    const text = readText(value[part] ?? null)
    if (!text.ok) return text
    if (typeof text.value !== 'string') {
      // A part that is named and empty is to be cleared, also where the rest is merged into what is there.
      if (value[part] !== undefined) address[part] = null
      continue
    }
    if (text.value.length > max) return bad(wrongLength(max, text.value.length, `${element}.${part}`))
    if (part.startsWith('Line')) lines += text.value.length
    address[part] = text.value
  }
  if (lines > LONGEST_ADDRESS_LINES) return bad(wrongLength(LONGEST_ADDRESS_LINES, lines, element))
  return good(Object.keys(address).length === 0 ? null : address)
}

function readValue(value: Json, rule: FieldRule, element: string, resolve: Resolve): Value {
  switch (rule.kind) {
    case 'name':
      return readName(value, rule.max, element)
    case 'text':
    case 'masked': {
      const text = readText(value)
      const isLong = text.ok && typeof text.value === 'string' && text.value.length > rule.max
      return isLong ? bad(wrongLength(rule.max, String(text.value).length, element)) : text
    }
    case 'phone':
      return readWrapped(value, 'FreeFormNumber', 30, element)
    case 'email': {
      const read = readWrapped(value, 'Address', 100, element)
      if (!read.ok || !isJsonObject(read.value)) return read
      // QuickBooks takes several addresses, separated by commas.
      return String(read.value.Address)
        .split(',')
        .every((each) => isEmailAddress(each.trim()))
        ? read
        : bad(invalidEmail(element))
    }
    case 'web': {
      const read = readWrapped(value, 'URI', 1000, element)
      if (!read.ok || !isJsonObject(read.value)) return read
      return isWebAddress(String(read.value.URI)) ? read : bad(invalidUrl(element))
    }
    case 'address':
      return readAddress(value, element)
    case 'reference': {
      const read = readReference(value)
      if (!read.ok || typeof read.value !== 'string') return read
      if (rule.list === undefined) return good({ value: read.value })
      const found = resolve(rule.list, read.value)
      return found === undefined ? bad(invalidReference(rule.list, read.value)) : good(found)
    }
    case 'boolean':
      return readBoolean(value)
    case 'number':
      return readNumber(value)
    case 'date': {
      const text = readText(value)
      const isDate = !text.ok || text.value === null || /^\d{4}-\d{2}-\d{2}/.test(String(text.value))
      if (!isDate) return bad(notReadable('Date', value))
      return text.ok && typeof text.value === 'string' ? good(text.value.slice(0, 10)) : text
    }
    case 'choice': {
      const text = readText(value)
      if (!text.ok || typeof text.value !== 'string' || rule.of.includes(text.value)) return text
      return bad(invalidChoice(text.value, element))
    }
    default:
      return rule satisfies never
  }
}

/** The first property of a request that the entity does not have, as an error. */
export function unknownIn(entity: NameEntity, body: JsonObject): BusinessError | undefined {
  const { writable, special, ignored } = FIELDS[entity]
  const unknown = Object.keys(body).find((each) => !writable.has(each) && !special.has(each) && !ignored.has(each))
  return unknown === undefined ? undefined : unknownProperty(unknown, entity, propertiesOf(entity))
}

/** Reads and checks the properties that are kept as written; those that are absent stay absent. */
export function readFields(entity: NameEntity, body: JsonObject, resolve: Resolve): ReadFields {
  const values = new Map<string, Json>()
  const errors: BusinessError[] = []
  for (const [field, rule] of FIELDS[entity].writable) {
    const given = body[field]
    if (given === undefined) continue
    const read = readValue(given, rule, field, resolve)
    if (read.ok) values.set(field, read.value)
    else errors.push(read.error)
  }
  return { values, errors }
}
