import type { Bookkeeper, Invoice, Outcome } from './bookkeeper.ts'
import { createCurrencyActions, parentCurrencyRefusal } from './currencies.ts'
import { createCustomerTypeActions } from './customer-types.ts'
import { businessRule, HAS_SUBS, NAME_TAKEN, NOT_FOUND, PARENT_IS_CHILD, TOO_DEEP } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import type { CustomerType } from './lists.ts'
import { settleName } from './naming.ts'
import { unknownIn } from './read-fields.ts'
import {
  DEEPEST_LEVEL,
  DELETED_SUFFIX,
  heightOf,
  isWithin,
  levelOf,
  type NameEntity,
  type NameRecord,
  pathOf,
} from './record.ts'
import { renderRecord } from './render.ts'
import { type CompanyState, nowSeconds } from './state.ts'
import type { Store } from './store.ts'
import { changeRecord, createRecord, type Written } from './write.ts'

/** The invoices of a company, as far as they show on customers. */
export interface Invoices {
  readonly all: Map<string, Invoice>
  hasOpen(customerId: number): boolean
}

export function createInvoices(invoices: readonly Invoice[] = []): Invoices {
  const all = new Map(invoices.map((each) => [each.id, each]))
  return {
    all,
    hasOpen(customerId) {
      for (const invoice of all.values()) if (!invoice.paid && invoice.customerId === String(customerId)) return true
      return false
    },
  }
}

const cents = (amount: number): number => Math.round(amount * 100) / 100
const REFUSED = { ok: false as const, errors: [NOT_FOUND] }

function findRecord(store: Store, entity: NameEntity, id: string): NameRecord | undefined {
  return /^\d+$/.test(id) ? store.find(entity, Number(id)) : undefined
}

/** Why the loser cannot go into the survivor, if so. Its sub-customers must find their place there. */
function mergeRefusal(state: CompanyState, survivor: NameRecord, loser: NameRecord) {
  if (survivor === loser) return businessRule('A record cannot be merged with itself.')
  const hasSubs = [survivor, loser].some((each) => (each.children?.size ?? 0) > 0)
  if (hasSubs && state.switches.get('merge-with-subs') === 'refused') return HAS_SUBS
  if (isWithin(survivor, loser)) return PARENT_IS_CHILD
  for (const child of loser.children ?? []) {
    if (levelOf(survivor) + 1 + heightOf(child) > DEEPEST_LEVEL) return TOO_DEEP
    if (state.store.holderOf(pathOf(survivor, child.displayName), child) !== undefined) return NAME_TAKEN
    const foreign = parentCurrencyRefusal(state, child.fields, survivor)
    if (foreign !== undefined) return foreign
  }
  return undefined
}

