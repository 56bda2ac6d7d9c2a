import type { DailyDone, DailyProgress } from '#sync/ports'
import { keep } from './keep.ts'

export function createDailyProgress(): DailyProgress {
  let stored: DailyDone | undefined
  return {
    get: async () => stored,
    save: async (done) => {
      stored = keep(done)
    },
  }
}
