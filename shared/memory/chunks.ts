const CHUNK = 1_000

/** The values in chunks, as a table would hand them out. */
export async function* inChunks<T>(values: () => Iterable<T>): AsyncIterable<readonly T[]> {
  let chunk: T[] = []
  // A snapshot, because a table goes on being written to while somebody reads it.
  for (const value of [...values()]) {
    chunk.push(value)
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
