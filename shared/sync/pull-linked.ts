import type { MirrorRow } from '#core/records'
import { inPiecesOf } from './in-parallel.ts'
import type { Seen } from './pull-records.ts'
import { idListName, type LinkedState, listOf, type PullPorts, type PullSlice } from './pull-state.ts'
import { massArchiveReason, reconcileMany, unsettled } from './reconcile-many.ts'

const IDS_A_LIST = 400
const LIST = 'linked'

/**
 * Reconciles every contact that is linked to a record and may differ from it: what this pull has stored, and what an
 * earlier one stored before it was stopped. 'again' when the slice is over.
 */
export async function reconcileLinked(ports: PullPorts, slice: PullSlice, { ids }: Seen): Promise<'again' | 'done'> {
  const { workspace, runId } = slice
  const entity = listOf(slice)
  let linked = slice.state().linked ?? (await layOut(ports, slice))
  const stored = new Set([...ids].flatMap(([id, isStored]) => (isStored ? [id] : [])))
  while (linked.next < linked.lists) {
    const list = (await ports.runs.getIds(workspace, runId, idListName(slice, LIST), linked.next)) ?? []
    const mirrors = await ports.mirrors.getMany(workspace, entity, list)
    const { mayNotArchive } = linked
    const isDone = await reconcileMany(ports, workspace, await unsettled(ports, workspace, mirrors, stored), {
      actor: 'pull',
      runId,
      isOver: slice.isOver,
      ...(mayNotArchive !== undefined && { mayNotArchive }),
    })
    if (!isDone) return 'again'
    linked = { ...linked, next: linked.next + 1 }
    slice.change({ state: { linked } })
    await slice.save()
    if (slice.isOver()) return 'again'
  }
  return 'done'
}

/** Lists all linked records, so that the work on them can be taken up again after any of them. */
async function layOut(ports: PullPorts, slice: PullSlice): Promise<LinkedState> {
  const { workspace, runId } = slice
  const rows: Readonly<Pick<MirrorRow, 'id' | 'contactId' | 'active' | 'gone' | 'level' | 'mergedIntoId'>>[] = []
  for await (const chunk of ports.mirrors.scan(workspace, listOf(slice))) {
    for (const { id, contactId, active, gone, level, mergedIntoId } of chunk) {
      const merged = mergedIntoId === undefined ? {} : { mergedIntoId }
      if (contactId !== undefined) rows.push({ id, contactId, active, gone, level, ...merged })
    }
  }
  // Parents before children, in every list and from one to the next.
  rows.sort((a, b) => a.level - b.level)
  const lists = inPiecesOf(IDS_A_LIST, rows)
  for (const [number, list] of lists.entries()) {
    await ports.runs.putIds(
      workspace,
      runId,
      idListName(slice, LIST),
      number,
      list.map(({ id }) => id),
    )
  }
  const mayNotArchive = await massArchiveReason(ports, workspace, listOf(slice), rows)
  const linked: LinkedState = { lists: lists.length, next: 0, ...(mayNotArchive !== undefined && { mayNotArchive }) }
  slice.change({ state: { linked } })
  await slice.save()
  return linked
}
