import { compareBytes } from '../company/byte-order.ts'
import type { Comparable, Property } from './properties.ts'
import type { Query } from './validate.ts'

function compareValues(a: Comparable, b: Comparable): number {
  if (a === b) return 0
  // What is not set comes first, as it does in QuickBooks' lists.
  if (a === undefined) return -1
  if (b === undefined) return 1
  if (typeof a === 'string' && typeof b === 'string') return compareBytes(a.toLowerCase(), b.toLowerCase())
  return Number(a) - Number(b)
}

/** Sorts by the orderings asked for, then (or alone) by the entity's own order. */
export function sortRows<Row>(
  rows: readonly Row[],
  orderings: readonly { readonly property: Property<Row>; readonly descending: boolean }[],
  byDefault: (a: Row, b: Row) => number,
): readonly Row[] {
  return [...rows].sort((a, b) => {
    for (const { property, descending } of orderings) {
      const order =
        property.name === 'FullyQualifiedName'
          ? compareBytes(String(property.get(a)), String(property.get(b)))
          : compareValues(property.get(a), property.get(b))
      if (order !== 0) return descending ? -order : order
    }
    return byDefault(a, b)
  })
}

/** Runs a query over a short list. */
export function selectRows<Row>(
  rows: readonly Row[],
  query: Query<Row>,
  byDefault: (a: Row, b: Row) => number,
): { readonly rows: readonly Row[]; readonly count: number } {
  const found = rows.filter((row) => query.filters.every((each) => each.fits(row)))
  const sorted = sortRows(found, query.orderings, byDefault)
  return { rows: query.isCount ? [] : sorted.slice(query.offset, query.offset + query.limit), count: found.length }
}
