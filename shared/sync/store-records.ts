import { observe, rawText } from '#core/observe'
import type { Entity, Mirror, SourceRecord } from '#core/records'
import { canonical } from '#core/snapshots'
import type { Ports } from './ports.ts'

/** Those of the records that differ from what is stored, as mirrors to store. Unchanged rows cost no write. */
export async function changedAmong(
  { mirrors, digest }: Pick<Ports, 'mirrors' | 'digest'>,
  workspace: string,
  entity: Entity,
  records: readonly SourceRecord[],
): Promise<readonly Mirror[]> {
  if (records.length === 0) return []
  const stamps = await mirrors.stamps(
    workspace,
    entity,
    records.map(({ id }) => id),
  )
  const stampOf = new Map(stamps.map((stamp) => [stamp.id, stamp]))
  return records.flatMap((record) => {
    const mirror = observe(record, stampOf.get(record.id), {
      contentHash: digest.sha256(canonical(record.snapshot)),
      rawHash: digest.sha256(rawText(record.raw)),
    })
    return mirror === 'unchanged' ? [] : [mirror]
  })
}
