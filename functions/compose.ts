/**
 * The only place where adapters meet use cases. Each function below wires what one Lambda needs, when it is first
 * asked; what a Lambda does not import from here is not in its bundle.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { KMSClient } from '@aws-sdk/client-kms'
import { SQSClient } from '@aws-sdk/client-sqs'
import { createPendingConsents } from '#dynamodb/pending-consents'
import { createDynamoPorts } from '#dynamodb/ports'
import { openTable } from '#dynamodb/table'
import { createTokenVault, type TokenVault } from '#dynamodb/token-vault'
import { createAdmission } from '#http/admission'
import type { RouterNeeds } from '#http/router'
import type { Addresses, AdminUses, ConnectUses, DocsUses, WebhookUses } from '#http/use-cases'
import { AWS_CLIENT, DYNAMODB_CLIENT } from '#lambda/aws-clients'
import type { BatchWork } from '#lambda/batch-stack'
import { systemClock as clock } from '#lambda/clock'
import { compressed } from '#lambda/compressed'
import { digest } from '#lambda/digest'
import { type Environment, readEnvironment } from '#lambda/environment'
import { faultDetails, problemOfFault } from '#lambda/faults'
import { pullHint, pushHint } from '#lambda/hint-schemas'
import { createIds } from '#lambda/ids'
import { lazily } from '#lambda/lazily'
import { createLog, createLogger } from '#lambda/logger'
import { createCounters, createMetrics } from '#lambda/metrics'
import type { ScheduledWork } from '#lambda/schedule-stack'
import { intuitClientSecret, signingSecret, webhookVerifierTokens } from '#lambda/secrets'
import { createSigner } from '#lambda/signer'
import { createQuickBooks } from '#quickbooks/client'
import { createConsent } from '#quickbooks/oauth'
import { readDelivery } from '#quickbooks/webhook-events'
import { isSignedByIntuit } from '#quickbooks/webhook-verification'
import { createHints } from '#sqs/hints'
import { returnSoon } from '#sqs/return-soon'
import { listAdminActs } from '#sync/admin-acts'
import { listConflicts, resolveAll, resolveConflict } from '#sync/conflicts'
import { beginConnect, describeConnection, disconnect } from '#sync/connect'
import { confirmConnect, takeConsent } from '#sync/consents'
import { contactHistory, getContact, listContacts, recordOf } from '#sync/contacts'
import { daily } from '#sync/daily'
import { createContact, newJob, updateContact } from '#sync/edit-contact'
import { getHeld, listHeld } from '#sync/holding-area'
import { resolveHold } from '#sync/holds'
import { startOnce } from '#sync/idempotent'
import { startImport } from '#sync/import'
import { type IntakePorts, takeDelivery } from '#sync/intake'
import type { Ports, PullHint, PushHint } from '#sync/ports'
import { getPreview, listPreview, startPreview } from '#sync/preview'
import { startPull } from '#sync/pull'
import { cancelRun, getRun, listOutcomes, listRuns, timeLeftMs } from '#sync/runs'
import { servePullHint, servePushHint } from '#sync/serve'
import { getSettings, saveSettings } from '#sync/settings'
import { sweep } from '#sync/sweep'
import { applyPreview } from '#sync/sync-run-shown'
import { startContactSync, startSync } from '#sync/sync-run-start'
import { startUndo } from '#sync/undo'
import { wake } from '#sync/wake'
import openapi from '../shared/http/openapi.json' with { type: 'json' }

/** Logger and metrics of this Lambda, for its stack. */
export const plumbing = { logger: createLogger(), metrics: createMetrics() }

const log = createLog(plumbing.logger)

type AdminPorts = Pick<
  Ports,
  | 'adminActs'
  | 'clock'
  | 'conflicts'
  | 'connections'
  | 'contacts'
  | 'digest'
  | 'hints'
  | 'idempotency'
  | 'ids'
  | 'ledger'
  | 'log'
  | 'metrics'
  | 'mirrors'
  | 'runs'
  | 'settings'
  | 'signer'
  | 'usage'
>
type ConnectPorts = AdminPorts & Pick<Ports, 'consent' | 'pacer' | 'pendingConsents' | 'quickbooks'>

/** The API's own function. It has no right to read tokens, and never calls QuickBooks. */
export function composeAdmin(): RouterNeeds<AdminUses> {
  const needed = needs(async () => {
    const env = readEnvironment(['TABLE_NAME', 'PULL_QUEUE_URL', 'PUSH_QUEUE_URL', 'SIGNING_SECRET_ARN'])
    return adminUses({ ...base(), ...stored(env, noVault), hints: hintsTo(env), signer: signerOf(env) })
  })
  return { ...needed, admit: createAdmission(clock) }
}

