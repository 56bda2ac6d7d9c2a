import type { NameEntity, NameRecord } from '../company/record.ts'
import type { SortedIndex } from '../company/sorted-index.ts'
import { type Activity, COMPARE, type KeptOrder, type Store } from '../company/store.ts'
import { sortRows } from './select-rows.ts'
import type { Filter, Query } from './validate.ts'

export interface Selection<Row> {
  readonly rows: readonly Row[]
  /** All that fit; only for count(*). */
  readonly count: number
}

/** Name lists give active records only, unless Active is asked for. */
function activityOf(filters: readonly Filter<NameRecord>[]): Activity | 'none' {
  const asked = filters.filter((each) => each.property.name === 'Active')
  if (asked.length === 0) return 'active'
  // The property's own test reads nothing but `active`.
  const probe = (active: boolean): boolean => asked.every((each) => each.fits({ active } as NameRecord))
  const both = [probe(true), probe(false)]
  if (both[0] === true && both[1] === true) return 'all'
  return both[0] === true ? 'active' : both[1] === true ? 'inactive' : 'none'
}

/** A part of a kept order that holds everything that fits; `covered` are the filters that it answers by itself. */
interface Range {
  readonly order: KeptOrder
  readonly from: number
  readonly to: number
  readonly covered: readonly Filter<NameRecord>[]
}

function timeRange(
  filters: readonly Filter<NameRecord>[],
  order: 'updated' | 'created',
  index: SortedIndex<NameRecord>,
): Range | undefined {
  const covered = filters.filter(
    (each) => each.property.keptAs === order && ['=', '<', '>', '<=', '>='].includes(each.operator),
  )
  if (covered.length === 0) return undefined
  let from = 0
  let to = index.size
  for (const { operator, values } of covered) {
    const bound = Number(values[0])
    const moment = (record: NameRecord): number => record[order] * 1000
    const below = (): number => index.rank((record) => moment(record) < bound)
    const upTo = (): number => index.rank((record) => moment(record) <= bound)
    if (operator === '>=' || operator === '=') from = Math.max(from, below())
    if (operator === '>') from = Math.max(from, upTo())
    if (operator === '<') to = Math.min(to, below())
    if (operator === '<=' || operator === '=') to = Math.min(to, upTo())
  }
  return { order, from, to: Math.max(from, to), covered }
}

/** Records whose display name begins with a text, by the index of names. */
function prefixRange(filters: readonly Filter<NameRecord>[], index: SortedIndex<NameRecord>): Range | undefined {
  for (const filter of filters) {
    if (filter.property.keptAs !== 'name' || (filter.operator !== 'LIKE' && filter.operator !== '=')) continue
    const pattern = String(filter.values[0] ?? '')
    const prefix = filter.operator === '=' ? pattern : (pattern.split('%')[0] ?? '')
    if (prefix === '') continue
    const probe = { lowerName: prefix, id: 0 } as NameRecord // what the order of names compares
    const from = index.rank((record) => COMPARE.name(record, probe) < 0)
    const to = index.rank((record) => COMPARE.name(record, probe) < 0 || record.lowerName.startsWith(prefix))
    return { order: 'name', from, to, covered: [] }
  }
  return undefined
}

/** The few records that an equality on Id or FullyQualifiedName can only mean. */
function namedDirectly(store: Store, entity: NameEntity, filters: readonly Filter<NameRecord>[]) {
  for (const { property, operator, values } of filters) {
    if (operator !== '=' && operator !== 'IN') continue
    if (property.keptAs === 'id') {
      const found = [...new Set(values)].map((each) => store.find(entity, Number(each)))
      return found.filter((each) => each !== undefined)
    }
    if (property.keptAs === 'path' && values.every((each) => each !== undefined)) {
      return [...new Set(values)]
        .flatMap((each) => store.holdersOf(String(each)))
        .filter((each) => each.entity === entity)
    }
  }
  return undefined
}

/** Above this many it is cheaper to walk the wanted order and test each than to collect and sort. */
const FEW = 5_000

/** Runs a query over customers, vendors or employees, by an index wherever one answers it. */
export function selectRecords(store: Store, entity: NameEntity, query: Query<NameRecord>): Selection<NameRecord> {
  const activity = activityOf(query.filters)
  if (activity === 'none') return { rows: [], count: 0 }
  const filters = query.filters.filter((each) => each.property.name !== 'Active')
  const isOfActivity = (record: NameRecord): boolean => activity === 'all' || record.active === (activity === 'active')
  const fits = (record: NameRecord, except: readonly Filter<NameRecord>[]): boolean =>
    filters.every((each) => except.includes(each) || each.fits(record))
  const page = (records: readonly NameRecord[]): Selection<NameRecord> => ({
    rows: query.isCount
      ? []
      : sortRows(records, query.orderings, COMPARE.path).slice(query.offset, query.offset + query.limit),
    count: records.length,
  })

  const direct = namedDirectly(store, entity, filters)
  if (direct !== undefined) return page(direct.filter((each) => isOfActivity(each) && fits(each, [])))

  const [ordering, second] = query.orderings
  const wanted = ordering === undefined ? 'path' : second === undefined ? ordering.property.keptAs : undefined
  const ranges = [
    timeRange(filters, 'updated', store.index(entity, activity, 'updated')),
    timeRange(filters, 'created', store.index(entity, activity, 'created')),
    prefixRange(filters, store.index(entity, activity, 'name')),
  ].filter((each) => each !== undefined)
  const whole: Range = { order: wanted ?? 'path', from: 0, to: store.index(entity, activity, 'path').size, covered: [] }
  const range = ranges.reduce(
    (best, each) => (each.to - each.from < best.to - best.from ? each : best),
    ranges[0] ?? whole,
  )
  const isLeftOver = filters.some((each) => !range.covered.includes(each))
  if (query.isCount && !isLeftOver) return { rows: [], count: range.to - range.from }

  const walk = (from: number, to: number, order: KeptOrder): Iterable<NameRecord> => {
    const index = store.index(entity, activity, order)
    return ordering?.descending === true && order === wanted ? index.sliceBackwards(from, to) : index.slice(from, to)
  }
  const inWantedOrder = range.order === wanted
  const isLarge = range.to - range.from > FEW
  if (!query.isCount && wanted !== undefined && (inWantedOrder || isLarge)) {
    const from = inWantedOrder ? range.from : 0
    const to = inWantedOrder ? range.to : whole.to
    const except = inWantedOrder ? range.covered : []
    if (inWantedOrder && !isLeftOver) {
      const [start, end] =
        ordering?.descending === true
          ? [Math.max(from, to - query.offset - query.limit), to - query.offset]
          : [from + query.offset, Math.min(to, from + query.offset + query.limit)]
      return { rows: end <= start ? [] : [...walk(start, end, wanted)], count: 0 }
    }
    const rows: NameRecord[] = []
    let skipped = 0
    for (const record of walk(from, to, wanted)) {
      if (!fits(record, except)) continue
      if (skipped++ < query.offset) continue
      rows.push(record)
      if (rows.length === query.limit) break
    }
    return { rows, count: 0 }
  }
  const found: NameRecord[] = []
  for (const record of store.index(entity, activity, range.order).slice(range.from, range.to)) {
    if (fits(record, range.covered)) found.push(record)
  }
  return page(found)
}
