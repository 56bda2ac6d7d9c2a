import type { PendingConsent } from '#core/pending-consents'
import type { PendingConsents } from '#sync/ports'
import { keep } from './keep.ts'

export function createPendingConsents(): PendingConsents {
  const stored = new Map<string, Readonly<{ consents: readonly PendingConsent[]; version: number }>>()
  const get = (key: string) => stored.get(key) ?? { consents: [], version: 0 }
  const keyOf = (workspace: string, person: string) => JSON.stringify([workspace, person])
  return {
    get: async (workspace, person) => get(keyOf(workspace, person)),
    save: async (workspace, person, consents, expectedVersion) => {
      const key = keyOf(workspace, person)
      if (get(key).version !== expectedVersion) return 'moved'
      stored.set(key, keep({ consents, version: expectedVersion + 1 }))
      return 'saved'
    },
  }
}
