import { createHash } from 'node:crypto'
import type { Mishap } from './happenings.ts'

/** What happened in a run, event by event: its digest tells whether two runs were the same. */
export interface Trace {
  /** `details` are for whoever reads along; they are no part of the digest. */
  note(atMs: number, who: string, what: string, details?: () => string): void
  /** Something went wrong, or `times` something did. */
  happened(mishap: Mishap, times?: number): void
  /** How often each thing went wrong. */
  mishaps(): ReadonlyMap<Mishap, number>
  digest(): string
  count(): number
}

/** @param print takes each line as it comes, for `--trace` */
export function createTrace(print?: (line: string) => void): Trace {
  const hash = createHash('sha256')
  const mishaps = new Map<Mishap, number>()
  let count = 0
  return {
    note: (atMs, who, what, details) => {
      const line = `${atMs} ${who} ${what}`
      hash.update(line)
      hash.update('\n')
      count += 1
      print?.(
        `${new Date(atMs).toISOString()} ${who.padEnd(14)} ${what}${details === undefined ? '' : ` ${details()}`}`,
      )
    },
    happened: (mishap, times = 1) => {
      if (times > 0) mishaps.set(mishap, (mishaps.get(mishap) ?? 0) + times)
    },
    mishaps: () => mishaps,
    digest: () => hash.copy().digest('hex'),
    count: () => count,
  }
}
