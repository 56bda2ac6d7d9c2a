import { compareBytes } from '../company/byte-order.ts'
import type { Company } from '../company/company.ts'
import { hasMulticurrency, listedCurrencies, renderCurrency } from '../company/currencies.ts'
import { type BusinessError, FEATURE_OFF, missingParameter, queryError } from '../company/errors.ts'
import { propertiesOf } from '../company/fields.ts'
import type { Json, JsonObject } from '../company/json.ts'
import { renderCustomerType } from '../company/lists.ts'
import type { NameEntity } from '../company/record.ts'
import { renderRecord } from '../company/render.ts'
import { parseQuery, type Statement } from '../query/parse.ts'
import {
  COMPANY_INFO_QUERY,
  CURRENCY_QUERY,
  CUSTOMER_TYPE_QUERY,
  NAME_QUERIES,
  PREFERENCES_QUERY,
  type Queryable,
} from '../query/properties.ts'
import { selectRecords } from '../query/select-records.ts'
import { selectRows } from '../query/select-rows.ts'
import { type Query, validateQuery } from '../query/validate.ts'
import { companyInfo } from './company-info.ts'
import { NAME_ENTITIES } from './entities.ts'
import { preferences } from './preferences.ts'
import { type ApiResult, failure, success } from './result.ts'

type Answer =
  | { readonly ok: true; readonly rows: readonly JsonObject[]; readonly count: number; readonly query: Query<never> }
  | { readonly ok: false; readonly error: BusinessError }

/** Whoever names records by their Ids gets them all, also where lists have small answers. */
const MOST_BY_ID = 1_000

function asksById({ conditions }: Statement): boolean {
  return conditions.some(({ property }) => property === 'Id')
}

function validated<Row>(company: Company, statement: Statement, queryable: Queryable<Row>, known: readonly string[]) {
  return validateQuery(statement, {
    queryable,
    known,
    mostResults: asksById(statement) ? MOST_BY_ID : company.state.mostRows,
    aboveMaximum: company.state.switches.get('max-results'),
    now: company.state.clock.now(),
  })
}

function answerNames(company: Company, entity: NameEntity, statement: Statement): Answer {
  const checked = validated(company, statement, NAME_QUERIES[entity], propertiesOf(entity))
  if (!checked.ok) return checked
  const { rows, count } = selectRecords(company.state.store, entity, checked.query)
  return { ok: true, rows: rows.map((row) => renderRecord(company.state, row, 'query')), count, query: checked.query }
}

function answerCustomerTypes(company: Company, statement: Statement): Answer {
  const checked = validated(company, statement, CUSTOMER_TYPE_QUERY, ['SyncToken', 'domain', 'sparse', 'MetaData'])
  if (!checked.ok) return checked
  const activeOnly = !checked.query.filters.some((each) => each.property.name === 'Active')
  const types = [...company.customerTypes.values()].filter((each) => each.active || !activeOnly)
  const { rows, count } = selectRows(
    types,
    checked.query,
    (a, b) => a.id.length - b.id.length || compareBytes(a.id, b.id),
  )
  return {
    ok: true,
    rows: rows.map((each) => renderCustomerType(each, company.state.zone)),
    count,
    query: checked.query,
  }
}

function answerCompanyInfo(company: Company, statement: Statement): Answer {
  const rendered = companyInfo(company)
  const checked = validated(company, statement, COMPANY_INFO_QUERY, Object.keys(rendered))
  if (!checked.ok) return checked
  const only = [{ id: 1, name: company.name, created: company.created, rendered }]
  const { rows, count } = selectRows(only, checked.query, () => 0)
  return { ok: true, rows: rows.map((each) => each.rendered), count, query: checked.query }
}

function answerPreferences(company: Company, statement: Statement): Answer {
  const rendered = preferences(company)
  const checked = validated(company, statement, PREFERENCES_QUERY, Object.keys(rendered))
  if (!checked.ok) return checked
  const { rows, count } = selectRows([{ id: 1, created: company.created, rendered }], checked.query, () => 0)
  return { ok: true, rows: rows.map((each) => each.rendered), count, query: checked.query }
}

/** Name lists and others that can be made inactive give active entries only by default. */
function answerCurrencies(company: Company, statement: Statement): Answer {
  const { state } = company
  const isOff = !hasMulticurrency(state.currencies)
  if (isOff && state.switches.get('currencies-without-multicurrency') === 'refused') {
    return { ok: false, error: FEATURE_OFF }
  }
  const checked = validated(company, statement, CURRENCY_QUERY, ['SyncToken', 'domain', 'Code', 'Name', 'sparse'])
  if (!checked.ok) return checked
  const activeOnly = !checked.query.filters.some((each) => each.property.name === 'Active')
  const listed = listedCurrencies(state, company.created).filter((each) => each.active || !activeOnly)
  const { rows, count } = selectRows(listed, checked.query, (a, b) => Number(a.id) - Number(b.id))
  return { ok: true, rows: rows.map((each) => renderCurrency(each, state.zone)), count, query: checked.query }
}

function answer(company: Company, statement: Statement): { readonly entity: string; readonly answer: Answer } {
  const name = statement.entity.toLowerCase()
  const entity = NAME_ENTITIES.get(name)
  if (entity !== undefined) return { entity, answer: answerNames(company, entity, statement) }
  if (name === 'customertype') return { entity: 'CustomerType', answer: answerCustomerTypes(company, statement) }
  if (name === 'companycurrency') return { entity: 'CompanyCurrency', answer: answerCurrencies(company, statement) }
  if (name === 'preferences') return { entity: 'Preferences', answer: answerPreferences(company, statement) }
  if (name === 'companyinfo') return { entity: 'CompanyInfo', answer: answerCompanyInfo(company, statement) }
  const error = queryError('4001', `QueryValidationError: invalid context declaration: ${statement.entity}`)
  return { entity: statement.entity, answer: { ok: false, error } }
}

/**
 * Runs a statement. `startPosition` and `maxResults` (which is the number of rows) stand only where there are rows, and
 * `totalCount` only for count(*), as recorded.
 */
export function runQuery(company: Company, text: string | undefined): ApiResult {
  if (text === undefined || text === '') return failure('query', [missingParameter('query')])
  const parsed = parseQuery(text, { allowNot: company.state.switches.get('query-not') === 'accepted' })
  if (!parsed.ok) return failure('query', [parsed.error])
  const { entity, answer: result } = answer(company, parsed.statement)
  if (!result.ok) return failure('query', [result.error])
  const response: Record<string, Json> = {}
  if (result.query.isCount) response.totalCount = result.count
  else if (result.rows.length > 0) {
    response[entity] = result.rows
    response.startPosition = result.query.offset + 1
    response.maxResults = result.rows.length
  }
  return success('query', { QueryResponse: response }, result.rows.length, 1)
}
