import type { Clock } from '../../local/cloud/clock.ts'

export interface VirtualClock extends Clock {
  /** Lets time pass, running whatever falls due in its order. */
  readonly advance: (milliseconds: number) => void
}

/** A clock that stands still until it is told to go on. */
export function createVirtualClock(startsAt = Date.parse('2027-01-01T00:00:00Z')): VirtualClock {
  let now = startsAt
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  return {
    now: () => now,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance: (milliseconds) => {
      const until = now + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).toSorted((left, right) => left.at - right.at)
        if (next === undefined) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = until
    },
  }
}
