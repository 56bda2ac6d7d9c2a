import { DEFAULT_SETTINGS } from '#core/policies'
import type { Settings } from '#sync/ports'
import { storeAct } from './admin-acts.ts'
import { keep } from './keep.ts'
import type { Store } from './store.ts'

export function createSettings(store: Store): Settings {
  const { settings: stored } = store
  const get = (workspace: string) => stored.get(workspace) ?? keep({ settings: DEFAULT_SETTINGS, version: 0 })
  return {
    get: async (workspace) => get(workspace),
    save: async (workspace, settings, expectedVersion, replan, act) => {
      if (get(workspace).version !== expectedVersion) return 'moved'
      stored.set(workspace, keep({ settings, version: expectedVersion + 1, ...(replan !== undefined && { replan }) }))
      storeAct(store, workspace, act)
      return 'saved'
    },
    saveReplan: async (workspace, replan, expectedVersion) => {
      const { settings, version } = get(workspace)
      if (version !== expectedVersion) return 'moved'
      stored.set(workspace, keep({ settings, version, ...(replan !== undefined && { replan }) }))
      return 'saved'
    },
  }
}
