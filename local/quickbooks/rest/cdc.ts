import type { Company } from '../company/company.ts'
import { type BusinessError, businessRule, missingParameter, unreadableProperty } from '../company/errors.ts'
import type { Json, JsonObject } from '../company/json.ts'
import type { NameEntity, NameRecord } from '../company/record.ts'
import { renderRecord } from '../company/render.ts'
import { parseTime } from '../company/zone.ts'
import { NAME_ENTITIES } from './entities.ts'
import { type ApiResult, failure, success } from './result.ts'

/** "Look-back is at most 30 days" (Accounting API, "Change data capture"). */
const LOOK_BACK_MS = 30 * 86_400_000

interface Entry {
  readonly entity: NameEntity
  readonly at: number
  readonly record?: NameRecord
  readonly tombstone?: { readonly id: number }
}

function since(
  company: Company,
  changedSince: string,
): { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly error: BusinessError } {
  // A + that was not encoded arrives as a blank.
  const ms = parseTime(changedSince.replace(/ (?=\d{2}:?\d{2}$)/, '+'))
  if (ms === undefined) return { ok: false, error: unreadableProperty(`Invalid changedSince: ${changedSince}`) }
  const earliest = company.state.clock.now() - LOOK_BACK_MS
  if (ms >= earliest) return { ok: true, ms }
  switch (company.state.switches.get('cdc-look-back')) {
    case 'error':
      return { ok: false, error: businessRule('changedSince must be within the last 30 days.') }
    case 'truncated':
      return { ok: true, ms: earliest }
    case 'full':
      return { ok: true, ms }
  }
}

/** Changes of one entity in order of time; at most `limit` from the start, or from the end. */
function changesOf(company: Company, entity: NameEntity, sinceMs: number, limit: number): readonly Entry[] {
  const { store, switches } = company.state
  const isBefore = (at: number): boolean =>
    switches.get('cdc-since') === 'inclusive' ? at * 1000 < sinceMs : at * 1000 <= sinceMs
  const index = store.index(entity, 'all', 'updated')
  const from = index.rank((record) => isBefore(record.updated))
  const newestFirst = switches.get('cdc-order') === 'oldest'
  const part = newestFirst
    ? index.slice(Math.max(from, index.size - limit))
    : index.slice(from, Math.min(index.size, from + limit))
  const asTombstones = switches.get('cdc-deactivated') === 'tombstone'
  const changed = [...part].map(
    (record): Entry =>
      record.active || !asTombstones
        ? { entity, at: record.updated, record }
        : { entity, at: record.updated, tombstone: { id: record.id } },
  )
  const gone = store.tombstones
    .filter((each) => each.entity === entity && !isBefore(each.at))
    .map((each): Entry => ({ entity, at: each.at, tombstone: { id: each.id } }))
  return [...changed, ...gone].sort((a, b) => a.at - b.at)
}

function render(company: Company, entry: Entry): JsonObject {
  if (entry.record !== undefined) return renderRecord(company.state, entry.record, 'query')
  return {
    domain: 'QBO',
    status: 'Deleted',
    Id: String(entry.tombstone?.id),
    MetaData: { LastUpdatedTime: company.state.zone.stamp(entry.at) },
  }
}

/**
 * One entity's part: active ones first, then the deleted; `startPosition` is absent where all are deleted. Where nothing
 * changed it is there and empty: Intuit's PHP SDK throws when there are not as many parts as entities were asked for.
 */
function part(company: Company, entity: NameEntity, entries: readonly Entry[]): JsonObject {
  if (entries.length === 0) return {}
  const alive = entries.filter((each) => each.record !== undefined)
  const gone = entries.filter((each) => each.record === undefined)
  const response: Record<string, Json> = { [entity]: [...alive, ...gone].map((each) => render(company, each)) }
  if (alive.length > 0) response.startPosition = 1
  response.maxResults = entries.length
  const isCounted = alive.length === 0 || company.state.switches.get('cdc-total-count') === 'present'
  if (isCounted) response.totalCount = entries.length
  return response
}

/** `GET /cdc?entities=…&changedSince=…`. As many objects as an answer holds mean that it may have been cut. */
export function changedSince(company: Company, query: URLSearchParams): ApiResult {
  const names = query.get('entities')
  if (names === null || names.trim() === '') return failure('cdc', [missingParameter('entities')])
  const moment = query.get('changedSince')
  if (moment === null || moment === '') return failure('cdc', [missingParameter('changedSince')])
  const entities: NameEntity[] = []
  for (const name of names.split(',')) {
    const entity = NAME_ENTITIES.get(name.trim().toLowerCase())
    if (entity === undefined) return failure('cdc', [unreadableProperty(`Invalid entity in entities: ${name.trim()}`)])
    if (!entities.includes(entity)) entities.push(entity)
  }
  const start = since(company, moment)
  if (!start.ok) return failure('cdc', [start.error])

  const { mostRows } = company.state
  const all = entities.flatMap((entity) => changesOf(company, entity, start.ms, mostRows)).sort((a, b) => a.at - b.at)
  const dropsOldest = company.state.switches.get('cdc-order') === 'oldest'
  const kept = new Set(dropsOldest ? all.slice(-mostRows) : all.slice(0, mostRows))
  const parts = entities.map((entity) => {
    const entries = all.filter((each) => each.entity === entity && kept.has(each))
    return part(company, entity, entries)
  })
  const body = { CDCResponse: [{ QueryResponse: parts }] }
  return success('cdc', body, kept.size, company.state.switches.get('cdc-metered') === 'yes' ? 1 : 0)
}
