import { Failure, problemOf } from '#core/errors'
import type { JsonObject, Mirror, Outcome, Run } from '#core/records'
import { requireConnection } from './connect.ts'
import { hintRun } from './hint-run.ts'
import { eachAtMost } from './in-parallel.ts'
import type { ListPage, Ports } from './ports.ts'
import { outcomeOfItem, type PreviewItem, previewItem } from './preview-item.ts'
import { CONTACTS_LIST, layOutContacts, type ReadPorts, readChanged } from './preview-read.ts'
import { itemOfOutcome } from './preview-stored.ts'
import { startPull } from './pull.ts'
import { type Finish, runSlice, type Slice, type SliceEnd, type SlicePorts } from './run-slice.ts'
import { getRun, newRun } from './runs.ts'
import { flagIn, numberIn } from './stored-state.ts'

export type PreviewPorts = SlicePorts & ReadPorts & Pick<Ports, 'ledger' | 'settings' | 'hints'>
type StartPorts = Pick<Ports, 'clock' | 'ids' | 'log' | 'connections' | 'runs' | 'hints'>

/** Contacts that are planned at the same time. */
const AT_ONCE = 8

type PreviewState = Readonly<{ isLaidOut: boolean; pages: number; nextPage: number }>

/**
 * Starts to work out what a sync of the whole workspace would do on each side; nothing of it is done.
 * Throws notConnected, reconnectNeeded, runInProgress.
 */
export async function startPreview(
  ports: StartPorts,
  { workspace, person }: Readonly<{ workspace: string; person: string }>,
): Promise<Run> {
  await requireConnection(ports, workspace)
  const other = await unfinishedOf(ports, workspace, ['preview'])
  if (other !== undefined) throw new Failure({ kind: 'runInProgress', runId: other.id })
  const state: PreviewState = { isLaidOut: false, pages: 0, nextPage: 0 }
  const run = newRun('preview', {
    id: ports.ids.next(),
    startedBy: person,
    nowMs: ports.clock.now(),
    state: { work: state },
  })
  await ports.runs.create(workspace, run)
  await hintRun(ports, workspace, run)
  return run
}

/** A new preview, or the one that is being made already. */
export async function previewAnew(
  ports: StartPorts,
  asker: Readonly<{ workspace: string; person: string }>,
): Promise<Readonly<{ id: string }>> {
  try {
    return await startPreview(ports, asker)
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem?.kind !== 'runInProgress') throw thrown
    return { id: problem.runId }
  }
}

/** The unfinished run of one of these kinds, if there is one. */
export async function unfinishedOf(
  { runs }: Pick<Ports, 'runs'>,
  workspace: string,
  kinds: readonly Run['kind'][],
): Promise<Run | undefined> {
  return (await runs.unfinished(workspace)).find(({ kind }) => kinds.includes(kind))
}

/** A page of what a preview shows. Throws notFound. */
export async function listPreview(
  ports: Pick<Ports, 'runs'>,
  workspace: string,
  id: string,
  { limit, after }: Readonly<{ limit: number; after?: string }>,
): Promise<ListPage<PreviewItem>> {
  await getPreview(ports, workspace, id)
  const { rows, next } = await ports.runs.outcomes(workspace, id, limit, after)
  return { rows: rows.map(itemOfOutcome), ...(next !== undefined && { next }) }
}

/** Throws notFound for what is no preview. */
export async function getPreview(ports: Pick<Ports, 'runs'>, workspace: string, id: string): Promise<Run> {
  const run = await getRun(ports, workspace, id)
  if (run.kind !== 'preview') throw new Failure({ kind: 'notFound', what: 'preview', id })
  return run
}

/**
 * Does a few seconds of a preview: reads what changed in QuickBooks without letting any contact know, and then plans
 * contact by contact.
 */
export async function previewSlice(ports: PreviewPorts, workspace: string, runId: string): Promise<SliceEnd> {
  return runSlice(ports, { workspace, runId, kind: 'preview' }, parseState, (slice) => previewOn(ports, slice))
}

async function previewOn(ports: PreviewPorts, slice: Slice<PreviewState>): Promise<'again' | Finish> {
  await slice.save()
  const { workspace, runId } = slice
  const { settings } = await ports.settings.get(workspace)
  if (!slice.state().isLaidOut) {
    const changed = await readChanged(ports, workspace, slice.company, settings.entities)
    if (changed === 'unknown') return pullFirst(ports, workspace, slice.run().startedBy)
    await layOut(ports, slice, changed)
  }
  for (;;) {
    const { pages, nextPage } = slice.state()
    if (nextPage >= pages) return { status: 'done' }
    const ids = (await ports.runs.getIds(workspace, runId, CONTACTS_LIST, nextPage)) ?? []
    const items = await planPage(ports, slice, ids)
    const { progress, counts } = slice.run()
    slice.change({
      state: { nextPage: nextPage + 1 },
      progress: { rows: progress.rows + ids.length, pages: nextPage + 1 },
      counts: countedOf(counts, items),
    })
    await slice.save()
    if (slice.isOver()) return 'again'
  }
}

async function layOut(ports: PreviewPorts, slice: Slice<PreviewState>, changed: readonly Mirror[]): Promise<void> {
  const { pages, rows } = await layOutContacts(ports, slice.workspace, slice.runId, changed)
  slice.change({ state: { isLaidOut: true, pages }, progress: { rowsTotal: rows, pagesTotal: pages } })
  await slice.save()
}

/** What a contact was first shown to become is what counts, so a slice that dies and is done again shows nothing twice. */
async function planPage(
  ports: PreviewPorts,
  { workspace, runId }: Slice<PreviewState>,
  ids: readonly string[],
): Promise<readonly Outcome[]> {
  const { settings } = await ports.settings.get(workspace)
  await eachAtMost(
    AT_ONCE,
    await ports.contacts.getMany(workspace, ids),
    () => false,
    async (contact) => {
      const item = await previewItem(ports, workspace, contact, settings)
      if (item === undefined) return
      await ports.ledger.commit(workspace, [{ kind: 'outcome', runId, outcome: outcomeOfItem(item) }])
    },
  )
  return ports.runs.outcomesOf(workspace, runId, ids)
}

/** The first sync only brings in: before that is done, nobody can tell what differs. */
export async function pullFirst(
  ports: Parameters<typeof startPull>[0],
  workspace: string,
  person: string,
): Promise<Finish> {
  try {
    await startPull(ports, { workspace, person })
  } catch (thrown) {
    if (problemOf(thrown)?.kind !== 'runInProgress') throw thrown
  }
  return {
    status: 'failed',
    reason: 'Everything in QuickBooks has to be pulled first. The pull has begun: start this again when it is done.',
  }
}

/** The counts with these outcomes added, by their kinds. */
export function countedOf(counts: Run['counts'], outcomes: readonly Pick<Outcome, 'kind'>[]): Run['counts'] {
  const sum = new Map(Object.entries(counts))
  for (const { kind } of outcomes) sum.set(kind, (sum.get(kind) ?? 0) + 1)
  return Object.fromEntries(sum)
}

function parseState(state: JsonObject): PreviewState {
  return {
    isLaidOut: flagIn(state, 'isLaidOut'),
    pages: numberIn(state, 'pages'),
    nextPage: numberIn(state, 'nextPage'),
  }
}
