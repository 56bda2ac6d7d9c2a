import type { GatewaySettings } from './gateway-settings.ts'

/** Times of the last calls of one kind and holder, oldest first. */
interface Window {
  times: number[]
  first: number
}

/** Drops what is older than the span and counts the rest. */
function countWithin(window: Window, since: number): number {
  while (window.first < window.times.length && (window.times[window.first] ?? 0) <= since) window.first++
  if (window.first > 1024) {
    window.times = window.times.slice(window.first)
    window.first = 0
  }
  return window.times.length - window.first
}

const SECOND = 1_000
const MINUTE = 60_000

export interface Throttle {
  /** Whether the call is within every limit, and if so counts it. Refused calls count towards none. */
  admit(call: { readonly realmId: string; readonly clientId: string; readonly isBatch: boolean }, now: number): boolean
  /** Notes that an admitted call is in flight until then; only the concurrent limit asks. */
  occupy(call: { readonly realmId: string; readonly clientId: string }, until: number): void
  inFlight(call: { readonly realmId: string; readonly clientId: string }, now: number): number
}

/**
 * Sliding windows (Accounting API, "API call limits and throttles"): requests by realm and app a second and by realm a
 * minute; batches by realm and app, and by realm, a minute.
 */
export function createThrottle(settings: () => GatewaySettings): Throttle {
  const windows = new Map<string, Window>()
  const flights = new Map<string, number[]>()
  const windowOf = (key: string): Window => {
    const there = windows.get(key)
    if (there !== undefined) return there
    const window = { times: [], first: 0 }
    windows.set(key, window)
    return window
  }
  return {
    admit({ realmId, clientId, isBatch }, now) {
      const { limits } = settings()
      const rules = isBatch
        ? [
            { key: `batch|${realmId}|${clientId}`, span: MINUTE, limit: limits.batchPerMinutePerApp },
            { key: `batch|${realmId}`, span: MINUTE, limit: limits.batchPerMinutePerRealm },
          ]
        : [
            { key: `rest|${realmId}|${clientId}`, span: SECOND, limit: limits.perSecondPerApp },
            { key: `rest|${realmId}`, span: MINUTE, limit: limits.perMinutePerRealm },
          ]
      const isWithin = rules.every(({ key, span, limit }) => countWithin(windowOf(key), now - span) < limit)
      if (isWithin) for (const { key } of rules) windowOf(key).times.push(now)
      return isWithin
    },
    occupy({ realmId, clientId }, until) {
      const key = `${realmId}|${clientId}`
      const ends = flights.get(key) ?? []
      ends.push(until)
      flights.set(key, ends)
    },
    inFlight({ realmId, clientId }, now) {
      const key = `${realmId}|${clientId}`
      const ends = (flights.get(key) ?? []).filter((each) => each > now)
      flights.set(key, ends)
      return ends.length
    },
  }
}
