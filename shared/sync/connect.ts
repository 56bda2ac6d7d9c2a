import { Failure, problemOf } from '#core/errors'
import type { Connection } from '#core/records'
import { actOf } from './admin-acts.ts'
import { type CompanyPorts, monthOf, openCompany } from './company.ts'
import { changeConnection } from './connection-changes.ts'
import { readCurrencies } from './currencies.ts'
import { makeState } from './oauth-state.ts'
import type { Ports } from './ports.ts'
import { cancelUnfinished } from './runs.ts'
import { reconnectNeeded } from './tokens.ts'

const TRIES = 3

/**
 * Begins to connect (or reconnect) the workspace: the address of Intuit's consent page, and until when its answer is
 * taken.
 */
export async function beginConnect(
  ports: Pick<Ports, 'clock' | 'ids' | 'digest' | 'signer' | 'connections' | 'consent'>,
  asker: Readonly<{ workspace: string; person: string }>,
): Promise<Readonly<{ url: string; expiresAt: string }>> {
  const { state, expiresAtMs } = await makeState(ports, asker)
  return { url: await ports.consent.authorizeUrl(state), expiresAt: new Date(expiresAtMs).toISOString() }
}

/**
 * Ends the grant at Intuit, forgets the tokens, frees the company and stops what is under way. When Intuit cannot be
 * reached, the tokens are forgotten all the same, `revoked` is false and `reason` says what a person can still do.
 * Throws notConnected.
 */
export async function disconnect(
  ports: Pick<Ports, 'clock' | 'ids' | 'log' | 'connections' | 'consent' | 'runs' | 'hints'>,
  { workspace, person }: Readonly<{ workspace: string; person: string }>,
): Promise<Readonly<{ workspace: string; realmId: string; revoked: boolean; reason?: string }>> {
  const { connections, clock } = ports
  const before = await connections.get(workspace)
  if (before === undefined || before.status === 'disconnected') throw new Failure({ kind: 'notConnected' })
  const notRevoked = await revokeReason(ports, workspace)
  for (let tries = 0; ; tries++) {
    const connection = await connections.get(workspace)
    if (connection === undefined || connection.status === 'disconnected') break
    if (tries === TRIES) throw new Failure({ kind: 'versionMoved', what: 'connection', id: workspace })
    const { realmId, version } = connection
    const act = actOf(ports, person, { act: 'disconnected', realmId, revoked: notRevoked === undefined })
    if ((await connections.disconnect(asDisconnected(connection, clock.now()), version, act)) === 'stored') break
  }
  ports.log.info('connection.disconnected', { workspace, revoked: notRevoked === undefined })
  await cancelUnfinished(ports, workspace, 'The QuickBooks company was disconnected.')
  return {
    workspace,
    realmId: before.realmId,
    revoked: notRevoked === undefined,
    ...(notRevoked !== undefined && { reason: notRevoked }),
  }
}

/** The connection, if there ever was one, and what the workspace has used of QuickBooks this month. */
export async function describeConnection(
  { clock, connections, usage }: Pick<Ports, 'clock' | 'connections' | 'usage'>,
  workspace: string,
): Promise<Readonly<{ connection?: Connection; usage: Readonly<{ month: string; reads: number; writes: number }> }>> {
  const month = monthOf(clock.now())
  const [connection, { reads, writes }] = await Promise.all([connections.get(workspace), usage.get(workspace, month)])
  return { ...(connection !== undefined && { connection }), usage: { month, reads, writes } }
}

/** The workspace's working connection. Throws notConnected, reconnectNeeded. */
export async function requireConnection(
  { connections }: Pick<Ports, 'connections'>,
  workspace: string,
): Promise<Connection> {
  const connection = await connections.get(workspace)
  if (connection === undefined || connection.status === 'disconnected') throw new Failure({ kind: 'notConnected' })
  if (connection.status === 'reconnectNeeded') throw reconnectNeeded(connection)
  return connection
}

/**
 * Reads the company's name, and its currencies if told to, and keeps them on the connection. Answers the name; undefined
 * when QuickBooks could not be asked.
 */
export async function refreshCompany(
  ports: CompanyPorts,
  workspace: string,
  withCurrencies: boolean,
): Promise<string | undefined> {
  try {
    const company = await openCompany(ports, workspace)
    try {
      const { name } = await company.info()
      await changeConnection(ports, workspace, (connection) =>
        connection.companyName === name ? undefined : { ...connection, companyName: name },
      )
      if (withCurrencies) await readCurrencies(ports, workspace, company)
      return name
    } finally {
      await company.flushUsage()
    }
  } catch (thrown) {
    const problem = problemOf(thrown)
    // The connection stands without them; the daily upkeep asks again.
    ports.log.warn('connection.nameNotRead', { workspace, problem: problem?.kind ?? 'fault' })
    return undefined
  }
}

function asDisconnected(connection: Connection, nowMs: number): Connection {
  const {
    reason: _reason,
    accessExpiresAt: _access,
    refreshExpiresAt: _refresh,
    hardExpiresAt: _hard,
    ...kept
  } = connection
  return { ...kept, status: 'disconnected', since: new Date(nowMs).toISOString() }
}

/** Revokes the grant; why it could not be revoked, or undefined when it is over. */
async function revokeReason(
  { connections, consent, log }: Pick<Ports, 'connections' | 'consent' | 'log'>,
  workspace: string,
): Promise<string | undefined> {
  const tokens = await connections.tokens(workspace)
  if (tokens === undefined) return undefined
  try {
    await consent.revoke(tokens.refreshToken)
    return undefined
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem === undefined) throw thrown
    // Intuit knows the token no more: the grant is over already.
    if (problem.kind === 'grantRefused') return undefined
    log.warn('connection.notRevoked', { workspace, problem: problem.kind })
    return 'Intuit could not be reached, so its own list of connected apps still shows Tandem. The tokens are forgotten here; to end it there too, remove the app in QuickBooks under Apps.'
  }
}
