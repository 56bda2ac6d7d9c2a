import type { JsonObject, JsonValue, Mirror, MirrorStamp, SourceRecord } from './records.ts'

export type RecordHashes = Readonly<{ contentHash: string; rawHash: string }>

/**
 * What a pull does with a record that it has just read: 'unchanged' when nothing but LastUpdatedTime differs from
 * what is stored, else the mirror to store.
 *
 * LastUpdatedTime moves with every invoice of a customer, so `changedAt` keeps the one at which the content first
 * differed. A record that was held to be gone and is read again is there again.
 */
export function observe(
  record: SourceRecord,
  stamp: MirrorStamp | undefined,
  { contentHash, rawHash }: RecordHashes,
): 'unchanged' | Mirror {
  if (stamp !== undefined && stamp.rawHash === rawHash && stamp.goneAt === undefined) return 'unchanged'
  const changedAt = stamp?.contentHash === contentHash ? stamp.changedAt : record.updatedAt
  return { ...record, contentHash, rawHash, changedAt }
}

/** One text for everything in a record but its LastUpdatedTime, with keys in order: what `rawHash` is taken of. */
export function rawText(raw: JsonObject): string {
  return JSON.stringify(ordered(withoutTouch(raw)))
}

/** The mirror of a record that a read did not find any more. It is never deleted: contacts may be linked to it. */
export function gone(mirror: Mirror, at: string): Mirror {
  return { ...mirror, goneAt: mirror.goneAt ?? at }
}

function withoutTouch(raw: JsonObject): JsonObject {
  const meta = raw.MetaData
  if (!isObject(meta)) return raw
  const { LastUpdatedTime: _touched, ...kept } = meta
  return { ...raw, MetaData: kept }
}

function ordered(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item) => ordered(item) ?? null)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key])]),
  )
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
