import { confirmationCode, meantCode } from '#core/confirmation-code'
import { Failure, type FieldError } from '#core/errors'
import { CONFIRM_MS, type Confirmed, confirmConsent, withConsent } from '#core/pending-consents'
import type { Connection, TokenSet } from '#core/records'
import { actOf } from './admin-acts.ts'
import type { CompanyPorts } from './company.ts'
import { refreshCompany } from './connect.ts'
import { hintPull } from './hint-work.ts'
import { openState } from './oauth-state.ts'
import type { Ports } from './ports.ts'
import { grantTimes } from './tokens.ts'

const TRIES = 3

type Person = Readonly<{ workspace: string; person: string }>

/** What was consented to, and the code with which the person who asked confirms it until `confirmBy`. */
export type Consented = Person & Readonly<{ realmId: string; code: string; confirmBy: string }>

/**
 * Takes what Intuit sent a browser back with, and keeps it for the person that the state is bound to. Nothing is
 * exchanged and nothing is read: whoever consented may be a stranger whom that person sent the link to.
 * Throws stateInvalid, consentDenied, invalidInput, alreadyConnected, companyHeldElsewhere.
 */
export async function takeConsent(
  ports: Pick<Ports, 'clock' | 'ids' | 'log' | 'digest' | 'signer' | 'connections' | 'pendingConsents' | 'mirrors'>,
  came: Readonly<{ state?: string; code?: string; realmId?: string; error?: string }>,
): Promise<Consented> {
  const { workspace, person } = await openState(ports, came.state)
  if (came.error !== undefined) throw new Failure({ kind: 'consentDenied', reason: deniedInWords(came.error) })
  const { code: intuits, realmId } = answerIn(came)
  await refuseOtherCompany(ports, workspace, realmId)

  const code = confirmationCode(ports.ids.secret())
  const consent = { confirmationHash: ports.digest.sha256(code), realmId, code: intuits }
  const nowMs = ports.clock.now()
  for (let tries = 0; tries < TRIES; tries++) {
    const { consents, version } = await ports.pendingConsents.get(workspace, person)
    const list = withConsent(consents, consent, nowMs)
    if ((await ports.pendingConsents.save(workspace, person, list, version)) === 'moved') continue
    ports.log.info('connection.consented', { workspace })
    return { workspace, person, realmId, code, confirmBy: new Date(nowMs + CONFIRM_MS).toISOString() }
  }
  throw new Failure({ kind: 'versionMoved', what: 'connection', id: workspace })
}

/**
 * Connects the workspace with the company that was consented to, for the person who asked and has the code.
 * Throws confirmationInvalid, alreadyConnected, companyHeldElsewhere, versionMoved: then nothing was exchanged. Throws
 * grantRefused, quickbooksDown and the like when Intuit gave no tokens: the consent is used up all the same, because a
 * code that comes twice may cost the grant that it gave the first time (RFC 6749, section 4.1.2). So it is after a
 * crash between the exchange and the storing: the tokens are lost, and a new consent gives new ones.
 */
export async function confirmConnect(
  ports: CompanyPorts & Pick<Ports, 'digest' | 'pendingConsents' | 'mirrors' | 'hints'>,
  { workspace, person, code }: Person & Readonly<{ code: string }>,
): Promise<Person & Readonly<{ realmId: string; companyName?: string }>> {
  const consent = await useConsent(ports, { workspace, person }, ports.digest.sha256(meantCode(code)))
  const { realmId } = consent
  const tokens = await ports.consent.exchange(consent.code)
  await storeGrant(ports, { workspace, person, realmId }, tokens)
  ports.log.info('connection.connected', { workspace })

  const companyName = await refreshCompany(ports, workspace, true)
  // What changed while there was no grant is asked for at once. A first pull is a person's own wish.
  if ((await ports.connections.get(workspace))?.gapFreeSince !== undefined) {
    await hintPull(ports, 'changes', workspace, ports.ids.next())
  }
  return { workspace, person, realmId, ...(companyName !== undefined && { companyName }) }
}

/**
 * The consent that waits for this code, used up. Each code that is tried is decided under the version that it was
 * decided from, so that many at once are counted like one after the other.
 */
async function useConsent(
  ports: Pick<Ports, 'clock' | 'connections' | 'pendingConsents' | 'mirrors'>,
  { workspace, person }: Person,
  confirmationHash: string,
): Promise<Extract<Confirmed, { kind: 'right' }>> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { consents, version } = await ports.pendingConsents.get(workspace, person)
    const confirmed = confirmConsent(consents, confirmationHash, ports.clock.now())
    // Asked before the code is used, so that no grant comes into being that would have to be thrown away.
    if (confirmed.kind === 'right') await refuseOtherCompany(ports, workspace, confirmed.realmId)
    const { left } = confirmed
    if (left !== undefined && (await ports.pendingConsents.save(workspace, person, left, version)) === 'moved') continue
    if (confirmed.kind === 'right') return confirmed
    throw new Failure({ kind: 'confirmationInvalid', why: confirmed.why })
  }
  throw new Failure({ kind: 'versionMoved', what: 'connection', id: workspace })
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
  ports: Pick<Ports, 'clock' | 'ids' | 'connections' | 'mirrors'>,
  grant: Readonly<{ workspace: string; person: string; realmId: string }>,
  tokens: TokenSet,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    // When this refuses (or 'realmHeld' does), another was faster within this second. The new grant is not revoked:
    // revoking ends the app's access to the company, and with it the other workspace's connection.
    const before = await refuseOtherCompany(ports, grant.workspace, grant.realmId)
    const connection = connectionOf(grant, before, tokens, ports.clock.now())
    const act = actOf(ports, grant.person, { act: 'connected', realmId: grant.realmId })
    const stored = await ports.connections.connect(connection, tokens, before?.version, act)
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
    ...(known?.currencies !== undefined && { currencies: known.currencies }),
    ...(known?.restUntil !== undefined && { restUntil: known.restUntil }),
    ...grantTimes(tokens),
    version: (before?.version ?? 0) + 1,
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
