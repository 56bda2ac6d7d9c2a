import { assembleFields, type WriteMode } from './assemble.ts'
import { currencyRefusal, parentCurrencyRefusal } from './currencies.ts'
import {
  BILL_WITH_PARENT_FIXED,
  type BusinessError,
  businessRule,
  EMAIL_REQUIRED,
  HAS_BALANCE,
  HAS_UNBILLED,
  invalidNumber,
  missingParameter,
  NOT_FOUND,
  PROJECT_FIXED,
  STALE,
} from './errors.ts'
import { UNKNOWN_PROPERTY, unknownValue } from './fields.ts'
import { settleParent } from './hierarchy.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { settleName, wantedName } from './naming.ts'
import { readBoolean, readFields, readNumber, unknownIn } from './read-fields.ts'
import { balanceWithJobs, DELETED_SUFFIX, type NameEntity, type NameRecord, pathOf, plainName } from './record.ts'
import { type CompanyState, nowSeconds } from './state.ts'

export type Written =
  | { readonly ok: true; readonly record: NameRecord }
  | { readonly ok: false; readonly errors: readonly BusinessError[] }

/** Who writes: an app over the API, or a person in QuickBooks' screens (who is never stale, and may write off). */
export type Writer = { readonly app: string } | 'person'

const LONGEST_PRINT_NAME = 110
const DEFAULT_TAX_CODE: JsonObject = { value: '2' }

interface Draft {
  readonly parent: NameRecord | undefined
  readonly active: boolean
  readonly displayName: string
  readonly fields: JsonObject
}
type Drafted =
  | { readonly ok: true; readonly draft: Draft }
  | { readonly ok: false; readonly errors: readonly BusinessError[] }

const refuse = (
  ...errors: readonly BusinessError[]
): { readonly ok: false; readonly errors: readonly BusinessError[] } => ({
  ok: false,
  errors,
})
const byApp = (writer: Writer): { readonly byApp?: string } => (writer === 'person' ? {} : { byApp: writer.app })

function settleActive(state: CompanyState, given: Json | undefined, mode: WriteMode, record?: NameRecord): Json {
  if (given !== null && given !== undefined) return given
  if (record === undefined || record.active) return true
  return mode === 'full' && state.switches.get('full-update-omitted-active') === 'activates'
}

/** Like every writable property, one that nobody knows yet is cleared by a full update that leaves it out. */
function unknownProperty(
  state: CompanyState,
  body: JsonObject,
  mode: WriteMode,
  record: NameRecord | undefined,
): Json | undefined {
  const isThere = record?.entity === 'Customer' && state.switches.get('unknown-properties') === 'one'
  if (!isThere || (mode === 'sparse' && body[UNKNOWN_PROPERTY] === undefined)) return record?.fields[UNKNOWN_PROPERTY]
  const given = body[UNKNOWN_PROPERTY]
  const isKept = JSON.stringify(given) === JSON.stringify(unknownValue(record.id))
  return isKept ? record.fields[UNKNOWN_PROPERTY] : (given ?? null)
}

/** What QuickBooks prints on checks where nobody says what. */
const printNameOf = (fields: JsonObject, displayName: string): string =>
  String(fields.CompanyName ?? plainName(displayName)).slice(0, LONGEST_PRINT_NAME)

/** The currency of a record that is created without one. */
function unsaidCurrency(state: CompanyState, parent: NameRecord | undefined): JsonObject {
  const parents = state.switches.get('sub-customer-currency-omitted') === 'parents' && parent?.fields.CurrencyRef
  if (isJsonObject(parents)) return parents
  return state.resolve('Currency', state.homeCurrency) ?? { value: state.homeCurrency }
}

