/** The orders in which QuickBooks may list ids. Which one `ORDERBY Id` means is not documented, so it is observed. */
export type IdOrder = 'number' | 'text'

/** The orders in which these ids, in the sequence in which they came, are ascending. */
export function ordersOf(ids: readonly string[]): readonly IdOrder[] {
  return (['number', 'text'] as const).filter((order) =>
    ids.every((id, index) => {
      const before = ids[index - 1]
      return before === undefined || compareIds(order, before, id) < 0
    }),
  )
}

/** Negative when `a` comes before `b`. Numbers may have more digits than a double holds. */
export function compareIds(order: IdOrder, a: string, b: string): number {
  if (order === 'number' && a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
