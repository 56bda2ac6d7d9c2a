import { Failure, type FieldError, problemOf } from '#core/errors'
import type { Connection, TokenSet } from '#core/records'
import { type CompanyPorts, monthOf, openCompany } from './company.ts'
import { changeConnection } from './connection-changes.ts'
import { hintPull } from './hint-work.ts'
import { makeState, openState } from './oauth-state.ts'
import type { Ports } from './ports.ts'
import { cancelUnfinished } from './runs.ts'
import { grantTimes, reconnectNeeded } from './tokens.ts'

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
 * Takes what Intuit sent the person back with, and connects the workspace that the state is bound to.
 * Throws stateInvalid, consentDenied, invalidInput, alreadyConnected, companyHeldElsewhere, grantRefused (a code that
 * was used before), quickbooksDown, quickbooksThrottled. Whatever is thrown, nothing was changed.
 */
export async function finishConnect(
  ports: CompanyPorts & Pick<Ports, 'digest' | 'signer' | 'mirrors' | 'hints'>,
  came: Readonly<{ state?: string; code?: string; realmId?: string; error?: string }>,
): Promise<Readonly<{ workspace: string; person: string; realmId: string; companyName?: string }>> {
  const { workspace, person } = await openState(ports, came.state)
  if (came.error !== undefined) throw new Failure({ kind: 'consentDenied', reason: deniedInWords(came.error) })
  const { code, realmId } = answerIn(came)

  // Asked before the code is used, so that no grant comes into being that would have to be thrown away.
  await refuseOtherCompany(ports, workspace, realmId)
  const tokens = await ports.consent.exchange(code)
  await storeGrant(ports, { workspace, person, realmId }, tokens)
  ports.log.info('connection.connected', { workspace })

  const companyName = await refreshCompanyName(ports, workspace)
  // What changed while there was no grant is asked for at once. A first pull is a person's own wish.
  if ((await ports.connections.get(workspace))?.gapFreeSince !== undefined) {
    await hintPull(ports, 'changes', workspace, ports.ids.next())
  }
  return { workspace, person, realmId, ...(companyName !== undefined && { companyName }) }
}

/**
 * Ends the grant at Intuit, forgets the tokens, frees the company and stops what is under way. When Intuit cannot be
 * reached, the tokens are forgotten all the same, `revoked` is false and `reason` says what a person can still do.
 * Throws notConnected.
 */
