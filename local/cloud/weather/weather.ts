import * as z from 'zod'

const share = z.number().min(0).max(1)

/**
 * What AWS does now and then and a calm stand-in would hide. Each switch by itself; a share is of the calls that it
 * is about, from 0 (never) to 1 (always).
 */
export const weatherSchema = z.strictObject({
  /** How long an index may show a table as it was before a write, in milliseconds; each write lags as chance has it. */
  indexLagMs: z.number().min(0).max(60_000),
  /** Reads of the table that DynamoDB refuses for now, or does only a part of where it may. */
  throttledReads: share,
  throttledWrites: share,
  /** Whether an execution environment stands still between two invocations, with all that it left running. */
  freezes: z.boolean(),
  /** Messages of queues that a function gets a second time although it has dealt with them. */
  doubledMessages: share,
  /** Requests that the API answers with 429 or 503 without asking its function. */
  refusedRequests: share,
})
export type Weather = z.output<typeof weatherSchema>

export const CALM: Weather = {
  indexLagMs: 0,
  throttledReads: 0,
  throttledWrites: 0,
  freezes: false,
  doubledMessages: 0,
  refusedRequests: 0,
}

/** Far worse than AWS: what holds in it for a minute holds there for months. */
export const BAD: Weather = {
  indexLagMs: 1_000,
  throttledReads: 0.03,
  throttledWrites: 0.03,
  freezes: true,
  doubledMessages: 0.1,
  refusedRequests: 0.03,
}

export const WEATHERS = { calm: CALM, bad: BAD } as const
export type WeatherName = keyof typeof WEATHERS

/** The weather as it is at each moment, and the chance that decides what it does. */
export interface Sky {
  readonly now: () => Weather
  readonly set: (weather: Weather) => void
  /** Whether something that happens to this share of all happens to this one. */
  readonly strikes: (share: number) => boolean
  /** A number from 0 up to, and without, `limit`. */
  readonly below: (limit: number) => number
}

/** The same seed decides the same way, call for call. */
export function createSky(weather: Weather, seed = 1): Sky {
  let current = weather
  let state = seed >>> 0
  // Mulberry32 (public domain): small, and even enough to decide who is struck.
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    now: () => current,
    set: (next) => {
      current = next
    },
    strikes: (part) => part > 0 && random() < part,
    below: (limit) => random() * limit,
  }
}
