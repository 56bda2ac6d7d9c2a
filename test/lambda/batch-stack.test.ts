import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { batchStack } from '#lambda/batch-stack'
import { createLogger } from '#lambda/logger'
import { createMetrics } from '#lambda/metrics'
import { createRecordingLog } from '#memory/log'
import { context, fifoBatch } from './events.ts'

const served: string[] = []
const sentAt: number[] = []
const returned: (readonly [readonly string[], number])[] = []
let log = createRecordingLog()
let returnFails = false

const handler = batchStack(
  async () => ({
    hint: z.object({ say: z.string() }),
    serve: async ({ say }: { say: string }, { sentAtMs }: { sentAtMs: number }) => {
      served.push(say)
      sentAt.push(sentAtMs)
      if (say.startsWith('fail')) throw new Error('Ada Lovelace')
    },
    returnSoon: async (handles: readonly string[], seconds: number) => {
      if (returnFails) throw new Error('SQS is down')
      returned.push([handles, seconds])
    },
    log,
  }),
  { logger: createLogger(), metrics: createMetrics() },
)

const say = (group: string, text: string): readonly [string, string] => [group, JSON.stringify({ say: text })]
const failedIds = (response: { batchItemFailures: { itemIdentifier: string }[] }) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)

beforeEach(() => {
  served.length = 0
  sentAt.length = 0
  returned.length = 0
  returnFails = false
  log = createRecordingLog()
})

describe('a batch of a FIFO queue', () => {
  it('is served in order, one message after the other', async () => {
    const response = await handler(fifoBatch(say('a', '1'), say('b', '2'), say('a', '3')), context)
    expect(served).toEqual(['1', '2', '3'])
    expect(response).toEqual({ batchItemFailures: [] })
    expect(returned).toEqual([])
    // When each was sent, in the queue's own time.
    expect(sentAt).toEqual([0, 0, 0])
  })

  it('fails what follows a failure in its group, unserved, and no other group', async () => {
    const batch = fifoBatch(say('a', '1'), say('a', 'fail'), say('b', '3'), say('a', '4'), say('b', '5'))
    const response = await handler(batch, context)
    expect(served).toEqual(['1', 'fail', '3', '5'])
    expect(failedIds(response)).toEqual(['m2', 'm4'])
  })

  it('makes all that failed visible again soon, the unserved too', async () => {
    await handler(fifoBatch(say('a', 'fail'), say('a', '2'), say('b', '3')), context)
    expect(returned).toEqual([[['r1', 'r2'], 10]])
  })

  it('reports what failed even when it cannot be made visible', async () => {
    returnFails = true
    const response = await handler(fifoBatch(say('a', 'fail')), context)
    expect(failedIds(response)).toEqual(['m1'])
    expect(log.lines().map(({ event }) => event)).toEqual(['hintFailed', 'messagesReturnLate'])
  })

  it('of ten of one group is served in order too, as AWS may give it out', async () => {
    const ten = Array.from({ length: 10 }, (_, at) => say('a', at === 6 ? 'fail' : String(at)))
    const response = await handler(fifoBatch(...ten), context)
    expect(served).toEqual(['0', '1', '2', '3', '4', '5', 'fail'])
    expect(failedIds(response)).toEqual(['m7', 'm8', 'm9', 'm10'])
  })

  it('reports rather than throws when all ten of ten failed', async () => {
    const ten = Array.from({ length: 10 }, (_, at) => say(`group ${at}`, 'fail'))
    const response = await handler(fifoBatch(...ten), context)
    expect(failedIds(response)).toHaveLength(10)
  })

  it.each(['', 'no JSON', '{"say":1}', '[]'])('fails a message that is no hint: %j', async (body) => {
    const response = await handler(fifoBatch(['a', body], say('b', '2')), context)
    expect(failedIds(response)).toEqual(['m1'])
    expect(served).toEqual(['2'])
  })

  it('logs which message failed and where, and nothing of what the error says', async () => {
    await handler(fifoBatch(say('a', 'fail')), context)
    const [line] = log.lines()
    expect(line).toMatchObject({ level: 'error', event: 'hintFailed', details: { messageId: 'm1', fault: 'Error' } })
    expect(JSON.stringify(line)).not.toContain('Ada')
  })
})
