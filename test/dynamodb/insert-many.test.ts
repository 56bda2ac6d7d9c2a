import { BatchExecuteStatementCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, it } from 'vitest'
import { batchGet } from '#dynamodb/batch-get'
import { insertMany } from '#dynamodb/insert-many'
import { openTable, type Tandem } from '#dynamodb/table'
import { createVirtualClock } from '#memory/clock'
import { startLocalDynamo } from './local-dynamodb.ts'

let tandem: Tandem
const items = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    pk: `${prefix}${n}`,
    sk: 'INSERTED',
    id: `O'Brien "${n}" \\ ?`,
    row: { n, nested: { list: [n] } },
    absent: undefined,
  }))
const stored = async (list: readonly Readonly<{ pk: string; sk: string }>[]) =>
  (
    await batchGet(
      tandem,
      createVirtualClock(0, 'whenIdle'),
      list.map(({ pk, sk }) => ({ pk, sk })),
    )
  ).toSorted((a, b) => String(a.pk).localeCompare(String(b.pk), 'en', { numeric: true }))

beforeAll(async () => {
  tandem = openTable(await startLocalDynamo())
})

describe('inserting many', () => {
  it('stores each item whole, and leaves none', async () => {
    const list = items('whole', 60)
    expect(await insertMany(tandem, list)).toEqual([])
    expect(await stored(list)).toEqual(list.map(({ absent: _, ...item }) => item))
  })

  it('leaves what is there as it is, and says which', async () => {
    const list = items('taken', 30)
    const there = [3, 26].map((n) => ({ pk: `taken${n}`, sk: 'INSERTED', id: 'there before' }))
    for (const Item of there) await tandem.documentClient.send(new PutCommand({ TableName: tandem.tableName, Item }))
    expect(await insertMany(tandem, list)).toEqual([3, 26])
    expect(await stored(there)).toEqual(there)
    expect(await stored(list)).toHaveLength(30)
  })

  it('names everything that has no answer as not inserted', async () => {
    const { client } = await startLocalDynamo()
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) =>
          commandName === BatchExecuteStatementCommand.name
            ? Promise.resolve({ output: { $metadata: {}, Responses: [{}] }, response: {} })
            : next(args),
      { step: 'initialize', priority: 'low' },
    )
    expect(await insertMany(openTable({ client, tableName: 'tandem' }), items('lost', 3))).toEqual([1, 2])
  })

  it('asks for nothing when there is nothing to insert', async () => {
    expect(await insertMany(tandem, [])).toEqual([])
  })
})
