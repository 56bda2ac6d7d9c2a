import { spansAfter } from './newest.ts'
import type { Mirror, MirrorStamp, SourceRecord } from './records.ts'

export type RecordHashes = Readonly<{ contentHash: string; rawHash: string }>

/**
 * What a pull does with a record that it has just read: 'unchanged' when nothing but LastUpdatedTime differs from
 * what is stored, else the mirror to store.
 *
 * LastUpdatedTime moves with every invoice of a customer, so `changedAt` keeps the one at which the content first
 * differed. `before` is the whole of what is stored, which says when each slot changed. A record that was held to be gone and is read again is there again.
 */
export function observe(
  record: SourceRecord,
  stamp: MirrorStamp | undefined,
  { contentHash, rawHash }: RecordHashes,
  before?: Mirror,
): 'unchanged' | Mirror {
  if (stamp !== undefined && stamp.rawHash === rawHash && stamp.goneAt === undefined) return 'unchanged'
  const changedAt = stamp?.contentHash === contentHash ? stamp.changedAt : record.updatedAt
  const isMerged = stamp?.mergedIntoId !== undefined && !record.snapshot.active
  // Only a plan asks when a slot changed, and there is none for a record that is not linked.
  const spans = before?.contactId === undefined ? undefined : spansAfter(before, record)
  return {
    ...record,
    contentHash,
    rawHash,
    changedAt,
    ...(spans !== undefined && { spans }),
    ...(isMerged && { mergedIntoId: stamp.mergedIntoId }),
  }
}

/** The record that this one was merged into; undefined when it was not, or somebody has made it active again. */
export function mergedInto({ mergedIntoId, goneAt, snapshot }: Mirror): string | undefined {
  return goneAt !== undefined || !snapshot.active ? mergedIntoId : undefined
}

/**
 * One text for everything that is known of a record but when it was last touched: what `rawHash` is taken of. The raw
 * object and the tax status are no part of it. A read, a query and the answer to a write show different properties of one record in the same
 * hour (recorded), which are no changes; whatever anybody writes into any property moves the revision, which is part of it.
 */
export function seenText({ raw: _, updatedAt: __, tax: ___, ...known }: SourceRecord): string {
  return JSON.stringify(known)
}

/** The mirror of a record that a read did not find any more. It is never deleted: contacts may be linked to it. */
export function gone(mirror: Mirror, at: string): Mirror {
  return { ...mirror, goneAt: mirror.goneAt ?? at }
}
