const CHUNK = 512

/**
 * A list kept in order under insertion and removal. It is cut into chunks of some hundreds, so that a change costs the
 * same in a company of 200,000 as in one of 1,000, and the n-th entry is found by skipping whole chunks.
 */
export interface SortedIndex<T> {
  readonly size: number
  add(entry: T): void
  /** Removes an entry; it must still compare as it did when it was added. */
  remove(entry: T): void
  /** Replaces everything. */
  fill(entries: readonly T[]): void
  /** How many entries come before the first for which `isBefore` is false; `isBefore` must hold for a prefix only. */
  rank(isBefore: (entry: T) => boolean): number
  /** Entries from `from` (counted from 0) up to `to` (exclusive), in order. */
  slice(from: number, to?: number): IterableIterator<T>
  /** The same part of the list, last entry first. */
  sliceBackwards(from: number, to?: number): IterableIterator<T>
}

/** Creates an empty index; `compare` must tell any two entries apart. */
export function createSortedIndex<T>(compare: (a: T, b: T) => number): SortedIndex<T> {
  let chunks: T[][] = []
  let size = 0

  /** First position in the chunk that is not before the entry. */
  const positionIn = (chunk: readonly T[], isBefore: (entry: T) => boolean): number => {
    let low = 0
    let high = chunk.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = chunk[middle]
      if (at !== undefined && isBefore(at)) low = middle + 1
      else high = middle
    }
    return low
  }
  /** First chunk whose last entry is not before; may be one past the end. */
  const chunkFor = (isBefore: (entry: T) => boolean): number => {
    let low = 0
    let high = chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const last = chunks[middle]?.at(-1)
      if (last !== undefined && isBefore(last)) low = middle + 1
      else high = middle
    }
    return low
  }
  function* walk(from: number, to: number): IterableIterator<T> {
    let skipped = 0
    for (const chunk of chunks) {
      if (skipped >= to) return
      if (skipped + chunk.length > from) {
        const end = Math.min(chunk.length, to - skipped)
        for (let i = Math.max(0, from - skipped); i < end; i++) {
          const entry = chunk[i]
          if (entry !== undefined) yield entry
        }
      }
      skipped += chunk.length
    }
  }
  function* walkBackwards(from: number, to: number): IterableIterator<T> {
    let end = size
    for (let c = chunks.length - 1; c >= 0; c--) {
      const chunk = chunks[c] ?? []
      const start = end - chunk.length
      if (end <= from) return
      if (start < to) {
        for (let i = Math.min(chunk.length, to - start) - 1; i >= Math.max(0, from - start); i--) {
          const entry = chunk[i]
          if (entry !== undefined) yield entry
        }
      }
      end = start
    }
  }
  return {
    get size() {
      return size
    },
    add(entry) {
      const isBefore = (other: T): boolean => compare(other, entry) < 0
      const at = Math.min(chunkFor(isBefore), Math.max(chunks.length - 1, 0))
      let chunk = chunks[at]
      if (chunk === undefined) {
        chunk = []
        chunks.push(chunk)
      }
      chunk.splice(positionIn(chunk, isBefore), 0, entry)
      size++
      if (chunk.length > CHUNK) chunks.splice(at + 1, 0, chunk.splice(CHUNK / 2))
    },
    remove(entry) {
      const isBefore = (other: T): boolean => compare(other, entry) < 0
      const at = chunkFor(isBefore)
      const chunk = chunks[at]
      const position = chunk === undefined ? -1 : positionIn(chunk, isBefore)
      if (chunk === undefined || chunk[position] !== entry) {
        throw new Error('An entry to remove is not where its key says: it was changed while it was in the index.')
      }
      chunk.splice(position, 1)
      size--
      if (chunk.length === 0) chunks.splice(at, 1)
    },
    fill(entries) {
      const sorted = [...entries].sort(compare)
      chunks = []
      // Half full, so that the first insertions split nothing.
      for (let i = 0; i < sorted.length; i += CHUNK / 2) chunks.push(sorted.slice(i, i + CHUNK / 2))
      size = sorted.length
    },
    rank(isBefore) {
      const at = chunkFor(isBefore)
      let before = 0
      for (let i = 0; i < at; i++) before += chunks[i]?.length ?? 0
      const chunk = chunks[at]
      return before + (chunk === undefined ? 0 : positionIn(chunk, isBefore))
    },
    slice: (from, to = size) => walk(from, to),
    sliceBackwards: (from, to = size) => walkBackwards(from, to),
  }
}
