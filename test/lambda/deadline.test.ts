import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import type { Context } from 'aws-lambda'
import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { batchStack } from '#lambda/batch-stack'
import { httpStack } from '#lambda/http-stack'
import { createLogger } from '#lambda/logger'
import { createMetrics } from '#lambda/metrics'
import { scheduleStack } from '#lambda/schedule-stack'
import { createRecordingLog } from '#memory/log'
import { context, fifoBatch, httpEvent } from './events.ts'

const plumbing = () => ({ logger: createLogger(), metrics: createMetrics() })
/** An invocation that has so much time left, whenever it asks. */
const withLeft = (leftMs: () => number): Context => ({ ...context, getRemainingTimeInMillis: leftMs })

const log = createRecordingLog()
const nothing = async () => undefined

describe('a function whose time runs out', () => {
  const handlers: Readonly<Record<string, () => Promise<unknown>>> = {
    'a batch': () =>
      batchStack(
        async () => ({ hint: z.object({}), serve: async () => undefined, returnSoon: async () => undefined, log }),
        plumbing(),
      )(fifoBatch(['a', '{}']), context),
    'a request': () =>
      httpStack(async () => ({ status: 200, headers: {}, body: '' }), plumbing())(httpEvent('GET', '/x'), context),
    'a schedule': () =>
      scheduleStack(async () => ({ sweep: nothing, daily: nothing, wake: nothing, log }), plumbing())(
        { kind: 'sweep' },
        context,
      ),
  }
  it.each(Object.keys(handlers))(
    'is not answered for before, at %s: Lambda ends it with all that it does',
    async (what) => {
      const armed = vi.spyOn(timers, 'setTimeout')
      // Middy has taken its timers by name.
      syncBuiltinESMExports()
      await handlers[what]?.()
      const delays = armed.mock.calls.map(([, delay = 0]) => delay)
      armed.mockRestore()
      syncBuiltinESMExports()
      expect(delays.filter((delay) => delay > 60_000)).toEqual([])
    },
  )

  it('begins no message that it could not bring to its end, and puts those back', async () => {
    const log = createRecordingLog()
    const served: string[] = []
    const returned: string[] = []
    let leftMs = 90_000
    const handler = batchStack(
      async () => ({
        hint: z.object({ say: z.string() }),
        serve: async ({ say }: { say: string }) => {
          served.push(say)
          leftMs -= 30_000
        },
        returnSoon: async (handles: readonly string[]) => {
          returned.push(...handles)
        },
        log,
      }),
      plumbing(),
    )
    const say = (group: string, text: string): readonly [string, string] => [group, JSON.stringify({ say: text })]
    const batch = fifoBatch(say('a', '1'), say('b', '2'), say('c', '3'), say('a', '4'))
    const response = await handler(
      batch,
      withLeft(() => leftMs),
    )
    expect(served).toEqual(['1', '2'])
    expect(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m3', 'm4'])
    expect(returned).toEqual(['r3', 'r4'])
    expect(log.lines().map(({ level, event }) => [level, event])).toEqual([
      ['info', 'hintPutBack'],
      ['info', 'hintPutBack'],
    ])
  })

  it('tells its work until when it may begin something', async () => {
    const stops: number[] = []
    const handler = batchStack(
      async () => ({
        hint: z.object({}),
        serve: async (_hint: object, { stopAtMs }: { stopAtMs: number }) => stops.push(stopAtMs - Date.now()),
        returnSoon: async () => undefined,
        log: createRecordingLog(),
      }),
      plumbing(),
    )
    await handler(
      fifoBatch(['a', '{}']),
      withLeft(() => 50_000),
    )
    expect(stops).toHaveLength(1)
    expect(stops[0]).toBeLessThanOrEqual(15_000)
    expect(stops[0]).toBeGreaterThan(10_000)
  })
})
