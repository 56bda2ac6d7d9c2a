import { describe, expect, it } from 'vitest'
import type { Idempotency } from '#sync/ports'
import { aWorkspace } from './workspaces.ts'

const NOW = Date.UTC(2026, 10, 23)
const DAY_MS = 24 * 60 * 60 * 1_000

/** What every memory of Idempotency-Keys does. */
export function idempotencyContract(open: () => Idempotency): void {
  describe('an Idempotency-Key', () => {
    it('is new to one of many', async () => {
      const idempotency = open()
      const workspace = aWorkspace()
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => idempotency.begin(workspace, 'key', 'print', NOW)),
      )
      expect(answers.filter((answer) => answer === 'new')).toHaveLength(1)
      expect(answers.filter((answer) => answer !== 'new')).toEqual(Array.from({ length: 9 }, () => ({})))
    })

    it('answers with its run for the same request, and refuses another one', async () => {
      const idempotency = open()
      const workspace = aWorkspace()
      await idempotency.begin(workspace, 'key', 'print', NOW)
      expect(await idempotency.begin(workspace, 'key', 'print', NOW)).toEqual({})
      await idempotency.finish(workspace, 'key', 'run-1')
      expect(await idempotency.begin(workspace, 'key', 'print', NOW + 1)).toEqual({ runId: 'run-1' })
      expect(await idempotency.begin(workspace, 'key', 'other', NOW + 1)).toBe('mismatch')
    })

    it('is remembered for a day', async () => {
      const idempotency = open()
      const workspace = aWorkspace()
      await idempotency.begin(workspace, 'key', 'print', NOW)
      await idempotency.finish(workspace, 'key', 'run-1')
      expect(await idempotency.begin(workspace, 'key', 'print', NOW + DAY_MS - 1)).toEqual({ runId: 'run-1' })
      expect(await idempotency.begin(workspace, 'key', 'other', NOW + DAY_MS)).toBe('new')
      expect(await idempotency.begin(workspace, 'key', 'other', NOW + DAY_MS)).toEqual({})
    })

    it('is new again when forgotten, and stays forgotten when then finished', async () => {
      const idempotency = open()
      const workspace = aWorkspace()
      await idempotency.begin(workspace, 'key', 'print', NOW)
      await idempotency.forget(workspace, 'key')
      await idempotency.finish(workspace, 'key', 'run-1')
      expect(await idempotency.begin(workspace, 'key', 'other', NOW)).toBe('new')
    })

    it('is the workspace’s own, whatever it is made of', async () => {
      const idempotency = open()
      const [mine, theirs] = [aWorkspace(), aWorkspace()]
      for (const key of ['key', '', '#', 'k'.repeat(5_000), '🔑']) {
        expect(await idempotency.begin(mine, key, 'print', NOW)).toBe('new')
        expect(await idempotency.begin(theirs, key, 'other', NOW)).toBe('new')
        expect(await idempotency.begin(mine, key, 'print', NOW)).toEqual({})
      }
    })
  })
}
