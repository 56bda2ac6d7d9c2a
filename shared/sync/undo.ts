import { Failure, problemOf } from '#core/errors'
import { type Contact, ENTITIES, type JsonObject, type Run } from '#core/records'
import { requireConnection } from './connect.ts'
import { hintRun } from './hint-run.ts'
import { eachAtMost, inPiecesOf } from './in-parallel.ts'
import type { Ports } from './ports.ts'
import { countedOf } from './preview.ts'
import { CONTACTS_LIST, readNow } from './preview-read.ts'
import { PUSH_ACTOR } from './push.ts'
import { createLock, inTurn, NOT_ASKED, NotSent, type PushSession } from './push-session.ts'
import { type Finish, runSlice, type Slice, type SliceEnd } from './run-slice.ts'
import { getRun, isFinished, newRun } from './runs.ts'
import { flagIn, numberIn, textIn } from './stored-state.ts'
import { refuseSecond, type SyncRunPorts } from './sync-run-start.ts'
import { leftUnderway } from './sync-run-underway.ts'
import { undoContact } from './undo-contact.ts'
import { hintWoken } from './wake-waiting.ts'

const A_PAGE = 100
/** Contacts that are undone at the same time; their writes go one after the other. */
const LANES = 4

type UndoState = Readonly<{ undoes: string; isLaidOut: boolean; pages: number; nextPage: number }>

/**
 * Starts to undo a sync or an import: what nobody has changed since is put back, in the CRM and in QuickBooks.
 * Throws notFound, runUnfinished, notUndoable, runInProgress, notConnected, reconnectNeeded.
 */
export async function startUndo(
  ports: Pick<Ports, 'clock' | 'ids' | 'log' | 'connections' | 'runs' | 'hints'>,
  { workspace, person, runId }: Readonly<{ workspace: string; person: string; runId: string }>,
): Promise<Run> {
  const undone = await getRun(ports, workspace, runId)
  const why = whyNotUndoable(undone)
  if (why !== undefined) throw new Failure({ kind: 'notUndoable', runId, why })
  if (!isFinished(undone)) throw new Failure({ kind: 'runUnfinished', runId })
  await refuseSecond(ports, workspace)
  await requireConnection(ports, workspace)
  const state: UndoState = { undoes: runId, isLaidOut: false, pages: 0, nextPage: 0 }
  const run = newRun('undo', {
    id: ports.ids.next(),
    startedBy: person,
    nowMs: ports.clock.now(),
    state: { work: state },
  })
  await ports.runs.create(workspace, run)
  await hintRun(ports, workspace, run)
  return run
}

function whyNotUndoable({ kind }: Run): string | undefined {
  switch (kind) {
    case 'sync':
    case 'import':
      return undefined
    case 'pull':
      return 'A pull brings in what is in QuickBooks; there is nothing of anybody’s to put back.'
    case 'preview':
      return 'A preview has done nothing.'
    case 'undo':
      return 'An undo is not undone: sync again instead.'
    default:
      // A newer version began it.
      return unknownKind(kind)
  }
}

function unknownKind(_kind: never): string {
  return 'This version of Tandem does not know what it did. Try again in a few minutes.'
}

/** Does a few seconds of an undo: jobs before those they lie under, each with one outcome. */
export async function undoSlice(ports: SyncRunPorts, workspace: string, runId: string): Promise<SliceEnd> {
  return runSlice(ports, { workspace, runId, kind: 'undo' }, parseState, (slice) => undoOn(ports, slice))
}

async function undoOn(ports: SyncRunPorts, slice: Slice<UndoState>): Promise<'again' | Finish> {
  await slice.save()
  const { workspace, runId } = slice
  if (!slice.state().isLaidOut) {
    const { pages, rows } = await layOut(ports, slice)
    slice.change({ state: { isLaidOut: true, pages }, progress: { rowsTotal: rows, pagesTotal: pages } })
    await slice.save()
  }
  const { settings } = await ports.settings.get(workspace)
  const company = inTurn(slice.company)
  const session: PushSession = {
    workspace,
    company,
    settings,
    lockNames: createLock(),
    forOther: async () =>
      settings.push === 'automatic' ? { kind: 'may', actor: PUSH_ACTOR, asked: false } : NOT_ASKED,
    woke: (woken) => hintWoken(ports, workspace, woken),
  }
  for (;;) {
    const { pages, nextPage } = slice.state()
    if (nextPage >= pages) return { status: 'done' }
    const ids = (await ports.runs.getIds(workspace, runId, CONTACTS_LIST, nextPage)) ?? []
    try {
      if (!(await undoPage(ports, slice, session, ids))) return 'again'
    } catch (thrown) {
      if (thrown instanceof NotSent) throw company.trouble()
      throw thrown
    }
    const { progress, counts } = slice.run()
    slice.change({
      state: { nextPage: nextPage + 1 },
      progress: { rows: progress.rows + ids.length, pages: nextPage + 1 },
      counts: countedOf(counts, await ports.runs.outcomesOf(workspace, runId, ids)),
    })
    await slice.save()
    if (slice.isOver()) return 'again'
  }
}

