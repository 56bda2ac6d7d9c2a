import { describe, expect, it } from 'vitest'
import type { PendingConsent } from '#core/pending-consents'
import type { PendingConsents } from '#sync/ports'
import { aWorkspace } from './workspaces.ts'

const aConsent = (code: string): PendingConsent => ({
  confirmationHash: `hash-${code}`,
  realmId: '9341452000000077',
  code,
  expiresAtMs: Date.UTC(2026, 10, 23, 9),
  wrongs: 0,
})

/** What every store of consents that wait to be confirmed does. */
export function pendingConsentsContract(open: () => PendingConsents): void {
  describe('consents that wait to be confirmed', () => {
    it('are none of a person who never asked', async () => {
      expect(await open().get(aWorkspace(), 'ada')).toEqual({ consents: [], version: 0 })
    })

    it('are kept as they are, used up or not, and in order', async () => {
      const consents = open()
      const workspace = aWorkspace()
      const { code: _, ...usedUp } = aConsent('one')
      const list = [usedUp, aConsent('two')]
      expect(await consents.save(workspace, 'ada', list, 0)).toBe('saved')
      expect(await consents.get(workspace, 'ada')).toEqual({ consents: list, version: 1 })
      expect(await consents.save(workspace, 'ada', [], 1)).toBe('saved')
      expect(await consents.get(workspace, 'ada')).toEqual({ consents: [], version: 2 })
    })

    it('are changed by one of many who saw the same', async () => {
      const consents = open()
      const workspace = aWorkspace()
      const save = (version: number) =>
        Promise.all(['a', 'b', 'c', 'd'].map((code) => consents.save(workspace, 'ada', [aConsent(code)], version)))
      expect((await save(0)).toSorted()).toEqual(['moved', 'moved', 'moved', 'saved'])
      expect((await save(1)).toSorted()).toEqual(['moved', 'moved', 'moved', 'saved'])
      expect((await save(1)).every((end) => end === 'moved')).toBe(true)
    })

    it('are of one person in one workspace, whatever they are called', async () => {
      const consents = open()
      const [mine, theirs] = [aWorkspace(), aWorkspace()]
      await consents.save(mine, 'ada', [aConsent('one')], 0)
      const none = { consents: [], version: 0 }
      for (const person of ['bob', 'ad', 'ada#', 'ada%23', 'ADA', `${'a'.repeat(250)}`]) {
        expect(await consents.get(mine, person)).toEqual(none)
      }
      expect(await consents.get(theirs, 'ada')).toEqual(none)
      expect(await consents.get(`${mine}#CONSENTS#ada`, '')).toEqual(none)
    })
  })
}
