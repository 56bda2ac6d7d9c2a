import { compareIds, type IdOrder } from './id-order.ts'

/**
 * One answer to a page query in order of id: it held everything from `first` to `last`, at its time. `row` is the
 * 1-based position that was asked for; `ended` tells that the answer was shorter than the page, so that nothing
 * came after it.
 */
export type Span = Readonly<{ row: number; rows: number; first?: string; last?: string; ended: boolean }>

/**
 * A stretch of ids that no answer covers: from `after` (undefined: the beginning) to `before` (undefined: the end).
 * `nearRow` is where it began when its neighbour was read.
 */
export type Gap = Readonly<{ after: string | undefined; before: string | undefined; nearRow: number }>

/**
 * The stretches that a set of answers leaves open.
 *
 * Positions move when a record vanishes between two pages, and then an untouched one falls between them; ids do
 * not move. So what counts is not which rows were asked for but whether the answers touch: each page is asked for
 * with its neighbour's last row as its first, and where it comes back with another id, something lies between.
 * No gaps prove that everything which stood there all the time was read.
 */
export function gapsIn(spans: readonly Span[], order: IdOrder): readonly Gap[] {
  const beginnings = spans.filter(({ row }) => row === 1)
  // A first page that was shorter than asked for held the whole list.
  if (beginnings.some(({ ended }) => ended)) return []
  const reach = beginnings.filter(hasIds).sort((a, b) => compareIds(order, b.last, a.last))[0]
  if (reach === undefined) return [{ after: undefined, before: undefined, nearRow: 1 }]

  const gaps: Gap[] = []
  let covered = reach.last
  let nearRow = lastRowOf(reach)
  for (const span of spans.filter(hasIds).sort((a, b) => compareIds(order, a.first, b.first))) {
    if (compareIds(order, span.first, covered) > 0) gaps.push({ after: covered, before: span.first, nearRow })
    // What ended the list covers everything behind it, whatever else stood there at another time.
    if (span.ended) return gaps
    if (compareIds(order, span.last, covered) > 0) {
      covered = span.last
      nearRow = lastRowOf(span)
    }
  }
  return [...gaps, { after: covered, before: undefined, nearRow }]
}

function lastRowOf({ row, rows }: Span): number {
  return row + rows - 1
}

function hasIds(span: Span): span is Span & Readonly<{ first: string; last: string }> {
  return span.first !== undefined && span.last !== undefined
}
