import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Digest, Signer } from '#sync/ports'

export const digest: Digest = {
  sha256: (text) => createHash('sha256').update(text).digest('base64url'),
}

/** Seals with HMAC-SHA-256 under a key that is given in clear: for tests and simulation. */
export function createSigner(key: string): Signer {
  const signatureOf = (payload: string) => createHmac('sha256', key).update(payload).digest()
  return {
    seal: async (payload) =>
      `${Buffer.from(payload).toString('base64url')}.${signatureOf(payload).toString('base64url')}`,
    open: async (sealed) => {
      const [encoded, signature, ...rest] = sealed.split('.')
      if (encoded === undefined || signature === undefined || rest.length > 0) return undefined
      const payload = Buffer.from(encoded, 'base64url').toString()
      const given = Buffer.from(signature, 'base64url')
      const right = signatureOf(payload)
      const same = given.length === right.length && timingSafeEqual(given, right)
      // Base64url reads more than one text as the same bytes; only the one that seal wrote is right.
      return same && sealed === `${Buffer.from(payload).toString('base64url')}.${right.toString('base64url')}`
        ? payload
        : undefined
    },
  }
}
