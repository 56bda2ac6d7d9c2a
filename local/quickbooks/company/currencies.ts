import type { Clock } from '../clock.ts'
import type { Bookkeeper, CurrencyOutcome } from './bookkeeper.ts'
import {
  type BusinessError,
  businessRule,
  invalidReference,
  MULTICURRENCY_OFF,
  NOT_FOUND,
  SUB_CUSTOMER_CURRENCY,
} from './errors.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { type CompanyCurrency, CURRENCIES, type CurrencyCenter } from './lists.ts'
import type { NameRecord } from './record.ts'
import { type CompanyState, nowSeconds } from './state.ts'
import type { Zone } from './zone.ts'

export const hasMulticurrency = (center: CurrencyCenter): boolean => center.size > 0

export function currencyCenterOf(codes: readonly string[], now: number): readonly CompanyCurrency[] {
  return codes.map((code, i) => ({
    id: String(i + 1),
    code,
    active: true,
    syncToken: 0,
    created: now - 300 * 86_400,
    updated: now - 300 * 86_400,
  }))
}

/** What a person does in the Currency Center. */
export function createCurrencyActions(
  clock: Clock,
  center: CurrencyCenter,
  homeCurrency: string,
): Pick<Bookkeeper, 'addCurrency' | 'editCurrency'> {
  const put = (currency: CompanyCurrency): CurrencyOutcome => {
    center.set(currency.id, currency)
    return { ok: true, currency }
  }
  return {
    addCurrency(code) {
      const known = [...center.values()].find((each) => each.code === code)
      const now = nowSeconds(clock)
      if (known !== undefined) {
        return known.active
          ? { ok: true, currency: known }
          : put({ ...known, active: true, syncToken: known.syncToken + 1, updated: now })
      }
      if (code === homeCurrency || !CURRENCIES.has(code)) {
        return { ok: false, errors: [businessRule(`${code} cannot be added to the currencies of this company.`)] }
      }
      const id = String(center.size + 1)
      return put({ id, code, active: true, syncToken: 0, created: now, updated: now })
    },
    editCurrency(id, { active }) {
      const currency = center.get(id)
      if (currency === undefined) return { ok: false, errors: [NOT_FOUND] }
      if (currency.active === active) return { ok: true, currency }
      return put({ ...currency, active, syncToken: currency.syncToken + 1, updated: nowSeconds(clock) })
    },
  }
}

/** What the Currency Center lists to apps: by switch, the home currency too. */
export function listedCurrencies(state: CompanyState, created: number): readonly CompanyCurrency[] {
  const listed = [...state.currencies.values()]
  if (listed.length === 0 || state.switches.get('home-among-currencies') === 'left-out') return listed
  const home = { id: '0', code: state.homeCurrency, active: true, syncToken: 0, created, updated: created }
  return [home, ...listed]
}

/** A currency as QuickBooks sends it, keys in the order of the samples (Accounting API: "CompanyCurrency"). */
export function renderCurrency(currency: CompanyCurrency, zone: Zone): JsonObject {
  return {
    SyncToken: String(currency.syncToken),
    domain: 'QBO',
    Code: currency.code,
    Name: CURRENCIES.get(currency.code)?.name ?? currency.code,
    sparse: false,
    Active: currency.active,
    Id: currency.id,
    MetaData: { CreateTime: zone.stamp(currency.created), LastUpdatedTime: zone.stamp(currency.updated) },
  }
}

const codeOf = (reference: Json | undefined): string | undefined =>
  isJsonObject(reference) && typeof reference.value === 'string' ? reference.value : undefined

/** The currency of a record; the home currency where none is kept. */
export const currencyOf = (state: CompanyState, fields: JsonObject): string =>
  codeOf(fields.CurrencyRef) ?? state.homeCurrency

/** Why a record cannot be created in the currency that was asked for, if so. */
export function currencyRefusal(state: CompanyState, asked: Json | undefined): BusinessError | undefined {
  const code = codeOf(asked)
  if (code === undefined) return undefined
  if (!hasMulticurrency(state.currencies)) {
    const isTaken = code === state.homeCurrency && state.switches.get('home-currency-ref') === 'taken'
    return isTaken ? undefined : MULTICURRENCY_OFF
  }
  const isActive = [...state.currencies.values()].some((each) => each.code === code && each.active)
  return code === state.homeCurrency || isActive ? undefined : invalidReference('Currency', code)
}

/** Why a record of this currency cannot stand below this parent, if so. */
export function parentCurrencyRefusal(
  state: CompanyState,
  fields: JsonObject,
  parent: NameRecord | undefined,
): BusinessError | undefined {
  if (parent === undefined || state.switches.get('sub-customer-currency') === 'taken') return undefined
  return currencyOf(state, fields) === currencyOf(state, parent.fields) ? undefined : SUB_CUSTOMER_CURRENCY
}
