import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, expect, it, vi } from 'vitest'
import { type Cloud, type CloudSettings, startCloud } from '../../../../local/cloud/cloud.ts'
import { sweepUnfelt } from '../../../../local/cloud/dynamodb/sweep-expired.ts'
import { createVirtualClock } from '../../virtual-clock.ts'
import { writeFixtureApp } from '../fixture-app.ts'

const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' })
const index = (IndexName: string, key: string) => ({
  IndexName,
  KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
})

function template(indexes: readonly string[], partitionKey = 'pk'): string {
  return writeFixtureApp({
    resources: {
      Table: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          AttributeDefinitions: [attribute(partitionKey), ...indexes.map((name) => attribute(`${name}pk`))],
          KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
          ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes.map((name) => index(name, `${name}pk`)) }),
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      },
    },
  })
}

const clouds: Cloud[] = []
const start = async (settings: CloudSettings): Promise<Cloud> => {
  const cloud = await startCloud(settings)
  clouds.push(cloud)
  return cloud
}
afterEach(async () => {
  await Promise.all(clouds.splice(0).map((cloud) => cloud.close()))
})

const TableName = 'Fixture-Table'
const put = (cloud: Cloud, pk: string, more: Record<string, { S: string } | { N: string }> = {}) =>
  cloud.dynamoDb.client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, ...more } }))
const isThere = async (cloud: Cloud, pk: string): Promise<boolean> =>
  (await cloud.dynamoDb.client.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }))).Item !== undefined
const queryIndex = async (cloud: Cloud, IndexName: string, value: string): Promise<number> => {
  const query = new QueryCommand({
    TableName,
    IndexName,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': `${IndexName}pk` },
    ExpressionAttributeValues: { ':value': { S: value } },
  })
  return (await cloud.dynamoDb.client.send(query)).Count ?? 0
}

it('has the table of the template with its indexes', async () => {
  const cloud = await start({ template: template(['gsi1']) })
  await put(cloud, 'a', { gsi1pk: { S: 'x' } })
  expect(await queryIndex(cloud, 'gsi1', 'x')).toBe(1)
})

it('keeps what is stored over a restart, and gains the indexes that the template has gained', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tandem-data-'))
  const first = await start({ template: template(['gsi1']), dataDir })
  await put(first, 'a', { gsi1pk: { S: 'x' }, gsi2pk: { S: 'y' } })
  await first.close()
  clouds.length = 0

  const second = await start({ template: template(['gsi1', 'gsi2']), dataDir })
  expect(await isThere(second, 'a')).toBe(true)
  expect(await queryIndex(second, 'gsi2', 'y')).toBe(1)
})

it('loses nothing that it has answered to when its process is killed while it writes, and answers again by itself', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tandem-data-'))
  const problems: string[] = []
  const cloud = await start({ template: template([]), dataDir, onProblem: (line) => problems.push(line) })
  const acknowledged: string[] = []
  let over = false
  const write = async (writer: number): Promise<void> => {
    for (let at = 0; !over; at += 1) {
      const pk = `${writer}-${at}`
      const answered = await put(cloud, pk).then(
        () => true,
        () => false,
      )
      if (answered) acknowledged.push(pk)
    }
  }
  const writers = Promise.all([0, 1, 2, 3].map(write))
  for (const enough of [100, 200, 300]) {
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(enough), { timeout: 20_000, interval: 1 })
    await cloud.dynamoDb.crash()
  }
  over = true
  await writers
  const there = await Promise.all(acknowledged.map((pk) => isThere(cloud, pk)))
  expect(acknowledged.filter((_, at) => !there[at])).toEqual([])
  expect(problems).toEqual(Array(3).fill('The local DynamoDB has ended; it starts again with what is stored.'))
})

it('says so and stays dead when it kept everything in memory', async () => {
  const problems: string[] = []
  const cloud = await start({ template: template([]), onProblem: (line) => problems.push(line) })
  await cloud.dynamoDb.crash()
  expect(problems).toEqual([expect.stringContaining('what it kept in memory')])
})

it('says to begin anew when the keys of the stored table are not those of the template', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tandem-data-'))
  await (await start({ template: template([]), dataDir })).close()
  clouds.length = 0
  await expect(start({ template: template([], 'id'), dataDir })).rejects.toThrow('--fresh')
})

it('deletes what has expired in small pages, resting far longer than it works, until a long table is through', async () => {
  const clock = createVirtualClock()
  const cloud = await start({ template: template([]), clock })
  const [table] = cloud.resources.table
  if (table === undefined) throw new Error('The template has a table.')
  const past = { expiresAt: { N: String(clock.now() / 1000 - 60) } }
  await Promise.all(Array.from({ length: 180 }, (_, at) => put(cloud, `item-${at}`, at % 3 === 0 ? past : {})))

  const rests: number[] = []
  const limits: number[] = []
  const due: (() => void)[] = []
  const client = new Proxy(cloud.dynamoDb.client, {
    get: (target, name) =>
      name !== 'send'
        ? Reflect.get(target, name)
        : (command: { input: { Limit?: number; Key?: unknown } }) => {
            if (command.input.Key === undefined) limits.push(command.input.Limit ?? Number.POSITIVE_INFINITY)
            return Reflect.apply(target.send, target, [command])
          },
  })
  const stop = sweepUnfelt(
    client,
    table,
    {
      now: clock.now,
      after: (milliseconds, run) => {
        rests.push(milliseconds)
        due.push(run)
        return doNothing
      },
    },
    fail,
  )
  for (let page = 0; page < 6; page += 1) {
    due.shift()?.()
    await vi.waitFor(() => expect(due).toHaveLength(1), { interval: 1 })
  }
  stop()

  expect(Math.max(...limits)).toBeLessThanOrEqual(50)
  expect(Math.min(...rests)).toBeGreaterThanOrEqual(50)
  const there = await Promise.all(Array.from({ length: 180 }, (_, at) => isThere(cloud, `item-${at}`)))
  expect(there.filter(Boolean)).toHaveLength(120)
})

const doNothing = (): void => {}
const fail = (error: unknown): void => expect.fail(String(error))

it('deletes what has expired by its clock, and nothing else', async () => {
  const clock = createVirtualClock()
  const cloud = await start({ template: template([]), clock })
  const inSeconds = (seconds: number) => ({ expiresAt: { N: String(clock.now() / 1000 + seconds) } })
  await put(cloud, 'soon', inSeconds(60))
  await put(cloud, 'later', inSeconds(600))
  await put(cloud, 'never')
  await put(cloud, 'text', { expiresAt: { S: '0' } })

  expect(await cloud.dynamoDb.sweepExpired()).toBe(0)
  clock.advance(61_000)
  expect(await cloud.dynamoDb.sweepExpired()).toBe(1)
  expect(await Promise.all(['soon', 'later', 'never', 'text'].map((pk) => isThere(cloud, pk)))).toEqual([
    false,
    true,
    true,
    true,
  ])
})

it('uses a DynamoDB that runs already', async () => {
  const other = await start({ template: template([]) })
  const cloud = await start({ template: template([]), dynamoDbEndpoint: other.dynamoDb.endpoint })
  await put(cloud, 'a')
  expect(await isThere(other, 'a')).toBe(true)
})
