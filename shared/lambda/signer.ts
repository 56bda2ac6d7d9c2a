import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Signer } from '#sync/ports'

/**
 * Seals texts with HMAC-SHA256: `<payload>.<signature>`, both base64url.
 * @param key answers with the signing secret; asked at each use, so that a cache decides how long one is kept
 */
export function createSigner(key: () => Promise<string>): Signer {
  const sign = async (encoded: string): Promise<Buffer> =>
    createHmac('sha256', await key())
      .update(encoded)
      .digest()
  return {
    async seal(payload) {
      const encoded = Buffer.from(payload, 'utf8').toString('base64url')
      return `${encoded}.${(await sign(encoded)).toString('base64url')}`
    },
    async open(sealed) {
      const [encoded, signature, ...rest] = sealed.split('.')
      if (encoded === undefined || signature === undefined || rest.length > 0) return undefined
      const given = Buffer.from(signature, 'base64url')
      const expected = await sign(encoded)
      // Base64url has several spellings of the same bytes; only the one that `seal` writes is ours.
      if (given.toString('base64url') !== signature || given.length !== expected.length) return undefined
      return timingSafeEqual(given, expected) ? Buffer.from(encoded, 'base64url').toString('utf8') : undefined
    },
  }
}
