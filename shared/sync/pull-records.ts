import type { Span } from '#core/coverage'
import { ordersOf } from '#core/id-order'
import type { SourceRecord } from '#core/records'
import { eachAtMost } from './in-parallel.ts'
import { idListName, listOf, type PullPorts, type PullSlice } from './pull-state.ts'
import { changedAmong } from './store-records.ts'

/** Lists of ids that are read back at the same time. */
const LISTS_AT_ONCE = 16

/** A list of ids within a run: of a page of the pull, or of a later answer (a bridge, a sweep, a check). */
export type IdList = Readonly<{ of: 'page' | 'later'; number: number }>

/**
 * Stores what changed among the records of one answer, and that its ids were seen. Answers how many changed.
 *
 * That a row is about to be stored is noted first: after a crash it is read again as unchanged, and still counts as
 * stored by this pull.
 */
export async function keepRecords(
  ports: PullPorts,
  slice: PullSlice,
  list: IdList,
  records: readonly SourceRecord[],
): Promise<number> {
  const { runs, mirrors } = ports
  const { workspace, runId } = slice
  const changed = await changedAmong(ports, workspace, listOf(slice), records)
  if (changed.length > 0) {
    const before = (await runs.getIds(workspace, runId, storedName(slice, list), list.number)) ?? []
    const ids = new Set([...before, ...changed.map(({ id }) => id)])
    await runs.putIds(workspace, runId, storedName(slice, list), list.number, [...ids])
    await mirrors.put(workspace, changed)
  }
  if (records.length > 0) {
    await runs.putIds(
      workspace,
      runId,
      seenName(slice, list),
      list.number,
      records.map(({ id }) => id),
    )
  }
  return changed.length
}

/** Stores an answer that is no page of the list. */
export async function keepLater(ports: PullPorts, slice: PullSlice, records: readonly SourceRecord[]): Promise<void> {
  if (records.length === 0) return
  const number = slice.state().laterLists
  slice.change({ state: { laterLists: number + 1 } })
  await keepRecords(ports, slice, { of: 'later', number }, records)
}

/** Every id that a pull has seen, and whether its row was stored; `later` tells up to which answer. */
export type Seen = Readonly<{ ids: ReadonlyMap<string, boolean>; later: number }>

/**
 * Reads back what the pull has seen, unless `before` still holds it. It is the one thing whose memory grows with the
 * list.
 */
export async function seenBy(ports: PullPorts, slice: PullSlice, before?: Seen): Promise<Seen> {
  const { spans, laterLists } = slice.state()
  if (before?.later === laterLists) return before
  const lists: readonly IdList[] = [
    ...spans.map((_, number) => ({ of: 'page', number }) as const),
    ...Array.from({ length: laterLists }, (_, number) => ({ of: 'later', number }) as const),
  ]
  const ids = new Map<string, boolean>()
  const read = async (name: string, number: number) =>
    (await ports.runs.getIds(slice.workspace, slice.runId, name, number)) ?? []
  await eachAtMost(
    LISTS_AT_ONCE,
    lists,
    () => false,
    async (list) => {
      for (const id of await read(seenName(slice, list), list.number)) ids.set(id, ids.get(id) ?? false)
      for (const id of await read(storedName(slice, list), list.number)) ids.set(id, true)
    },
  )
  return { ids, later: laterLists }
}

/** The answer to a page query as a stretch of ids, and the orders that its ids fit. */
export function spanOf(row: number, size: number, records: readonly SourceRecord[]): Span {
  const first = records[0]?.id
  const last = records.at(-1)?.id
  return {
    row,
    rows: records.length,
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ended: records.length < size,
  }
}

/** Keeps only those orders of ids that this answer fits, too. */
export function noteOrder(slice: PullSlice, records: readonly SourceRecord[]): void {
  const fitting = ordersOf(records.map(({ id }) => id))
  slice.change({ state: { orders: slice.state().orders.filter((order) => fitting.includes(order)) } })
}

function seenName(slice: PullSlice, { of }: IdList): string {
  return idListName(slice, of === 'page' ? 'seen' : 'seenLater')
}

function storedName(slice: PullSlice, { of }: IdList): string {
  return idListName(slice, of === 'page' ? 'stored' : 'storedLater')
}
