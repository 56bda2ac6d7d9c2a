import { Failure, problemOf } from '#core/errors'
import type { Connection, TokenSet } from '#core/records'
import { changeConnection } from './connection-changes.ts'
import type { Ports } from './ports.ts'

/** An access token is renewed when it has less than this left, so that none runs out on its way. */
export const RENEW_BEFORE_MS = 5 * 60_000

/**
 * How long one worker may hold the right to refresh. A refresh call ends within half of it (see Consent), so
 * that the same refresh token is never on its way twice: Intuit may take that for theft and end the grant
 * (Intuit: "OAuth 2.0 FAQ", refresh tokens).
 */
const LEASE_MS = 60_000
/** How often a worker that found the lease taken looks whether the tokens have changed. */
const POLL_MS = 250
/** A token that others are refreshing is still good for a call when it has this long left. */
const STILL_GOOD_MS = 30_000

type TokenPorts = Pick<Ports, 'clock' | 'ids' | 'log' | 'metrics' | 'connections' | 'consent'>

/** The access token to send now. Throws notConnected, reconnectNeeded, quickbooksDown, quickbooksThrottled. */
export async function accessToken(ports: TokenPorts, workspace: string): Promise<string> {
  return (await currentTokens(ports, workspace, undefined)).accessToken
}

/** Another access token than `refused`, to which QuickBooks answered 401. Throws as accessToken does. */
export async function renewToken(ports: TokenPorts, workspace: string, refused: string): Promise<string> {
  return (await currentTokens(ports, workspace, refused)).accessToken
}

/**
 * Tokens whose access token is not `refused` and does not run out soon. When they must be refreshed, one worker of
 * all does it, under a lease in the table; the others wait until it is done or its lease has run out, which is when
 * it died: then the next one sends the same refresh token again, which works unless Intuit had changed it already.
 */
export async function currentTokens(
  ports: TokenPorts,
  workspace: string,
  refused: string | undefined,
): Promise<TokenSet> {
  const { clock, connections } = ports
  const giveUpAtMs = clock.now() + LEASE_MS + 5_000
  for (;;) {
    const tokens = await storedTokens(ports, workspace)
    const leftMs = Date.parse(tokens.accessExpiresAt) - clock.now()
    const isRefused = tokens.accessToken === refused
    if (!isRefused && leftMs > RENEW_BEFORE_MS) return tokens

    const owner = ports.ids.next()
    const nowMs = clock.now()
    if (await connections.takeRefreshLease(workspace, owner, nowMs, nowMs + LEASE_MS)) {
      const refreshed = await refreshUnderLease(ports, workspace, owner, refused)
      if (refreshed !== undefined) return refreshed
    } else if (!isRefused && leftMs > STILL_GOOD_MS) {
      return tokens
    }
    if (clock.now() >= giveUpAtMs) {
      throw new Failure({ kind: 'quickbooksDown', reason: 'The access to QuickBooks could not be renewed in time.' })
    }
    await clock.sleep(POLL_MS)
  }
}

/** The tokens as stored; throws when there is no grant, or none that works. */
async function storedTokens(ports: TokenPorts, workspace: string): Promise<TokenSet> {
  const connection = await ports.connections.get(workspace)
  if (connection === undefined || connection.status === 'disconnected') throw new Failure({ kind: 'notConnected' })
  if (connection.status === 'reconnectNeeded') throw reconnectNeeded(connection)
  const tokens = await ports.connections.tokens(workspace)
  if (tokens === undefined) throw new Failure({ kind: 'notConnected' })
  return tokens
}

/** The refreshed tokens, stored before anyone uses them; undefined to look again. */
async function refreshUnderLease(
  ports: TokenPorts,
  workspace: string,
  owner: string,
  refused: string | undefined,
): Promise<TokenSet | undefined> {
  const { connections, clock } = ports
  // Only what is read now, under the lease, may be sent: whoever held it before has changed the tokens.
  const before = await connections.tokens(workspace)
  if (before === undefined) throw new Failure({ kind: 'notConnected' })
  if (before.accessToken !== refused && Date.parse(before.accessExpiresAt) - clock.now() > RENEW_BEFORE_MS) {
    await connections.freeRefreshLease(workspace, owner)
    return before
  }
  const sent = await refresh(ports, before)
  if (sent.kind === 'refused') {
    await grantEnded(ports, workspace, before, sent.reason)
    await connections.freeRefreshLease(workspace, owner)
    return undefined
  }
  const stored = await storeUnlessNewer(ports, workspace, owner, before, sent.tokens)
  if (stored) await showTimes(ports, workspace, sent.tokens)
  return stored ? sent.tokens : undefined
}

