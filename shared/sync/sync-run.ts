import { problemOf } from '#core/errors'
import type { SyncSettings } from '#core/policies'
import type { Contact, Outcome } from '#core/records'
import { allSettled, eachAtMost } from './in-parallel.ts'
import type { Ports } from './ports.ts'
import { countedOf, pullFirst } from './preview.ts'
import { shownOnly } from './preview-item.ts'
import { CONTACTS_LIST, layOutContacts, readChanged, readNow } from './preview-read.ts'
import { itemOfOutcome } from './preview-stored.ts'
import { inPushOrder } from './push-order.ts'
import { createLock, type ForOther, inTurn, NOT_ASKED, NotSent, type PushSession } from './push-session.ts'
import { asRow, massArchiveReason } from './reconcile-many.ts'
import { type Finish, runSlice, type Slice, type SliceEnd } from './run-slice.ts'
import { outcomeOf, type SyncFor, syncContact } from './sync-run-contact.ts'
import { layOutShown } from './sync-run-shown.ts'
import { parseSyncState, type SyncRunPorts, type SyncState } from './sync-run-start.ts'
import { hintWoken } from './wake-waiting.ts'

/** Contacts that are planned and settled at the same time; their writes go one after the other. */
const LANES = 4
/**
 * Does a few seconds of a sync. Whom it looks at is laid out first, then contact by contact is brought in step; each
 * has one outcome, and the first is the one that counts.
 */
export async function syncSlice(ports: SyncRunPorts, workspace: string, runId: string): Promise<SliceEnd> {
  return runSlice(ports, { workspace, runId, kind: 'sync' }, parseSyncState, (slice) => syncOn(ports, slice))
}

async function syncOn(ports: SyncRunPorts, slice: Slice<SyncState>): Promise<'again' | Finish> {
  await slice.save()
  if (!slice.state().isLaidOut) {
    const end = await prepare(ports, slice)
    if (end !== undefined) return end
  }
  const { settings } = await ports.settings.get(slice.workspace)
  const company = inTurn(slice.company)
  const others = {
    forOther: forOther(ports, slice, settings),
    lockNames: createLock(),
    woke: (woken: readonly string[]) => hintWoken(ports, slice.workspace, woken),
  }
  const session = { workspace: slice.workspace, company, settings, ...others }
  for (;;) {
    const { pages, nextPage } = slice.state()
    if (nextPage >= pages) return { status: 'done' }
    const ids = (await ports.runs.getIds(slice.workspace, slice.runId, CONTACTS_LIST, nextPage)) ?? []
    try {
      if (!(await syncPage(ports, slice, session, ids))) return 'again'
    } catch (thrown) {
      if (thrown instanceof NotSent) throw company.trouble()
      throw thrown
    }
    const outcomes = await ports.runs.outcomesOf(slice.workspace, slice.runId, ids)
    const { progress, counts } = slice.run()
    slice.change({
      state: { nextPage: nextPage + 1 },
      progress: { rows: progress.rows + ids.length, pages: nextPage + 1 },
      counts: countedOf(counts, outcomes),
    })
    await slice.save()
    if (slice.isOver()) return 'again'
  }
}

/**
 * How another contact is sent for the sake of one of this run: as the run sends it itself, in so far as it is part of the
 * run and was shown; and where only one contact was asked for, by itself, if the settings let it.
 */
function forOther(ports: SyncRunPorts, slice: Slice<SyncState>, { push }: SyncSettings) {
  const shown = shownOf(ports, slice)
  const { runId } = slice
  return async ({ id }: Contact): Promise<ForOther> => {
    if (slice.state().contactId !== undefined)
      return push === 'automatic' ? { kind: 'may', actor: 'push', asked: false } : NOT_ASKED
    const check = await shown(id)
    if (check === 'notShown') return { kind: 'mayNot', because: 'It was not part of this preview, or was taken out.' }
    return { kind: 'may', actor: slice.run().startedBy, runId, asked: true, ...(check !== undefined && { check }) }
  }
}

