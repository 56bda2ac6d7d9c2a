import type { Entity, SourceRecord } from '#core/records'
import type { Company } from './ports.ts'
import { sweptOn } from './pull-sweep.ts'

/**
 * After a cut answer: everything from the last time in it on, by queries. Their rows replace the older ones. An answer
 * that is not in order of time says nothing of what is left out, and then they begin where it began.
 */
export async function readOn(
  company: Pick<Company, 'updatedSince' | 'mostRows'>,
  entity: Entity,
  since: string,
  told: readonly SourceRecord[],
): Promise<readonly SourceRecord[]> {
  const all = new Map(told.map((record) => [record.id, record]))
  const times = [since, ...told.map(({ updatedAt }) => updatedAt)].map((time) => Date.parse(time))
  const isInOrder = times.every((time, place) => place < 2 || (times[place - 1] ?? 0) <= time)
  const fromMs = isInOrder ? Math.max(...times.slice(-1), Date.parse(since)) : Date.parse(since)
  let sweep = { since: new Date(fromMs).toISOString(), row: 1, done: false }
  while (!sweep.done) {
    const { records } = await company.updatedSince(entity, sweep.since, sweep.row, company.mostRows)
    for (const record of records) all.set(record.id, record)
    const last = Math.max(0, ...records.map(({ updatedAt }) => Date.parse(updatedAt)))
    sweep = sweptOn(sweep, { rows: records.length, of: company.mostRows, lastMs: last })
  }
  return [...all.values()]
}
