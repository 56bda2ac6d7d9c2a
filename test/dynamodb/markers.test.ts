import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createMarkers } from '#dynamodb/markers'
import { openTable } from '#dynamodb/table'
import { startLocalDynamo } from './local-dynamodb.ts'

const { client, tableName } = await startLocalDynamo()
const clock = { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) }
const tandem = openTable({ tableName, client })
const markers = createMarkers(tandem, clock)

const sent: string[] = []
tandem.documentClient.middlewareStack.add(
  (next, { commandName }) =>
    (args) => {
      sent.push(String(commandName))
      return next(args)
    },
  { step: 'initialize' },
)

it('looking for waiting workspaces costs one query for each, whatever they have marked', async () => {
  const workspaces = Array.from({ length: 20 }, (_, n) => `workspace-${n}`)
  const records = Array.from({ length: 30 }, (_, n) => ({ entity: 'customer', id: String(n) }) as const)
  for (const workspace of workspaces) await markers.markToRead(workspace, records, 1_000)
  sent.length = 0
  const waiting = await markers.waiting('toRead', 2_000, 100)
  expect(waiting.map(({ workspace }) => workspace).sort()).toEqual([...workspaces].sort())
  // One more in each of the four partitions, which finds that there is no further one.
  expect(sent).toEqual(Array.from({ length: workspaces.length + 4 }, () => 'QueryCommand'))
})

it('asking what is to be read asks for no more than the limit', async () => {
  const records = Array.from({ length: 50 }, (_, n) => ({ entity: 'vendor', id: String(n) }) as const)
  await markers.markToRead('another', records, 1_000)
  sent.length = 0
  expect(await markers.toRead('another', 5)).toHaveLength(5)
  expect(sent).toEqual(['QueryCommand'])
})
