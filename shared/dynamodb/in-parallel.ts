/** Does the work for every item, at most `most` at a time. Results stand in the items' order; the first error ends it. */
export async function inParallel<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>()
  const queue = items.entries()
  const worker = async () => {
    // All workers draw from the same iterator.
    for (const [place, item] of queue) results.set(place, await work(item))
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}
