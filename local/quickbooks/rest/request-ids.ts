import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DUPLICATE_REQUEST } from '../company/errors.ts'
import type { RoutedRequest } from '../http.ts'
import type { Switches } from '../switches.ts'
import { type ApiResult, failure } from './result.ts'

const RETENTION_MS = { hour: 3_600_000, day: 86_400_000, forever: Number.POSITIVE_INFINITY, never: 0 } as const

/** An answer that a repetition gets, as plain JSON. */
export interface KeptAnswer {
  /** Realm and requestid. */
  readonly key: string
  readonly at: number
  readonly fingerprint: string
  readonly result: ApiResult
}

export interface RequestIds {
  /** Runs a write once for each identity in a realm; a repetition gets the answer that the first one got. */
  once(realmId: string, identity: string, request: RoutedRequest, run: () => ApiResult): ApiResult
  /** What is remembered, oldest first. */
  snapshot(): readonly KeptAnswer[]
  restore(answers: readonly KeptAnswer[]): void
}

/** Remembers answers by requestid (Accounting API, "Idempotence"); what is undocumented about it are switches. */
export function createRequestIds(clock: Clock, switches: Switches): RequestIds {
  const kept = new Map<string, KeptAnswer>()
  const forgetOld = (now: number, retention: number): void => {
    // Oldest first, as a Map keeps them.
    for (const [key, each] of kept) {
      if (now - each.at < retention) return
      kept.delete(key)
    }
  }
  return {
    once(realmId, identity, request, run) {
      const now = clock.now()
      forgetOld(now, RETENTION_MS[switches.get('requestid-retention')])
      const key = `${realmId}|${identity}`
      const fingerprint = createHash('sha256').update(`${request.pathname}\n`).update(request.body).digest('base64')
      const before = kept.get(key)
      if (before !== undefined) {
        const differs = before.fingerprint !== fingerprint
        if (differs && switches.get('requestid-mismatch') === 'error-600') return failure('other', [DUPLICATE_REQUEST])
        return before.result
      }
      const result = run()
      const isKept = result.status === 200 || switches.get('requestid-errors') === 'replayed'
      if (isKept && switches.get('requestid-retention') !== 'never')
        kept.set(key, { key, at: now, fingerprint, result })
      return result
    },
    snapshot: () => [...kept.values()],
    restore(answers) {
      for (const answer of answers) kept.set(answer.key, answer)
    },
  }
}
