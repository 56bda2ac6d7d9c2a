import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../../../local/cloud/cloud.ts'
import { BAD, CALM, createSky, type Sky, type Weather } from '../../../../local/cloud/weather/weather.ts'
import { createVirtualClock } from '../../virtual-clock.ts'
import { queueResources, writeFixtureApp } from '../fixture-app.ts'

const clouds: Cloud[] = []
afterEach(async () => {
  await Promise.all(clouds.splice(0).map((cloud) => cloud.close()))
})

/** Strikes whenever a switch is on, this many times, and lets every write lag for as long as it may. */
function skyOf(switches: Partial<Weather>, times = Number.POSITIVE_INFINITY): Sky {
  let left = times
  let weather: Weather = { ...CALM, ...switches }
  return {
    now: () => weather,
    set: (next) => {
      weather = next
    },
    strikes: (share) => share === 1 && left-- > 0,
    below: (limit) => limit,
  }
}

const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' })
const table = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    AttributeDefinitions: ['pk', 'list', 'name'].map(attribute),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byName',
        KeySchema: [
          { AttributeName: 'list', KeyType: 'HASH' },
          { AttributeName: 'name', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
}

describe('a table in bad weather', () => {
  async function start(sky: Sky) {
    const clock = createVirtualClock()
    const template = writeFixtureApp({
      functions: { Where: { source: 'export const handler = async () => process.env.AWS_ENDPOINT_URL_DYNAMODB' } },
      resources: { Table: table },
    })
    const cloud = await startCloud({ template, sky, clock })
    clouds.push(cloud)
    const where = await cloud.functions.invoke('Where', {})
    const endpoint = String(where.ok ? where.payload : '')
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 4 })
    const [TableName = ''] = cloud.dynamoDb.tableNames
    return {
      clock,
      put: (pk: string, name: string) =>
        client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, list: { S: 'all' }, name: { S: name } } })),
      nameOf: async (pk: string) =>
        (await client.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }))).Item?.name?.S,
      namesFrom: async (from: string, more: object = {}) => {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName,
            IndexName: 'byName',
            KeyConditionExpression: '#list = :all AND #name >= :from',
            ExpressionAttributeNames: { '#list': 'list', '#name': 'name' },
            ExpressionAttributeValues: { ':all': { S: 'all' }, ':from': { S: from } },
            ...more,
          }),
        )
        return Items.map(({ name }) => name?.S)
      },
      batch: (pk: string) =>
        client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [{ pk: { S: pk } }] } } })),
      tableName: TableName,
    }
  }

  it('shows in an index what stood there until the index has come to the write, and in the table what stands there', async () => {
    const sky = skyOf({})
    const { clock, put, nameOf, namesFrom } = await start(sky)
    await put('1', 'bee')
    await put('2', 'dog')
    sky.set({ ...CALM, indexLagMs: 1_000 })

    await put('1', 'fox')
    await put('3', 'cat')
    expect(await nameOf('1')).toBe('fox')
    expect(await namesFrom('a')).toEqual(['bee', 'dog'])
    expect(await namesFrom('c')).toEqual(['dog'])
    expect(await namesFrom('a', { ScanIndexForward: false })).toEqual(['dog', 'bee'])

    clock.advance(1_001)
    expect(await namesFrom('a')).toEqual(['cat', 'dog', 'fox'])
  })

  it('shows of several writes to one item the state before the first that the index has not come to', async () => {
    const { clock, put, namesFrom } = await start(skyOf({ indexLagMs: 1_000 }))
    await put('1', 'ant')
    clock.advance(600)
    await put('1', 'bee')
    expect(await namesFrom('a')).toEqual([])
    clock.advance(600)
    expect(await namesFrom('a')).toEqual(['ant'])
    clock.advance(600)
    expect(await namesFrom('a')).toEqual(['bee'])
  })

  it('refuses a read or a write for now, which the client tries again', async () => {
    const { put, nameOf } = await start(skyOf({ throttledReads: 1, throttledWrites: 1 }, 2))
    await put('1', 'ant')
    expect(await nameOf('1')).toBe('ant')
  })

  it('leaves a batch undone and says so', async () => {
    const { batch, tableName } = await start(skyOf({ throttledReads: 1 }))
    const { Responses, UnprocessedKeys } = await batch('1')
    expect(Responses).toEqual({})
    expect(UnprocessedKeys?.[tableName]?.Keys).toEqual([{ pk: { S: '1' } }])
  })
})

