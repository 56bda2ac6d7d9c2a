import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import type { Settings } from '#sync/ports'
import { aWorkspace } from './workspaces.ts'

const chosen: SyncSettings = {
  conflicts: 'ask',
  conflictsBySlot: { email: 'crm', billAddress: 'quickbooks', active: 'ask' },
  pushNotes: false,
  push: 'whenAsked',
  entities: ['customer', 'vendor'],
}

/** What every store of settings does. */
export function settingsContract(open: () => Settings): void {
  describe('settings', () => {
    it('are the defaults until somebody chooses', async () => {
      expect(await open().get(aWorkspace())).toEqual({ settings: DEFAULT_SETTINGS, version: 0 })
    })

    it('are kept whole, and only the workspace’s own', async () => {
      const settings = open()
      const workspace = aWorkspace()
      expect(await settings.save(workspace, chosen, 0)).toBe('saved')
      expect(await settings.get(workspace)).toEqual({ settings: chosen, version: 1 })
      expect((await settings.get(aWorkspace())).version).toBe(0)
      expect(await settings.save(workspace, { ...chosen, push: 'automatic', conflictsBySlot: {} }, 1)).toBe('saved')
      expect(await settings.get(workspace)).toEqual({
        settings: { ...chosen, push: 'automatic', conflictsBySlot: {} },
        version: 2,
      })
    })

    it('are not overwritten by who has not seen them', async () => {
      const settings = open()
      const workspace = aWorkspace()
      expect(await settings.save(workspace, chosen, 1)).toBe('moved')
      await settings.save(workspace, chosen, 0)
      expect(await settings.save(workspace, DEFAULT_SETTINGS, 0)).toBe('moved')
      expect((await settings.get(workspace)).settings).toEqual(chosen)
    })

    it('are kept together with what they leave to be done, until that is done', async () => {
      const settings = open()
      const workspace = aWorkspace()
      const left = { dueAtMs: 1_000, isLast: false }
      await settings.save(workspace, chosen, 0, left)
      expect(await settings.get(workspace)).toEqual({ settings: chosen, version: 1, replan: left })
      const further = { dueAtMs: 2_000, after: 'a place', isLast: true }
      expect(await settings.saveReplan(workspace, further, 1)).toBe('saved')
      expect(await settings.get(workspace)).toEqual({ settings: chosen, version: 1, replan: further })
      expect(await settings.saveReplan(workspace, left, 1)).toBe('saved')
      expect((await settings.get(workspace)).replan).toEqual(left)
      expect(await settings.saveReplan(workspace, undefined, 1)).toBe('saved')
      expect(await settings.get(workspace)).toEqual({ settings: chosen, version: 1 })
    })

    it('leave to be done what they were saved with, whatever was left before or is still at it', async () => {
      const settings = open()
      const workspace = aWorkspace()
      const left = { dueAtMs: 1_000, isLast: false }
      await settings.save(workspace, chosen, 0, left)
      await settings.save(workspace, chosen, 1)
      expect(await settings.get(workspace)).toEqual({ settings: chosen, version: 2 })
      expect(await settings.saveReplan(workspace, left, 1)).toBe('moved')
      expect(await settings.get(workspace)).toEqual({ settings: chosen, version: 2 })
      await settings.save(workspace, chosen, 2, left)
      expect(await settings.saveReplan(workspace, undefined, 2)).toBe('moved')
      expect(await settings.get(workspace)).toEqual({ settings: chosen, version: 3, replan: left })
    })

    it('take one of many who save at the same moment', async () => {
      const settings = open()
      const workspace = aWorkspace()
      const answers = await Promise.all(Array.from({ length: 8 }, () => settings.save(workspace, chosen, 0)))
      expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1)
      expect((await settings.get(workspace)).version).toBe(1)
    })
  })
}
