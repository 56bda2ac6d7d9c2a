import type { Clock } from '../../local/quickbooks/clock.ts'

/** The one clock of a run. It stands still until it is moved; timers run in order of time, then of creation. */
export interface Timeline extends Clock {
  /** When the next timer is due, in epoch milliseconds. */
  nextAt(): number | undefined
  /** Moves forward to `ms`, running on the way whatever falls due; each sees the moment it was set for. */
  moveTo(ms: number): void
}

type Timer = Readonly<{ atMs: number; run: () => void }>

export function createTimeline(startMs: number): Timeline {
  // Latest first, so that the next one is taken from the end.
  const timers: Timer[] = []
  let nowMs = startMs
  return {
    now: () => nowMs,
    setTimer: (atMs, run) => {
      const timer: Timer = { atMs, run }
      let low = 0
      let high = timers.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((timers[middle]?.atMs ?? 0) > atMs) low = middle + 1
        else high = middle
      }
      timers.splice(low, 0, timer)
      return () => {
        const at = timers.indexOf(timer)
        if (at >= 0) timers.splice(at, 1)
      }
    },
    nextAt: () => timers.at(-1)?.atMs,
    moveTo: (ms) => {
      for (let next = timers.at(-1); next !== undefined && next.atMs <= ms; next = timers.at(-1)) {
        timers.pop()
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
      }
      nowMs = Math.max(nowMs, ms)
    },
  }
}
