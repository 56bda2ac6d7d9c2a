import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { keyOf, positionAfter } from '#core/positions'
import type { Connection } from '#core/records'
import type { Clock, Connections } from '#sync/ports'
import { createAdminActs } from './admin-acts.ts'
import { conditional, transaction } from './conflicts.ts'
import { CONNECTED_PK, connectionKey, RECONNECT_PK, realmKey } from './keys.ts'
import { createOAuthStates } from './oauth-states.ts'
import { connectionSchema } from './stored.ts'
import type { Tandem } from './table.ts'
import type { TokenVault } from './token-vault.ts'
import { createTokens } from './tokens.ts'

const PAGE = 100
const NOT_STORED = { attr: 'pk', exists: false } as const

export function createConnections(tandem: Tandem, clock: Clock, vault: TokenVault): Connections {
  const { table, documentClient } = tandem
  const states = createOAuthStates(tandem)
  const acts = createAdminActs(tandem)
  const tokens = createTokens(tandem, clock, vault)
  const connectionItem = new Entity({
    name: 'connection',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      gsi2pk: string().optional(),
      gsi2sk: string().optional(),
      version: number(),
      lastWrite: string(),
      connection: any(),
    }),
  })
  const realmItem = new Entity({
    name: 'realm',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), workspace: string() }),
  })

  const stored = async (workspace: string) => {
    const { Item } = await connectionItem
      .build(GetItemCommand)
      .key(connectionKey(workspace))
      .options({ consistent: true })
      .send()
    return Item && { connection: connectionSchema.parse(Item.connection), lastWrite: Item.lastWrite }
  }
  const toItem = (connection: Connection, expectedVersion: number | undefined) => {
    const version = (expectedVersion ?? 0) + 1
    return {
      ...connectionKey(connection.workspace),
      ...markers(connection),
      version,
      lastWrite: randomUUID(),
      connection: { ...connection, version },
    }
  }
  const atVersion = (expectedVersion: number | undefined) =>
    expectedVersion === undefined ? NOT_STORED : ({ attr: 'version', eq: expectedVersion } as const)
  const putConnection = (connection: Connection, expectedVersion: number | undefined) =>
    connectionItem
      .build(PutTransaction)
      .item(toItem(connection, expectedVersion))
      .options({ condition: atVersion(expectedVersion) })
  const freeRealm = (realmId: string, workspace: string) =>
    realmItem
      .build(DeleteTransaction)
      .key(realmKey(realmId))
      .options({ condition: { attr: 'workspace', eq: workspace } })

  return {
    get: async (workspace) => (await stored(workspace))?.connection,
    holderOf: async (realmId) => {
      const { Item } = await realmItem.build(GetItemCommand).key(realmKey(realmId)).options({ consistent: true }).send()
      return Item?.workspace
    },
    connect: async (connection, tokenSet, expectedVersion, act) => {
      const { workspace, realmId } = connection
      const before = (await stored(workspace))?.connection
      const claim = realmItem
        .build(PutTransaction)
        .item({ ...realmKey(realmId), workspace })
        .options({ condition: { or: [NOT_STORED, { attr: 'workspace', eq: workspace }] } })
      const holdsAnother = before !== undefined && before.status !== 'disconnected' && before.realmId !== realmId
      const writes = [
        claim,
        putConnection(connection, expectedVersion),
        await tokens.putTransaction(workspace, tokenSet),
        ...(holdsAnother ? [freeRealm(before.realmId, workspace)] : []),
        ...acts.writes(workspace, act),
      ]
      const refused = await transaction(clock, documentClient, writes)
      if (refused.length === 0) return 'stored'
      return refused.includes(0) ? 'realmHeld' : 'moved'
    },
    update: async (connection, expectedVersion) => {
      const next = toItem(connection, expectedVersion)
      const put = connectionItem
        .build(PutItemCommand)
        .item(next)
        .options({ condition: atVersion(expectedVersion) })
      if ((await conditional(clock, () => put.send())) === 'written') return 'stored'
      // The SDK repeats a write whose answer was lost, and then finds its own: that is no other's move.
      return (await stored(connection.workspace))?.lastWrite === next.lastWrite ? 'stored' : 'moved'
    },
    disconnect: async (connection, expectedVersion, act) => {
      const { workspace } = connection
      const before = (await stored(workspace))?.connection
      if (before?.version !== expectedVersion) return 'moved'
      const writes = [
        putConnection({ ...connection, status: 'disconnected' }, expectedVersion),
        tokens.deleteTransaction(workspace),
        // A connection that was disconnected before holds no realm: by now it may be another workspace's.
        ...(before.status === 'disconnected' ? [] : [freeRealm(before.realmId, workspace)]),
        ...acts.writes(workspace, act),
      ]
      const refused = await transaction(clock, documentClient, writes)
      return refused.length === 0 ? 'stored' : 'moved'
    },
    countNeedingReconnect: async () => {
      const { Count } = await table
        .build(QueryCommand)
        .query({ index: 'gsi2', partition: RECONNECT_PK })
        .options({ select: 'COUNT', maxPages: Number.POSITIVE_INFINITY })
        .send()
      return Count ?? 0
    },
    connectedWorkspaces: async (after) => {
      const from = after === undefined ? {} : { range: { gt: keyOf('connected', after) } }
      const { Items } = await table
        .build(QueryCommand)
        .query({ index: 'gsi2', partition: CONNECTED_PK, ...from })
        .options({ limit: PAGE + 1 })
        .send()
      const all = z.array(z.object({ gsi2sk: z.string() })).parse(Items ?? [])
      const workspaces = all.slice(0, PAGE).map(({ gsi2sk }) => gsi2sk)
      const last = workspaces.at(-1)
      return last !== undefined && all.length > PAGE
        ? { workspaces, next: positionAfter('connected', last) }
        : { workspaces }
    },

    tokens: tokens.get,
    takeRefreshLease: tokens.takeLease,
    storeRefreshed: tokens.storeRefreshed,
    freeRefreshLease: tokens.freeLease,

    putState: states.put,
    takeState: states.take,
  }
}

/** Where the sparse index finds a connection by its status; a disconnected one is looked for by nobody. */
function markers({ status, workspace }: Connection): Readonly<{ gsi2pk?: string; gsi2sk?: string }> {
  switch (status) {
    case 'connected':
      return { gsi2pk: CONNECTED_PK, gsi2sk: workspace }
    case 'reconnectNeeded':
      return { gsi2pk: RECONNECT_PK, gsi2sk: workspace }
    case 'disconnected':
      return {}
  }
}
