import { problemOf } from '#core/errors'
import type { Run } from '#core/records'
import { pullChanges } from './changes.ts'
import { refreshCompany } from './connect.ts'
import { areCurrenciesDue } from './currencies.ts'
import { hintRun } from './hint-run.ts'
import { hintPull } from './hint-work.ts'
import { importSlice } from './import.ts'
import type { ImportPorts } from './import-state.ts'
import { drainMarked, type MarkedPorts } from './marked.ts'
import type { Ports, PullHint, PushHint } from './ports.ts'
import { previewSlice } from './preview.ts'
import { pullSlice } from './pull.ts'
import type { PullPorts } from './pull-state.ts'
import { type DrainPorts, drainPush } from './push.ts'
import { replanSlice } from './replan.ts'
import type { SliceEnd } from './run-slice.ts'
import { syncSlice } from './sync-run.ts'
import type { SyncRunPorts } from './sync-run-start.ts'
import { renewToken } from './tokens.ts'
import { undoSlice } from './undo.ts'

/**
 * The value of a refresh token lives for 100 days from its issue (Intuit: "OAuth 2.0 FAQ"; 101 recorded), and a refresh
 * after its first day brings another value with a life of its own. A workspace that reads nothing for half of that is
 * refreshed, which leaves as long to find out why it failed.
 */
const REFRESH_LEFT_MS = 50 * 24 * 60 * 60_000

type ServePorts = PullPorts & ImportPorts & MarkedPorts & SyncRunPorts

/**
 * Does what a hint of the pull queue points at. What goes wrong with QuickBooks is kept in the run or the connection
 * and never thrown; a fault of our own side is, so that the message comes back. `sentAtMs`: when the hint was sent.
 */
export async function servePullHint(ports: ServePorts, hint: PullHint, sentAtMs?: number): Promise<void> {
  switch (hint.kind) {
    case 'run':
      return serveRun(ports, hint.workspace, hint.runId)
    case 'upkeep':
      return upkeep(ports, hint.workspace)
    case 'marked':
      return serveMarked(ports, hint.workspace, sentAtMs)
    case 'changes':
      return serveChanges(ports, hint.workspace)
  }
}

/**
 * Plans anew what a change of the settings asks for, and sends what waits to be sent to the company of the workspace,
 * each for some seconds, and hints the queue to go on when there is more. A hint that cannot be sent is no failure: the
 * sweep finds what waits.
 */
export async function servePushHint(
  ports: DrainPorts & Pick<Ports, 'hints'>,
  { workspace }: PushHint,
  sentAtMs?: number,
): Promise<void> {
  const replanned = await replanSlice(ports, workspace)
  if ((await drainPush(ports, workspace, sentAtMs)) !== 'again' && replanned !== 'again') return
  try {
    await ports.hints.push({ kind: 'contacts', workspace }, `push-${ports.ids.next()}`)
  } catch {
    ports.log.warn('push.hintNotSent', { workspace })
  }
}

async function serveRun(ports: ServePorts, workspace: string, runId: string): Promise<void> {
  const run = await ports.runs.get(workspace, runId)
  if (run === undefined) {
    ports.log.warn('run.unknown', { workspace, runId })
    return
  }
  const end = await sliceOf(ports, workspace, run)
  if (end !== 'again') return
  const later = await ports.runs.get(workspace, runId)
  if (later !== undefined) await hintRun(ports, workspace, later)
}

async function serveMarked(ports: ServePorts, workspace: string, sentAtMs: number | undefined): Promise<void> {
  await untroubled(ports, workspace, 'marked', async () => {
    if ((await drainMarked(ports, workspace, sentAtMs)) === 'again') {
      await hintPull(ports, 'marked', workspace, ports.ids.next())
    }
  })
}

async function serveChanges(ports: ServePorts, workspace: string): Promise<void> {
  await untroubled(ports, workspace, 'changes', async () => {
    if ((await pullChanges(ports, workspace)) === 'again') {
      await hintPull(ports, 'changes', workspace, ports.ids.next())
    }
  })
}

/**
 * What is to do stays in the table when QuickBooks gives trouble: markers are swept, and changes are asked for again
 * from the same moment, tomorrow or when the company is connected again.
 */
async function untroubled(
  { log, metrics }: Pick<Ports, 'log' | 'metrics'>,
  workspace: string,
  kind: PullHint['kind'],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem === undefined) throw thrown
    metrics.count('PullTroubles')
    log.warn('pull.trouble', { workspace, kind, problem: problem.kind })
  }
}

async function sliceOf(ports: ServePorts, workspace: string, { id, kind }: Run): Promise<SliceEnd> {
  switch (kind) {
    case 'pull':
      return pullSlice(ports, workspace, id)
    case 'import':
      return importSlice(ports, workspace, id)
    case 'preview':
      return previewSlice(ports, workspace, id)
    case 'sync':
      return syncSlice(ports, workspace, id)
    case 'undo':
      return undoSlice(ports, workspace, id)
    default:
      // Newer code has begun it, and goes on with it: a word that is not known here is no error.
      return leftToNewer(ports, workspace, id, kind)
  }
}

function leftToNewer({ log }: Pick<Ports, 'log'>, workspace: string, runId: string, _kind: never): SliceEnd {
  log.warn('run.kindUnknown', { workspace, runId })
  return 'waiting'
}

/** Keeps a grant alive that is seldom used, and reads of the company what is not known or may have changed. */
async function upkeep(ports: ServePorts, workspace: string): Promise<void> {
  const connection = await ports.connections.get(workspace)
  if (connection?.status !== 'connected') return
  const leftMs =
    connection.refreshExpiresAt === undefined ? 0 : Date.parse(connection.refreshExpiresAt) - ports.clock.now()
  const isDue = leftMs <= REFRESH_LEFT_MS
  try {
    const tokens = isDue ? await ports.connections.tokens(workspace) : undefined
    if (tokens !== undefined) await renewToken(ports, workspace, tokens.accessToken)
    const withCurrencies = isDue || areCurrenciesDue(connection)
    if (withCurrencies || connection.companyName === undefined) await refreshCompany(ports, workspace, withCurrencies)
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem === undefined) throw thrown
    // Tomorrow's upkeep tries again; a grant that has ended is on the connection already.
    ports.log.warn('upkeep.failed', { workspace, problem: problem.kind })
  }
}