/** What a person does in QuickBooks' own screens. */
export function createBookkeeper(
  state: CompanyState,
  invoices: Invoices,
  customerTypes: Map<string, CustomerType>,
): Bookkeeper {
  let nextInvoice = 1 + [...invoices.all.keys()].reduce((highest, id) => Math.max(highest, Number(id)), 0)
  const outcome = (written: Written): Outcome =>
    written.ok ? { ok: true, record: renderRecord(state, written.record, 'read') } : written
  const edit = (entity: NameEntity, id: string, fields: JsonObject): Outcome => {
    const record = findRecord(state.store, entity, id)
    if (record === undefined) return REFUSED
    const unknown = unknownIn(entity, fields)
    if (unknown !== undefined) return { ok: false, errors: [unknown] }
    return outcome(changeRecord(state, record, fields, 'sparse', 'person'))
  }

  /** A transaction moves LastUpdatedTime of its customer, and never the SyncToken. */
  const bill = (record: NameRecord, amount: number): Outcome => {
    const now = nowSeconds(state.clock)
    state.store.change(record, { balance: cents(record.balance + amount) })
    const up = state.switches.get('invoice-moves-ancestors') === 'yes'
    for (let each: NameRecord | undefined = record; each !== undefined; each = up ? each.parent : undefined) {
      state.store.change(each, { updated: now })
    }
    if (state.switches.get('invoice-emits-customer') === 'yes') {
      state.emit({ entity: record.entity, id: String(record.id), operation: 'Update' })
    }
    return { ok: true, record: renderRecord(state, record, 'read') }
  }
  const moveUnder = (child: NameRecord, parent: NameRecord): void => {
    const body: Record<string, Json> = { Job: true, ParentRef: { value: String(parent.id) } }
    const moved = changeRecord(state, child, body, 'sparse', 'person')
    if (!moved.ok)
      throw new Error(`A merge that nothing speaks against left a sub-customer: ${JSON.stringify(moved.errors)}`)
  }

  /** Takes a merged record out of the books, or leaves it there without effect. */
  const retire = (record: NameRecord, now: number): void => {
    if (state.switches.get('merged-record') === 'gone') {
      state.store.bury(record, now)
      return
    }
    const named = settleName(state, record.displayName, false, record.parent, record)
    const displayName = named.ok ? named.name : record.displayName + DELETED_SUFFIX
    state.store.change(record, {
      active: false,
      balance: 0,
      displayName,
      path: pathOf(record.parent, displayName),
      syncToken: record.syncToken + 1,
      updated: now,
      edited: now,
    })
  }

  return {
    ...createCustomerTypeActions(state.clock, customerTypes),
    ...createCurrencyActions(state.clock, state.currencies, state.homeCurrency),
    create: (entity, fields) => outcome(createRecord(state, entity, fields, 'person')),
    createProject(parentId, name) {
      const parent = findRecord(state.store, 'Customer', parentId)
      if (parent === undefined) return REFUSED
      const fields = { DisplayName: name, Job: true, ParentRef: { value: parentId } }
      return outcome(createRecord(state, 'Customer', fields, 'person', { project: true }))
    },
    edit,
    deactivate: (entity, id) => edit(entity, id, { Active: false }),
    reactivate: (entity, id) => edit(entity, id, { Active: true }),
    merge(entity, survivorId, loserId) {
      const survivor = findRecord(state.store, entity, survivorId)
      const loser = findRecord(state.store, entity, loserId)
      if (survivor === undefined || loser === undefined) return REFUSED
      const refusal = mergeRefusal(state, survivor, loser)
      if (refusal !== undefined) return { ok: false, errors: [refusal] }
      for (const child of [...(loser.children ?? [])]) moveUnder(child, survivor)
      for (const [id, invoice] of invoices.all) {
        if (invoice.customerId === loserId) invoices.all.set(id, { ...invoice, customerId: survivorId })
      }
      const now = nowSeconds(state.clock)
      const { balance } = loser
      retire(loser, now)
      const bumps = state.switches.get('merge-bumps') === 'token-and-time'
      state.store.change(survivor, {
        balance: cents(survivor.balance + balance),
        updated: now,
        ...(bumps ? { syncToken: survivor.syncToken + 1, edited: now } : {}),
      })
      state.emit({ entity, id: survivorId, operation: 'Merge', deletedId: loserId })
      return { ok: true, record: renderRecord(state, survivor, 'read') }
    },
    createInvoice(customerId, amount) {
      const record = findRecord(state.store, 'Customer', customerId)
      if (record === undefined || !record.active) return REFUSED
      if (!(amount > 0)) return { ok: false, errors: [businessRule('An invoice needs an amount above zero.')] }
      const invoice: Invoice = { id: String(nextInvoice++), customerId, amount: cents(amount), paid: false }
      invoices.all.set(invoice.id, invoice)
      return { ...bill(record, invoice.amount), invoice }
    },
    payInvoice(invoiceId) {
      const invoice = invoices.all.get(invoiceId)
      const record = invoice === undefined ? undefined : findRecord(state.store, 'Customer', invoice.customerId)
      if (invoice === undefined || record === undefined) return REFUSED
      if (invoice.paid) return { ok: false, errors: [businessRule('The invoice is paid already.')] }
      invoices.all.set(invoiceId, { ...invoice, paid: true })
      return bill(record, -invoice.amount)
    },
    deleteInvoice(invoiceId) {
      const invoice = invoices.all.get(invoiceId)
      const record = invoice === undefined ? undefined : findRecord(state.store, 'Customer', invoice.customerId)
      if (invoice === undefined || record === undefined) return REFUSED
      invoices.all.delete(invoiceId)
      return bill(record, invoice.paid ? 0 : -invoice.amount)
    },
    invoices: (customerId) =>
      [...invoices.all.values()].filter((each) => customerId === undefined || each.customerId === customerId),
  }
}
