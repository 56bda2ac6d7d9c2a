import { beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '#lambda/logger'
import { createMetrics } from '#lambda/metrics'
import { scheduleStack } from '#lambda/schedule-stack'
import { createRecordingLog } from '#memory/log'
import { context, fifoBatch } from './events.ts'

const done: string[] = []
const log = createRecordingLog()
const handler = scheduleStack(
  async () => ({
    sweep: async () => done.push('sweep'),
    daily: async () => {
      throw new Error('Ada Lovelace')
    },
    wake: async ({ queue, workspace }) => {
      if (workspace === 'ada') throw new Error('Ada Lovelace')
      done.push(`${queue} of ${workspace}`)
    },
    log,
  }),
  { logger: createLogger(), metrics: createMetrics() },
)

/** A batch of one group, as the form is the same. */
const batch = (...bodies: readonly string[]) => fifoBatch(...bodies.map((body) => ['one', body] as const))

beforeEach(() => {
  done.length = 0
})

describe('a schedule’s event', () => {
  it('starts the work that it names', async () => {
    await handler({ kind: 'sweep' }, context)
    expect(done).toEqual(['sweep'])
  })

  it('fails without telling what the error said, so that its alarm rings', async () => {
    await expect(handler({ kind: 'daily' }, context)).rejects.toThrow('The daily failed; the line before says where.')
    expect(JSON.stringify(log.lines())).not.toContain('Ada')
    expect(log.lines().at(-1)).toMatchObject({ event: 'scheduleFailed', details: { kind: 'daily' } })
  })

  it('is a wake-up where a queue tells of it: each is looked after, and one that fails comes back alone', async () => {
    const response = await handler(
      batch('{"queue":"pull","workspace":"acme"}', '{"queue":"push","workspace":"ada"}', '{"queue":"x"}', 'nothing'),
      context,
    )
    expect(done).toEqual(['pull of acme'])
    // Side by side, so that they fail in any order.
    const failed = response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    expect(failed?.toSorted()).toEqual(['m2', 'm3', 'm4'])
    expect(JSON.stringify(log.lines())).not.toContain('Ada')
    expect(log.lines().at(-1)).toMatchObject({ event: 'wakeUpFailed' })
  })

  it('of wake-ups that all fail is answered, not thrown', async () => {
    await expect(handler(batch('no', 'no'), context)).resolves.toMatchObject({ batchItemFailures: [{}, {}] })
  })

  it.each([{}, { kind: 'weekly' }, null, { Records: 'none' }])('fails when it names no work: %j', async (event) => {
    await expect(handler(event, context)).rejects.toThrow()
    expect(done).toEqual([])
  })
})
