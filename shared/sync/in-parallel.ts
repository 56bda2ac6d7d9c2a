/** Waits for all of them, so that nothing goes on behind a caller's back, then throws the first failure if any. */
export async function allSettled<A, B>(a: Promise<A>, b: Promise<B>): Promise<readonly [A, B]> {
  const [left, right] = await Promise.allSettled([a, b])
  if (left.status === 'rejected') throw left.reason
  if (right.status === 'rejected') throw right.reason
  return [left.value, right.value]
}

/**
 * Works through `items`, at most `most` at a time. No further one begins once `enough` answers true or one has
 * failed; those that have begun are waited for, and then the first failure is thrown. Answers whether all were done.
 */
export async function eachAtMost<T>(
  most: number,
  items: Iterable<T>,
  enough: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<boolean> {
  const iterator = items[Symbol.iterator]()
  const failures: unknown[] = []
  let left = false
  const lane = async () => {
    for (;;) {
      if (failures.length > 0) return
      if (enough()) {
        left = true
        return
      }
      const next = iterator.next()
      if (next.done === true) return
      try {
        await work(next.value)
      } catch (failure) {
        failures.push(failure)
      }
    }
  }
  await Promise.all(Array.from({ length: most }, lane))
  if (failures.length > 0) throw failures[0]
  // A lane that stopped early took nothing with it: what is left is still in the iterator.
  return !left || iterator.next().done === true
}

/** The list in pieces of at most `size`. */
export function inPiecesOf<T>(size: number, list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}