export function adminUses(ports: AdminPorts): AdminUses {
  return {
    clock: ports.clock,
    digest: ports.digest,
    signer: ports.signer,
    describeConnection: (workspace) => describeConnection(ports, workspace),
    startOnce: (once, start) => startOnce(ports, once, start),
    startPull: (request) => startPull(ports, request),
    startImport: (request) => startImport(ports, request),
    getRun: (workspace, id) => getRun(ports, workspace, id),
    listRuns: (workspace, slice) => listRuns(ports, workspace, slice),
    listOutcomes: (workspace, runId, slice) => listOutcomes(ports, workspace, runId, slice),
    cancelRun: (workspace, runId) => cancelRun(ports, workspace, runId),
    timeLeftMs,
    listHeld: (query) => listHeld(ports, query),
    getHeld: (workspace, entity, id) => getHeld(ports, workspace, entity, id),
    listContacts: (query) => listContacts(ports, query),
    getContact: (workspace, id) => getContact(ports, workspace, id),
    recordOf: (workspace, contact) => recordOf(ports, workspace, contact),
    contactHistory: (workspace, id, slice) => contactHistory(ports, workspace, id, slice),
    createContact: (request) => createContact(ports, request),
    newJob: (request) => newJob(ports, request),
    updateContact: (request) => updateContact(ports, request),
    listConflicts: (query) => listConflicts(ports, query),
    resolveConflict: (request) => resolveConflict(ports, request),
    resolveHold: (request) => resolveHold(ports, request),
    resolveConflicts: (request) => resolveAll(ports, request),
    startSync: (asker) => startSync(ports, asker),
    startContactSync: (request) => startContactSync(ports, request),
    startPreview: (asker) => startPreview(ports, asker),
    getPreview: (workspace, id) => getPreview(ports, workspace, id),
    listPreview: (workspace, id, slice) => listPreview(ports, workspace, id, slice),
    applyPreview: (request) => applyPreview(ports, request),
    startUndo: (request) => startUndo(ports, request),
    getSettings: (workspace) => getSettings(ports, workspace),
    saveSettings: (request) => saveSettings(ports, request),
    listAdminActs: (workspace, slice) => listAdminActs(ports, workspace, slice),
  }
}

/** What everyone may see. It has no rights at all. */
export function composeDocs(): RouterNeeds<DocsUses> {
  return needs(async () => ({ digest, document: compressed(openapi) }))
}

export function composeOauth(): RouterNeeds<ConnectUses> {
  return needs(async () => {
    const env = readEnvironment([
      'TABLE_NAME',
      'DATA_KEY_ARN',
      'PULL_QUEUE_URL',
      'WAKE_QUEUE_URL',
      'SIGNING_SECRET_ARN',
      'PUBLIC_URL',
      'CONSOLE_URL',
      ...INTUIT_VARIABLES,
    ])
    const ports = {
      ...base(),
      ...stored(env, vaultOf(env)),
      pendingConsents: createPendingConsents(tableOf(env), clock, keyOf(env)),
      ...quickbooksOf(env, `${env.PUBLIC_URL}/oauth/callback`),
      hints: hintsTo(env),
      signer: signerOf(env),
    }
    return connectUses(ports, { publicUrl: env.PUBLIC_URL, consoleUrl: env.CONSOLE_URL })
  })
}

export function connectUses(ports: ConnectPorts, addresses: Addresses): ConnectUses {
  return {
    addresses,
    beginConnect: (asker) => beginConnect(ports, asker),
    takeConsent: (came) => takeConsent(ports, came),
    confirmConnect: (request) => confirmConnect(ports, request),
    disconnect: (asker) => disconnect(ports, asker),
  }
}

export function composeWebhook(): RouterNeeds<WebhookUses> {
  return needs(async () => {
    const env = readEnvironment(['TABLE_NAME', 'PULL_QUEUE_URL', 'WEBHOOK_VERIFIER_SECRET_ARN'])
    const ports = { ...base(), ...stored(env, noVault), hints: hintsTo(env) }
    return webhookUses(ports, () => webhookVerifierTokens(env.WEBHOOK_VERIFIER_SECRET_ARN))
  })
}

export function webhookUses(ports: IntakePorts, verifierTokens: () => Promise<readonly string[]>): WebhookUses {
  return {
    isSigned: async (body, signature) => {
      const signed = isSignedByIntuit(body, signature, await verifierTokens())
      if (!signed) ports.metrics.count('WebhookUnsigned')
      return signed
    },
    takeIn: (body) => takeDelivery(ports, readDelivery(body)),
  }
}

export function composeSchedule(): () => Promise<ScheduledWork> {
  return lazily(async () => {
    const env = readEnvironment(['TABLE_NAME', 'PULL_QUEUE_URL', 'PUSH_QUEUE_URL'])
    const ports = { ...base(), ...stored(env, noVault), hints: hintsTo(env) }
    return { sweep: () => sweep(ports), daily: () => daily(ports), wake: (wakeUp) => wake(ports, wakeUp), log }
  })
}

