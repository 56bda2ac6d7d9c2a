import { recordName } from '#core/names'
import { gone } from '#core/observe'
import type { Mirror, Outcome } from '#core/records'
import { importRow, storeOutcome } from './import-row.ts'
import type { ImportPorts, ImportSlice } from './import-state.ts'
import { eachAtMost } from './in-parallel.ts'
import { changedAmong } from './store-records.ts'

/** Rows that are committed at the same time. */
const ROWS_AT_ONCE = 8

export type ChunkResult = Readonly<{ outcomes: readonly Outcome[]; withoutParent: readonly string[] }>

/**
 * Imports a chunk of rows. They are read again from QuickBooks first, so that nothing enters the CRM that is gone
 * there, and nothing old. Answers the outcomes of all rows but those whose parent is not in the CRM yet.
 */
export async function importChunk(
  ports: ImportPorts,
  slice: ImportSlice,
  ids: readonly string[],
): Promise<ChunkResult> {
  const { workspace, runId } = slice
  const before = await ports.runs.outcomesOf(workspace, runId, ids)
  const decided = new Set(before.map(({ recordId }) => recordId))
  const open = ids.filter((id) => !decided.has(id))
  const outcomes: Outcome[] = [...before]
  const withoutParent: string[] = []

  const known = await ports.mirrors.getMany(workspace, slice.state().entity, open)
  const knownIds = new Set(known.map(({ id }) => id))
  for (const id of open) {
    if (!knownIds.has(id)) outcomes.push(await storeOutcome(ports, slice, unknown(id)))
  }
  const { present, lost } = await readAgain(ports, slice, known)
  for (const mirror of lost) outcomes.push(await storeOutcome(ports, slice, vanished(mirror)))

  // Level by level: a parent in this chunk is in the CRM before its children look for it.
  for (const level of [...new Set(present.map((mirror) => mirror.level))].sort((a, b) => a - b)) {
    const rows = present.filter((mirror) => mirror.level === level)
    await eachAtMost(
      ROWS_AT_ONCE,
      rows,
      () => false,
      async (mirror) => {
        const outcome = await importRow(ports, slice, mirror)
        if (outcome === 'withoutParent') withoutParent.push(mirror.id)
        else outcomes.push(outcome)
      },
    )
  }
  return { outcomes, withoutParent }
}

/** Reads the rows again, stores what changed and marks what is gone. What is linked already is not asked for. */
async function readAgain(
  ports: ImportPorts,
  { workspace, company, state }: ImportSlice,
  known: readonly Mirror[],
): Promise<Readonly<{ present: readonly Mirror[]; lost: readonly Mirror[] }>> {
  const { entity } = state()
  const linked = known.filter(({ contactId }) => contactId !== undefined)
  const unlinked = known.filter(({ contactId }) => contactId === undefined)
  if (unlinked.length === 0) return { present: linked, lost: [] }
  const { records } = await company.byIds(
    entity,
    unlinked.map(({ id }) => id),
  )
  const found = new Set(records.map(({ id }) => id))
  const changed = await changedAmong(ports, workspace, entity, records)
  const lost = unlinked.filter(({ id }) => !found.has(id))
  const at = new Date(ports.clock.now()).toISOString()
  const toStore = [...changed, ...lost.map((mirror) => gone(mirror, at))]
  if (toStore.length > 0) await ports.mirrors.put(workspace, toStore)

  const newer = new Map(changed.map((mirror) => [mirror.id, mirror]))
  const present = unlinked.filter(({ id }) => found.has(id)).map((mirror) => newer.get(mirror.id) ?? mirror)
  return { present: [...linked, ...present], lost }
}

function unknown(recordId: string): Outcome {
  return {
    recordId,
    kind: 'failed',
    name: '',
    code: 'unknown',
    reason: 'It is not in the holding area. Check the id, or pull again.',
  }
}

function vanished({ id, snapshot }: Mirror): Outcome {
  return {
    recordId: id,
    kind: 'failed',
    name: recordName(snapshot.fields),
    code: 'gone',
    reason: 'It is no longer in QuickBooks: merged or deleted since the pull.',
  }
}
