type Start = Record<string, unknown>
type Answer = Readonly<{ Items?: readonly unknown[] | undefined; LastEvaluatedKey?: Start | undefined }>

/**
 * The first `limit` items of a query. An answer may end before, at 1 MB (API reference: Query): then it is asked for the
 * rest, and for no more than that.
 *
 * @param query reads at most `limit` items from behind `exclusiveStartKey`
 */
export async function firstItems(
  limit: number,
  query: (options: Readonly<{ limit: number; exclusiveStartKey?: Start }>) => Promise<Answer>,
): Promise<readonly unknown[]> {
  const items: unknown[] = []
  let start: Start | undefined
  do {
    const { Items, LastEvaluatedKey } = await query({
      limit: limit - items.length,
      ...(start !== undefined && { exclusiveStartKey: start }),
    })
    items.push(...(Items ?? []))
    start = LastEvaluatedKey
  } while (start !== undefined && items.length < limit)
  return items
}
