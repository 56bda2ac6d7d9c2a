import { describe, expect, it } from 'vitest'
import type { Digest, Signer } from '#sync/ports'

/** What every digest does. */
export function digestContract(open: () => Digest): void {
  describe('the digest', () => {
    it('is SHA-256 as base64url, of the text in UTF-8', () => {
      const digest = open()
      // FIPS 180-2's examples, and one beyond ASCII.
      expect(digest.sha256('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU')
      expect(digest.sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
      expect(digest.sha256('ü')).not.toBe(digest.sha256('u'))
    })
  })
}

/** What every signer does. `openOther` answers with another deployment's. */
export function signerContract(open: () => Signer, openOther: () => Signer): void {
  describe('the signer', () => {
    it('opens what it sealed, whatever that is', async () => {
      for (const payload of ['', 'a.b.c', '{"x":"ü 東京 🏗️"}', 'x'.repeat(5_000)]) {
        const sealed = await open().seal(payload)
        expect(sealed).toMatch(/^[\w-]*\.[\w-]+$/)
        expect(await open().open(sealed)).toBe(payload)
      }
    })

    it('opens nothing that was changed, cut, or sealed by another deployment', async () => {
      const sealed = await open().seal('payload')
      const [payload = '', signature = ''] = sealed.split('.')
      const forged = Buffer.from('payloaD').toString('base64url')
      const broken = [
        '',
        '.',
        payload,
        `${payload}.`,
        `.${signature}`,
        `${forged}.${signature}`,
        `${sealed}.`,
        `${sealed}=`,
        `${payload}.${signature.slice(0, -1)}`,
        await openOther().seal('payload'),
      ]
      for (const text of broken) expect(await open().open(text)).toBeUndefined()
    })
  })
}
