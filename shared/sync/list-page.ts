import { Failure } from '#core/errors'
import { compareKeys, sortKey } from '#core/names'
import type { JsonObject } from '#core/records'
import { parseSearch } from '#core/search'
import type { ListPage } from './ports.ts'
import { isObject, maybe, textIn } from './stored-state.ts'

/** Rows that are looked at together when a filter leaves most of them out. */
const CHUNK_ROWS = 500

type Named = Readonly<{ id: string; name: string }>

/** Where the next page begins: behind the row of that key, which lies in the adapter's chunk from `chunk` on. */
type Position = Readonly<{ key: string; chunk?: string }>

export type List<Row extends Named> = Readonly<{
  byName(limit: number, after?: string): Promise<ListPage<Row>>
  scan(): AsyncIterable<readonly Row[]>
  /** What a search looks into. */
  searched(row: Row): readonly (string | undefined)[]
}>

/** `keep` is absent when every row belongs to the list. */
export type ListQuery<Row> = Readonly<{
  keep?: (row: Row) => boolean
  search?: string
  limit: number
  after?: string
}>

/**
 * A page of a list in order of name. Unfiltered it costs its page; filtered it walks on until the page is full; a
 * search reads the compact index once. The position is by name, so a row that comes or goes meanwhile makes no other
 * row appear twice or be left out. Throws invalidInput (search), cursorInvalid.
 */
export async function pageOf<Row extends Named>(list: List<Row>, query: ListQuery<Row>): Promise<ListPage<Row>> {
  const after = query.after === undefined ? undefined : parsePosition(query.after)
  const matches = query.search === undefined ? undefined : searchIn(query.search)
  if (matches === undefined) return walk(list, query, after)
  const keep = (row: Row) => query.keep?.(row) !== false && matches(list.searched(row))
  return pick(list, keep, query.limit, after)
}

/** What a search matches. Throws invalidInput with the reason. */
export function searchIn(text: string): (values: readonly (string | undefined)[]) => boolean {
  const search = parseSearch(text)
  if (search.kind === 'search') return search.matches
  throw new Failure({ kind: 'invalidInput', fields: [{ path: 'search', message: search.reason }] })
}

/** Walks the list in order of name, leaving out what does not belong to it. */
async function walk<Row extends Named>(
  list: List<Row>,
  { keep, limit }: ListQuery<Row>,
  after: Position | undefined,
): Promise<ListPage<Row>> {
  const rows: Row[] = []
  let chunk = after?.chunk
  for (;;) {
    const read = await list.byName(keep === undefined ? limit : Math.max(CHUNK_ROWS, limit), chunk)
    for (const row of read.rows) {
      if (after !== undefined && compareKeys(keyOf(row), after.key) <= 0) continue
      if (keep !== undefined && !keep(row)) continue
      if (rows.length === limit) return pageUpTo(rows, chunk)
      rows.push(row)
    }
    if (read.next === undefined) return { rows }
    if (rows.length === limit) return pageUpTo(rows, read.next)
    chunk = read.next
  }
}

/** Reads the whole compact index in no order and keeps the first rows behind the position, a page's worth at a time. */
async function pick<Row extends Named>(
  list: List<Row>,
  keep: (row: Row) => boolean,
  limit: number,
  after: Position | undefined,
): Promise<ListPage<Row>> {
  let first: Readonly<{ key: string; row: Row }>[] = []
  const trim = () => {
    first = first.sort((a, b) => compareKeys(a.key, b.key)).slice(0, limit + 1)
  }
  for await (const rows of list.scan()) {
    for (const row of rows) {
      if (!keep(row)) continue
      const key = keyOf(row)
      if (after === undefined || compareKeys(key, after.key) > 0) first.push({ key, row })
    }
    if (first.length > limit + CHUNK_ROWS) trim()
  }
  trim()
  const found = first.map(({ row }) => row)
  return found.length > limit ? pageUpTo(found.slice(0, limit), undefined) : { rows: found }
}

function pageUpTo<Row extends Named>(rows: readonly Row[], chunk: string | undefined): ListPage<Row> {
  const last = rows.at(-1)
  if (last === undefined) return { rows }
  return { rows, next: JSON.stringify({ key: keyOf(last), ...(chunk !== undefined && { chunk }) }) }
}

function keyOf({ name, id }: Named): string {
  return sortKey(name, id)
}

function parsePosition(text: string): Position {
  try {
    const value: JsonObject = JSON.parse(text)
    if (!isObject(value)) throw new Error('no object')
    const chunk = maybe(textIn, value, 'chunk')
    return { key: textIn(value, 'key'), ...(chunk !== undefined && { chunk }) }
  } catch {
    throw new Failure({ kind: 'cursorInvalid' })
  }
}
