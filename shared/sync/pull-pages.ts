import { type Gap, gapsIn } from '#core/coverage'
import { compareIds, type IdOrder } from '#core/id-order'
import { allSettled, eachAtMost } from './in-parallel.ts'
import type { RecordPage } from './ports.ts'
import { keepLater, keepRecords, noteOrder, spanOf } from './pull-records.ts'
import { listOf, type PullPorts, type PullSlice, type PullState } from './pull-state.ts'
import { sweepChanges } from './pull-sweep.ts'

/** Pages that are on their way at the same time: under ten calls at once, and a bound on memory. */
const PAGES_AT_ONCE = 8
/** A bridge begins this share of a page before where a gap was: as many rows may have vanished before it since. */
const BRIDGE_MARGIN = 0.3
/** A bridge that came out behind its gap is followed by one that begins this share of a page before it. */
const BRIDGE_STEP = 0.9
/** Bridges beyond one for each page: more means that the list moves faster than it can be read. */
const SPARE_BRIDGES = 12

/**
 * Reads the whole list. Answers 'again' when the slice is over, else why the list is not proven to be whole, if so.
 *
 * QuickBooks pages by position over a list that moves: when a record vanishes (merged) between two pages, another
 * one falls between them, and a count does not notice when the vanished one was seen before. Pages that touch do.
 */
export async function readPages(
  ports: PullPorts,
  slice: PullSlice,
): Promise<'again' | Readonly<{ unproven?: string }>> {
  const first = slice.state().count === undefined ? await beginList(slice) : undefined
  const isRead = await eachAtMost(PAGES_AT_ONCE, missingPages(slice), slice.isOver, (page) =>
    readPage(ports, slice, page, page === 0 ? first : undefined),
  )
  if (!isRead) return 'again'

  while (!slice.state().spans.some((span) => span?.ended === true)) {
    if (slice.isOver()) return 'again'
    // The last page was full: whether anything follows, and what has changed, can be asked at the same time.
    const end = slice.state().spans.length
    planPages(slice, end + 1)
    await allSettled(readPage(ports, slice, end), sweepChanges(ports, slice))
  }
  return closeGaps(ports, slice)
}

/** Counts and reads the first page at the same time; plans the others. */
async function beginList(slice: PullSlice): Promise<RecordPage> {
  const entity = listOf(slice)
  const [count, first] = await allSettled(
    slice.company.count(entity),
    slice.company.page(entity, 1, slice.company.mostRows),
  )
  slice.change({ state: { count } })
  planPages(slice, pagesFor(count, stepOf(slice)))
  return first
}

/** Reads a page (unless it has come already), stores its rows, and then that it was read. */
async function readPage(ports: PullPorts, slice: PullSlice, page: number, answer?: RecordPage): Promise<void> {
  const { mostRows } = slice.company
  const row = page * stepOf(slice) + 1
  const { records } = answer ?? (await slice.company.page(listOf(slice), row, mostRows))
  const stored = await keepRecords(ports, slice, { of: 'page', number: page }, records)
  noteOrder(slice, records)
  const { before } = slice.state()
  const spans = [...slice.state().spans]
  spans[page] = spanOf(row, mostRows, records)
  slice.change({
    state: { spans },
    progress: {
      pages: before.pages + spans.filter((span) => span !== null).length,
      rows: before.rows + rowsIn(spans),
    },
    counts: { stored: (slice.run().counts.stored ?? 0) + stored },
  })
  await slice.save()
}

/** Rows read so far: the first row of every further page is the last one of another. */
function rowsIn(spans: PullState['spans']): number {
  return spans.reduce((sum, span) => sum + Math.max(0, (span?.rows ?? 0) - (span?.row === 1 ? 0 : 1)), 0)
}

function planPages(slice: PullSlice, pages: number): void {
  const { spans, count, before } = slice.state()
  const planned = Array.from({ length: Math.max(pages, spans.length) }, (_, page) => spans[page] ?? null)
  slice.change({
    state: { spans: planned },
    progress: {
      pagesTotal: before.pages + planned.length,
      ...(count !== undefined && { rowsTotal: before.rows + count }),
    },
  })
}

/** How many pages hold that many rows, when each shares one with the next. */
function pagesFor(count: number, step: number): number {
  return Math.max(1, Math.ceil((count - 1) / step))
}

/** Each page begins with the last row of the one before, which proves that nothing lies between. */
function stepOf({ company }: PullSlice): number {
  return company.mostRows - 1
}

function missingPages(slice: PullSlice): readonly number[] {
  return slice.state().spans.flatMap((span, page) => (span === null ? [page] : []))
}

/** Reads again around each place where pages do not touch, until nothing can lie between them. */
async function closeGaps(ports: PullPorts, slice: PullSlice): Promise<'again' | Readonly<{ unproven?: string }>> {
  for (;;) {
    const { spans, bridges, orders } = slice.state()
    const read = [...spans.filter((span) => span !== null), ...bridges]
    const order = orders[0]
    if (order === undefined) {
      return {
        unproven: `QuickBooks listed its ${listOf(slice)}s in no order, so the list may not be whole. Pull again.`,
      }
    }
    const gap = gapsIn(read, order)[0]
    if (gap === undefined) return {}
    if (bridges.length >= spans.length + SPARE_BRIDGES) {
      return { unproven: 'So much moved in QuickBooks meanwhile that the list may not be whole. Pull again.' }
    }
    if (slice.isOver()) return 'again'
    await readBridge(ports, slice, gap, order)
  }
}

async function readBridge(ports: PullPorts, slice: PullSlice, gap: Gap, order: IdOrder): Promise<void> {
  const { bridges } = slice.state()
  const { mostRows } = slice.company
  const missed = bridges.filter(({ first }) => first === undefined || compareIds(order, first, gap.after ?? first) > 0)
  const margin = Math.floor(mostRows * BRIDGE_MARGIN)
  const step = Math.floor(mostRows * BRIDGE_STEP)
  const row = Math.max(1, Math.min(gap.nearRow - margin, ...missed.map((bridge) => bridge.row - step)))
  const { records } = await slice.company.page(listOf(slice), row, mostRows)
  await keepLater(ports, slice, records)
  noteOrder(slice, records)
  slice.change({ state: { bridges: [...bridges, spanOf(row, mostRows, records)] } })
  await slice.save()
}
