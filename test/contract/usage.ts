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

    it('is each workspace’s and each month’s own', async () => {
      const usage = open()
      const [mine, theirs] = [aWorkspace(), aWorkspace()]
      await usage.add(mine, '2026-11', { reads: 1, writes: 0 })
      expect(await usage.get(mine, '2026-12')).toEqual({ reads: 0, writes: 0 })
      expect(await usage.get(theirs, '2026-11')).toEqual({ reads: 0, writes: 0 })
    })
  })
}
