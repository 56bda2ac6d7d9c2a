import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { batchGet } from '#dynamodb/batch-get'
import { openTable } from '#dynamodb/table'
import { createVirtualClock } from '#memory/clock'

const requestSchema = z.object({
  RequestItems: z.object({ tandem: z.looseObject({ Keys: z.array(z.object({ pk: z.unknown(), sk: z.unknown() })) }) }),
})

/** A table that answers for at most `most` keys of a request and leaves the others unprocessed. */
const tableThatReads = (most: (call: number) => number) => {
  const sizes: number[] = []
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } })
  client.middlewareStack.add(
    () => async (args) => {
      const { Keys, ...rest } = requestSchema.parse(args.input).RequestItems.tandem
      const read = most(sizes.length)
      sizes.push(Keys.length)
      const left = Keys.slice(read)
      return {
        output: {
          $metadata: {},
          Responses: { tandem: Keys.slice(0, read) },
          UnprocessedKeys: left.length > 0 ? { tandem: { Keys: left, ...rest } } : {},
        },
        response: {},
      }
    },
    { step: 'initialize', priority: 'low' },
  )
  return { tandem: openTable({ tableName: 'tandem', client }), sizes }
}

const keys = (count: number) => Array.from({ length: count }, (_, n) => ({ pk: `p${n}`, sk: 's' }))

describe('a batch of gets', () => {
  it('asks again for what was left unprocessed, until all is read', async () => {
    const { tandem, sizes } = tableThatReads((call) => (call % 3 === 1 ? 0 : 30))
    const items = await batchGet(tandem, createVirtualClock(0, 'whenIdle'), keys(100))
    expect(items.map(({ pk }) => pk).sort()).toEqual(
      keys(100)
        .map(({ pk }) => pk)
        .sort(),
    )
    expect(sizes.slice(0, 4)).toEqual([100, 70, 70, 40])
  })

  it('splits into hundreds and asks for each key once', async () => {
    const { tandem, sizes } = tableThatReads(() => 100)
    const items = await batchGet(tandem, createVirtualClock(0, 'whenIdle'), [...keys(250), ...keys(250)])
    expect(items).toHaveLength(250)
    expect([...sizes].sort((a, b) => b - a)).toEqual([100, 100, 50])
  })

  it('says how many keys stay unread when nothing can be read any more', async () => {
    const { tandem, sizes } = tableThatReads((call) => (call === 0 ? 60 : 0))
    await expect(batchGet(tandem, createVirtualClock(0, 'whenIdle'), keys(100))).rejects.toThrow('40 of 100')
    expect(sizes).toHaveLength(9)
  })
})
