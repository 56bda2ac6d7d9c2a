import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '#sync/ports'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await pause(ms)
  },
}
