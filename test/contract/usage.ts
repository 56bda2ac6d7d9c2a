import { describe, expect, it } from 'vitest'
import type { Usage } from '#sync/ports'
import { aWorkspace } from './workspaces.ts'

/** What every counter of what Intuit meters does. */
export function usageContract(open: () => Usage): void {
  describe('usage', () => {
    it('begins at nothing and adds up, also from many at once', async () => {
      const usage = open()
      const workspace = aWorkspace()
      expect(await usage.get(workspace, '2026-11')).toEqual({ reads: 0, writes: 0 })
      await Promise.all(Array.from({ length: 20 }, () => usage.add(workspace, '2026-11', { reads: 3, writes: 1 })))
      await usage.add(workspace, '2026-11', { reads: 0, writes: 2 })
      expect(await usage.get(workspace, '2026-11')).toEqual({ reads: 60, writes: 22 })
    })

    it('tells each sum to one of those who add', async () => {
      const usage = open()
      const workspace = aWorkspace()
      const told = await Promise.all(
        Array.from({ length: 10 }, () => usage.add(workspace, '2026-11', { reads: 3, writes: 1 })),
      )
      expect(told.map(({ reads }) => reads).sort((a, b) => a - b)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30])
      expect(told.map(({ writes }) => writes).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    })

    it('is counted for all workspaces together too, each month for itself', async () => {
      const usage = open()
      const [month, other] = ['2031-01', '2031-02']
      const before = await usage.ofAll(month)
      await Promise.all(Array.from({ length: 12 }, () => usage.add(aWorkspace(), month, { reads: 5, writes: 2 })))
      await usage.add(aWorkspace(), other, { reads: 1, writes: 0 })
      expect(await usage.ofAll(month)).toEqual({ reads: before.reads + 60, writes: before.writes + 24 })
    })

    it('is each workspace’s and each month’s own', async () => {
      const usage = open()
      const [mine, theirs] = [aWorkspace(), aWorkspace()]
      await usage.add(mine, '2026-11', { reads: 1, writes: 0 })
      expect(await usage.get(mine, '2026-12')).toEqual({ reads: 0, writes: 0 })
      expect(await usage.get(theirs, '2026-11')).toEqual({ reads: 0, writes: 0 })
    })
  })
}
