import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createDynamoPorts, type DynamoPorts } from '#dynamodb/ports'
import { createTokenVault } from '#dynamodb/token-vault'
import { createMemoryPorts } from '#memory/ports'
import { daily } from '#sync/daily'
import { takeDelivery } from '#sync/intake'
import { sweep } from '#sync/sweep'
import { wake } from '#sync/wake'
import { aConnection, aContact, aRun, aTokenSet } from '../contract/records.ts'
import { startLocalDynamo } from '../dynamodb/local-dynamodb.ts'
import { createMemoryKms } from '../dynamodb/memory-kms.ts'
import { rightsByRole } from './rights.ts'
import { templateFor } from './synthesized.ts'

const { client, tableName, endpoint } = await startLocalDynamo()
const clock = { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) }
const vault = createTokenVault({
  kms: createMemoryKms().client,
  keyArn: 'arn:aws:kms:us-east-1:000000000000:key/tokens',
})
const stored = createDynamoPorts({ tableName, client, clock, vault })

const template = templateFor({ stage: 'prod' })
const ttlSchema = z.object({
  Properties: z.object({
    TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }),
  }),
})
const transactSchema = z.object({ TransactItems: z.array(z.record(z.string(), z.unknown())) })
const requestSchema = z.object({
  headers: z.record(z.string(), z.string()),
  body: z.instanceof(Uint8Array).transform((bytes) => new TextDecoder().decode(bytes)),
})

/** The rights that a request to DynamoDB needs (Service authorization reference: "Amazon DynamoDB"). */
function rightsFor(request: unknown): readonly string[] {
  const { headers, body } = requestSchema.parse(request)
  const operation = headers['x-amz-target']?.split('.')[1] ?? ''
  if (operation !== 'TransactWriteItems') return [operation]
  const { TransactItems } = transactSchema.parse(JSON.parse(body))
  return TransactItems.flatMap((one) => Object.keys(one)).map((kind) =>
    kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
  )
}

/** Ports on the same table, and the rights that were needed for what was done through them. */
function watched() {
  const needed = new Set<string>()
  const bodies: string[] = []
  const watching = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  afterAll(() => watching.destroy())
  watching.middlewareStack.add(
    (next) => (args) => {
      for (const right of rightsFor(args.request)) needed.add(`dynamodb:${right}`)
      bodies.push(requestSchema.parse(args.request).body)
      return next(args)
    },
    { step: 'build', priority: 'low' },
  )
  const ports = { ...createMemoryPorts(), ...createDynamoPorts({ tableName, client: watching, clock, vault }), clock }
  return { ports, needed, bodies }
}

function rightsOf(name: string): readonly string[] {
  const rights = [...rightsByRole(template)].find(([role]) => role.startsWith(name))?.[1] ?? []
  return rights.filter(({ Resource }) => Resource.includes('Table')).flatMap(({ Action }) => Action)
}

describe('the rights on the table', () => {
  it('of the schedule function are enough for its rounds, whatever waits, and no more than that', async () => {
    const [at, workspace] = ['2026-11-01T08:00:00.000Z', 'waiting']
    await stored.connections.connect(aConnection(workspace, '1', { gapFreeSince: at }), aTokenSet('a'), undefined)
    await stored.runs.create(workspace, aRun('stalled'))
    await stored.markers.markToRead(workspace, [{ entity: 'customer', id: '1' }], Date.parse(at))
    const waits = aContact('c1', 'Ada', { toPushSince: at })
    await stored.ledger.commit(workspace, [{ kind: 'contact', contact: waits, expectedVersion: undefined }])
    const { ports, needed } = watched()
    expect((await sweep(ports)).hinted).toBe(3)
    expect((await daily(ports)).hinted).toBe(1)
    // Runs that stand still are looked up together.
    expect(needed).toContain('dynamodb:BatchGetItem')
    await wake(ports, { queue: 'pull', workspace })
    await wake(ports, { queue: 'push', workspace })
    expect([...needed].sort()).toEqual([...rightsOf('ScheduleFunction')].sort())
  })

  it('of the webhook function are enough to take a delivery in, and no more than that', async () => {
    await stored.connections.connect(aConnection('told', '2'), aTokenSet('b'), undefined)
    const { ports, needed } = watched()
    const event = { realmId: '2', entity: 'customer', recordId: '1' }
    const events = [
      { ...event, eventId: 'e1' },
      { ...event, eventId: 'e2', recordId: '2', mergedFromId: '3' },
    ]
    await takeDelivery(ports, { events, unreadable: 0 })
    await takeDelivery(ports, { events, unreadable: 0 })
    expect(await stored.markers.toRead('told', 10)).toHaveLength(2)
    expect([...needed].sort()).toEqual([...rightsOf('WebhookFunction')].sort())
  })
})

describe('what DynamoDB deletes by itself', () => {
  const table = ttlSchema.parse(Object.values(template.findResources('AWS::DynamoDB::GlobalTable'))[0])
  const { AttributeName, Enabled } = table.Properties.TimeToLiveSpecification
  const now = Date.now()
  const NOW = new Date(now).toISOString()

  it.each<[string, (ports: DynamoPorts) => Promise<unknown>]>([
    ['an Idempotency-Key', ({ idempotency }) => idempotency.begin('w', 'key', 'body', now)],
    ['an event that was seen', ({ markers }) => markers.remember(['event'], now)],
    ['the ids that a run read', ({ runs }) => runs.putIds('w', 'run', 'seen', 0, ['1'])],
    ['a run that is over', ({ runs }) => runs.create('w', { ...aRun('over'), status: 'done', finishedAt: NOW })],
    [
      'what came of a record in a run',
      ({ ledger }) =>
        ledger.commit('w', [
          { kind: 'outcome', runId: 'over', outcome: { recordId: '1', kind: 'imported', name: 'Ada' } },
        ]),
    ],
    ['the pace of a company', ({ pacer }) => pacer.reserve('3', 'read', 1, now)],
  ])('is %s, by the attribute that it is stored with', async (_what, store) => {
    const { ports, bodies } = watched()
    await store(ports)
    const times = bodies.flatMap((body) => [...body.matchAll(new RegExp(`"${AttributeName}":{"N":"(\\d+)"}`, 'g'))])
    expect(Enabled).toBe(true)
    expect(times).toHaveLength(1)
    // DynamoDB takes whole seconds and no others (Developer guide: "Time to live").
    const seconds = Number(times[0]?.[1])
    expect(seconds).toBeGreaterThan(now / 1_000)
    expect(seconds).toBeLessThan(now / 1_000 + 500 * 24 * 3_600)
  })
})
