import type { ReferenceList } from './fields.ts'
import type { JsonObject } from './json.ts'
import type { Zone } from './zone.ts'

/** A customer type: it can be read and queried, never written, over the API. */
export interface CustomerType {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly syncToken: number
  /** Epoch seconds. */
  readonly created: number
  readonly updated: number
}

/** A currency of the Currency Center: there are some only in companies that have turned multicurrency on. */
export interface CompanyCurrency {
  readonly id: string
  readonly code: string
  readonly active: boolean
  readonly syncToken: number
  /** Epoch seconds. */
  readonly created: number
  readonly updated: number
}

/** Multicurrency is on from the first currency on, and cannot be turned off again (Intuit: "Manage multiple currencies"). */
export type CurrencyCenter = Map<string, CompanyCurrency>

const TERMS = [
  ['1', 'Due on receipt'],
  ['2', 'Net 15'],
  ['3', 'Net 30'],
  ['4', 'Net 60'],
] as const
const PAYMENT_METHODS = [
  ['1', 'Cash'],
  ['2', 'Check'],
  ['3', 'Visa'],
  ['4', 'MasterCard'],
  ['5', 'Discover'],
] as const
const CURRENCY_NAMES = [
  ['USD', 'United States Dollar'],
  ['CAD', 'Canadian Dollar'],
  ['EUR', 'Euro'],
  ['GBP', 'British Pound Sterling'],
  ['AUD', 'Australian Dollar'],
  ['JPY', 'Japanese Yen'],
  ['MXN', 'Mexican Peso'],
  ['INR', 'Indian Rupee'],
] as const

const index = (entries: readonly (readonly [string, string])[]): ReadonlyMap<string, JsonObject> =>
  new Map(entries.map(([value, name]) => [value, { value, name }]))
const currencies = index(CURRENCY_NAMES)
const FIXED = { Term: index(TERMS), PaymentMethod: index(PAYMENT_METHODS), Currency: currencies }

/** The currencies that QuickBooks knows, as far as they matter here. */
export const CURRENCIES: ReadonlyMap<string, { readonly value: string; readonly name: string }> = new Map(
  CURRENCY_NAMES.map(([value, name]) => [value, { value, name }]),
)

/** Resolves references against the company's lists; one object for all who point at the same entry. */
export function createResolve(customerTypes: ReadonlyMap<string, CustomerType>) {
  const types = new Map<string, JsonObject>()
  return (list: ReferenceList, value: string): JsonObject | undefined => {
    if (list !== 'CustomerType') return FIXED[list].get(value)
    if (!customerTypes.has(value)) return undefined
    const known = types.get(value) ?? { value }
    types.set(value, known)
    return known
  }
}

/** A customer type as QuickBooks sends it. */
export function renderCustomerType(type: CustomerType, zone: Zone): JsonObject {
  return {
    SyncToken: String(type.syncToken),
    domain: 'QBO',
    Name: type.name,
    sparse: false,
    Active: type.active,
    Id: type.id,
    MetaData: { CreateTime: zone.stamp(type.created), LastUpdatedTime: zone.stamp(type.updated) },
  }
}
