import { gone } from '#core/observe'
import { inPiecesOf } from './in-parallel.ts'
import { keepLater, type Seen } from './pull-records.ts'
import { idListName, listOf, type PullPorts, type PullSlice } from './pull-state.ts'

/** Ids that one query may name. */
const IDS_A_CALL = 200
/** More gone than this, and more than this share of what is stored, is more likely a mistake than the truth. */
const FEW = 10
const SHARE = 0.2

/**
 * Marks what was stored earlier and was not listed any more, after a read by id has found it gone. Nothing is
 * deleted: a contact may be linked to it. When suspiciously much is missing, nothing is marked and `stopped` says why.
 */
export async function markGone(
  ports: PullPorts,
  slice: PullSlice,
  seen: Seen,
): Promise<'again' | Readonly<{ stopped?: string }>> {
  const { missing, known } = await notSeen(ports, slice, seen)
  if (!slice.state().confirmGone && missing.length > FEW && missing.length > known * SHARE) {
    slice.change({ counts: { missing: slice.state().before.missing + missing.length } })
    return {
      stopped: `QuickBooks no longer lists ${missing.length} of the ${known} ${listOf(slice)}s that were here. Nothing was marked as gone. Check that this is right, then pull again and confirm it.`,
    }
  }
  for (const ids of inPiecesOf(IDS_A_CALL, missing)) {
    await verify(ports, slice, ids)
    if (slice.isOver()) return 'again'
  }
  return {}
}

async function notSeen(
  ports: PullPorts,
  slice: PullSlice,
  { ids }: Seen,
): Promise<Readonly<{ missing: readonly string[]; known: number }>> {
  const missing: string[] = []
  let known = 0
  for await (const rows of ports.mirrors.scan(slice.workspace, listOf(slice))) {
    for (const row of rows) {
      if (row.gone) continue
      known += 1
      if (!ids.has(row.id)) missing.push(row.id)
    }
  }
  return { missing, known }
}

async function verify(ports: PullPorts, slice: PullSlice, ids: readonly string[]): Promise<void> {
  const { workspace, runId } = slice
  const entity = listOf(slice)
  const { records } = await slice.company.byIds(entity, ids)
  await keepLater(ports, slice, records)
  const found = new Set(records.map(({ id }) => id))
  const lost = ids.filter((id) => !found.has(id))
  const number = slice.state().goneLists
  slice.change({ state: { goneLists: number + 1 } })
  await ports.runs.putIds(workspace, runId, idListName(slice, 'gone'), number, lost)
  // Stored before the marks, so that marks of a slice that dies are counted all the same.
  await slice.save()
  const at = new Date(ports.clock.now()).toISOString()
  const mirrors = await ports.mirrors.getMany(workspace, entity, lost)
  // Their contacts have to hear of it even if this pull is cancelled: nobody else would look at what is gone already.
  const linked = mirrors.flatMap(({ id, contactId }) => (contactId === undefined ? [] : [{ entity, id }]))
  if (linked.length > 0) await ports.markers.markToRead(workspace, linked, ports.clock.now())
  await ports.mirrors.put(
    workspace,
    mirrors.map((mirror) => gone(mirror, at)),
  )
}
