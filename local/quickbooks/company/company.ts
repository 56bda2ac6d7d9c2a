import { createBookkeeper, createInvoices } from './bookkeeping.ts'
import type { Change, ChangeListener } from './change.ts'
import type { CompanyCurrency } from './currencies.ts'
import type { BusinessError } from './errors.ts'
import type { JsonObject } from './json.ts'
import { type CustomerType, createResolve } from './lists.ts'
import type { NameEntity, NameRecord } from './record.ts'
import { renderRecord } from './render.ts'
import type { CompanyState, CompanySurroundings } from './state.ts'
import { createStore, type Tombstone } from './store.ts'
import { createZone } from './zone.ts'

/** What became of an action: the record as a read now shows it, or the errors and nothing done. */
export type Outcome =
  | { readonly ok: true; readonly record: JsonObject }
  | { readonly ok: false; readonly errors: readonly BusinessError[] }

export interface Invoice {
  readonly id: string
  readonly customerId: string
  readonly amount: number
  readonly paid: boolean
}

/** What a person does in QuickBooks' own screens; no app, no bearer, no throttle. Each emits its changes. */
export interface Bookkeeper {
  create(entity: NameEntity, fields: JsonObject): Outcome
  /** Changes the fields given, and no others. */
  edit(entity: NameEntity, id: string, fields: JsonObject): Outcome
  /** As the screens do it: a balance is written off by a credit memo instead of refused. */
  deactivate(entity: NameEntity, id: string): Outcome
  reactivate(entity: NameEntity, id: string): Outcome
  /** The survivor keeps its own values; the loser is gone for good. Returns the survivor. */
  merge(entity: NameEntity, survivorId: string, loserId: string): Outcome
  /** Bills a customer: moves its LastUpdatedTime, not its SyncToken. Returns the customer. */
  createInvoice(customerId: string, amount: number): Outcome & { readonly invoice?: Invoice }
  payInvoice(invoiceId: string): Outcome
  deleteInvoice(invoiceId: string): Outcome
  invoices(customerId?: string): readonly Invoice[]
  /** Makes a project, which no app can over the Accounting API. */
  createProject(parentId: string, name: string): Outcome
  /** Adds a currency, or makes it active again. The first one turns multicurrency on, for good. */
  addCurrency(code: string): CurrencyOutcome
  editCurrency(id: string, to: { readonly active: boolean }): CurrencyOutcome
  /** Adds a customer type, which no app can. Refused where an active one has the name already. */
  createCustomerType(name: string): CustomerTypeOutcome
  /** Renames a customer type, or makes it inactive or active again. */
  editCustomerType(id: string, to: { readonly name?: string; readonly active?: boolean }): CustomerTypeOutcome
}

export type CurrencyOutcome =
  | { readonly ok: true; readonly currency: CompanyCurrency }
  | { readonly ok: false; readonly errors: readonly BusinessError[] }

export type CustomerTypeOutcome =
  | { readonly ok: true; readonly customerType: CustomerType }
  | { readonly ok: false; readonly errors: readonly BusinessError[] }

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
