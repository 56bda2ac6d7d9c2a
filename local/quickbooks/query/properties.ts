import type { JsonObject } from '../company/json.ts'
import type { CompanyCurrency, CustomerType } from '../company/lists.ts'
import { balanceWithJobs, type NameEntity, type NameRecord } from '../company/record.ts'
import type { KeptOrder } from '../company/store.ts'

/** What a property of a query compares as. Times are epoch milliseconds. */
export type Comparable = string | number | boolean | undefined

export interface Property<Row> {
  readonly name: string
  /** `key`: an id that is compared as text, because it may have 19 digits. */
  readonly kind: 'id' | 'key' | 'text' | 'number' | 'boolean' | 'time'
  readonly filterable: boolean
  readonly sortable: boolean
  readonly get: (row: Row) => Comparable
  /** The order that the store keeps by this property, if it keeps one. */
  readonly keptAs?: KeptOrder
}

/** What can be asked of an entity. */
export interface Queryable<Row> {
  readonly entity: string
  readonly properties: readonly Property<Row>[]
}

type Options = { readonly filterable?: boolean; readonly sortable?: boolean; readonly keptAs?: KeptOrder }

function property<Row>(
  name: string,
  kind: Property<Row>['kind'],
  get: (row: Row) => Comparable,
  options: Options = {},
): Property<Row> {
  const { filterable = true, sortable = true, keptAs } = options
  return { name, kind, get, filterable, sortable, ...(keptAs === undefined ? {} : { keptAs }) }
}

const text = (record: NameRecord, field: string): string | undefined => {
  const value = record.fields[field]
  return typeof value === 'string' ? value : undefined
}
const part = (record: NameRecord, field: string, key: string): string | undefined => {
  // Wrapped texts are objects with one key, which the fields' own rules guarantee.
  const value = record.fields[field] as JsonObject | undefined
  const inner = value?.[key]
  return typeof inner === 'string' ? inner : undefined
}

const SHARED: readonly Property<NameRecord>[] = [
  property('Id', 'id', (r) => r.id, { keptAs: 'id' }),
  property('DisplayName', 'text', (r) => r.displayName, { keptAs: 'name' }),
  property('GivenName', 'text', (r) => text(r, 'GivenName')),
  property('MiddleName', 'text', (r) => text(r, 'MiddleName')),
  property('FamilyName', 'text', (r) => text(r, 'FamilyName')),
  property('PrintOnCheckName', 'text', (r) => text(r, 'PrintOnCheckName')),
  property('PrimaryEmailAddr', 'text', (r) => part(r, 'PrimaryEmailAddr', 'Address'), { sortable: false }),
  property('Active', 'boolean', (r) => r.active),
  property('MetaData.CreateTime', 'time', (r) => r.created * 1000, { keptAs: 'created' }),
  property('MetaData.LastUpdatedTime', 'time', (r) => r.updated * 1000, { keptAs: 'updated' }),
]

/** The filterable and sortable properties of Intuit's entity pages. */
export const NAME_QUERIES: Readonly<Record<NameEntity, Queryable<NameRecord>>> = {
  Customer: {
    entity: 'Customer',
    properties: [
      ...SHARED,
      property('FullyQualifiedName', 'text', (r) => r.path, { keptAs: 'path' }),
      property('CompanyName', 'text', (r) => text(r, 'CompanyName')),
      property('Balance', 'number', (r) => r.balance),
      property('BalanceWithJobs', 'number', balanceWithJobs, { filterable: false }),
    ],
  },
  Vendor: {
    entity: 'Vendor',
    properties: [
      ...SHARED,
      property('CompanyName', 'text', (r) => text(r, 'CompanyName')),
      property('Balance', 'number', (r) => r.balance),
      property('AcctNum', 'text', (r) => text(r, 'AcctNum')),
    ],
  },
  Employee: { entity: 'Employee', properties: SHARED },
}

export const CUSTOMER_TYPE_QUERY: Queryable<CustomerType> = {
  entity: 'CustomerType',
  properties: [
    property('Id', 'key', (t) => t.id),
    property('Name', 'text', (t) => t.name),
    property('Active', 'boolean', (t) => t.active),
    property('MetaData.CreateTime', 'time', (t) => t.created * 1000),
    property('MetaData.LastUpdatedTime', 'time', (t) => t.updated * 1000),
  ],
}

/** Id, Active and MetaData can be filtered and sorted by (Accounting API: "CompanyCurrency"). */
export const CURRENCY_QUERY: Queryable<CompanyCurrency> = {
  entity: 'CompanyCurrency',
  properties: [
    property('Id', 'id', (c) => Number(c.id)),
    property('Active', 'boolean', (c) => c.active),
    property('MetaData.CreateTime', 'time', (c) => c.created * 1000),
    property('MetaData.LastUpdatedTime', 'time', (c) => c.updated * 1000),
  ],
}

/** There is one CompanyInfo a company, with Id 1. */
export interface CompanyInfoRow {
  readonly id: number
  readonly name: string
  readonly created: number
  readonly rendered: JsonObject
}

/** There is one Preferences a company, with Id 1. */
export const PREFERENCES_QUERY: Queryable<Omit<CompanyInfoRow, 'name'>> = {
  entity: 'Preferences',
  properties: [
    property('Id', 'id', (c) => c.id),
    property('MetaData.CreateTime', 'time', (c) => c.created * 1000),
    property('MetaData.LastUpdatedTime', 'time', (c) => c.created * 1000),
  ],
}

export const COMPANY_INFO_QUERY: Queryable<CompanyInfoRow> = {
  entity: 'CompanyInfo',
  properties: [
    property('Id', 'id', (c) => c.id),
    property('CompanyName', 'text', (c) => c.name),
    property('MetaData.CreateTime', 'time', (c) => c.created * 1000),
    property('MetaData.LastUpdatedTime', 'time', (c) => c.created * 1000),
  ],
}

/** The property of this name, whatever its case. */
export const propertyNamed = <Row>(queryable: Queryable<Row>, name: string): Property<Row> | undefined =>
  queryable.properties.find((each) => each.name.toLowerCase() === name.toLowerCase())
