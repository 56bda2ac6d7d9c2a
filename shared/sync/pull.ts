import { Failure } from '#core/errors'
import type { Run } from '#core/records'
import { requireConnection } from './connect.ts'
import { moveGapFree } from './gap-free.ts'
import { hintRun } from './hint-run.ts'
import type { Ports } from './ports.ts'
import { compareWithCount } from './pull-count.ts'
import { markGone } from './pull-gone.ts'
import { reconcileLinked } from './pull-linked.ts'
import { readPages } from './pull-pages.ts'
import { type Seen, seenBy } from './pull-records.ts'
import {
  idListName,
  newPullState,
  onNextList,
  type PullPorts,
  type PullSlice,
  parsePullState,
  presentList,
} from './pull-state.ts'
import { sweepChanges } from './pull-sweep.ts'
import { type Finish, runSlice, type SliceEnd } from './run-slice.ts'
import { newRun } from './runs.ts'
import { hintWoken, wakeAllWaiting } from './wake-waiting.ts'

/**
 * Starts to read all records of the connected company into the holding area, of each list that takes part: customers,
 * vendors, or both.
 * `confirmGone`: a person says that it is right when more records than the guard allows are gone.
 * Throws notConnected, reconnectNeeded, runInProgress.
 */
export async function startPull(
  ports: Pick<Ports, 'clock' | 'ids' | 'log' | 'connections' | 'settings' | 'runs' | 'hints'>,
  { workspace, person, confirmGone = false }: Readonly<{ workspace: string; person: string; confirmGone?: boolean }>,
): Promise<Run> {
  await requireConnection(ports, workspace)
  await refuseSecond(ports, workspace, undefined)
  const { settings } = await ports.settings.get(workspace)
  const id = ports.ids.next()
  const run = newRun('pull', {
    id,
    startedBy: person,
    nowMs: ports.clock.now(),
    state: { work: newPullState(settings.entities, confirmGone) },
  })
  await ports.runs.create(workspace, run)
  // Two that started in the same moment have both seen no other: of these, the one with the lower id stays.
  await refuseSecond(ports, workspace, run)
  await hintRun(ports, workspace, run)
  return run
}

/**
 * Does a few seconds of a pull. Its lists come one after the other, each in steps: pages in order of id, side by side,
 * each sharing a row with the next; what changed meanwhile; the count; what is gone; the contacts that are linked to any
 * of it. A step that was done is not done again, so a slice that dies costs its last page at most.
 */
export async function pullSlice(ports: PullPorts, workspace: string, runId: string): Promise<SliceEnd> {
  return runSlice(ports, { workspace, runId, kind: 'pull' }, parsePullState, (slice) => pullOn(ports, slice))
}

async function pullOn(ports: PullPorts, slice: PullSlice): Promise<'again' | Finish> {
  if (slice.state().t0 === undefined) slice.change({ state: { t0: new Date(ports.clock.now()).toISOString() } })
  await slice.save()
  while (presentList(slice.state()) !== undefined) {
    if (slice.isOver() || (await pullList(ports, slice)) === 'again') return 'again'
  }
  await hintWoken(ports, slice.workspace, await wakeAllWaiting(ports, slice.workspace))
  const { stopped, unproven } = slice.state()
  if (stopped.length > 0) return { status: 'failed', reason: stopped.join(' ') }
  if (unproven.length > 0) return { status: 'done', reason: unproven.join(' ') }
  await proveGapFree(ports, slice)
  return { status: 'done' }
}

/** Reads one list whole; a list that is not proven, or that the guard stopped, does not keep the next one back. */
async function pullList(ports: PullPorts, slice: PullSlice): Promise<'again' | 'done'> {
  const pages = await readPages(ports, slice)
  if (pages === 'again') return 'again'
  if ((await sweepChanges(ports, slice)) === 'again') return 'again'
  const compared = await compareWithCount(ports, slice)
  if (compared === 'again') return 'again'
  // A list that could not be proven whole proves of no record that it is gone.
  const unproven = pages.unproven ?? compared.unproven
  const gone = unproven === undefined ? await markGone(ports, slice, compared.seen) : undefined
  if (gone === 'again') return 'again'

  if ((await reconcileLinked(ports, slice, compared.seen)) === 'again') return 'again'
  await showCounts(ports, slice, compared.seen)
  const { progress, counts } = slice.run()
  const { stored = 0, unchanged = 0, gone: goneRows = 0, missing = 0 } = counts
  const { rows, pages: pagesRead } = progress
  slice.change({
    wholeState: onNextList(
      slice.state(),
      { rows, pages: pagesRead, stored, unchanged, gone: goneRows, missing },
      {
        ...(unproven !== undefined && { unproven }),
        ...(gone?.stopped !== undefined && { stopped: gone.stopped }),
      },
    ),
  })
  await slice.save()
  return 'done'
}

/** The exact counts, from the lists of ids: whatever was done twice after a crash is in them once. */
async function showCounts(ports: PullPorts, slice: PullSlice, before: Seen): Promise<void> {
  const { ids } = await seenBy(ports, slice, before)
  const { before: totals } = slice.state()
  let stored = 0
  for (const isStored of ids.values()) if (isStored) stored += 1
  const goneIds = new Set<string>()
  for (let list = 0; list < slice.state().goneLists; list++) {
    for (const id of (await ports.runs.getIds(slice.workspace, slice.runId, idListName(slice, 'gone'), list)) ?? [])
      goneIds.add(id)
  }
  const rows = totals.rows + ids.size
  slice.change({
    progress: { rows, rowsTotal: rows },
    counts: {
      stored: totals.stored + stored,
      unchanged: totals.unchanged + ids.size - stored,
      gone: totals.gone + goneIds.size,
    },
  })
}

/** Everything that changed in these lists of QuickBooks up to the pull's beginning is stored now. */
async function proveGapFree(ports: PullPorts, { workspace, company, state }: PullSlice): Promise<void> {
  const { t0, entities } = state()
  if (t0 !== undefined) await moveGapFree(ports, workspace, company.realmId, { since: t0, entities })
}

/** Throws runInProgress when another pull is unfinished; of two that exist already, for the one with the higher id. */
async function refuseSecond(
  ports: Pick<Ports, 'clock' | 'runs'>,
  workspace: string,
  created: Run | undefined,
): Promise<void> {
  const others = (await ports.runs.unfinished(workspace)).filter(
    ({ id, kind }) => kind === 'pull' && id !== created?.id && (created === undefined || id < created.id),
  )
  const first = others[0]
  if (first === undefined) return
  if (created !== undefined) {
    const now = new Date(ports.clock.now()).toISOString()
    const stopped: Run = { ...created, status: 'cancelled', reason: 'Another pull was started first.', finishedAt: now }
    await ports.runs.save(workspace, stopped, created.version)
  }
  throw new Failure({ kind: 'runInProgress', runId: first.id })
}
