import { problemOf } from '#core/errors'
import type { JsonObject, Run, RunKind, RunProgress } from '#core/records'
import { type CompanyPorts, type OpenCompany, openCompany } from './company.ts'
import type { Ports } from './ports.ts'
import { type AfterTrouble, afterTrouble, outageIn } from './run-trouble.ts'
import { isFinished, withoutWait } from './runs.ts'
import { sliceEnd } from './slice-end.ts'
import { objectIn } from './stored-state.ts'
import { wakeAt } from './wake-up.ts'

/** A slice ends itself after this long, so that one person's small wish is not stuck behind a pull of 100,000. */
const SLICE_MS = 5_000

export type SliceEnd = 'again' | 'waiting' | 'finished'

export type SlicePorts = CompanyPorts & Pick<Ports, 'runs'>

/** What a piece of work makes of its run; what is absent stays. */
export type RunChange<State extends JsonObject> = Readonly<{
  state?: Partial<State>
  /** In place of all of the former state. */
  wholeState?: State
  progress?: Partial<RunProgress>
  counts?: Readonly<Record<string, number>>
}>

/** A run in the hands of a worker. */
export type Slice<State extends JsonObject> = Readonly<{
  workspace: string
  runId: string
  company: OpenCompany
  run(): Run
  state(): State
  /** Changes the run in memory; it is stored by the next `save`. */
  change(change: RunChange<State>): void
  /** Stores all changes so far. Whoever asks at the same time shares one write. Throws RunTaken. */
  save(): Promise<void>
  /** Whether it is time to stop and go on in the next slice. */
  isOver(): boolean
}>

export type Finish = Readonly<{ status: 'done' | 'failed'; reason?: string }>

/** Somebody else changed the run: it was cancelled, or another worker is at it. */
class RunTaken extends Error {}

/**
 * Does one slice of a run: takes it up where it stopped, hands it to `work`, and stores how it ended. `work` answers
 * 'again' when there is more to do. What goes wrong with QuickBooks makes the run wait or fail, with the reason in
 * words; only a fault of our own side is thrown, so that its message comes back.
 */
export async function runSlice<State extends JsonObject>(
  ports: SlicePorts,
  { workspace, runId, kind }: Readonly<{ workspace: string; runId: string; kind: RunKind }>,
  parse: (state: JsonObject) => State,
  work: (slice: Slice<State>) => Promise<'again' | Finish>,
): Promise<SliceEnd> {
  const { clock, runs } = ports
  const stored = await runs.get(workspace, runId)
  if (stored === undefined || stored.kind !== kind || isFinished(stored)) return 'finished'
  if (stored.waitUntil !== undefined && Date.parse(stored.waitUntil) > clock.now()) return 'waiting'

  const endMs = sliceEnd(ports, SLICE_MS)
  const keeper = keepRun(ports, workspace, stored)
  const outage = outageIn(stored.state)
  let company: OpenCompany | undefined
  const showCalls = () => {
    const calls = stored.progress.calls + (company?.calls() ?? 0)
    keeper.change((run) => ({ ...run, progress: { ...run.progress, calls } }))
  }
  try {
    if (stored.cancelRequested === true) return await finish(keeper, clock.now(), 'cancelled', stored.reason)
    keeper.change((run) => ({ ...withoutWait(run), status: 'running' }))
    let state = parse(objectIn(stored.state, 'work'))
    company = await openCompany(ports, workspace)
    const end = await work({
      workspace,
      runId,
      company,
      run: keeper.run,
      state: () => state,
      change: (change) => {
        state = { ...(change.wholeState ?? state), ...change.state }
        keeper.change((run) => ({
          ...run,
          progress: { ...run.progress, ...change.progress },
          counts: { ...run.counts, ...change.counts },
          state: { ...run.state, work: state },
        }))
      },
      save: () => {
        showCalls()
        return keeper.save()
      },
      isOver: () => clock.now() >= endMs,
    })
    showCalls()
    if (end !== 'again') return await finish(keeper, clock.now(), end.status, end.reason)
    keeper.change(({ state: { outage: _over, ...state }, ...run }) => ({ ...run, state }))
    await keeper.save()
    return 'again'
  } catch (thrown) {
    if (thrown instanceof RunTaken) return await yieldTo(ports, workspace, keeper)
    const problem = problemOf(thrown)
    if (problem === undefined) throw thrown
    showCalls()
    ports.log.warn('run.trouble', { workspace, runId, kind, problem: problem.kind })
    const next = afterTrouble(problem, outage, keeper.run().progress, clock.now())
    try {
      return next.kind === 'fail'
        ? await finish(keeper, clock.now(), 'failed', next.reason)
        : await wait(ports, workspace, keeper, next)
    } catch (late) {
      if (late instanceof RunTaken) return await yieldTo(ports, workspace, keeper)
      throw late
    }
  } finally {
    await company?.flushUsage()
  }
}

type Keeper = ReturnType<typeof keepRun>

/** Holds the run in memory and stores it under its version, one write at a time. */
function keepRun({ runs, clock }: Pick<Ports, 'runs' | 'clock'>, workspace: string, stored: Run) {
  let run = stored
  let version = stored.version
  let isChanged = false
  let saving: Promise<void> | undefined

  const store = async () => {
    try {
      while (isChanged) {
        isChanged = false
        const saved = { ...run, movedAt: new Date(clock.now()).toISOString() }
        if ((await runs.save(workspace, saved, version)) === 'moved') throw new RunTaken()
        version += 1
      }
    } finally {
      saving = undefined
    }
  }
  return {
    run: () => run,
    change: (change: (run: Run) => Run) => {
      run = change(run)
      isChanged = true
    },
    save: (): Promise<void> => {
      if (saving !== undefined) return saving
      if (!isChanged) return Promise.resolve()
      saving = store()
      return saving
    },
    /** Goes on from the version that another has stored. */
    adopt: (newer: Run) => {
      version = newer.version
    },
  }
}

async function finish(
  keeper: Keeper,
  nowMs: number,
  status: 'done' | 'failed' | 'cancelled',
  reason: string | undefined,
): Promise<SliceEnd> {
  keeper.change((run) => ({
    ...withoutWait(run),
    status,
    finishedAt: new Date(nowMs).toISOString(),
    ...(reason !== undefined && { reason }),
  }))
  await keeper.save()
  return 'finished'
}

async function wait(
  ports: SlicePorts,
  workspace: string,
  keeper: Keeper,
  { outage, untilMs, reason }: Extract<AfterTrouble, { kind: 'wait' }>,
): Promise<SliceEnd> {
  keeper.change((run) => ({
    ...run,
    status: 'waiting',
    reason,
    waitUntil: new Date(untilMs).toISOString(),
    state: { ...run.state, outage },
  }))
  await keeper.save()
  await wakeAt(ports, { queue: 'pull', workspace }, untilMs)
  return 'waiting'
}

/** A cancelled run is ended with all that was done; a run that another worker moved is left to that one. */
async function yieldTo({ runs, clock }: SlicePorts, workspace: string, keeper: Keeper): Promise<SliceEnd> {
  const newer = await runs.get(workspace, keeper.run().id)
  if (newer === undefined || isFinished(newer)) return 'finished'
  if (newer.cancelRequested !== true) return 'waiting'
  keeper.adopt(newer)
  keeper.change((run) => ({ ...run, cancelRequested: true }))
  try {
    return await finish(keeper, clock.now(), 'cancelled', newer.reason)
  } catch (thrown) {
    if (thrown instanceof RunTaken) return 'waiting'
    throw thrown
  }
}