/** Reads what is to be known first, and lays out whom to look at. */
async function prepare(ports: SyncRunPorts, slice: Slice<SyncState>): Promise<'again' | Finish | undefined> {
  const { workspace, runId, company } = slice
  const { contactId, previewId } = slice.state()
  const { settings } = await ports.settings.get(workspace)
  if (contactId !== undefined) {
    if ((await ports.connections.get(workspace))?.gapFreeSince === undefined) {
      return pullFirst(ports, workspace, slice.run().startedBy)
    }
    const link = (await ports.contacts.get(workspace, contactId))?.link
    if (link !== undefined) await readNow(ports, workspace, company, link.entity, [link.recordId])
    await ports.runs.putIds(workspace, runId, CONTACTS_LIST, 0, [contactId])
    return laidOut(slice, { pages: 1, rows: 1 })
  }
  const changed = await readChanged(ports, workspace, company, settings.entities)
  if (changed === 'unknown') return pullFirst(ports, workspace, slice.run().startedBy)
  if (previewId !== undefined) {
    const shown = await layOutShown(ports, slice, previewId)
    return 'status' in shown ? shown : laidOut(slice, shown)
  }
  for (const entity of settings.entities) {
    const mayNotArchive = await massArchiveReason(
      ports,
      workspace,
      entity,
      changed.filter((mirror) => mirror.entity === entity).map(asRow),
    )
    if (mayNotArchive !== undefined) slice.change({ state: { mayNotArchive } })
  }
  return laidOut(slice, await layOutContacts(ports, workspace, runId, changed))
}

async function laidOut(
  slice: Slice<SyncState>,
  { pages, rows }: Readonly<{ pages: number; rows: number }>,
): Promise<undefined> {
  slice.change({ state: { isLaidOut: true, pages }, progress: { rowsTotal: rows, pagesTotal: pages } })
  await slice.save()
}

/** Syncs those of the page that have no outcome yet, parents before children. False when the slice is over. */
async function syncPage(
  ports: SyncRunPorts,
  slice: Slice<SyncState>,
  session: PushSession,
  ids: readonly string[],
): Promise<boolean> {
  const { workspace, runId } = slice
  const isDecided = async (list: readonly string[]) =>
    new Set((await ports.runs.outcomesOf(workspace, runId, list)).map(({ recordId }) => recordId))
  const decided = await isDecided(ids)
  const contacts = await ports.contacts.getMany(
    workspace,
    ids.filter((id) => !decided.has(id)),
  )
  const shown = shownOf(ports, slice)
  for (const group of await inPushOrder(ports, workspace, contacts)) {
    // Those that come along may have had their turn on another page.
    const before = await isDecided(group.map(({ id }) => id))
    const due = await ports.contacts.getMany(
      workspace,
      group.flatMap(({ id }) => (before.has(id) ? [] : [id])),
    )
    const all = await eachAtMost(LANES, due, slice.isOver, async (contact) => {
      const check = await shown(contact.id)
      if (check !== 'notShown') await syncOne(ports, slice, session, contact, check)
    })
    if (!all) return false
  }
  return true
}

type Check = SyncFor['check']

/**
 * What keeps a contact from becoming anything that the preview did not show; 'notShown' for one that comes along for
 * others and was not shown itself, or was taken out. Without a preview nothing is checked.
 */
function shownOf(
  { runs }: Pick<Ports, 'runs'>,
  { workspace, runId, state }: Slice<SyncState>,
): (id: string) => Promise<Check | 'notShown'> {
  const { previewId, pages } = state()
  if (previewId === undefined) return async () => undefined
  let selected: Promise<ReadonlySet<string>> | undefined
  const selectedIds = async () => {
    const lists = await Promise.all(
      Array.from({ length: pages }, (_, page) => runs.getIds(workspace, runId, CONTACTS_LIST, page)),
    )
    return new Set(lists.flatMap((list) => list ?? []))
  }
  return async (id) => {
    selected ??= selectedIds()
    // Both are waited for at once: a failure that nobody waits for ends the process.
    const [ids, [item]] = await allSettled(selected, runs.outcomesOf(workspace, previewId, [id]))
    return item !== undefined && ids.has(id) ? shownOnly(itemOfOutcome(item)) : 'notShown'
  }
}

async function syncOne(
  ports: SyncRunPorts,
  slice: Slice<SyncState>,
  session: PushSession,
  contact: Contact,
  check: Check,
): Promise<void> {
  const { workspace, runId } = slice
  const { mayNotArchive } = slice.state()
  const why = {
    runId,
    actor: slice.run().startedBy,
    ...(mayNotArchive !== undefined && { mayNotArchive }),
    ...(check !== undefined && { check }),
  }
  const store = (outcome: Outcome) => ports.ledger.commit(workspace, [{ kind: 'outcome', runId, outcome }])
  try {
    await store(await syncContact(ports, session, contact, why))
  } catch (thrown) {
    if (thrown instanceof NotSent || problemOf(thrown) !== undefined) throw thrown
    ports.log.warn('sync.contactFailed', { workspace, runId, contactId: contact.id })
    try {
      await store(outcomeOf(contact, 'failed', 'fault', FAULT))
    } catch {
      // When not even that can be stored, it is not the contact that is at fault.
      throw thrown
    }
  }
}

const FAULT = 'Something went wrong inside Tandem with it. Sync it again; if it stays so, report it.'
