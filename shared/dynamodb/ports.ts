import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Clock, Ports } from '#sync/ports'
import { createAdminActs } from './admin-acts.ts'
import { createConnections } from './connections.ts'
import { createContacts } from './contacts.ts'
import { createDailyProgress } from './daily-progress.ts'
import { createIdempotency } from './idempotency.ts'
import { createLedger } from './ledger.ts'
import { createMarkers } from './markers.ts'
import { createMirrors } from './mirrors.ts'
import { createConflicts } from './open-conflicts.ts'
import { createPacer } from './pacer.ts'
import { createRuns } from './runs.ts'
import { createSettings } from './settings.ts'
import { openTable } from './table.ts'
import type { TokenVault } from './token-vault.ts'
import { createUsage } from './usage.ts'

export type DynamoOptions = Readonly<{
  tableName: string
  client: DynamoDBClient
  /** For pauses between repeated attempts, and for the expiry of what is not kept for good. */
  clock: Clock
  /** Used only where tokens are read or written: a function without rights on the key can use the other ports. */
  vault: TokenVault
}>

export type DynamoPorts = Pick<
  Ports,
  | 'connections'
  | 'pacer'
  | 'usage'
  | 'mirrors'
  | 'contacts'
  | 'ledger'
  | 'markers'
  | 'conflicts'
  | 'settings'
  | 'adminActs'
  | 'runs'
  | 'idempotency'
  | 'dailyProgress'
>

/** Every port that stores, on the one table. */
export function createDynamoPorts({ tableName, client, clock, vault }: DynamoOptions): DynamoPorts {
  const tandem = openTable({ tableName, client })
  return {
    connections: createConnections(tandem, clock, vault),
    pacer: createPacer(tandem, clock),
    usage: createUsage(tandem),
    mirrors: createMirrors(tandem, clock),
    contacts: createContacts(tandem, clock),
    ledger: createLedger(tandem, clock),
    markers: createMarkers(tandem, clock),
    conflicts: createConflicts(tandem),
    settings: createSettings(tandem, clock),
    adminActs: createAdminActs(tandem),
    runs: createRuns(tandem, clock),
    idempotency: createIdempotency(tandem, clock),
    dailyProgress: createDailyProgress(tandem),
  }
}
