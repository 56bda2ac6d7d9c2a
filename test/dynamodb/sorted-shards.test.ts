import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys } from '#core/names'
import { mergeShards } from '#dynamodb/sorted-shards'

const NAMES = ['a', 'b', 'c', 'd'] as const

/** Reads of shards in memory, counted; `more` is as careless as DynamoDB's, which may promise what is not there. */
const reader = (shards: ReadonlyMap<string, readonly string[]>) => {
  let rowsRead = 0
  const read = async (name: string, limit: number, after: string | undefined) => {
    const above = (shards.get(name) ?? []).filter((key) => after === undefined || compareKeys(key, after) > 0)
    const rows = above.slice(0, limit).map((key) => ({ key, row: key }))
    rowsRead += rows.length
    return { rows, more: rows.length === limit }
  }
  return { read, rowsRead: () => rowsRead }
}

const keys = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), { maxLength: 60 })

describe('merged shards', () => {
  it('are one list in order, whatever lies in which shard', async () => {
    await fc.assert(
      fc.asyncProperty(
        keys,
        fc.infiniteStream(fc.constantFrom(...NAMES)),
        fc.integer({ min: 1, max: 20 }),
        async (all, where, limit) => {
          const sorted = [...all].sort(compareKeys)
          const shards = Map.groupBy(sorted, (): string => where.next().value ?? 'a')
          const { read } = reader(shards)
          const listed: string[] = []
          for (let after: string | undefined, more = true; more; after = listed.at(-1)) {
            const page = await mergeShards(NAMES, limit, after, read)
            expect(page.rows.length).toBeLessThanOrEqual(limit)
            listed.push(...page.rows.map(({ row }) => row))
            more = page.more
          }
          expect(listed).toEqual(sorted)
        },
      ),
    )
  })

  it('cost about a page, not the list', async () => {
    const all = Array.from({ length: 10_000 }, (_, n) => String(n).padStart(5, '0'))
    const shards = new Map(NAMES.map((name, n) => [name, all.filter((_, place) => place % 4 === n)]))
    const { read, rowsRead } = reader(shards)
    const { rows, more } = await mergeShards(NAMES, 50, '05000', read)
    expect(rows.map(({ key }) => key)).toEqual(all.slice(5_001, 5_051))
    expect(more).toBe(true)
    expect(rowsRead()).toBeLessThanOrEqual(100)
  })
})
