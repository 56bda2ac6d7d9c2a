import { createDynamoPorts } from '#dynamodb/ports'
import type { TokenVault } from '#dynamodb/token-vault'
import { systemClock } from '#lambda/clock'
import { createMemoryPortsOn } from '#memory/ports'
import { createQuickBooks } from '#quickbooks/client'
import { createConsent } from '#quickbooks/oauth'
import type { Clock, Ports } from '#sync/ports'
import { countingClient, type TableAt, type TableCounts } from './dynamodb.ts'
import { controlOf, type SimulatorControl } from './simulator.ts'

const PERSON = 'bench'

export type WorldAt = Readonly<{
  simulatorUrl: string
  realmId: string
  /** Undefined: all is stored in memory. */
  table: TableAt | undefined
}>

/** Everything the use cases need, with the machine's own clock, connected to a company of the simulator. */
export type World = Readonly<{
  workspace: string
  ports: Ports
  simulator: SimulatorControl
  /** Mirrors that were stored through the port since it was opened. */
  mirrorsPut: () => number
  tableCounts: () => TableCounts | undefined
}>

// The connection stays in memory, so nothing is ever sealed.
const noVault: TokenVault = {
  seal: () => Promise.reject(new Error('A benchmark stores no tokens.')),
  open: () => Promise.reject(new Error('A benchmark stores no tokens.')),
}

export async function openWorld({ simulatorUrl, realmId, table }: WorldAt): Promise<World> {
  const memory = createMemoryPortsOn<Clock>(systemClock)
  const counting = table && countingClient(table)
  const stored =
    table &&
    counting &&
    createDynamoPorts({ tableName: table.tableName, client: counting.client, clock: systemClock, vault: noVault })
  const ports = { ...memory, ...stored, connections: memory.connections }
  const simulator = controlOf(simulatorUrl)
  // Companies share the table, and no workspace sees another's.
  const workspace = `bench-${realmId}`
  const grant = await simulator.grant(realmId)
  await connect(memory, workspace, realmId, grant)

  let put = 0
  const { mirrors } = ports
  return {
    workspace,
    ports: {
      ...ports,
      mirrors: {
        ...mirrors,
        put: (owner, list) => {
          put += list.length
          return mirrors.put(owner, list)
        },
      },
      quickbooks: createQuickBooks({ environment: 'sandbox', simulatorUrl }),
      // Never asked: the grant's first token outlives the benchmark.
      consent: createConsent({
        environment: 'sandbox',
        simulatorUrl,
        credentials: async () => ({ clientId: 'bench', clientSecret: 'bench' }),
        redirectUri: '',
        clock: systemClock,
      }),
    },
    simulator,
    mirrorsPut: () => put,
    tableCounts: () => counting?.counts(),
  }
}

async function connect(
  { connections, clock }: Pick<Ports, 'connections' | 'clock'>,
  workspace: string,
  realmId: string,
  grant: Awaited<ReturnType<SimulatorControl['grant']>>,
): Promise<void> {
  const after = (seconds: number) => new Date(clock.now() + seconds * 1_000).toISOString()
  const now = after(0)
  await connections.connect(
    {
      workspace,
      realmId,
      status: 'connected',
      since: now,
      connectedBy: PERSON,
      connectedAt: now,
      version: 1,
    },
    {
      accessToken: grant.access_token,
      refreshToken: grant.refresh_token,
      accessExpiresAt: after(grant.expires_in),
      refreshExpiresAt: after(grant.x_refresh_token_expires_in),
    },
    undefined,
  )
}
