import { createHash } from 'node:crypto'

/** What happened in a run, event by event: its digest tells whether two runs were the same. */
export interface Trace {
  /** `details` are for whoever reads along; they are no part of the digest. */
  note(atMs: number, who: string, what: string, details?: () => string): void
  digest(): string
  count(): number
}

/** @param print takes each line as it comes, for `--trace` */
export function createTrace(print?: (line: string) => void): Trace {
  const hash = createHash('sha256')
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
    digest: () => hash.copy().digest('hex'),
    count: () => count,
  }
}
