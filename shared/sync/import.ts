import { Failure } from '#core/errors'
import type { ImportKind } from '#core/import-mapping'
import type { HeldFilter } from '#core/list-filters'
import type { Entity, Outcome, OutcomeKind, Run } from '#core/records'
import { requireConnection } from './connect.ts'
import { hintRun } from './hint-run.ts'
import { importChunk } from './import-chunk.ts'
import { reconcileNewlyLinked, reconcileWaiting } from './import-linked.ts'
import { layOut, passList, readNamed, storeNamed } from './import-selection.ts'
import {
  type FilterSelection,
  type ImportPorts,
  type ImportSlice,
  newImportState,
  parseImportState,
  type SameName,
} from './import-state.ts'
import { searchIn } from './list-page.ts'
import type { Ports } from './ports.ts'
import { type Finish, runSlice, type SliceEnd } from './run-slice.ts'
import { newRun } from './runs.ts'

export type Selection =
  | Readonly<{ ids: readonly string[] }>
  | Readonly<{ filter: HeldFilter; search?: string; except?: readonly string[] }>

/**
 * Starts to import customers or vendors from the holding area. Top-level customers become accounts or buildings,
 * sub-customers jobs under their parents; vendors become accounts that are in no customer list. `select` names ids, or everything that a filter shows but `except`.
 * Throws invalidInput (nothing selected, an unusable search, vendors as buildings), notConnected, reconnectNeeded.
 */
export async function startImport(
  ports: Pick<Ports, 'clock' | 'ids' | 'log' | 'connections' | 'runs' | 'hints'>,
  {
    workspace,
    person,
    entity = 'customer',
    as,
    select,
    sameName,
  }: Readonly<{
    workspace: string
    person: string
    entity?: Entity
    as: ImportKind
    select: Selection
    sameName: SameName
  }>,
): Promise<Run> {
  const named = [...new Set('ids' in select ? select.ids : select.except)]
  if ('ids' in select && named.length === 0) {
    throw new Failure({
      kind: 'invalidInput',
      fields: [{ path: 'select.ids', message: `Select at least one ${entity} to import.` }],
    })
  }
  if (entity === 'vendor' && as === 'building') {
    throw new Failure({
      kind: 'invalidInput',
      fields: [{ path: 'as', message: 'A vendor is no building: import vendors as account.' }],
    })
  }
  const byFilter = 'ids' in select ? undefined : filterOf(select)
  await requireConnection(ports, workspace)

  const id = ports.ids.next()
  const namedLists = await storeNamed(ports, workspace, id, named)
  const run = newRun('import', {
    id,
    startedBy: person,
    nowMs: ports.clock.now(),
    state: { work: newImportState({ entity, as, sameName, namedLists, ...(byFilter !== undefined && { byFilter }) }) },
    ...('ids' in select && { rowsTotal: named.length }),
  })
  await ports.runs.create(workspace, run)
  await hintRun(ports, workspace, run)
  return run
}

/**
 * Does a few seconds of an import. Each row commits with its outcome in one transaction, and the first outcome of a
 * row is the one that counts, so a slice that dies and is done again imports nothing twice and miscounts nothing.
 */
export async function importSlice(ports: ImportPorts, workspace: string, runId: string): Promise<SliceEnd> {
  return runSlice(ports, { workspace, runId, kind: 'import' }, parseImportState, (slice) => importOn(ports, slice))
}

async function importOn(ports: ImportPorts, slice: ImportSlice): Promise<'again' | Finish> {
  await slice.save()
  if (!slice.state().prepared) await prepare(ports, slice)
  for (;;) {
    const { pass, nextChunk, chunks } = slice.state()
    if (nextChunk < chunks) {
      const ids = (await ports.runs.getIds(slice.workspace, slice.runId, passList(pass), nextChunk)) ?? []
      await doChunk(ports, slice, ids)
      if (slice.isOver()) return 'again'
    } else if (slice.state().putOff === 0) {
      await reconcileWaiting(ports, slice)
      return { status: 'done' }
    } else {
      beginNextPass(slice)
      await slice.save()
    }
  }
}

/** Lays the selection out, parents before children. Done again after a crash, it comes to the same lists. */
async function prepare(ports: ImportPorts, slice: ImportSlice): Promise<void> {
  const named = await readNamed(ports, slice)
  const { rows, chunks } = await layOut(ports, slice, named)
  slice.change({
    state: { prepared: true, chunks, rowsInPass: rows },
    progress: { rowsTotal: rows, pagesTotal: chunks },
    counts: { imported: 0, linked: 0, skipped: 0, failed: 0 },
  })
  await slice.save()
}

/** The counts and the step to the next chunk are stored together, so no row counts twice. */
async function doChunk(ports: ImportPorts, slice: ImportSlice, ids: readonly string[]): Promise<void> {
  const { pass, nextChunk, putOff } = slice.state()
  const { outcomes, withoutParent } = await importChunk(ports, slice, ids)
  await reconcileNewlyLinked(ports, slice, outcomes)
  await ports.runs.putIds(slice.workspace, slice.runId, passList(pass + 1), nextChunk, withoutParent)
  const { progress, counts } = slice.run()
  slice.change({
    state: { nextChunk: nextChunk + 1, putOff: putOff + withoutParent.length },
    progress: {
      rows: progress.rows + outcomes.length,
      pages: pass === 0 ? progress.pages + 1 : progress.pages,
    },
    counts: added(counts, outcomes),
  })
  await slice.save()
}

/** A pass that found no parent for anyone was in vain: then the next one is the last. */
function beginNextPass(slice: ImportSlice): void {
  const { pass, putOff, rowsInPass } = slice.state()
  slice.change({ state: { pass: pass + 1, nextChunk: 0, rowsInPass: putOff, putOff: 0, last: putOff === rowsInPass } })
}

function added(counts: Run['counts'], outcomes: readonly Outcome[]): Run['counts'] {
  const many = (kind: OutcomeKind) =>
    (counts[kind] ?? 0) + outcomes.reduce((sum, outcome) => sum + (outcome.kind === kind ? 1 : 0), 0)
  return { imported: many('imported'), linked: many('linked'), skipped: many('skipped'), failed: many('failed') }
}

function filterOf({ filter, search }: Readonly<{ filter: HeldFilter; search?: string }>): FilterSelection {
  if (search !== undefined) searchIn(search)
  return { filter, ...(search !== undefined && { search }) }
}
