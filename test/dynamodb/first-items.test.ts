import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstItems } from '#dynamodb/first-items'

describe('the first items of a query', () => {
  it('are all of them up to the limit, wherever answers end, and none is read in vain', async () => {
    const pageSizes = fc.infiniteStream(fc.nat({ max: 5 }))
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 20 }), pageSizes, async (count, limit, sizes) => {
        let read = 0
        let nextSize: () => number = () => sizes.next().value ?? 0
        const query = async (options: Readonly<{ limit: number; exclusiveStartKey?: Record<string, unknown> }>) => {
          expect(Number(options.exclusiveStartKey?.at ?? 0)).toBe(read)
          const size = Math.min(options.limit, nextSize(), count - read)
          // An answer may be empty and still not be the last.
          if (size === 0) nextSize = () => 1
          const from = read
          read += size
          const Items = Array.from({ length: size }, (_, n) => from + n)
          return read < count ? { Items, LastEvaluatedKey: { at: read } } : { Items }
        }
        const items = await firstItems(limit, query)
        expect(items).toEqual(Array.from({ length: Math.min(limit, count) }, (_, n) => n))
        expect(read).toBe(items.length)
      }),
    )
  })
})