export function composePull(): () => Promise<BatchWork<PullHint>> {
  return lazily(async () => {
    const env = readEnvironment(WORKER_VARIABLES)
    const ports = await workerPorts(env)
    return {
      hint: pullHint,
      serve: (hint, { sentAtMs, stopAtMs }) => servePullHint({ ...ports, stopAtMs }, hint, sentAtMs),
      returnSoon: returnTo(env.PULL_QUEUE_URL),
      log,
    }
  })
}

export function composePush(): () => Promise<BatchWork<PushHint>> {
  return lazily(async () => {
    const env = readEnvironment(WORKER_VARIABLES)
    const ports = await workerPorts(env)
    return {
      hint: pushHint,
      serve: (hint, { sentAtMs, stopAtMs }) => servePushHint({ ...ports, stopAtMs }, hint, sentAtMs),
      returnSoon: returnTo(env.PUSH_QUEUE_URL),
      log,
    }
  })
}

const INTUIT_VARIABLES = ['INTUIT_CLIENT_SECRET_ARN', 'INTUIT_ENVIRONMENT', 'INTUIT_SIMULATOR_URL'] as const
const WORKER_VARIABLES = [
  'TABLE_NAME',
  'DATA_KEY_ARN',
  'PULL_QUEUE_URL',
  'PUSH_QUEUE_URL',
  'WAKE_QUEUE_URL',
  ...INTUIT_VARIABLES,
] as const

async function workerPorts(env: Environment<(typeof WORKER_VARIABLES)[number]>) {
  // A worker only refreshes, for which Intuit is sent no redirect URI.
  const quickbooks = quickbooksOf(env, '')
  return { ...base(), ...stored(env, vaultOf(env)), ...quickbooks, hints: hintsTo(env) }
}

function needs<Uses>(make: () => Promise<Uses>): RouterNeeds<Uses> {
  return { uses: lazily(make), log, faultDetails, problemOfFault }
}

function base() {
  return { clock, ids: createIds(), log, metrics: createCounters(plumbing.metrics), digest }
}

function stored({ TABLE_NAME }: Environment<'TABLE_NAME'>, vault: TokenVault) {
  return createDynamoPorts({ tableName: TABLE_NAME, client: new DynamoDBClient(DYNAMODB_CLIENT), clock, vault })
}

function vaultOf({ DATA_KEY_ARN }: Environment<'DATA_KEY_ARN'>): TokenVault {
  return createTokenVault(keyOf({ DATA_KEY_ARN }))
}

function keyOf({ DATA_KEY_ARN }: Environment<'DATA_KEY_ARN'>) {
  return { kms: new KMSClient(AWS_CLIENT), keyArn: DATA_KEY_ARN }
}

function tableOf({ TABLE_NAME }: Environment<'TABLE_NAME'>) {
  return openTable({ tableName: TABLE_NAME, client: new DynamoDBClient(DYNAMODB_CLIENT) })
}

/** For functions that have no right to the key of the tokens. */
const noVault: TokenVault = {
  seal: () => Promise.reject(new Error('This function may not write tokens.')),
  open: () => Promise.reject(new Error('This function may not read tokens.')),
}

/** QuickBooks, and consent with the credentials that Secrets Manager holds now, or held five minutes ago at most. */
export function quickbooksOf(env: Environment<(typeof INTUIT_VARIABLES)[number]>, redirectUri: string) {
  const wire = { environment: env.INTUIT_ENVIRONMENT, simulatorUrl: env.INTUIT_SIMULATOR_URL }
  const credentials = () => intuitClientSecret(env.INTUIT_CLIENT_SECRET_ARN)
  return { quickbooks: createQuickBooks(wire), consent: createConsent({ ...wire, credentials, redirectUri, clock }) }
}

function signerOf({ SIGNING_SECRET_ARN }: Environment<'SIGNING_SECRET_ARN'>) {
  return createSigner(() => signingSecret(SIGNING_SECRET_ARN))
}

function hintsTo(
  env: Environment<'PULL_QUEUE_URL'> & Partial<Environment<'PUSH_QUEUE_URL'> & Environment<'WAKE_QUEUE_URL'>>,
) {
  return createHints({
    client: new SQSClient(AWS_CLIENT),
    pullQueueUrl: env.PULL_QUEUE_URL,
    pushQueueUrl: env.PUSH_QUEUE_URL,
    wakeQueueUrl: env.WAKE_QUEUE_URL,
  })
}

function returnTo(queueUrl: string): BatchWork<unknown>['returnSoon'] {
  const client = new SQSClient(AWS_CLIENT)
  return (receiptHandles, seconds) => returnSoon(client, queueUrl, receiptHandles, seconds)
}
