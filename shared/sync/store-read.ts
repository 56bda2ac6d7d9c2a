import { gone } from '#core/observe'
import type { Entity, Mirror, SourceRecord } from '#core/records'
import { inPiecesOf } from './in-parallel.ts'
import type { Company, Ports } from './ports.ts'
import { changedAmong } from './store-records.ts'

export type StorePorts = Pick<Ports, 'clock' | 'mirrors' | 'digest' | 'markers'>

/** Ids that one query may name. */
export const IDS_A_CALL = 200

/** What to ask for by id; `intoId` is what somebody said that it was merged into. */
export type Asked = Readonly<{ id: string; intoId?: string }>

/** Reads records by id, each once. What is not found is really not there: the answer to what a tombstone claims. */
export async function readByIds(
  company: Company,
  entity: Entity,
  ids: readonly string[],
): Promise<readonly SourceRecord[]> {
  const records: SourceRecord[] = []
  for (const piece of inPiecesOf(IDS_A_CALL, [...new Set(ids)])) {
    records.push(...(await company.byIds(entity, piece)).records)
  }
  return records
}

/**
 * Notes of which records an event says truly that they were merged: they were read inactive just now (Intuit's help:
 * the one that is merged away “is saved as inactive”). One that is active was not, or is its own customer again.
 */
export async function storeMerged(
  { mirrors }: Pick<StorePorts, 'mirrors'>,
  workspace: string,
  entity: Entity,
  told: readonly Asked[],
  read: readonly SourceRecord[],
): Promise<void> {
  const inactive = new Set(read.flatMap(({ id, snapshot }) => (snapshot.active ? [] : [id])))
  const intoIds = new Map(
    told.flatMap(({ id, intoId }) => (intoId !== undefined && intoId !== id && inactive.has(id) ? [[id, intoId]] : [])),
  )
  if (intoIds.size === 0) return
  const known = await mirrors.getMany(workspace, entity, [...intoIds.keys()])
  const merged = known.flatMap((mirror): readonly Mirror[] => {
    const mergedIntoId = intoIds.get(mirror.id)
    const isNew = mergedIntoId !== undefined && mergedIntoId !== mirror.mergedIntoId && !mirror.snapshot.active
    return isNew ? [{ ...mirror, mergedIntoId }] : []
  })
  if (merged.length > 0) await mirrors.put(workspace, merged)
}

/** Stores what differs among the records; those that did not change cost no write. */
export async function storeRecords(
  ports: StorePorts,
  workspace: string,
  entity: Entity,
  records: readonly SourceRecord[],
): Promise<readonly Mirror[]> {
  const changed = await changedAmong(ports, workspace, entity, records)
  if (changed.length > 0) await ports.mirrors.put(workspace, changed)
  return changed
}

/**
 * Marks those as gone that a read by id did not find, with what they were merged into where that is known. Their contacts
 * have to hear of it: unless they are marked to be read already, they are now, since nobody else may look at what is gone
 * before.
 */
export async function storeGone(
  { clock, mirrors, markers }: StorePorts,
  workspace: string,
  entity: Entity,
  lost: readonly Asked[],
  isMarked = false,
): Promise<void> {
  const intoIds = new Map(lost.map(({ id, intoId }) => [id, intoId]))
  const at = new Date(clock.now()).toISOString()
  const known = await mirrors.getMany(
    workspace,
    entity,
    lost.map(({ id }) => id),
  )
  const marked = known.flatMap((mirror): readonly Mirror[] => {
    const mergedIntoId = intoIds.get(mirror.id) ?? mirror.mergedIntoId
    if (mirror.goneAt !== undefined && mergedIntoId === mirror.mergedIntoId) return []
    return [{ ...gone(mirror, at), ...(mergedIntoId !== undefined && { mergedIntoId }) }]
  })
  if (marked.length === 0) return
  const linked = marked.flatMap(({ id, contactId }) => (contactId === undefined ? [] : [{ entity, id }]))
  if (!isMarked && linked.length > 0) await markers.markToRead(workspace, linked, clock.now())
  await mirrors.put(workspace, marked)
}
