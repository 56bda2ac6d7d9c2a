import type { Idempotency } from '#sync/ports'
import { createTables } from './tables.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

type Claim = Readonly<{ fingerprint: string; untilMs: number; runId?: string }>

export function createIdempotency(): Idempotency {
  const claims = createTables(() => new Map<string, Claim>())
  return {
    begin: async (workspace, key, fingerprint, nowMs) => {
      const table = claims.of(workspace)
      const claim = table.get(key)
      if (claim === undefined || claim.untilMs <= nowMs) {
        table.set(key, { fingerprint, untilMs: nowMs + DAY_MS })
        return 'new'
      }
      if (claim.fingerprint !== fingerprint) return 'mismatch'
      return claim.runId === undefined ? {} : { runId: claim.runId }
    },
    finish: async (workspace, key, runId) => {
      const claim = claims.of(workspace).get(key)
      if (claim !== undefined) claims.of(workspace).set(key, { ...claim, runId })
    },
    forget: async (workspace, key) => {
      claims.of(workspace).delete(key)
    },
  }
}
