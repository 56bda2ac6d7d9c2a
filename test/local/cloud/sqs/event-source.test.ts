import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../../../local/cloud/cloud.ts'
import { failedIds } from '../../../../local/cloud/sqs/event-source.ts'
import { type FixtureQueue, queueResources, writeFixtureApp } from '../fixture-app.ts'

// Says what it got, then does with each message what its body asks for.
const source = `
  export const handler = async ({ Records }) => {
    const batchItemFailures = []
    for (const { messageId, body, attributes } of Records) {
      const { name, wish, until } = JSON.parse(body)
      const tries = Number(attributes.ApproximateReceiveCount)
      const fails = wish !== undefined && tries < (until ?? Infinity)
      console.log(JSON.stringify({ name, tries, group: attributes.MessageGroupId, dedupe: attributes.MessageDeduplicationId, fails, batch: Records.length }))
      if (fails && wish === 'throw') throw new Error('on purpose')
      if (fails && wish === 'hang') await new Promise(() => {})
      if (fails && wish === 'fail') batchItemFailures.push({ itemIdentifier: messageId })
      if (fails && wish === 'lie') return { batchItemFailures: [{ itemIdentifier: 'unknown' }] }
    }
    return { batchItemFailures }
  }`

const clouds: Cloud[] = []
afterEach(async () => {
  await Promise.all(clouds.splice(0).map((cloud) => cloud.close()))
})

function template(queue: FixtureQueue): string {
  return writeFixtureApp({
    functions: { Worker: { source, timeout: 1 } },
    resources: queueResources('Worker', queue),
  })
}

async function start(queue: FixtureQueue, dataDir?: string): Promise<Cloud> {
  const cloud = await startCloud({ template: template(queue), ...(dataDir !== undefined && { dataDir }) })
  clouds.push(cloud)
  return cloud
}

interface Wish {
  readonly name: string
  readonly group?: string
  readonly wish?: 'throw' | 'hang' | 'fail' | 'lie'
  /** The try with which it succeeds. */
  readonly until?: number
  readonly delaySeconds?: number
}

async function send(cloud: Cloud, ...wishes: readonly Wish[]): Promise<void> {
  for (const { group, delaySeconds, ...body } of wishes) {
    await cloud.queues.client.send(
      new SendMessageCommand({
        QueueUrl: cloud.queues.url('Work'),
        MessageBody: JSON.stringify(body),
        ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: body.name }),
        ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
      }),
    )
  }
}

interface Seen {
  readonly name: string
  readonly tries: number
  readonly group: string
  readonly dedupe: string
  readonly fails: boolean
}

/** What the worker said it got, once it has said `count` things: its output arrives a moment after its answer. */
async function seen(cloud: Cloud, count: number): Promise<readonly Seen[]> {
  const read = (): Seen[] =>
    cloud.functions
      .log('Worker')
      .map((line) => JSON.parse(line))
      .filter((line) => line.type === undefined)
  await vi.waitFor(() => expect(read().length).toBeGreaterThanOrEqual(count), { timeout: 10_000 })
  return read()
}

const namesOf = (queueBodies: readonly string[]): readonly string[] =>
  queueBodies.map((body) => JSON.parse(body).name).toSorted()

