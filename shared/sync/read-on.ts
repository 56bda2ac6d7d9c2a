import type { Entity, SourceRecord } from '#core/records'
import type { Company } from './ports.ts'
import { sweptOn } from './pull-sweep.ts'

type Asked = Pick<Company, 'updatedSince' | 'mostRows'>

/**
 * After a cut answer: everything that it may have left out, by queries. Their rows replace the older ones.
 *
 * Which end is left out is not documented (Intuit: "Change data capture"). The list of what changed, in order of time,
 * tells: when as many rows as were told lie before the last moment that was told, those are they, and only what follows
 * is missing. Where more lie before it, or some of them have moved since, everything is read.
 */
export async function readOn(
  company: Asked,
  entity: Entity,
  since: string,
  told: readonly SourceRecord[],
): Promise<readonly SourceRecord[]> {
  const lastMs = Math.max(...told.map(timeOf))
  const before = told.filter((record) => timeOf(record) < lastMs)
  const following = told.length === 0 ? undefined : await readFrom(company, entity, since, before.length + 1)
  const first = following?.[0]
  const toldBefore = new Set(before.map(({ id }) => id))
  const isProven = first !== undefined && timeOf(first) >= lastMs && !following?.some(({ id }) => toldBefore.has(id))
  const rest = isProven && following !== undefined ? following : await readFrom(company, entity, since, 1)
  return [...new Map([...told, ...rest].map((record) => [record.id, record])).values()]
}

/** Everything that changed since a moment, in order of time, from a row of that list on. */
async function readFrom(company: Asked, entity: Entity, since: string, row: number): Promise<readonly SourceRecord[]> {
  const { mostRows } = company
  const all = new Map<string, SourceRecord>()
  let sweep = { since, row, done: false }
  while (!sweep.done) {
    const { records } = await company.updatedSince(entity, sweep.since, sweep.row, mostRows)
    for (const record of records) all.set(record.id, record)
    sweep = sweptOn(sweep, { rows: records.length, of: mostRows, lastMs: Math.max(0, ...records.map(timeOf)) })
  }
  return [...all.values()]
}

function timeOf({ updatedAt }: SourceRecord): number {
  return Date.parse(updatedAt)
}
