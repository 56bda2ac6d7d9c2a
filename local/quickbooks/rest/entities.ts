import type { Company } from '../company/company.ts'
import { listedCurrencies, renderCurrency } from '../company/currencies.ts'
import { invalidNumber, NOT_FOUND, unsupportedOperation } from '../company/errors.ts'
import type { JsonObject } from '../company/json.ts'
import { renderCustomerType } from '../company/lists.ts'
import type { NameEntity } from '../company/record.ts'
import { renderRecord } from '../company/render.ts'
import { createRecord, updateRecord } from '../company/write.ts'
import { companyInfo } from './company-info.ts'
import { preferences } from './preferences.ts'
import { type ApiResult, failure, success } from './result.ts'

export const NAME_ENTITIES: ReadonlyMap<string, NameEntity> = new Map([
  ['customer', 'Customer'],
  ['vendor', 'Vendor'],
  ['employee', 'Employee'],
])

/** `GET /customer/{id}`: a bad Id 2030, an unknown one 610. */
export function readName(company: Company, entity: NameEntity, id: string): ApiResult {
  if (!/^\d+$/.test(id)) return failure('read', [invalidNumber(id)])
  const record = company.state.store.find(entity, Number(id))
  if (record === undefined) return failure('read', [NOT_FOUND])
  return success('read', { [entity]: renderRecord(company.state, record, 'read') }, 1, 1)
}

export function readCustomerType(company: Company, id: string): ApiResult {
  if (!/^\d+$/.test(id)) return failure('read', [invalidNumber(id)])
  const type = company.customerTypes.get(id)
  if (type === undefined) return failure('read', [NOT_FOUND])
  return success('read', { CustomerType: renderCustomerType(type, company.state.zone) }, 1, 1)
}

/** The path names the realm; the entity's own Id is 1. */
export function readCompanyInfo(company: Company, id: string): ApiResult {
  if (!/^\d+$/.test(id)) return failure('read', [invalidNumber(id)])
  if (id !== company.realmId && id !== '1') return failure('read', [NOT_FOUND])
  return success('read', { CompanyInfo: companyInfo(company) }, 1, 1)
}

export function readCurrency(company: Company, id: string): ApiResult {
  if (!/^\d+$/.test(id)) return failure('read', [invalidNumber(id)])
  const currency = listedCurrencies(company.state, company.created).find((each) => each.id === id)
  if (currency === undefined) return failure('read', [NOT_FOUND])
  return success('read', { CompanyCurrency: renderCurrency(currency, company.state.zone) }, 1, 1)
}

/** `GET /preferences`: there is one for the company, and it is asked for without an Id. */
export function readPreferences(company: Company): ApiResult {
  return success('read', { Preferences: preferences(company) }, 1, 1)
}

const hasId = (body: JsonObject): boolean => body.Id !== undefined && body.Id !== null && body.Id !== ''

/**
 * `POST /customer`: creates, or updates where the body has an Id or the query says `operation=update`. There is no
 * delete of a name.
 */
export function writeName(
  company: Company,
  entity: NameEntity,
  body: JsonObject,
  operation: string | undefined,
  clientId: string,
): ApiResult {
  if (operation !== undefined && operation !== 'create' && operation !== 'update') {
    return failure('other', [unsupportedOperation(operation)])
  }
  const isUpdate = operation === 'update' || (operation === undefined && hasId(body))
  const kind = isUpdate ? 'update' : 'create'
  const written = (isUpdate ? updateRecord : createRecord)(company.state, entity, body, { app: clientId })
  if (!written.ok) return failure(kind, written.errors)
  return success(kind, { [entity]: renderRecord(company.state, written.record, 'write') }, 1)
}
