/** Time as the cloud sees it: schedules, retries and sweeps ask it, so that a test can let an hour pass at once. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Calls `run` once, `milliseconds` from now; the answer cancels it. */
  readonly after: (milliseconds: number, run: () => void) => () => void
}

// setTimeout fires at once when asked for more than this; a yearly cron is further off.
const longestTimer = 2 ** 31 - 1

/** The clock on the wall. Its timers don't keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    let timer: NodeJS.Timeout
    const arm = (left: number): void => {
      timer = setTimeout(() => (left > longestTimer ? arm(left - longestTimer) : run()), Math.min(left, longestTimer))
      timer.unref()
    }
    arm(Math.max(0, milliseconds))
    return () => clearTimeout(timer)
  },
}
