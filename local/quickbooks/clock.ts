/** The simulator's only source of time. Milliseconds since 1970 everywhere; nothing else may read Date.now(). */
export interface Clock {
  now(): number
  /** Runs once when the clock reaches `atMs` (at once, in the next turn, if that has passed). The result cancels it. */
  setTimer(atMs: number, run: () => void): () => void
}

/** A clock that a test or a person can move. */
export interface MovableClock extends Clock {
  /** Moves time forward by `ms` and runs every timer that falls due, in order of time, then of creation. */
  advance(ms: number): void
  /** Moves time to `ms`; backwards only moves the reading, timers keep the moment they were set for. */
  set(ms: number): void
}

/** Whether a clock can be moved, as every clock of this file can. */
export const isMovable = (clock: Clock): clock is MovableClock => 'advance' in clock && 'set' in clock

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

const byMoment = (a: Timer, b: Timer): number => a.atMs - b.atMs || a.order - b.order

interface TimerQueue {
  add(atMs: number, run: () => void): () => void
  next(): Timer | undefined
  takeNext(): Timer | undefined
}

function createTimerQueue(): TimerQueue {
  const timers: Timer[] = []
  let order = 0
  return {
    add(atMs, run) {
      const timer: Timer = { atMs, order: order++, run }
      let low = 0
      let high = timers.length
      while (low < high) {
        const middle = (low + high) >>> 1
        const other = timers[middle]
        if (other !== undefined && byMoment(other, timer) <= 0) low = middle + 1
        else high = middle
      }
      timers.splice(low, 0, timer)
      return () => {
        const at = timers.indexOf(timer)
        if (at >= 0) timers.splice(at, 1)
      }
    },
    next: () => timers[0],
    takeNext: () => timers.shift(),
  }
}

/**
 * A clock that stands still: time and timers move only by `advance` and `set`. Timers run synchronously inside
 * `advance`, each seeing the moment it was set for, so a run with the same seed is the same run.
 */
export function createVirtualClock(startMs: number): MovableClock {
  const timers = createTimerQueue()
  let now = startMs
  const moveTo = (target: number): void => {
    for (let due = timers.next(); due !== undefined && due.atMs <= target; due = timers.next()) {
      timers.takeNext()
      now = Math.max(now, due.atMs)
      due.run()
    }
    now = target
  }
  return {
    now: () => now,
    setTimer: (atMs, run) => timers.add(atMs, run),
    advance: (ms) => moveTo(now + ms),
    set: moveTo,
  }
}

// setTimeout fires at once for anything longer, so long waits are cut into pieces.
const LONGEST_WAIT_MS = 2 ** 31 - 1

/** Real time plus an offset that `advance` and `set` change; timers already due by the new time run in the next turn. */
export function createRealClock(): MovableClock {
  const timers = createTimerQueue()
  let offsetMs = 0
  let wakeUp: NodeJS.Timeout | undefined
  const now = (): number => Date.now() + offsetMs
  const arm = (): void => {
    clearTimeout(wakeUp)
    const next = timers.next()
    if (next === undefined) return
    wakeUp = setTimeout(runDue, Math.min(Math.max(next.atMs - now(), 0), LONGEST_WAIT_MS))
    // A waiting webhook retry must not keep a closed simulator's process alive.
    wakeUp.unref()
  }
  const runDue = (): void => {
    for (let due = timers.next(); due !== undefined && due.atMs <= now(); due = timers.next()) {
      timers.takeNext()
      due.run()
    }
    arm()
  }
  return {
    now,
    setTimer(atMs, run) {
      const cancel = timers.add(atMs, run)
      arm()
      return () => {
        cancel()
        arm()
      }
    },
    advance(ms) {
      offsetMs += ms
      arm()
    },
    set(ms) {
      offsetMs = ms - Date.now()
      arm()
    },
  }
}
