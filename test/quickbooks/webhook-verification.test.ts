import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSignedByIntuit } from '#quickbooks/webhook-verification'

const token = 'f0a1de55-9c1b-4c55-8f7e-2f4e8f1f3c55'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const sign = (body: Uint8Array, key = token): string => createHmac('sha256', key).update(body).digest('base64')

describe('a delivery’s signature', () => {
  it('is right over the raw bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        expect(isSignedByIntuit(body, sign(body), [token])).toBe(true)
      }),
    )
  })

  it('is wrong when a single byte of the body differs', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, change) => {
        const place = at % body.length
        const other = body.map((byte, index) => (index === place ? byte ^ change : byte))
        expect(isSignedByIntuit(other, sign(body), [token])).toBe(false)
      }),
    )
  })

  it('is not that of the same JSON written in another way', () => {
    const signature = sign(bytes('[{"id":"1"}]'))
    expect(isSignedByIntuit(bytes('[{"id": "1"}]'), signature, [token])).toBe(false)
  })

  it('may be made with any of several tokens, while one replaces another', () => {
    const body = bytes('[]')
    expect(isSignedByIntuit(body, sign(body, 'new'), ['old', 'new'])).toBe(true)
    expect(isSignedByIntuit(body, sign(body, 'old'), ['old', 'new'])).toBe(true)
    expect(isSignedByIntuit(body, sign(body, 'older'), ['old', 'new'])).toBe(false)
  })

  it('passes nothing before a token is filled in', () => {
    expect(isSignedByIntuit(bytes('[]'), sign(bytes('[]'), ''), [])).toBe(false)
  })

  it.each([undefined, '', 'no base64!', sign(bytes('[]')).slice(0, -4), `${sign(bytes('[]'))}AAAA`])(
    'is wrong when it is missing or of another length: %j',
    (signature) => {
      expect(isSignedByIntuit(bytes('[]'), signature, [token])).toBe(false)
    },
  )
})
