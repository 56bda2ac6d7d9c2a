import type { Conflicts } from '#sync/ports'
import type { Store } from './store.ts'

export function createConflicts(store: Store): Conflicts {
  return {
    list: async (workspace, limit, after) => store.conflicts.of(workspace).page('conflicts', limit, after),
  }
}