/** Everyone that the run came to, each page of one depth, the deepest first: what lies under another goes before it. */
async function layOut(
  ports: SyncRunPorts,
  { workspace, runId, state }: Slice<UndoState>,
): Promise<Readonly<{ pages: number; rows: number }>> {
  const parentOf = new Map<string, string | undefined>()
  const add = async (ids: readonly string[]) => {
    for (const id of ids) parentOf.set(id, undefined)
    for (const contact of await ports.contacts.getMany(workspace, ids)) parentOf.set(contact.id, contact.parentId)
  }
  let after: string | undefined
  do {
    const page = await ports.runs.outcomes(workspace, state().undoes, A_PAGE, after)
    await add([...new Set(page.rows.flatMap(({ contactId }) => contactId ?? []))])
    after = page.next
  } while (after !== undefined)
  await add(await leftUnderway(ports, workspace, state().undoes))

  const depthOf = (id: string) => {
    let depth = 0
    const seen = new Set([id])
    for (let up = parentOf.get(id); up !== undefined && !seen.has(up); up = parentOf.get(up)) {
      seen.add(up)
      depth += 1
    }
    return depth
  }
  const byDepth = [...Map.groupBy(parentOf.keys(), depthOf)].sort(([a], [b]) => b - a)
  const pages = byDepth.flatMap(([, ids]) => inPiecesOf(A_PAGE, ids))
  for (const [page, ids] of pages.entries()) await ports.runs.putIds(workspace, runId, CONTACTS_LIST, page, ids)
  return { pages: pages.length, rows: parentOf.size }
}

/** Undoes those of the page that have no outcome yet. False when the slice is over. */
async function undoPage(
  ports: SyncRunPorts,
  slice: Slice<UndoState>,
  session: PushSession,
  ids: readonly string[],
): Promise<boolean> {
  const { workspace, runId } = slice
  const decided = new Set((await ports.runs.outcomesOf(workspace, runId, ids)).map(({ recordId }) => recordId))
  const due = ids.filter((id) => !decided.has(id))
  await readRecordsOf(ports, slice, await ports.contacts.getMany(workspace, due))
  const undone = new Set<string>()
  const undoOther = async (id: string) => {
    const isOver = undone.has(id) || (await ports.runs.outcomesOf(workspace, runId, [id])).length > 0
    if (isOver || (await undoOne(ports, slice, session, id))) undone.add(id)
  }
  return eachAtMost(LANES, due, slice.isOver, async (id) => {
    if (!undone.has(id)) await undoOne(ports, slice, session, id, undoOther)
  })
}

/** What is in QuickBooks now is what decides whether something was changed since. */
async function readRecordsOf(
  ports: SyncRunPorts,
  { workspace, company }: Slice<UndoState>,
  contacts: readonly Contact[],
): Promise<void> {
  for (const entity of ENTITIES) {
    const ids = contacts.flatMap(({ link }) => (link?.entity === entity ? [link.recordId] : []))
    await readNow(ports, workspace, company, entity, ids)
  }
}

/** False where it waits for its own turn. */
async function undoOne(
  ports: SyncRunPorts,
  slice: Slice<UndoState>,
  session: PushSession,
  contactId: string,
  undoOther?: (id: string) => Promise<void>,
): Promise<boolean> {
  const { workspace, runId } = slice
  const why = { runId: slice.state().undoes, undoRunId: runId, actor: slice.run().startedBy }
  const clearing = undoOther === undefined ? why : { ...why, undoOther }
  try {
    const outcome = await undoContact(ports, session, contactId, clearing)
    if (outcome === 'waits') return false
    if (outcome !== undefined) await ports.ledger.commit(workspace, [{ kind: 'outcome', runId, outcome }])
  } catch (thrown) {
    if (thrown instanceof NotSent || problemOf(thrown) !== undefined) throw thrown
    ports.log.warn('undo.contactFailed', { workspace, runId, contactId })
    const outcome = { recordId: contactId, contactId, name: '', kind: 'failed', code: 'fault', reason: FAULT } as const
    try {
      await ports.ledger.commit(workspace, [{ kind: 'outcome', runId, outcome }])
    } catch {
      // When not even that can be stored, it is not the contact that is at fault.
      throw thrown
    }
  }
  return true
}

const FAULT = 'Something went wrong inside Tandem with it. Undo the run again; if it stays so, report it.'

function parseState(state: JsonObject): UndoState {
  return {
    undoes: textIn(state, 'undoes'),
    isLaidOut: flagIn(state, 'isLaidOut'),
    pages: numberIn(state, 'pages'),
    nextPage: numberIn(state, 'nextPage'),
  }
}
