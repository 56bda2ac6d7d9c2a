import { beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '#lambda/logger'
import { createMetrics } from '#lambda/metrics'
import { scheduleStack } from '#lambda/schedule-stack'
import { createRecordingLog } from '#memory/log'
import { context } from './events.ts'

const done: string[] = []
const log = createRecordingLog()
const handler = scheduleStack(
  async () => ({
    sweep: async () => done.push('sweep'),
    daily: async () => {
      throw new Error('Ada Lovelace')
    },
    log,
  }),
  { logger: createLogger(), metrics: createMetrics() },
)

beforeEach(() => {
  done.length = 0
})

describe('a schedule’s event', () => {
  it('starts the work that it names', async () => {
    await handler({ kind: 'sweep' }, context)
    expect(done).toEqual(['sweep'])
  })

  it('fails without telling what the error said, so that EventBridge tries again', async () => {
    await expect(handler({ kind: 'daily' }, context)).rejects.toThrow('The daily failed; the line before says where.')
    expect(JSON.stringify(log.lines())).not.toContain('Ada')
    expect(log.lines().at(-1)).toMatchObject({ event: 'scheduleFailed', details: { kind: 'daily' } })
  })

  it.each([{}, { kind: 'weekly' }, null])('fails when it names no work: %j', async (event) => {
    await expect(handler(event, context)).rejects.toThrow()
    expect(done).toEqual([])
  })
})
