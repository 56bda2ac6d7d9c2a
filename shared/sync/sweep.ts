import { monthOf } from './company.ts'
import { eachAtMost } from './in-parallel.ts'
import type { Named, Ports, PullHint, PushHint } from './ports.ts'
import { isFinished } from './runs.ts'

/** What has waited for this long has lost its worker, or its hint. */
const STILL_MS = 30_000
/** Runs that one sweep hints; the next one, a minute later, goes on. */
const RUNS_A_SWEEP = 500
/** Workspaces with old markers that one sweep looks at, of each kind. */
const WORKSPACES_A_SWEEP = 2_000
/** Reads at the same time, below the SDK's 50 connections. */
const AT_ONCE = 32
/** It looks at nothing more after this long: its function's time is over soon, and what it found is hinted before. */
const SWEEP_MS = 35_000

type SweepPorts = Pick<
  Ports,
  'clock' | 'log' | 'metrics' | 'runs' | 'hints' | 'markers' | 'connections' | 'settings' | 'usage'
>
type Waiting = Readonly<{ workspace: string; dueMs: number }>

/**
 * Every minute: tells how things stand, then hints what stands still, because a worker died, a hint was lost, or a wait
 * is over: runs, records that are marked to be read, contacts that wait to be pushed or to be planned anew. What cannot
 * be hinted now is found by the next one.
 */
export async function sweep(ports: SweepPorts): Promise<Readonly<{ hinted: number }>> {
  const { clock, metrics } = ports
  const startMs = clock.now()
  const isOver = () => clock.now() - startMs >= SWEEP_MS
  const [lost, { reads }] = await Promise.all([
    ports.connections.countNeedingReconnect(),
    ports.usage.ofAll(monthOf(startMs)),
  ])
  metrics.gauge('ConnectionsNeedingReconnect', lost)
  metrics.gauge('ReadsThisMonth', reads)
  const hinted = (await hintStalled(ports, startMs, isOver)) + (await hintWaiting(ports, startMs, isOver))
  metrics.gauge('SweepsEnded', 1)
  if (hinted > 0) ports.log.info('sweep.hinted', { hinted })
  return { hinted }
}

async function hintStalled(ports: SweepPorts, nowMs: number, isOver: () => boolean): Promise<number> {
  const stalled = await ports.runs.stalled(nowMs - STILL_MS, RUNS_A_SWEEP)
  const named: Named<PullHint>[] = []
  await eachAtMost(AT_ONCE, stalled, isOver, async ({ workspace, runId }) => {
    const run = await ports.runs.get(workspace, runId)
    if (run === undefined || isFinished(run)) return
    named.push({ hint: { kind: 'run', workspace, runId }, dedupe: `${runId}-${run.version}` })
  })
  return sendAll(ports, named, [])
}

/**
 * Hints the workspaces that have old markers, and tells how long the one that waits longest has waited. One that rests,
 * has no working connection or sends only when asked would do nothing now, and is left until that changes.
 */
async function hintWaiting(ports: SweepPorts, nowMs: number, isOver: () => boolean): Promise<number> {
  const waitingFor = (kind: 'toRead' | 'toPush' | 'toReplan') =>
    ports.markers.waiting(kind, nowMs - STILL_MS, WORKSPACES_A_SWEEP)
  const [toRead, toPush, toReplan] = await Promise.all([
    waitingFor('toRead'),
    waitingFor('toPush'),
    waitingFor('toReplan'),
  ])
  const read = await thoseOf(toRead, isOver, (workspace) => mayRead(ports, workspace, nowMs))
  const push = await thoseOf(toPush, isOver, (workspace) => maySend(ports, workspace, nowMs))
  const oldestMs = Math.min(nowMs, ...[...read, ...push, ...toReplan].map(({ dueMs }) => dueMs))
  ports.metrics.gauge('OldestDueSeconds', Math.floor((nowMs - oldestMs) / 1_000))

  const minute = Math.floor(nowMs / 60_000)
  const pulls = read.map(
    ({ workspace }): Named<PullHint> => ({
      hint: { kind: 'marked', workspace },
      dedupe: `marked-${workspace}-${minute}`,
    }),
  )
  // Planning needs no QuickBooks, and so no connection; one hint serves both.
  const pushing = new Set([...push, ...toReplan].map(({ workspace }) => workspace))
  const pushes = [...pushing].map(
    (workspace): Named<PushHint> => ({
      hint: { kind: 'contacts', workspace },
      dedupe: `push-${workspace}-${minute}`,
    }),
  )
  return sendAll(ports, pulls, pushes)
}

async function mayRead({ connections }: SweepPorts, workspace: string, nowMs: number): Promise<boolean> {
  const connection = await connections.get(workspace)
  return connection?.status === 'connected' && !(Date.parse(connection.restUntil ?? '') > nowMs)
}

/** Nothing is sent by itself before everything in QuickBooks is known. */
async function maySend(ports: SweepPorts, workspace: string, nowMs: number): Promise<boolean> {
  const [connection, { settings }] = await Promise.all([
    ports.connections.get(workspace),
    ports.settings.get(workspace),
  ])
  return (
    connection?.status === 'connected' &&
    connection.gapFreeSince !== undefined &&
    !(Date.parse(connection.restUntil ?? '') > nowMs) &&
    settings.push === 'automatic'
  )
}

async function thoseOf(
  all: readonly Waiting[],
  isOver: () => boolean,
  may: (workspace: string) => Promise<boolean>,
): Promise<readonly Waiting[]> {
  const found: Waiting[] = []
  await eachAtMost(AT_ONCE, all, isOver, async (one) => {
    if (await may(one.workspace)) found.push(one)
  })
  return found
}

/** Answers how many were hinted. Those that could not be are no failure: the next sweep finds them again. */
async function sendAll(
  { hints, log }: SweepPorts,
  pulls: readonly Named<PullHint>[],
  pushes: readonly Named<PushHint>[],
): Promise<number> {
  try {
    await Promise.all([
      ...(pulls.length > 0 ? [hints.pullMany(pulls)] : []),
      ...(pushes.length > 0 ? [hints.pushMany(pushes)] : []),
    ])
  } catch {
    log.warn('sweep.hintsNotSent', { pulls: pulls.length, pushes: pushes.length })
  }
  return pulls.length + pushes.length
}
