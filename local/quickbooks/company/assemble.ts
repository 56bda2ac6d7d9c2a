import { FIELDS } from './fields.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import type { NameEntity } from './record.ts'

export type WriteMode = 'create' | 'full' | 'sparse'

const withoutId = (address: Json | undefined): string => {
  if (!isJsonObject(address)) return ''
  const { Id: _id, ...parts } = address
  return JSON.stringify(parts)
}

/** Masks what QuickBooks never sends back whole: all but the last four characters. */
export const masked = (value: string): string => 'X'.repeat(Math.max(value.length - 4, 0)) + value.slice(-4)

/** The address without parts that are to be cleared; null where none is left but its Id. */
function withoutEmptyParts(address: JsonObject): JsonObject | null {
  const parts = Object.entries(address).filter(([, part]) => part !== null)
  return parts.every(([name]) => name === 'Id') && parts.length < Object.keys(address).length
    ? null
    : Object.fromEntries(parts)
}

/** The currency is fixed; that a full update without DefaultTaxCodeRef is answered with it is recorded. */
const KEPT_BY_FULL_UPDATES: ReadonlySet<string> = new Set(['CurrencyRef', 'DefaultTaxCodeRef'])

/** Gives each address its Id: kept while its content stays, shared where two are equal, else the next one. */
function withAddressIds(
  addresses: readonly string[],
  fields: Readonly<Record<string, Json>>,
  previous: JsonObject,
  takeAddressId: () => string,
): Record<string, Json> {
  const numbered: Record<string, Json> = {}
  const idByContent = new Map<string, Json>()
  for (const field of addresses) {
    const before = previous[field]
    if (isJsonObject(before) && withoutId(before) !== '{}') idByContent.set(withoutId(before), before.Id ?? '')
  }
  for (const field of addresses) {
    const address = fields[field]
    if (!isJsonObject(address)) continue
    if (withoutId(address) === '{}') {
      numbered[field] = address
      continue
    }
    const content = withoutId(address)
    const before = previous[field]
    const kept = isJsonObject(before) && withoutId(before) === content ? before.Id : idByContent.get(content)
    const id = kept ?? takeAddressId()
    idByContent.set(content, id)
    const { Id: _id, ...parts } = address
    numbered[field] = { Id: id, ...parts }
  }
  return numbered
}

export interface Assembly {
  readonly entity: NameEntity
  readonly mode: WriteMode
  readonly previous: JsonObject
  readonly values: ReadonlyMap<string, Json>
  /** Whether a nested object of a sparse update is merged into the one that is there. */
  readonly mergeNested: boolean
  /** Where the record has none and none is given. */
  readonly unsaidCurrency: JsonObject
  readonly takeAddressId: () => string
  /** Whether what is to be emptied of an address stays as it was. */
  readonly keepsEmptied: boolean
  /** Whether an address that is emptied stays, with nothing but its Id. */
  readonly keepsAddressId: boolean
}

/** The address with every part that is named and empty as it was before. */
function filledUp(before: JsonObject, value: Json | undefined): Json {
  return isJsonObject(value) ? { ...before, ...withoutEmptyParts(value) } : before
}

/**
 * The kept properties after a write: a sparse update changes what it names, a full one clears what it leaves out, and
 * what has a default falls back to it.
 */
export function assembleFields(assembly: Assembly): JsonObject {
  const { entity, mode, previous, values, mergeNested } = assembly
  const fields: Record<string, Json> = {}
  const addresses: string[] = []
  for (const [field, rule] of FIELDS[entity].writable) {
    if (rule.kind === 'address') addresses.push(field)
    const before = previous[field]
    let value = values.get(field)
    if (value === undefined && (mode === 'sparse' || KEPT_BY_FULL_UPDATES.has(field))) value = before
    if (mergeNested && mode === 'sparse' && isJsonObject(value) && isJsonObject(before) && rule.kind !== 'reference') {
      value = { ...before, ...value }
    }
    if (rule.kind === 'address' && assembly.keepsEmptied && isJsonObject(before)) value = filledUp(before, value)
    if (rule.kind === 'address' && isJsonObject(value)) value = withoutEmptyParts(value)
    if (rule.kind === 'address' && (value === undefined || value === null) && assembly.keepsAddressId) {
      if (isJsonObject(before) && before.Id !== undefined) value = { Id: before.Id }
    }
    if (rule.kind === 'masked' && typeof before === 'string' && value === masked(before)) value = before
    if (value === undefined || value === null) {
      if ((rule.kind === 'boolean' || rule.kind === 'choice') && rule.byDefault !== undefined) value = rule.byDefault
      else if (field === 'CurrencyRef') value = assembly.unsaidCurrency
    }
    if (value !== undefined && value !== null) fields[field] = value
  }
  const numbered = withAddressIds(addresses, fields, previous, assembly.takeAddressId)
  for (const field of addresses) if (numbered[field] !== undefined) fields[field] = numbered[field]
  return fields
}
