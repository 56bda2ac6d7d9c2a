import { keyOf, positionAfter } from '#core/positions'
import type { Connection, TokenSet } from '#core/records'
import type { Connections, OAuthState } from '#sync/ports'
import { storeAct } from './admin-acts.ts'
import { keep } from './keep.ts'
import type { Store } from './store.ts'

const PAGE = 100

type Lease = Readonly<{ owner: string; untilMs: number }>

export function createConnections(table: Store): Connections {
  const connections = new Map<string, Connection>()
  const tokens = new Map<string, TokenSet>()
  const leases = new Map<string, Lease>()
  const holders = new Map<string, string>()
  const states = new Map<string, OAuthState>()

  const moved = (workspace: string, expectedVersion: number | undefined) =>
    connections.get(workspace)?.version !== expectedVersion
  const store = (connection: Connection, expectedVersion: number | undefined) =>
    connections.set(connection.workspace, keep({ ...connection, version: (expectedVersion ?? 0) + 1 }))
  const freeRealm = (realmId: string | undefined, workspace: string) => {
    if (realmId !== undefined && holders.get(realmId) === workspace) holders.delete(realmId)
  }

  return {
    get: async (workspace) => connections.get(workspace),
    holderOf: async (realmId) => holders.get(realmId),
    connect: async (connection, tokenSet, expectedVersion, act) => {
      const { workspace, realmId } = connection
      if ((holders.get(realmId) ?? workspace) !== workspace) return 'realmHeld'
      if (moved(workspace, expectedVersion)) return 'moved'
      freeRealm(connections.get(workspace)?.realmId, workspace)
      holders.set(realmId, workspace)
      tokens.set(workspace, keep(tokenSet))
      leases.delete(workspace)
      store(connection, expectedVersion)
      storeAct(table, workspace, act)
      return 'stored'
    },
    update: async (connection, expectedVersion) => {
      if (moved(connection.workspace, expectedVersion)) return 'moved'
      store(connection, expectedVersion)
      return 'stored'
    },
    disconnect: async (connection, expectedVersion, act) => {
      const { workspace } = connection
      if (moved(workspace, expectedVersion)) return 'moved'
      freeRealm(connections.get(workspace)?.realmId, workspace)
      tokens.delete(workspace)
      leases.delete(workspace)
      store({ ...connection, status: 'disconnected' }, expectedVersion)
      storeAct(table, workspace, act)
      return 'stored'
    },
    tokens: async (workspace) => tokens.get(workspace),
    countNeedingReconnect: async () =>
      [...connections.values()].filter(({ status }) => status === 'reconnectNeeded').length,
    connectedWorkspaces: async (after) => {
      const from = after === undefined ? '' : keyOf('connected', after)
      const all = [...connections.values()]
        .filter(({ status, workspace }) => status === 'connected' && workspace > from)
        .map(({ workspace }) => workspace)
        .sort()
      const workspaces = all.slice(0, PAGE)
      const last = workspaces.at(-1)
      return last !== undefined && all.length > PAGE
        ? { workspaces, next: positionAfter('connected', last) }
        : { workspaces }
    },

    putState: async (state) => {
      states.set(state.nonceHash, keep(state))
    },
    takeState: async (nonceHash) => {
      const state = states.get(nonceHash)
      states.delete(nonceHash)
      return state
    },

    takeRefreshLease: async (workspace, owner, nowMs, untilMs) => {
      if (!tokens.has(workspace)) return false
      const lease = leases.get(workspace)
      if (lease !== undefined && lease.owner !== owner && lease.untilMs > nowMs) return false
      leases.set(workspace, { owner, untilMs })
      return true
    },
    storeRefreshed: async (workspace, owner, tokenSet) => {
      if (leases.get(workspace)?.owner !== owner) return 'leaseLost'
      tokens.set(workspace, keep(tokenSet))
      leases.delete(workspace)
      return 'stored'
    },
    freeRefreshLease: async (workspace, owner) => {
      if (leases.get(workspace)?.owner === owner) leases.delete(workspace)
    },
  }
}