type Refreshed = Readonly<{ kind: 'tokens'; tokens: TokenSet }> | Readonly<{ kind: 'refused'; reason: string }>

/**
 * Anything but a clear answer is thrown with the lease left to run out: the call may have reached Intuit, and may
 * still be at work there, so nobody sends the same refresh token before that is over.
 */
async function refresh(ports: TokenPorts, before: TokenSet): Promise<Refreshed> {
  try {
    const tokens = await ports.consent.refresh(before.refreshToken)
    const { hardExpiresAt = before.hardExpiresAt } = tokens
    return { kind: 'tokens', tokens: { ...tokens, ...(hardExpiresAt !== undefined && { hardExpiresAt }) } }
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem?.kind !== 'grantRefused') throw thrown
    return { kind: 'refused', reason: problem.reason }
  }
}

/**
 * A worker that was frozen between the call and its answer may find its lease gone. Its tokens are still the newest
 * unless another worker stored some meanwhile, so it takes the lease again and stores them.
 */
async function storeUnlessNewer(
  ports: TokenPorts,
  workspace: string,
  owner: string,
  before: TokenSet,
  tokens: TokenSet,
): Promise<boolean> {
  const { connections, clock } = ports
  if ((await connections.storeRefreshed(workspace, owner, tokens)) === 'stored') return true
  const again = ports.ids.next()
  if (!(await connections.takeRefreshLease(workspace, again, clock.now(), clock.now() + LEASE_MS))) return false
  const stored = await connections.tokens(workspace)
  if (stored?.refreshToken !== before.refreshToken || stored.accessToken !== before.accessToken) {
    await connections.freeRefreshLease(workspace, again)
    return false
  }
  return (await connections.storeRefreshed(workspace, again, tokens)) === 'stored'
}

/** Intuit ended the grant, unless the refused token was an old one that another worker has replaced since. */
async function grantEnded(ports: TokenPorts, workspace: string, sent: TokenSet, reason: string): Promise<void> {
  const stored = await ports.connections.tokens(workspace)
  if (stored === undefined || stored.refreshToken !== sent.refreshToken) return
  const isOverCap = sent.hardExpiresAt !== undefined && Date.parse(sent.hardExpiresAt) <= ports.clock.now()
  await markReconnectNeeded(
    ports,
    workspace,
    isOverCap ? 'Intuit ends every grant after five years; a person has to connect again.' : reason,
  )
}

/** Puts a working connection into 'reconnectNeeded', with since when and why. */
export async function markReconnectNeeded(
  ports: Pick<Ports, 'clock' | 'log' | 'metrics' | 'connections'>,
  workspace: string,
  reason: string,
): Promise<void> {
  const since = new Date(ports.clock.now()).toISOString()
  const changed = await changeConnection(ports, workspace, (connection) =>
    connection.status === 'connected' ? { ...connection, status: 'reconnectNeeded', since, reason } : undefined,
  )
  if (!changed) return
  ports.log.warn('connection.reconnectNeeded', { workspace })
  ports.metrics.count('ConnectionsLost')
}

/** Shows on the connection how long its grant lasts. The tokens are stored already, so a failure here costs nothing. */
async function showTimes(ports: TokenPorts, workspace: string, tokens: TokenSet): Promise<void> {
  await changeConnection(ports, workspace, (connection) =>
    connection.status === 'disconnected' ? undefined : { ...connection, ...grantTimes(tokens) },
  )
}

/** What the connection shows of its tokens. */
export function grantTimes({
  accessExpiresAt,
  refreshExpiresAt,
  hardExpiresAt,
}: TokenSet): Pick<Connection, 'accessExpiresAt' | 'refreshExpiresAt' | 'hardExpiresAt'> {
  return { accessExpiresAt, refreshExpiresAt, ...(hardExpiresAt !== undefined && { hardExpiresAt }) }
}

export function reconnectNeeded({ since, reason }: Connection): Failure {
  return new Failure({ kind: 'reconnectNeeded', since, reason: reason ?? 'Intuit ended the grant.' })
}
