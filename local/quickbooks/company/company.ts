import type { Bookkeeper, Invoice } from './bookkeeper.ts'
import { createBookkeeper, createInvoices } from './bookkeeping.ts'
import type { Change, ChangeListener } from './change.ts'
import type { JsonObject } from './json.ts'
import { type CompanyCurrency, type CustomerType, createResolve } from './lists.ts'
import type { NameEntity, NameRecord } from './record.ts'
import { renderRecord } from './render.ts'
import type { CompanyState, CompanySurroundings } from './state.ts'
import { createStore, type Tombstone } from './store.ts'
import { createZone } from './zone.ts'

export interface ListOptions {
  readonly entity?: NameEntity
  /** Part of a name, company or e-mail address; case does not matter. */
  readonly search?: string
  readonly active?: boolean
  /** From 0. */
  readonly offset?: number
  readonly limit?: number
}

export interface Company {
  readonly realmId: string
  readonly name: string
  /** ISO-2. */
  readonly country: string
  /** IANA zone in which metadata times are written. */
  readonly zone: string
  readonly environment: 'sandbox' | 'production'
  /** Epoch seconds. */
  readonly created: number
  readonly bookkeeper: Bookkeeper
  /** For the Accounting API: records and what actions on them need. */
  readonly state: CompanyState
  readonly customerTypes: ReadonlyMap<string, CustomerType>
  /** Calls back after each change, in order. The result unsubscribes. */
  onChange(listener: ChangeListener): () => void
  /** The record as a read shows it, or undefined when there is none. */
  read(entity: NameEntity, id: string): JsonObject | undefined
  /** For a screen: by name, with how many fit in all. */
  list(options: ListOptions): { readonly total: number; readonly rows: readonly JsonObject[] }
  count(entity: NameEntity, active?: boolean): number
}

export interface CompanyFacts {
  readonly realmId: string
  readonly name: string
  readonly zone: string
  readonly country: string
  readonly environment: 'sandbox' | 'production'
  readonly created: number
  readonly homeCurrency: string
  readonly customerTypes: readonly CustomerType[]
  /** None, and no such property in older snapshots: multicurrency is off. */
  readonly currencies?: readonly CompanyCurrency[]
  readonly firstAddressId: number
}

function fits(record: NameRecord, search: string): boolean {
  if (record.path.toLowerCase().includes(search)) return true
  const { CompanyName, PrimaryEmailAddr } = record.fields
  return JSON.stringify([CompanyName, PrimaryEmailAddr] as const)
    .toLowerCase()
    .includes(search)
}

/** What a company brings along from an earlier life besides its records. */
export interface CompanyPast {
  readonly tombstones: readonly Tombstone[]
  readonly invoices: readonly Invoice[]
}

/** Creates a company with the records given; they are its own from then on. */
export function createCompany(
  facts: CompanyFacts,
  records: readonly NameRecord[],
  { clock, switches, mostRows }: Pick<CompanySurroundings, 'clock' | 'switches' | 'mostRows'>,
  past: CompanyPast = { tombstones: [], invoices: [] },
): Company {
  const store = createStore()
  store.addAll(records)
  store.addTombstones(past.tombstones)
  const customerTypes = new Map(facts.customerTypes.map((each) => [each.id, each]))
  const currencies = new Map(facts.currencies?.map((each) => [each.id, each]))
  const listeners = new Set<ChangeListener>()
  const invoices = createInvoices(past.invoices)
  const zone = createZone(facts.zone)
  let nextAddressId = facts.firstAddressId
  const state: CompanyState = {
    realmId: facts.realmId,
    store,
    clock,
    switches,
    mostRows,
    zone,
    homeCurrency: facts.homeCurrency,
    currencies,
    resolve: createResolve(customerTypes),
    takeAddressId: () => String(nextAddressId++),
    hasOpenInvoices: (customerId) => invoices.hasOpen(customerId),
    emit(change) {
      const full: Change = { realmId: facts.realmId, ...change, time: clock.now() }
      for (const listener of listeners) listener(full)
    },
  }
  return {
    realmId: facts.realmId,
    name: facts.name,
    country: facts.country,
    zone: facts.zone,
    environment: facts.environment,
    created: facts.created,
    bookkeeper: createBookkeeper(state, invoices, customerTypes),
    state,
    customerTypes,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    read(entity, id) {
      const record = /^\d+$/.test(id) ? store.find(entity, Number(id)) : undefined
      return record === undefined ? undefined : renderRecord(state, record, 'read')
    },
    list({ entity = 'Customer', search, active, offset = 0, limit = 100 }) {
      const activity = active === undefined ? 'all' : active ? 'active' : 'inactive'
      const index = store.index(entity, activity, 'path')
      const render = (record: NameRecord): JsonObject => renderRecord(state, record, 'read')
      if (search === undefined || search === '') {
        return { total: index.size, rows: [...index.slice(offset, offset + limit)].map(render) }
      }
      const found = [...index.slice(0)].filter((record) => fits(record, search.toLowerCase()))
      return { total: found.length, rows: found.slice(offset, offset + limit).map(render) }
    },
    count: (entity, active) =>
      store.index(entity, active === undefined ? 'all' : active ? 'active' : 'inactive', 'id').size,
  }
}