describe('a function in bad weather', () => {
  it('stands still after its answer, with all that it left running, until it is called again', async () => {
    const template = writeFixtureApp({
      functions: {
        Left: {
          source: `let late = 0
            export const handler = async () => {
              const from = performance.now()
              setTimeout(() => { late = performance.now() - from }, 1)
              return late
            }`,
        },
        Ran: {
          source: 'export const handler = () => new Promise((resolve) => setTimeout(() => resolve(true), 20))',
        },
      },
    })
    const cloud = await startCloud({ template, sky: skyOf({ freezes: true }) })
    clouds.push(cloud)
    const left = async () => {
      const invocation = await cloud.functions.invoke('Left', {})
      return invocation.ok ? invocation.payload : invocation.error
    }
    await cloud.functions.invoke('Ran', {})
    expect(await left()).toBe(0)
    // Three times twenty milliseconds, far longer than the one that the first call left behind.
    for (let more = 0; more < 3; more += 1) await cloud.functions.invoke('Ran', {})
    expect(await left()).toBeGreaterThanOrEqual(55)
  })

  it('gets a message a second time although it has dealt with it', async () => {
    const template = writeFixtureApp({
      functions: {
        Worker: {
          source: 'export const handler = async ({ Records }) => { for (const { body } of Records) console.log(body) }',
          timeout: 1,
        },
      },
      resources: queueResources('Worker', { fifo: false, maxReceiveCount: 3 }),
    })
    const cloud = await startCloud({ template, sky: skyOf({ doubledMessages: 1 }) })
    clouds.push(cloud)
    await cloud.queues.client.send(
      new SendMessageCommand({ QueueUrl: cloud.queues.url('Work'), MessageBody: 'told once' }),
    )
    await vi.waitFor(
      () => expect(cloud.functions.log('Worker').filter((line) => line === 'told once')).toHaveLength(2),
      {
        interval: 5,
      },
    )
    await cloud.idle()
  })
})

describe('the weather of a cloud', () => {
  const template = () => writeFixtureApp({ functions: {} })

  it('is what it was started with, and can be set by name or by switch', async () => {
    const cloud = await startCloud({ template: template(), sky: createSky(BAD) })
    clouds.push(cloud)
    const ask = async (method: string, body?: string) => {
      const response = await fetch(`${cloud.servicesUrl}/weather`, { method, ...(body !== undefined && { body }) })
      return { status: response.status, body: await response.json() }
    }
    expect(await ask('GET')).toEqual({ status: 200, body: BAD })
    expect(await ask('PUT', '"calm"')).toEqual({ status: 200, body: CALM })
    expect(await ask('PUT', '{"throttledReads":0.5}')).toEqual({ status: 200, body: { ...CALM, throttledReads: 0.5 } })
    for (const wrong of ['"stormy"', '{"throttledReads":2}', '{"rain":1}', 'x', '[]', '7']) {
      expect((await ask('PUT', wrong)).status).toBe(400)
    }
    expect(await ask('GET')).toEqual({ status: 200, body: { ...CALM, throttledReads: 0.5 } })
  })

  it('cannot be set where the cloud was started without any', async () => {
    const cloud = await startCloud({ template: template() })
    clouds.push(cloud)
    expect((await fetch(`${cloud.servicesUrl}/weather`)).status).toBe(400)
  })

  it('strikes the same calls for the same seed, and about as many as it should', () => {
    const struck = (seed: number) => {
      const sky = createSky(BAD, seed)
      return Array.from({ length: 2_000 }, () => sky.strikes(0.1))
    }
    expect(struck(7)).toEqual(struck(7))
    expect(struck(7)).not.toEqual(struck(8))
    const count = struck(7).filter(Boolean).length
    expect(count).toBeGreaterThan(140)
    expect(count).toBeLessThan(260)
  })
})
