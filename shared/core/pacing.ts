/** At most `calls` calls within any stretch of `withinMs` milliseconds. */
export type Limit = Readonly<{ calls: number; withinMs: number }>
export type Limits = readonly Limit[]

/**
 * How much longer than Intuit's second ours is: calls that leave a second apart may arrive nearer to each other, and a
 * 429 costs a minute of rest. More would waste what is allowed.
 */
const LATE_MS = 70

/** Ten calls at once would be taken in one after the other, the last ones late: they leave in pairs. */
const PAIR: Limit = { calls: 2, withinMs: 200 }

/** 10 requests a second and 500 a minute for a company and an app (Intuit: "API call limits and throttles"). */
export const REST_LIMITS: Limits = [
  PAIR,
  { calls: 10, withinMs: 1_000 + LATE_MS },
  { calls: 500, withinMs: 60_000 + LATE_MS },
]

/** 40 batch requests a minute for a company and an app (same source), and never more a second than other calls. */
export const BATCH_LIMITS: Limits = [
  PAIR,
  { calls: 10, withinMs: 1_000 + LATE_MS },
  { calls: 40, withinMs: 60_000 + LATE_MS },
]

/** `at`: when each call may be sent, ascending. `recent`: what to hand in next time. Epoch milliseconds. */
export type CallPlan = Readonly<{ at: readonly number[]; recent: readonly number[] }>

/**
 * Plans `count` further calls, each as early as the limits allow. `recent` is what the plan before answered: planned
 * times in ascending order, of which only as many are kept as a limit can count (500 for REST_LIMITS).
 * A `nowMs` that lags behind (another machine's clock) delays nothing and breaks no limit: no call is planned before
 * one that was planned earlier. Throws RangeError when `count` is not a whole number from 0.
 */
export function planCalls(recent: readonly number[], count: number, nowMs: number, limits: Limits): CallPlan {
  if (!Number.isInteger(count) || count < 0) throw new RangeError('The number of calls is a whole number from 0.')
  const times = [...recent]
  for (let planned = 0; planned < count; planned++) times.push(earliest(times, nowMs, limits))
  return { at: times.slice(recent.length), recent: stillCounting(times, nowMs, limits) }
}

function earliest(times: readonly number[], nowMs: number, limits: Limits): number {
  const freeAt = limits.map(({ calls, withinMs }) => (times.at(-calls) ?? Number.NEGATIVE_INFINITY) + withinMs)
  return Math.max(nowMs, times.at(-1) ?? nowMs, ...freeAt)
}

function stillCounting(times: readonly number[], nowMs: number, limits: Limits): readonly number[] {
  const most = Math.max(...limits.map(({ calls }) => calls))
  // Twice the longest stretch: another machine's clock may lag, and it must still see what binds it.
  const longest = 2 * Math.max(...limits.map(({ withinMs }) => withinMs))
  return times.slice(-most).filter((time) => time > nowMs - longest)
}
