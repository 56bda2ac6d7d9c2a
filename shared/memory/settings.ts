import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import type { Settings } from '#sync/ports'
import { keep } from './keep.ts'

type Stored = Readonly<{ settings: SyncSettings; version: number }>

export function createSettings(): Settings {
  const stored = new Map<string, Stored>()
  const get = (workspace: string): Stored => stored.get(workspace) ?? keep({ settings: DEFAULT_SETTINGS, version: 0 })
  return {
    get: async (workspace) => get(workspace),
    save: async (workspace, settings, expectedVersion) => {
      if (get(workspace).version !== expectedVersion) return 'moved'
      stored.set(workspace, keep({ settings, version: expectedVersion + 1 }))
      return 'saved'
    },
  }
}
