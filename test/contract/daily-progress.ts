import { describe, expect, it } from 'vitest'
import type { DailyProgress } from '#sync/ports'

/** What every note of how far the daily work has come does; of one that nobody else writes. */
export function dailyProgressContract(open: () => DailyProgress): void {
  describe('the progress of the daily work', () => {
    it('is unknown at first, and then what was stored last', async () => {
      const progress = open()
      expect(await progress.get()).toBeUndefined()
      await progress.save({ slot: 7, under: { to: 12, after: 'somewhere' } })
      expect(await progress.get()).toEqual({ slot: 7, under: { to: 12, after: 'somewhere' } })
      await progress.save({ slot: 12 })
      expect(await progress.get()).toEqual({ slot: 12 })
    })
  })
}