/** What the record would be after the write, or why it cannot be. */
function draftOf(
  state: CompanyState,
  entity: NameEntity,
  body: JsonObject,
  mode: WriteMode,
  record: NameRecord | undefined,
): Drafted {
  const { values, errors } = readFields(entity, body, state.resolve)
  if (errors.length > 0) return refuse(...errors)
  const parented =
    entity === 'Customer' ? settleParent(state, body, mode, record) : { ok: true as const, parent: undefined }
  const assembled = assembleFields({
    entity,
    mode,
    previous: record?.fields ?? {},
    values,
    mergeNested: state.switches.get('sparse-nested') === 'merged',
    keepsEmptied: mode === 'sparse' && state.switches.get('emptied-address') === 'stays',
    keepsAddressId: state.switches.get('empty-address') === 'only-id',
    unsaidCurrency: unsaidCurrency(state, parented.ok ? parented.parent : undefined),
    takeAddressId: state.takeAddressId,
  })
  const active = readBoolean(settleActive(state, body.Active, mode, record))
  if (!active.ok) return refuse(active.error)
  const wanted = wantedName(body.DisplayName, mode, assembled, record)
  if (!wanted.ok) return refuse(wanted.error)
  if (!parented.ok) return refuse(parented.error)
  const named = settleName(state, wanted.name, active.value === true, parented.parent, record)
  if (!named.ok) return refuse(named.error)

  const fields: Record<string, Json> = {}
  for (const [field, value] of Object.entries(assembled)) if (value !== undefined) fields[field] = value
  if (entity === 'Customer' && parented.parent === undefined) fields.BillWithParent = false
  const unknown = unknownProperty(state, body, mode, record)
  if (unknown !== undefined) fields[UNKNOWN_PROPERTY] = unknown
  const isDerived =
    mode === 'sparse' &&
    record !== undefined &&
    body.PrintOnCheckName === undefined &&
    state.switches.get('sparse-rename-print-name') === 'follows' &&
    record.fields.PrintOnCheckName === printNameOf(record.fields, record.displayName)
  if (isDerived || fields.PrintOnCheckName === undefined) {
    fields.PrintOnCheckName = printNameOf(fields, named.name)
  }
  return {
    ok: true,
    draft: { parent: parented.parent, active: active.value === true, displayName: named.name, fields },
  }
}

function deliveryRefusal(fields: JsonObject): BusinessError | undefined {
  return fields.PreferredDeliveryMethod === 'Email' && fields.PrimaryEmailAddr === undefined
    ? EMAIL_REQUIRED
    : undefined
}

/** What QuickBooks puts into a new record that nobody asked for. */
function unasked(state: CompanyState, entity: NameEntity, fields: JsonObject, writer: Writer): JsonObject {
  if (entity === 'Vendor') return fields.BillRate !== undefined && fields.CostRate === undefined ? { CostRate: 0 } : {}
  if (entity !== 'Customer') return {}
  // Recorded: an address of those whom a person made is there, and empty but for its Id, which both of them share.
  const hasNone = fields.BillAddr === undefined && fields.ShipAddr === undefined
  const isIdAlone = writer === 'person' && hasNone && state.switches.get('empty-address') === 'only-id'
  const address = isIdAlone ? { Id: state.takeAddressId() } : undefined
  return {
    ...(address !== undefined && { BillAddr: address, ShipAddr: address }),
    ...(fields.DefaultTaxCodeRef === undefined && { DefaultTaxCodeRef: DEFAULT_TAX_CODE }),
  }
}

/** Recorded: LastUpdatedTime of a new record is up to two seconds after its CreateTime. */
const createdBefore = (state: CompanyState, now: number): number =>
  state.switches.get('write-times') === 'apart' ? now - (now % 3) : now

/** Creates a record. Unknown properties 2010, bad values 2xxx, no name 6080, a taken one 6240, hierarchy 6150 ff. */
export function createRecord(
  state: CompanyState,
  entity: NameEntity,
  body: JsonObject,
  writer: Writer,
  { project = false }: { readonly project?: boolean } = {},
): Written {
  const unknown = unknownIn(entity, body)
  if (unknown !== undefined) return refuse(unknown)
  const balance = readNumber(entity === 'Customer' ? (body.Balance ?? null) : null)
  if (!balance.ok) return refuse(balance.error)
  const drafted = draftOf(state, entity, body, 'create', undefined)
  if (!drafted.ok) return drafted
  const { draft } = drafted
  const refusal =
    deliveryRefusal(draft.fields) ??
    currencyRefusal(state, body.CurrencyRef) ??
    parentCurrencyRefusal(state, draft.fields, draft.parent)
  if (refusal !== undefined) return refuse(refusal)
  const now = nowSeconds(state.clock)
  const record: NameRecord = {
    entity,
    id: state.store.takeId(),
    syncToken: 0,
    active: draft.active,
    created: createdBefore(state, now),
    updated: now,
    edited: now,
    displayName: draft.displayName,
    lowerName: draft.displayName.toLowerCase(),
    path: pathOf(draft.parent, draft.displayName),
    parent: draft.parent,
    children: undefined,
    balance: typeof balance.value === 'number' ? balance.value : 0,
    unbilled: false,
    ...(project && { project }),
    // The recorded answer to a minimal create has it, last.
    fields: { ...draft.fields, ...unasked(state, entity, draft.fields, writer) },
  }
  state.store.add(record)
  state.emit({ entity, id: String(record.id), operation: 'Create', ...byApp(writer) })
  touchAbove(state, record, writer)
  return { ok: true, record }
}