describe('a queue that feeds a function', () => {
  it('is empty once all succeeded', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 3 })
    await send(cloud, ...Array.from({ length: 25 }, (_, at) => ({ name: `m${at}` })))
    await cloud.idle()
    expect(await cloud.queues.depth('Work')).toMatchObject({ visible: 0, delayed: 0, inFlight: 0 })
    expect(new Set((await seen(cloud, 25)).map(({ name }) => name)).size).toBe(25)
  })

  it('gives a message with a delay out when its time has come, and nobody has to wait for it', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 3 })
    await send(cloud, { name: 'much later', delaySeconds: 900 }, { name: 'later', delaySeconds: 1 }, { name: 'now' })
    expect((await seen(cloud, 2)).map(({ name }) => name).toSorted()).toEqual(['later', 'now'])
    await cloud.idle()
    expect(await cloud.queues.depth('Work')).toMatchObject({ visible: 0, delayed: 1, inFlight: 0 })
  })

  it.each(['throw', 'hang'] as const)('gets its messages back when the function does: %s', async (wish) => {
    const cloud = await start({ fifo: false, maxReceiveCount: 5 })
    await send(cloud, { name: 'again', wish, until: 2 })
    await cloud.idle({ passVisibilityTimeout: true })
    expect((await seen(cloud, 2)).map(({ tries, fails }) => [tries, fails])).toEqual([
      [1, true],
      [2, false],
    ])
    expect(await cloud.queues.deadLetters('Work')).toEqual([])
  })

  it('keeps a message that failed out of sight until its visibility timeout has passed', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 5 })
    await send(cloud, { name: 'again', wish: 'throw', until: 2 })
    await seen(cloud, 1)
    await expect(cloud.idle({ timeout: 50 })).rejects.toThrow('1 in flight')
    await cloud.queues.passVisibilityTimeout('Work')
    await cloud.idle()
    expect(await seen(cloud, 2)).toHaveLength(2)
  })

  it('comes back by itself when a short visibility timeout has passed', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 5, visibilityTimeout: 1 })
    await send(cloud, { name: 'again', wish: 'throw', until: 2 })
    await cloud.idle()
    expect(await seen(cloud, 2)).toHaveLength(2)
  })

  it('makes a dead letter of a message that failed as often as allowed', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 3 })
    await send(cloud, { name: 'poison', wish: 'throw' })
    await cloud.idle({ passVisibilityTimeout: true })
    expect((await seen(cloud, 3)).map(({ tries }) => tries)).toEqual([1, 2, 3])
    expect(namesOf(await cloud.queues.deadLetters('Work'))).toEqual(['poison'])
  })

  it('returns only the failures of a batch when the function reports them', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 2, partial: true })
    await send(cloud, { name: 'good1' }, { name: 'bad', wish: 'fail' }, { name: 'good2' })
    await cloud.idle({ passVisibilityTimeout: true })
    const all = await seen(cloud, 4)
    expect(all.filter(({ tries }) => tries > 1).map(({ name }) => name)).toEqual(['bad'])
    expect(namesOf(await cloud.queues.deadLetters('Work'))).toEqual(['bad'])
  })

  it('deletes all when the function succeeds and reporting is not switched on', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 2 })
    await send(cloud, { name: 'bad', wish: 'fail' })
    await cloud.idle()
    expect(await cloud.queues.deadLetters('Work')).toEqual([])
  })

  it('returns the whole batch when a reported failure was not in it', async () => {
    const cloud = await start({ fifo: false, maxReceiveCount: 1, partial: true })
    await send(cloud, { name: 'liar', wish: 'lie' })
    await cloud.idle({ passVisibilityTimeout: true })
    expect(namesOf(await cloud.queues.deadLetters('Work'))).toEqual(['liar'])
  })
})

describe('a FIFO queue that feeds a function', () => {
  it('keeps the order within each group', async () => {
    const cloud = await start({ fifo: true, maxReceiveCount: 3, partial: true })
    const wishes = Array.from({ length: 20 }, (_, at) => ({ name: `${at}`, group: at % 2 === 0 ? 'even' : 'odd' }))
    await send(cloud, ...wishes)
    await cloud.idle()
    const all = await seen(cloud, 20)
    for (const group of ['even', 'odd']) {
      const names = all.filter((one) => one.group === group).map(({ name }) => Number(name))
      expect(names).toEqual(names.toSorted((left, right) => left - right))
      expect(names).toHaveLength(10)
    }
  })

  it('holds a group back behind its failed message while other groups go on', async () => {
    const cloud = await start({ fifo: true, maxReceiveCount: 5, partial: true })
    await send(
      cloud,
      { name: 'stuck', group: 'a', wish: 'fail', until: 3 },
      { name: 'behind', group: 'a' },
      { name: 'free', group: 'b' },
    )
    await vi.waitFor(async () => expect((await seen(cloud, 2)).map(({ name }) => name)).toContain('free'))
    expect((await seen(cloud, 2)).map(({ name }) => name)).not.toContain('behind')
    await cloud.idle({ passVisibilityTimeout: true })
    const group = (await seen(cloud, 5)).filter((one) => one.group === 'a')
    expect(group.map(({ name, tries }) => `${name} ${tries}`)).toEqual(['stuck 1', 'stuck 2', 'stuck 3', 'behind 1'])
  })

  it('goes on with a group once its poisoned message is a dead letter', async () => {
    const cloud = await start({ fifo: true, maxReceiveCount: 2 })
    await send(cloud, { name: 'poison', group: 'a', wish: 'throw' }, { name: 'next', group: 'a' })
    await cloud.idle({ passVisibilityTimeout: true })
    expect(namesOf(await cloud.queues.deadLetters('Work'))).toEqual(['poison'])
    expect((await seen(cloud, 3)).map(({ name }) => name)).toEqual(['poison', 'poison', 'next'])
  })

  it('takes a second message of the same deduplication id for the first', async () => {
    const cloud = await start({ fifo: true, maxReceiveCount: 2 })
    await send(cloud, { name: 'once', group: 'a' }, { name: 'once', group: 'a' }, { name: 'once', group: 'b' })
    await cloud.idle()
    expect((await seen(cloud, 1)).map(({ group }) => group)).toEqual(['a'])
  })

  it('does so within one group where that is the scope', async () => {
    const cloud = await start({ fifo: true, maxReceiveCount: 2, deduplicationScope: 'messageGroup' })
    await send(cloud, { name: 'once', group: 'a' }, { name: 'once', group: 'a' }, { name: 'once', group: 'b' })
    await cloud.idle()
    const all = await seen(cloud, 2)
    expect(all.map(({ group, dedupe }) => `${group} ${dedupe}`).toSorted()).toEqual(['a once', 'b once'])
  })
})

