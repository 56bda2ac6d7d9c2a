import { observe, seenText } from '#core/observe'
import type { Entity, Mirror, SourceRecord } from '#core/records'
import { canonical } from '#core/snapshots'
import type { Ports } from './ports.ts'

/**
 * Those of the records that differ from what is stored, as mirrors to store. Unchanged rows cost no write. `known` are
 * stored ones that the caller has read already.
 */
export async function changedAmong(
  { mirrors, digest }: Pick<Ports, 'mirrors' | 'digest'>,
  workspace: string,
  entity: Entity,
  records: readonly SourceRecord[],
  known: readonly Mirror[] = [],
): Promise<readonly Mirror[]> {
  if (records.length === 0) return []
  const stamps = await mirrors.stamps(
    workspace,
    entity,
    records.map(({ id }) => id),
  )
  const stampOf = new Map(stamps.map((stamp) => [stamp.id, stamp]))
  const seen = records.flatMap((record) => {
    const stamp = stampOf.get(record.id)
    const hashes = {
      contentHash: digest.sha256(canonical(record.snapshot)),
      rawHash: digest.sha256(seenText(record)),
    }
    return observe(record, stamp, hashes) === 'unchanged' ? [] : [{ record, stamp, hashes }]
  })
  const ids = seen.flatMap(({ record: { id }, stamp }) =>
    stamp === undefined || known.some((mirror) => mirror.id === id) ? [] : [id],
  )
  const stored = ids.length === 0 ? known : [...known, ...(await mirrors.getMany(workspace, entity, ids))]
  const before = new Map(stored.map((mirror) => [mirror.id, mirror]))
  return seen.flatMap(({ record, stamp, hashes }) => {
    const mirror = observe(record, stamp, hashes, before.get(record.id))
    return mirror === 'unchanged' ? [] : [mirror]
  })
}
