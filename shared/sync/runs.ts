import { Failure } from '#core/errors'
import type { Outcome, Run, RunKind } from '#core/records'
import { hintRun } from './hint-run.ts'
import type { ListPage, Ports } from './ports.ts'

type Slice = Readonly<{ limit: number; after?: string }>

/** Throws notFound. */
export async function getRun({ runs }: Pick<Ports, 'runs'>, workspace: string, id: string): Promise<Run> {
  const run = await runs.get(workspace, id)
  if (run === undefined) throw new Failure({ kind: 'notFound', what: 'run', id })
  return run
}

/** All runs of the workspace, newest first. */
export async function listRuns(
  { runs }: Pick<Ports, 'runs'>,
  workspace: string,
  { limit, after }: Slice,
): Promise<ListPage<Run>> {
  return runs.list(workspace, limit, after)
}

/** What became of each record of a run. Throws notFound. */
export async function listOutcomes(
  ports: Pick<Ports, 'runs'>,
  workspace: string,
  runId: string,
  { limit, after }: Slice,
): Promise<ListPage<Outcome>> {
  await getRun(ports, workspace, runId)
  return ports.runs.outcomes(workspace, runId, limit, after)
}

/**
 * Stops a run. One that waits ends at once; one that a worker is at ends at its next step, and what it has done
 * until then stays. Throws notFound, runFinished.
 */
export async function cancelRun(
  ports: Pick<Ports, 'clock' | 'log' | 'runs' | 'hints'>,
  workspace: string,
  runId: string,
  reason = 'Cancelled by a person.',
): Promise<Run> {
  for (;;) {
    const run = await getRun(ports, workspace, runId)
    if (isFinished(run)) throw new Failure({ kind: 'runFinished', runId, status: run.status })
    const now = new Date(ports.clock.now()).toISOString()
    const stopped: Run =
      run.status === 'running'
        ? { ...run, cancelRequested: true, reason }
        : { ...withoutWait(run), status: 'cancelled', cancelRequested: true, reason, finishedAt: now, movedAt: now }
    if ((await ports.runs.save(workspace, stopped, run.version)) === 'moved') continue
    const saved = { ...stopped, version: run.version + 1 }
    // Its worker may have died: then the hint's worker finds the request and ends the run.
    if (!isFinished(saved)) await hintRun(ports, workspace, saved)
    return saved
  }
}

/** Stops everything that is under way in a workspace whose company is gone. */
export async function cancelUnfinished(
  ports: Pick<Ports, 'clock' | 'log' | 'runs' | 'hints'>,
  workspace: string,
  reason: string,
): Promise<void> {
  for (const run of await ports.runs.unfinished(workspace)) {
    try {
      await cancelRun(ports, workspace, run.id, reason)
    } catch (thrown) {
      // It ended by itself meanwhile.
      if (!(thrown instanceof Failure && thrown.problem.kind === 'runFinished')) throw thrown
    }
  }
}

export function isFinished({ status }: Pick<Run, 'status'>): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled'
}

/** The run without what belongs to waiting. */
export function withoutWait({ waitUntil: _until, reason: _reason, ...run }: Run): Run {
  return run
}

/**
 * How long the run still takes, in ms, judged by how long it took so far; undefined while that cannot be known, 0
 * when it is finished.
 */
export function timeLeftMs(run: Run, nowMs: number): number | undefined {
  if (isFinished(run)) return 0
  const share = shareDone(run)
  if (share === undefined) return undefined
  const goesOnMs = run.waitUntil === undefined ? nowMs : Math.max(nowMs, Date.parse(run.waitUntil))
  const elapsedMs = Math.max(0, Math.min(nowMs, Date.parse(run.movedAt)) - Date.parse(run.startedAt))
  return Math.round(goesOnMs - nowMs + (elapsedMs * (1 - share)) / share)
}

function shareDone({ kind, progress }: Run): number | undefined {
  const [done, all] = kind === 'pull' ? [progress.pages, progress.pagesTotal] : [progress.rows, progress.rowsTotal]
  return all === undefined || done === 0 ? undefined : Math.min(1, done / all)
}

/** A run as it begins its life. */
export function newRun(
  kind: RunKind,
  made: Readonly<{ id: string; startedBy: string; nowMs: number; state: Run['state']; rowsTotal?: number }>,
): Run {
  const now = new Date(made.nowMs).toISOString()
  const { rowsTotal } = made
  return {
    id: made.id,
    kind,
    status: 'queued',
    startedBy: made.startedBy,
    startedAt: now,
    progress: { rows: 0, pages: 0, calls: 0, ...(rowsTotal !== undefined && { rowsTotal }) },
    counts: {},
    state: made.state,
    movedAt: now,
    version: 1,
  }
}
