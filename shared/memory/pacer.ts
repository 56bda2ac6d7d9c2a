import { BATCH_LIMITS, planCalls, REST_LIMITS } from '#core/pacing'
import type { Pacer } from '#sync/ports'

export function createPacer(): Pacer {
  const planned = new Map<string, readonly number[]>()
  return {
    reserve: async (realmId, kind, count, nowMs) => {
      const limits = kind === 'batch' ? BATCH_LIMITS : REST_LIMITS
      const key = JSON.stringify([realmId, kind === 'batch'])
      const { at, recent } = planCalls(planned.get(key) ?? [], count, nowMs, limits)
      planned.set(key, recent)
      return at
    },
  }
}