export async function disconnect(
  ports: Pick<Ports, 'clock' | 'log' | 'connections' | 'consent' | 'runs' | 'hints'>,
  { workspace }: Readonly<{ workspace: string; person: string }>,
): Promise<Readonly<{ workspace: string; realmId: string; revoked: boolean; reason?: string }>> {
  const { connections, clock } = ports
  const before = await connections.get(workspace)
  if (before === undefined || before.status === 'disconnected') throw new Failure({ kind: 'notConnected' })
  const notRevoked = await revokeReason(ports, workspace)
  for (let tries = 0; ; tries++) {
    const connection = await connections.get(workspace)
    if (connection === undefined || connection.status === 'disconnected') break
    if (tries === TRIES) throw new Failure({ kind: 'versionMoved', what: 'connection', id: workspace })
    if ((await connections.disconnect(asDisconnected(connection, clock.now()), connection.version)) === 'stored') break
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

/** Reads the company's name and shows it on the connection; undefined when QuickBooks could not be asked. */
export async function refreshCompanyName(ports: CompanyPorts, workspace: string): Promise<string | undefined> {
  try {
    const company = await openCompany(ports, workspace)
    try {
      const { name } = await company.info()
      await changeConnection(ports, workspace, (connection) =>
        connection.companyName === name ? undefined : { ...connection, companyName: name },
      )
      return name
    } finally {
      await company.flushUsage()
    }
  } catch (thrown) {
    const problem = problemOf(thrown)
    // The connection stands without a name; the daily upkeep asks again.
    ports.log.warn('connection.nameNotRead', { workspace, problem: problem?.kind ?? 'fault' })
    return undefined
  }
}

/**
 * Throws alreadyConnected when the workspace has another company, or holds records of another one that it was
 * disconnected from: their ids would mean other customers there. Throws companyHeldElsewhere when another workspace
 * has this one.
 */
async function refuseOtherCompany(
  { connections, mirrors }: Pick<Ports, 'connections' | 'mirrors'>,
  workspace: string,
  realmId: string,
): Promise<Connection | undefined> {
  const connection = await connections.get(workspace)
  if (connection !== undefined && connection.realmId !== realmId) {
    const isFree = connection.status === 'disconnected' && (await holdsNothing(mirrors, workspace))
    if (!isFree) throw new Failure({ kind: 'alreadyConnected', realmId: connection.realmId })
  }
  const holder = await connections.holderOf(realmId)
  if (holder !== undefined && holder !== workspace) throw new Failure({ kind: 'companyHeldElsewhere', realmId })
  return connection
}

async function holdsNothing(mirrors: Ports['mirrors'], workspace: string): Promise<boolean> {
  const [customers, vendors] = await Promise.all([
    mirrors.listByName(workspace, 'customer', 1),
    mirrors.listByName(workspace, 'vendor', 1),
  ])
  return customers.rows.length + vendors.rows.length === 0
}

async function storeGrant(
  ports: Pick<Ports, 'clock' | 'connections' | 'mirrors'>,
  grant: Readonly<{ workspace: string; person: string; realmId: string }>,
  tokens: TokenSet,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    // When this refuses (or 'realmHeld' does), another was faster within this second. The new grant is not revoked:
    // revoking ends the app's access to the company, and with it the other workspace's connection.
    const before = await refuseOtherCompany(ports, grant.workspace, grant.realmId)
    const connection = connectionOf(grant, before, tokens, ports.clock.now())
    const stored = await ports.connections.connect(connection, tokens, before?.version)
    if (stored === 'stored') return
    if (stored === 'realmHeld') throw new Failure({ kind: 'companyHeldElsewhere', realmId: grant.realmId })
  }
  throw new Failure({ kind: 'versionMoved', what: 'connection', id: grant.workspace })
}

function connectionOf(
  { workspace, person, realmId }: Readonly<{ workspace: string; person: string; realmId: string }>,
  before: Connection | undefined,
  tokens: TokenSet,
  nowMs: number,
): Connection {
  const now = new Date(nowMs).toISOString()
  const known = before?.realmId === realmId ? before : undefined
  return {
    workspace,
    realmId,
    status: 'connected',
    since: now,
    connectedBy: person,
    connectedAt: known === undefined || known.status === 'disconnected' ? now : known.connectedAt,
    ...(known?.companyName !== undefined && { companyName: known.companyName }),
    ...(known?.gapFreeSince !== undefined && { gapFreeSince: known.gapFreeSince }),
    ...(known?.gapFreeEntities !== undefined && { gapFreeEntities: known.gapFreeEntities }),
    ...(known?.restUntil !== undefined && { restUntil: known.restUntil }),
    ...grantTimes(tokens),
    version: (before?.version ?? 0) + 1,
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

function deniedInWords(error: string): string {
  return error === 'access_denied'
    ? 'The person did not allow the connection on Intuit’s page.'
    : 'Intuit ended the consent without a grant.'
}

function answerIn({ code, realmId }: Readonly<{ code?: string; realmId?: string }>): { code: string; realmId: string } {
  const fields: FieldError[] = []
  if (code === undefined || code === '') fields.push({ path: 'code', message: 'Intuit sends a code here.' })
  if (realmId === undefined || !/^\d{1,40}$/.test(realmId)) {
    fields.push({ path: 'realmId', message: 'Intuit sends the number of the company here.' })
  }
  if (code === undefined || realmId === undefined || fields.length > 0) {
    throw new Failure({ kind: 'invalidInput', fields })
  }
  return { code, realmId }
}
