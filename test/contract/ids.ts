import { describe, expect, it } from 'vitest'
import type { Ids } from '#sync/ports'

/** What every maker of ids does. */
export function idsContract(open: () => Ids): void {
  describe('ids', () => {
    it('are ULIDs, each another, in order of time', () => {
      const ids = open()
      const made = Array.from({ length: 200 }, () => ids.next())
      expect(new Set(made).size).toBe(made.length)
      expect([...made].sort()).toEqual(made)
      for (const id of made) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    })

    it('come with secrets of 256 bits, each another', () => {
      const ids = open()
      const secrets = Array.from({ length: 200 }, () => ids.secret())
      expect(new Set(secrets).size).toBe(secrets.length)
      for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    })
  })
}
