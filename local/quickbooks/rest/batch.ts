import type { Company } from '../company/company.ts'
import {
  batchTooLarge,
  INVALID_REQUEST_ID,
  missingParameter,
  unreadableProperty,
  unsupportedOperation,
} from '../company/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../company/json.ts'
import type { NameEntity } from '../company/record.ts'
import { NAME_ENTITIES, writeName } from './entities.ts'
import { runQuery } from './query.ts'
import { type ApiResult, failure, success } from './result.ts'

/** With a requestid, an item is known by both ids together, and its own must be short. */
const LONGEST_ITEM_ID = 10

function entityIn(item: JsonObject): { readonly entity: NameEntity; readonly body: JsonObject } | undefined {
  for (const [name, body] of Object.entries(item)) {
    const entity = NAME_ENTITIES.get(name.toLowerCase())
    if (entity !== undefined && isJsonObject(body)) return { entity, body }
  }
  return undefined
}

function runItem(company: Company, item: JsonObject, clientId: string): ApiResult {
  if (typeof item.Query === 'string') return runQuery(company, item.Query)
  const found = entityIn(item)
  if (found === undefined) {
    const named = Object.keys(item).find((each) => !['bId', 'operation', 'optionsData'].includes(each))
    return failure('other', [unreadableProperty(`Unrecognized batch item "${named ?? ''}"`)])
  }
  const { operation } = item
  if (operation === undefined || operation === null) return failure('other', [missingParameter('operation')])
  if (operation !== 'create' && operation !== 'update') {
    return failure('other', [unsupportedOperation(String(operation))])
  }
  return writeName(company, found.entity, found.body, operation, clientId)
}

/** With a requestid, a batch is known by it and the ids of its items together. */
export function batchItemIds(body: JsonObject): string {
  const items = body.BatchItemRequest
  if (!Array.isArray(items)) return ''
  return items.map((item) => (isJsonObject(item) ? String(item.bId ?? '') : '')).join('|')
}

/** Runs the items one after the other, each for itself: HTTP 200 even where every one of them has a Fault. */
export function runBatch(company: Company, body: JsonObject, requestId: string | null, clientId: string): ApiResult {
  const items = body.BatchItemRequest
  if (!Array.isArray(items)) return failure('batch', [missingParameter('BatchItemRequest')])
  const most = Number(company.state.switches.get('batch-size'))
  if (items.length > most) return failure('batch', [batchTooLarge(most)])
  const answers: JsonObject[] = []
  let rows = 0
  let reads = 0
  for (const item of items) {
    if (!isJsonObject(item)) return failure('batch', [unreadableProperty('Can not deserialize a batch item')])
    const bId = item.bId === undefined || item.bId === null ? '' : String(item.bId)
    if (requestId !== null && bId.length > LONGEST_ITEM_ID) return failure('batch', [INVALID_REQUEST_ID])
  }
  for (const item of items) {
    if (!isJsonObject(item)) continue
    const result = runItem(company, item, clientId)
    rows += result.rows
    if (company.state.switches.get('batch-query-metered') === 'yes') reads += result.reads
    const answered: Record<string, Json | undefined> = { ...result.body }
    if (item.bId !== undefined && item.bId !== null) answered.bId = String(item.bId)
    answers.push(answered)
  }
  return success('batch', { BatchItemResponse: answers }, rows, reads)
}
