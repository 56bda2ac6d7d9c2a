import type { Company } from '../company/company.ts'
import { INVALID_REQUEST_ID, unsupportedOperation } from '../company/errors.ts'
import type { RoutedRequest } from '../http.ts'
import { batchItemIds, runBatch } from './batch.ts'
import { changedSince } from './cdc.ts'
import {
  NAME_ENTITIES,
  readCompanyInfo,
  readCurrency,
  readCustomerType,
  readName,
  readPreferences,
  writeName,
} from './entities.ts'
import { runQuery } from './query.ts'
import { readObject, readStatement } from './read-body.ts'
import type { RequestIds } from './request-ids.ts'
import { type ApiResult, failure } from './result.ts'

const LONGEST_REQUEST_ID = 50
const LONGEST_BATCH_REQUEST_ID = 36

function noSuchPath(request: RoutedRequest): ApiResult {
  const full = `https://c50.sandbox.qbo.intuit.com/qbo50${request.pathname}`
  return failure('other', [
    unsupportedOperation(`Could not find resource for relative : ${request.pathname} of full path: ${full}`),
  ])
}

const noSuchMethod = (request: RoutedRequest): ApiResult =>
  failure('other', [
    unsupportedOperation(`No resource method found for ${request.method}, return 405 with Allow header`),
  ])

/** Runs a write under its requestid, if it has one. */
function idempotently(
  company: Company,
  request: RoutedRequest,
  requestIds: RequestIds,
  longest: number,
  itemIds: string,
  run: () => ApiResult,
): ApiResult {
  const requestId = request.query.get('requestid')
  if (requestId === null) return run()
  if (requestId.length > longest) return failure('other', [INVALID_REQUEST_ID])
  return requestIds.once(company.realmId, `${requestId}|${itemIds}`, request, run)
}

/** Runs whatever `/v3/company/{realm}/{rest}` asks for. `minorversion` makes no difference: all are served as 75. */
export function runOperation(
  company: Company,
  clientId: string,
  request: RoutedRequest,
  rest: string,
  requestIds: RequestIds,
): ApiResult {
  const [first = '', id, ...further] = rest.split('/')
  const resource = first.toLowerCase()
  if (further.length > 0) return noSuchPath(request)
  const isGet = request.method === 'GET'
  const isPost = request.method === 'POST'
  const entity = NAME_ENTITIES.get(resource)
  if (entity !== undefined) {
    if (id !== undefined) return isGet ? readName(company, entity, id) : noSuchMethod(request)
    if (!isPost) return noSuchMethod(request)
    const body = readObject(request, entity)
    if (!body.ok) return failure('other', [body.error])
    const operation = request.query.get('operation')?.toLowerCase()
    return idempotently(company, request, requestIds, LONGEST_REQUEST_ID, '', () =>
      writeName(company, entity, body.value, operation, clientId),
    )
  }
  if (resource === 'customertype' && id !== undefined) {
    return isGet ? readCustomerType(company, id) : noSuchMethod(request)
  }
  if (resource === 'companyinfo' && id !== undefined)
    return isGet ? readCompanyInfo(company, id) : noSuchMethod(request)
  if (resource === 'companycurrency' && id !== undefined) {
    return isGet ? readCurrency(company, id) : noSuchMethod(request)
  }
  if (resource === 'preferences' && id === undefined && isGet) return readPreferences(company)
  if (id !== undefined) return noSuchPath(request)
  switch (resource) {
    case 'query': {
      if (isGet) return runQuery(company, request.query.get('query')?.trim())
      if (!isPost) return noSuchMethod(request)
      const statement = readStatement(request)
      return statement.ok ? runQuery(company, statement.value) : failure('query', [statement.error])
    }
    case 'cdc':
      return isGet ? changedSince(company, request.query) : noSuchMethod(request)
    case 'batch': {
      if (!isPost) return noSuchMethod(request)
      const body = readObject(request, 'BatchItemRequest')
      if (!body.ok) return failure('batch', [body.error])
      return idempotently(company, request, requestIds, LONGEST_BATCH_REQUEST_ID, batchItemIds(body.value), () =>
        runBatch(company, body.value, request.query.get('requestid'), clientId),
      )
    }
    case 'customertype':
    case 'companyinfo':
    case 'companycurrency':
    case 'preferences':
      // Customer types are read-only over the API, and a company's facts are none of an app's to change here.
      return isPost ? failure('other', [unsupportedOperation(`create or update of ${first}`)]) : noSuchMethod(request)
    default:
      return noSuchPath(request)
  }
}
