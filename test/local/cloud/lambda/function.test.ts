import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { type Cloud, startCloud } from '../../../../local/cloud/cloud.ts'
import { writeFixtureApp } from '../fixture-app.ts'

const table = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  },
}

let cloud: Cloud
const problems: string[] = []
beforeAll(async () => {
  vi.stubEnv('SECRET_OF_THIS_MACHINE', 'keep out')
  vi.stubEnv('AWS_PROFILE', 'somebody')
  const meet = `
    let inside = 0
    export const handler = async ({ until }) => {
      inside += 1
      const most = inside
      await new Promise((resolve) => setTimeout(resolve, until - Date.now()))
      inside -= 1
      return most
    }`
  const template = writeFixtureApp({
    functions: {
      Look: {
        source: `export const handler = async (event, context) => {
          const { getRemainingTimeInMillis, ...rest } = context
          return { env: process.env, context: rest, left: getRemainingTimeInMillis(), event }
        }`,
        timeout: 7,
        memory: 300,
        environment: { TABLE: { Ref: 'Table' }, JOINED: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] } },
      },
      Meet: { source: meet },
      Single: { source: meet, reservedConcurrency: 1 },
      NoHandler: { source: 'export const other = 1' },
      Forgetful: { source: `import missing from 'not-in-the-bundle'; export const handler = () => missing` },
      Leaky: { source: `import { z } from 'zod'; export const handler = () => typeof z.object` },
      Sdk: {
        source: `import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
          export const handler = async () => (await new DynamoDBClient({}).send(new ListTablesCommand({}))).TableNames`,
      },
      Broken: { source: `throw new RangeError('cannot even load')` },
      Endless: {
        source: `export const handler = async ({ end }) => { console.log('begun')
          if (!end) await new Promise((resolve) => setTimeout(resolve, 60_000)) }`,
        timeout: 60,
      },
      Tell: {
        source: `export const handler = async (event, { getRemainingTimeInMillis }) => ({
          times: [Date.now(), new Date().getTime(), Date.parse(Date())], epoch: new Date(0).toISOString(),
          isDate: new Date() instanceof Date, left: getRemainingTimeInMillis() })`,
      },
      Talkative: {
        source: `export const handler = async () => { console.log('to stdout'); console.error('to stderr')
          console.log(JSON.stringify({ level: 'ERROR', message: 'this went wrong', secret: 'kept in the log' })) }`,
      },
    },
    resources: { Table: table },
  })
  cloud = await startCloud({ template, environment: { EXTRA: 'for all' }, onProblem: (line) => problems.push(line) })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

const tellSchema = z.object({ times: z.array(z.number()), epoch: z.string(), isDate: z.boolean(), left: z.number() })

const failure = async (name: string) => {
  const invocation = await cloud.functions.invoke(name, {})
  return invocation.ok ? undefined : invocation.error
}

describe('a function', () => {
  it("sees its own environment and Lambda's, and nothing of this machine's", async () => {
    const invocation = await cloud.functions.invoke('Look', { some: ['event'] })
    expect(invocation).toMatchObject({
      ok: true,
      payload: {
        env: {
          TABLE: 'Fixture-Table',
          JOINED: 'a-us-east-1',
          EXTRA: 'for all',
          AWS_REGION: 'us-east-1',
          AWS_LAMBDA_FUNCTION_NAME: 'Fixture-Look',
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '300',
          AWS_ENDPOINT_URL_DYNAMODB: cloud.dynamoDb.endpoint,
        },
        context: { functionName: 'Fixture-Look', memoryLimitInMB: '300' },
        event: { some: ['event'] },
      },
    })
    const text = JSON.stringify(invocation)
    for (const name of ['SECRET_OF_THIS_MACHINE', 'AWS_PROFILE', '"HOME"', 'VITEST']) expect(text).not.toContain(name)
  })

  it('knows how long it has left', async () => {
    const invocation = await cloud.functions.invoke('Look', {})
    const left =
      invocation.ok && typeof invocation.payload === 'object' && Reflect.get(invocation.payload ?? {}, 'left')
    expect(left).toBeGreaterThan(5_000)
    expect(left).toBeLessThanOrEqual(7_000)
  })

  it('works on one invocation at a time in each environment, and on several in several', async () => {
    const until = Date.now() + 150
    const all = await Promise.all([1, 2, 3].map(() => cloud.functions.invoke('Meet', { until })))
    expect(all.map((one) => one.ok && one.payload)).toEqual([1, 1, 1])
    const facts = cloud.functions.facts().find(({ logicalId }) => logicalId === 'Meet')
    expect(facts?.initMilliseconds).toHaveLength(3)
    expect(facts?.bundleBytes).toBeGreaterThan(100)
  })

  it('is throttled beyond its reserved concurrency', async () => {
    const busy = cloud.functions.invoke('Single', { until: Date.now() + 300 })
    expect(await failure('Single')).toMatchObject({ kind: 'throttled', errorType: 'TooManyRequestsException' })
    expect(await busy).toMatchObject({ ok: true, payload: 1 })
  })

  it('fails with the reason when it cannot be loaded', async () => {
    expect(await failure('NoHandler')).toMatchObject({ kind: 'init-failed', errorType: 'Runtime.HandlerNotFound' })
    expect(await failure('Broken')).toMatchObject({ kind: 'init-failed', errorMessage: 'cannot even load' })
  })

  it('finds no package that its bundle did not bring along', async () => {
    expect((await failure('Forgetful'))?.errorMessage).toContain("Cannot find package 'not-in-the-bundle'")
    expect((await failure('Leaky'))?.errorMessage).toContain("Cannot find package 'zod'")
  })

  it("finds the SDK of Lambda's runtime, which finds the local services", async () => {
    expect(await cloud.functions.invoke('Sdk', {})).toMatchObject({ ok: true, payload: ['Fixture-Table'] })
  })

  it('writes what it prints into its log', async () => {
    await cloud.functions.invoke('Talkative', {})
    await vi.waitFor(() => {
      expect(cloud.functions.log('Talkative')).toEqual(expect.arrayContaining(['to stdout', 'to stderr']))
    })
    await vi.waitFor(() => expect(problems).toContain('Talkative: this went wrong'))
  })

  it('ends in the middle when its machine dies, and starts anew with the next invocation', async () => {
    const running = cloud.functions.invoke('Endless', {})
    await vi.waitFor(() => expect(cloud.functions.log('Endless')).toContain('begun'))
    await cloud.functions.crash('Endless')
    expect(await running).toMatchObject({ ok: false, error: { kind: 'ended' } })
    expect(await cloud.functions.invoke('Endless', { end: true })).toMatchObject({ ok: true })
  })

  it('is ahead of the wall by as much time as was passed, and keeps its deadlines', async () => {
    cloud.passTime(24 * 3600_000)
    const earliest = Date.now() + 24 * 3600_000
    const invocation = await cloud.functions.invoke('Tell', {})
    const told = tellSchema.parse(invocation.ok && invocation.payload)
    for (const time of told.times) expect(time).toBeGreaterThanOrEqual(Math.floor(earliest / 1000) * 1000)
    expect(told).toMatchObject({ epoch: '1970-01-01T00:00:00.000Z', isDate: true })
    expect(told.left).toBeGreaterThan(0)
  })

  it('is called by the start of its name, and asking for another says which there are', async () => {
    expect(await cloud.functions.invoke('talk', {})).toMatchObject({ ok: true, payload: null })
    expect(() => cloud.functions.log('nobody')).toThrow('There is no nobody; the template has Look, Meet,')
  })
})
