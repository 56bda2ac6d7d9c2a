import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BATCH_LIMITS, type Limits, planCalls, REST_LIMITS } from '#core/pacing'

const START = 1_790_000_000_000

type Reservation = Readonly<{ afterMs: number; count: number }>

const reservations = (maxCount: number) =>
  fc.array(fc.record({ afterMs: fc.integer({ min: -3_000, max: 20_000 }), count: fc.nat({ max: maxCount }) }), {
    maxLength: 60,
  })

function planAll(steps: readonly Reservation[], limits: Limits) {
  let now = START
  let recent: readonly number[] = []
  const calls: { at: number; now: number }[] = []
  let longestState = 0
  for (const { afterMs, count } of steps) {
    now += afterMs
    const plan = planCalls(recent, count, now, limits)
    recent = plan.recent
    longestState = Math.max(longestState, recent.length)
    for (const at of plan.at) calls.push({ at, now })
  }
  return { calls, longestState }
}

/** The most calls that any stretch of `withinMs` holds, counted by brute force. */
function busiest(times: readonly number[], withinMs: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + withinMs).length))
}

describe.each([
  ['REST', REST_LIMITS, 120, { perSecond: 10, perMinute: 500 }],
  ['batch', BATCH_LIMITS, 20, { perSecond: 10, perMinute: 40 }],
])('planning %s calls', (_name, limits, maxCount, intuit) => {
  it('never lets any second or minute hold more than Intuit allows, even when clocks disagree', () => {
    fc.assert(
      fc.property(reservations(maxCount), (steps) => {
        const times = planAll(steps, limits).calls.map(({ at }) => at)
        expect(busiest(times, 1_000)).toBeLessThanOrEqual(intuit.perSecond)
        expect(busiest(times, 60_000)).toBeLessThanOrEqual(intuit.perMinute)
      }),
      { numRuns: 60 },
    )
  })

  it('never plans a call for the past, nor before a call that was planned earlier', () => {
    fc.assert(
      fc.property(reservations(maxCount), (steps) => {
        const { calls } = planAll(steps, limits)
        expect(calls.every(({ at, now }) => at >= now)).toBe(true)
        expect(calls.every(({ at }, i) => i === 0 || at >= (calls[i - 1]?.at ?? at))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('plans each call as early as the limits allow: a moment earlier would break one', () => {
    fc.assert(
      fc.property(reservations(maxCount), (steps) => {
        const { calls } = planAll(steps, limits)
        calls.forEach(({ at, now }, i) => {
          const before = calls.slice(0, i).map((call) => call.at)
          const waitsForNothing = at === now || at === before.at(-1)
          const waitsForALimit = limits.some((limit) => before.at(-limit.calls) === at - limit.withinMs)
          expect(waitsForNothing || waitsForALimit).toBe(true)
        })
      }),
      { numRuns: 60 },
    )
  })

  it('keeps no more times than a limit can count', () => {
    fc.assert(
      fc.property(reservations(maxCount), (steps) => {
        expect(planAll(steps, limits).longestState).toBeLessThanOrEqual(intuit.perMinute)
      }),
      { numRuns: 30 },
    )
  })

  it('uses at least 95 % of what Intuit allows when there is always more to send', () => {
    const minutes = 10
    const times = planCalls([], intuit.perMinute * minutes, START, limits).at
    const inTime = times.filter((at) => at < START + minutes * 60_000).length
    expect(inTime / (intuit.perMinute * minutes)).toBeGreaterThanOrEqual(0.95)
    const burst = times.filter((at) => at < START + 3_000).length
    expect(burst).toBeGreaterThanOrEqual(0.95 * Math.min(3 * intuit.perSecond, intuit.perMinute))
  })
})

describe('planning calls', () => {
  it('sends the first ten within a second, in pairs', () => {
    const after = planCalls([], 10, START, REST_LIMITS).at.map((at) => at - START)
    expect(after).toEqual([0, 0, 200, 200, 400, 400, 600, 600, 800, 800])
  })

  it('makes the eleventh wait until the first is out of its second, even if it arrived a little late', () => {
    expect(planCalls([], 11, START, REST_LIMITS).at.at(-1)).toBe(START + 1_070)
  })

  it('makes the eleventh of those that go one by one wait as well, for batches too', () => {
    const [, tenPerSecond] = BATCH_LIMITS
    const recent = Array.from({ length: 10 }, (_, n) => START + n * 90)
    expect(tenPerSecond).toEqual({ calls: 10, withinMs: 1_070 })
    for (const limits of [REST_LIMITS, BATCH_LIMITS])
      expect(planCalls(recent, 1, START + 900, limits).at).toEqual([START + 1_070])
  })

  it('plans nothing before the one call that was planned by a clock that is ahead', () => {
    expect(planCalls([START + 5_000], 1, START, REST_LIMITS).at).toEqual([START + 5_000])
  })

  it('forgets calls that are long past', () => {
    const { recent } = planCalls([], 10, START, REST_LIMITS)
    expect(planCalls(recent, 1, START + 3_600_000, REST_LIMITS).recent).toEqual([START + 3_600_000])
  })

  it('answers with nothing for no calls', () => {
    expect(planCalls([START], 0, START, REST_LIMITS)).toEqual({ at: [], recent: [START] })
  })

  it.each([-1, 1.5, Number.NaN])('refuses to plan %s calls', (count) => {
    expect(() => planCalls([], count, START, REST_LIMITS)).toThrow('whole number')
  })
})
