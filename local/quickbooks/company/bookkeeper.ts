import type { BusinessError } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { CompanyCurrency, CustomerType } from './lists.ts'
import type { NameEntity } from './record.ts'

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