/** Recorded in two companies: a new sub-customer moves its parent's LastUpdatedTime, and not its SyncToken. */
function touchAbove(state: CompanyState, { parent }: NameRecord, writer: Writer): void {
  const goesUp = state.switches.get('new-sub-moves-ancestors') === 'yes'
  const emits = state.switches.get('new-sub-emits-parent') === 'yes'
  for (let each = parent; each !== undefined; each = goesUp ? each.parent : undefined) {
    state.store.change(each, { updated: nowSeconds(state.clock) })
    if (emits) state.emit({ entity: 'Customer', id: String(each.id), operation: 'Update', ...byApp(writer) })
  }
}

function deactivationRefusal(state: CompanyState, record: NameRecord): BusinessError | undefined {
  const mode = state.switches.get('deactivate-parent')
  const hasActiveChildren = [...(record.children ?? [])].some((child) => child.active)
  if (hasActiveChildren && mode === 'refused') {
    return businessRule('This customer has active sub-customers. Make them inactive first.')
  }
  const balance = mode === 'cascade' ? balanceWithJobs(record) : record.balance
  if (balance !== 0) {
    const Detail = HAS_BALANCE.Detail?.replace('This customer', `This ${record.entity.toLowerCase()}`) ?? ''
    return { ...HAS_BALANCE, Detail }
  }
  return record.unbilled ? HAS_UNBILLED : undefined
}

/** The balance becomes zero, as by the credit memos that the screens make. */
function writeOff(state: CompanyState, record: NameRecord, withChildren: boolean): void {
  state.store.change(record, { balance: 0 })
  if (withChildren) for (const child of record.children ?? []) writeOff(state, child, true)
}

/** Paths of all sub-customers follow their parent's; what else moves on them is a switch. */
function carryPathDown(state: CompanyState, parent: NameRecord, writer: Writer): void {
  const bumps = state.switches.get('child-path-bumps')
  const now = nowSeconds(state.clock)
  for (const child of parent.children ?? []) {
    const path = pathOf(parent, child.displayName)
    if (child.path === path) continue
    state.store.change(child, {
      path,
      ...(bumps === 'nothing' ? {} : { updated: now }),
      ...(bumps === 'token-and-time' ? { syncToken: child.syncToken + 1 } : {}),
    })
    if (state.switches.get('child-path-events') === 'yes') {
      state.emit({ entity: 'Customer', id: String(child.id), operation: 'Update', ...byApp(writer) })
    }
    carryPathDown(state, child, writer)
  }
}

function apply(state: CompanyState, record: NameRecord, draft: Draft, writer: Writer): void {
  const goesInactive = record.active && !draft.active
  const now = nowSeconds(state.clock)
  state.store.change(record, {
    ...draft,
    syncToken: record.syncToken + 1,
    updated: now,
    edited: now,
    path: pathOf(draft.parent, draft.displayName),
  })
  const operation = goesInactive ? state.switches.get('deactivation-event') : 'Update'
  state.emit({ entity: record.entity, id: String(record.id), operation, ...byApp(writer) })
  carryPathDown(state, record, writer)
  if (goesInactive && state.switches.get('deactivate-parent') === 'cascade') {
    for (const child of [...(record.children ?? [])]) if (child.active) deactivateChild(state, child, writer)
  }
}

