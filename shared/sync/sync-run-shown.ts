import { Failure } from '#core/errors'
import type { Outcome, Run } from '#core/records'
import { eachAtMost, inPiecesOf } from './in-parallel.ts'
import type { Ports } from './ports.ts'
import { getPreview, previewAnew } from './preview.ts'
import { previewItem } from './preview-item.ts'
import { CONTACTS_LIST } from './preview-read.ts'
import { itemOfOutcome } from './preview-stored.ts'
import type { Finish, Slice } from './run-slice.ts'
import { newSyncState, refuseSecond, type SyncRunPorts, type SyncState, startRun } from './sync-run-start.ts'

type ApplyPorts = Pick<
  Ports,
  'clock' | 'ids' | 'log' | 'connections' | 'runs' | 'hints' | 'contacts' | 'mirrors' | 'digest' | 'settings'
>

const A_PAGE = 100
const AT_ONCE = 16
/** As long as a person waits for an answer without wondering; what is not checked by then the run checks. */
const ANSWER_MS = 10_000
/** The list beside a run of contacts that were taken out of its preview. */
const EXCEPT_LIST = 'except'

/**
 * Starts to do exactly what a preview shows, but for the contacts in `except`. When anything that it shows has moved
 * since, nothing is done and a new preview is started.
 * Throws notFound, runUnfinished, runFinished (a preview that failed), runInProgress, previewMoved, notConnected,
 * reconnectNeeded.
 */
export async function applyPreview(
  ports: ApplyPorts,
  {
    previewId,
    except,
    ...asker
  }: Readonly<{ workspace: string; person: string; previewId: string; except: readonly string[] }>,
): Promise<Run> {
  const { workspace } = asker
  const preview = await getPreview(ports, workspace, previewId)
  if (preview.status === 'failed' || preview.status === 'cancelled') {
    throw new Failure({ kind: 'runFinished', runId: previewId, status: preview.status })
  }
  if (preview.status !== 'done') throw new Failure({ kind: 'runUnfinished', runId: previewId })
  await refuseSecond(ports, workspace)

  const endMs = ports.clock.now() + ANSWER_MS
  const left = new Set(except)
  let after: string | undefined
  do {
    const page = await ports.runs.outcomes(workspace, previewId, A_PAGE, after)
    if (await hasMoved(ports, workspace, selectedOf(page.rows, left))) {
      throw new Failure({ kind: 'previewMoved', previewId: (await previewAnew(ports, asker)).id })
    }
    after = page.next
  } while (after !== undefined && ports.clock.now() < endMs)

  const id = ports.ids.next()
  const lists = inPiecesOf(A_PAGE, [...left])
  for (const [page, ids] of lists.entries()) await ports.runs.putIds(workspace, id, EXCEPT_LIST, page, ids)
  return startRun(ports, asker, newSyncState({ of: 'preview', previewId, exceptLists: lists.length }), id)
}

/**
 * Lays out what a preview shows, after one more look at all of it: QuickBooks was read since. When anything has moved,
 * the run ends before it has done anything.
 */
export async function layOutShown(
  ports: SyncRunPorts,
  slice: Slice<SyncState>,
  previewId: string,
): Promise<Finish | Readonly<{ pages: number; rows: number }>> {
  const { workspace, runId } = slice
  const left = await readExcept(ports, slice)
  let pages = 0
  let rows = 0
  let after: string | undefined
  do {
    const page = await ports.runs.outcomes(workspace, previewId, A_PAGE, after)
    const selected = selectedOf(page.rows, left)
    if (await hasMoved(ports, workspace, selected)) {
      const { id } = await previewAnew(ports, { workspace, person: slice.run().startedBy })
      return {
        status: 'failed',
        reason: `Something changed since the preview was made, so nothing was done. A new preview is being made: ${id}.`,
      }
    }
    if (selected.length > 0) {
      const ids = selected.map(({ recordId }) => recordId)
      await ports.runs.putIds(workspace, runId, CONTACTS_LIST, pages, ids)
      pages += 1
      rows += selected.length
    }
    after = page.next
  } while (after !== undefined)
  return { pages, rows }
}

/** What is to be done: those that were taken out, and those that need nothing or a person first, are not. */
function selectedOf(shown: readonly Outcome[], except: ReadonlySet<string>): readonly Outcome[] {
  return shown.filter((one) => itemOfOutcome(one).fingerprint !== undefined && !except.has(one.recordId))
}

async function hasMoved(
  ports: Pick<Ports, 'clock' | 'contacts' | 'mirrors' | 'digest' | 'settings'>,
  workspace: string,
  shown: readonly Outcome[],
): Promise<boolean> {
  const { settings } = await ports.settings.get(workspace)
  const contacts = await ports.contacts.getMany(
    workspace,
    shown.map(({ recordId }) => recordId),
  )
  const contactOf = new Map(contacts.map((contact) => [contact.id, contact]))
  let moved = false
  await eachAtMost(
    AT_ONCE,
    shown,
    () => moved,
    async (outcome) => {
      const contact = contactOf.get(outcome.recordId)
      const now = contact && (await previewItem(ports, workspace, contact, settings))
      if (now?.fingerprint !== itemOfOutcome(outcome).fingerprint) moved = true
    },
  )
  return moved
}

async function readExcept(
  { runs }: Pick<Ports, 'runs'>,
  { workspace, runId, state }: Slice<SyncState>,
): Promise<ReadonlySet<string>> {
  const { exceptLists } = state()
  const ids = new Set<string>()
  for (let page = 0; page < exceptLists; page++) {
    for (const id of (await runs.getIds(workspace, runId, EXCEPT_LIST, page)) ?? []) ids.add(id)
  }
  return ids
}
