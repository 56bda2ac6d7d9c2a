import type { Clock } from '#sync/ports'

/** A clock that stands still until it is moved; sleepers wake in order of time. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, waking on the way whoever's time has come, and lets each run as far as it can. */
  advance(ms: number): Promise<void>
  /** Moves on to when the next sleeper wakes. False when nobody sleeps. */
  advanceToNext(): Promise<boolean>
  /** How many are asleep. */
  sleepers(): number
}

type Sleeper = Readonly<{ at: number; wake: () => void }>

/**
 * @param startMs epoch milliseconds at which it begins
 * @param moves 'byHand': only `advance` moves it. 'whenIdle': it moves to the next sleeper's time as soon as nothing
 * else has anything left to do, so that hours of waiting cost no time; for code that waits for no real I/O.
 */
export function createVirtualClock(startMs: number, moves: 'byHand' | 'whenIdle' = 'byHand'): VirtualClock {
  let nowMs = startMs
  let asleep: Sleeper[] = []
  let stepPlanned = false

  const wakeUpTo = (ms: number) => {
    nowMs = Math.max(nowMs, ms)
    const due = asleep.filter(({ at }) => at <= ms).sort((a, b) => a.at - b.at)
    asleep = asleep.filter(({ at }) => at > ms)
    for (const { wake } of due) wake()
  }
  const nextAt = () => Math.min(...asleep.map(({ at }) => at))

  const advanceToNext = async () => {
    await everythingElse()
    if (asleep.length === 0) return false
    wakeUpTo(nextAt())
    await everythingElse()
    return true
  }

  const planStep = () => {
    if (stepPlanned) return
    stepPlanned = true
    void everythingElse().then(() => {
      stepPlanned = false
      if (asleep.length === 0) return
      wakeUpTo(nextAt())
      if (asleep.length > 0) planStep()
    })
  }

  return {
    now: () => nowMs,
    sleep: (ms) => {
      if (ms <= 0) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      asleep.push({ at: nowMs + ms, wake: resolve })
      if (moves === 'whenIdle') planStep()
      return promise
    },
    advance: async (ms) => {
      const end = nowMs + ms
      await everythingElse()
      while (asleep.length > 0 && nextAt() <= end) await advanceToNext()
      nowMs = Math.max(nowMs, end)
    },
    advanceToNext,
    sleepers: () => asleep.length,
  }
}

/** Resolves when all that was ready to run has run. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