function deactivateChild(state: CompanyState, child: NameRecord, writer: Writer): void {
  const named = settleName(state, child.displayName, false, child.parent, child)
  // Only the position "refused" can refuse, and then the plain suffix is the least wrong name left.
  const displayName = named.ok ? named.name : child.displayName + DELETED_SUFFIX
  apply(state, child, { parent: child.parent, active: false, displayName, fields: child.fields }, writer)
}

/** Whatever the order of their properties. */
const areSame = (some: JsonObject, others: JsonObject): boolean =>
  [...new Set([...Object.keys(some), ...Object.keys(others)])].every(
    (field) => JSON.stringify(some[field]) === JSON.stringify(others[field]),
  )

const isSame = (record: NameRecord, draft: Draft): boolean =>
  record.active === draft.active &&
  record.displayName === draft.displayName &&
  record.parent === draft.parent &&
  areSame(record.fields, draft.fields)

/** Changes a record that has been found. A write that changes nothing moves neither SyncToken nor LastUpdatedTime. */
export function changeRecord(
  state: CompanyState,
  record: NameRecord,
  body: JsonObject,
  mode: 'full' | 'sparse',
  writer: Writer,
): Written {
  const drafted = draftOf(state, record.entity, body, mode, record)
  if (!drafted.ok) return drafted
  const { draft } = drafted
  if (isSame(record, draft)) return { ok: true, record }
  const currency = JSON.stringify(record.fields.CurrencyRef)
  if (currency !== JSON.stringify(draft.fields.CurrencyRef)) {
    return refuse(businessRule('The currency cannot be changed once it is set.'))
  }
  if (record.parent !== draft.parent) {
    const refusal = parentCurrencyRefusal(state, draft.fields, draft.parent)
    if (refusal !== undefined) return refuse(refusal)
  }
  if (writer !== 'person' && record.project === true && state.switches.get('project-writes') === 'refused') {
    const isKept =
      record.parent === draft.parent && record.active === draft.active && record.displayName === draft.displayName
    if (!isKept) return refuse(PROJECT_FIXED)
  }
  const billsWithParent = record.fields.BillWithParent === draft.fields.BillWithParent
  if (!billsWithParent && record.parent !== undefined && state.hasOpenInvoices(record.parent.id)) {
    return refuse(BILL_WITH_PARENT_FIXED)
  }
  const delivery = deliveryRefusal(draft.fields)
  if (delivery !== undefined && deliveryRefusal(record.fields) === undefined) return refuse(delivery)
  if (record.active && !draft.active) {
    const refusal = writer === 'person' ? undefined : deactivationRefusal(state, record)
    if (refusal !== undefined) return refuse(refusal)
    if (writer === 'person') writeOff(state, record, state.switches.get('deactivate-parent') === 'cascade')
  }
  apply(state, record, draft, writer)
  return { ok: true, record }
}

/** A whole number from a request's Id or SyncToken, or the error that QuickBooks gives for anything else. */
export function readId(
  value: Json | undefined,
  element: 'Id' | 'SyncToken',
): { readonly ok: true; readonly id: number } | { readonly ok: false; readonly error: BusinessError } {
  if (value === undefined || value === null || value === '') return { ok: false, error: missingParameter(element) }
  const text = String(value)
  return /^\d{1,15}$/.test(text) ? { ok: true, id: Number(text) } : { ok: false, error: invalidNumber(text, element) }
}

/** An update over the API: full, or sparse where the body says so. Unknown record 610, old SyncToken 5010. */
export function updateRecord(state: CompanyState, entity: NameEntity, body: JsonObject, writer: Writer): Written {
  const unknown = unknownIn(entity, body)
  if (unknown !== undefined) return refuse(unknown)
  const id = readId(body.Id, 'Id')
  if (!id.ok) return refuse(id.error)
  const token = readId(body.SyncToken, 'SyncToken')
  if (!token.ok) return refuse(token.error)
  const record = state.store.find(entity, id.id)
  const mode = body.sparse === true || body.sparse === 'true' ? 'sparse' : 'full'
  if (record === undefined) return refuse(NOT_FOUND)
  const { errors } = readFields(entity, body, state.resolve)
  if (errors.length > 0) return refuse(...errors)
  if (record.syncToken !== token.id) return refuse(STALE)
  return changeRecord(state, record, body, mode, writer)
}