it('hands out again at the next start what was in flight at the end of the last one', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tandem-data-'))
  const queue: FixtureQueue = { fifo: true, maxReceiveCount: 5, visibilityTimeout: 600 }
  const first = await start(queue, dataDir)
  await send(first, { name: 'cut short', group: 'a', wish: 'throw', until: 2 }, { name: 'waiting', group: 'a' })
  await seen(first, 1)
  await first.close()
  clouds.length = 0

  const second = await start(queue, dataDir)
  await second.idle()
  expect((await seen(second, 2)).map(({ name, tries }) => `${name} ${tries}`)).toEqual(['cut short 2', 'waiting 1'])
})

it('hands out again what was in flight when its process was killed, and goes on with what is sent afterwards', async () => {
  const queue: FixtureQueue = { fifo: true, maxReceiveCount: 5, visibilityTimeout: 600 }
  const cloud = await start(queue, mkdtempSync(join(tmpdir(), 'tandem-data-')))
  await send(cloud, { name: 'failed', group: 'a', wish: 'throw', until: 2 })
  await seen(cloud, 1)
  await cloud.queues.crash()
  await send(cloud, { name: 'sent later', group: 'a' })
  expect((await seen(cloud, 3)).map(({ name, tries }) => `${name} ${tries}`)).toEqual([
    'failed 1',
    'failed 2',
    'sent later 1',
  ])
})

it('loses no message that it has taken when its process is killed while they are sent', async () => {
  const problems: string[] = []
  const cloud = await startCloud({
    template: template({ fifo: true, maxReceiveCount: 20, visibilityTimeout: 600 }),
    dataDir: mkdtempSync(join(tmpdir(), 'tandem-data-')),
    onProblem: (line) => problems.push(line),
  })
  clouds.push(cloud)
  const taken: string[] = []
  let over = false
  const sending = async (sender: number): Promise<void> => {
    for (let at = 0; !over; at += 1) {
      const name = `${sender}-${at}`
      await send(cloud, { name, group: name }).then(
        () => taken.push(name),
        () => undefined,
      )
    }
  }
  const senders = Promise.all([0, 1].map(sending))
  for (const enough of [20, 40]) {
    await vi.waitFor(() => expect(taken.length).toBeGreaterThan(enough), { timeout: 20_000, interval: 1 })
    await cloud.queues.crash()
  }
  over = true
  await senders
  await cloud.idle({ passVisibilityTimeout: true })
  const names = new Set((await seen(cloud, taken.length)).map(({ name }) => name))
  expect(taken.filter((name) => !names.has(name))).toEqual([])
  expect(problems).toContain('The local SQS has ended; it starts again with what is stored.')
})

describe('failedIds', () => {
  const messages = [{ MessageId: 'a' }, { MessageId: 'b' }]
  const failing = (payload: unknown): readonly string[] => [...failedIds(payload, messages)]

  it('finds none when there is no list or nothing in it', () => {
    for (const payload of [null, undefined, '', {}, { batchItemFailures: null }, { batchItemFailures: [] }]) {
      expect(failing(payload)).toEqual([])
    }
  })

  it('finds those that are named', () => {
    expect(failing({ batchItemFailures: [{ itemIdentifier: 'b' }] })).toEqual(['b'])
  })

  it('finds all when the answer cannot be trusted', () => {
    const unknown = [{ batchItemFailures: [{ itemIdentifier: 'c' }] }, { batchItemFailures: [{ itemIdentifier: '' }] }]
    const malformed = [{ batchItemFailures: [{ id: 'a' }] }, { batchItemFailures: 'a' }, 'text', 7]
    for (const payload of [...unknown, ...malformed]) expect(failing(payload)).toEqual(['a', 'b'])
  })
})
