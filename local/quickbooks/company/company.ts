import type { ChangeListener } from './change.ts'
import type { BusinessError } from './errors.ts'
import type { JsonObject } from './json.ts'

export type NameEntity = 'Customer' | 'Vendor' | 'Employee'

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
}

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
  /** IANA zone in which metadata times are written. */
  readonly zone: string
  readonly environment: 'sandbox' | 'production'
  readonly bookkeeper: Bookkeeper
  /** Calls back after each change, in order. The result unsubscribes. */
  onChange(listener: ChangeListener): () => void
  /** The record as a read shows it, or undefined when there is none. */
  read(entity: NameEntity, id: string): JsonObject | undefined
  /** For a screen: by name, with how many fit in all. */
  list(options: ListOptions): { readonly total: number; readonly rows: readonly JsonObject[] }
  count(entity: NameEntity, active?: boolean): number
}
