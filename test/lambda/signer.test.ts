import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSigner } from '#lambda/signer'

const signer = createSigner(async () => 'a secret of more than thirty-two characters')

describe('the signer', () => {
  it('opens what it sealed, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        expect(await signer.open(await signer.seal(text))).toBe(text)
      }),
    )
  })

  it('seals into texts that can stand in an address', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        expect(await signer.seal(text)).toMatch(/^[\w-]*\.[\w-]+$/)
      }),
    )
  })

  it('opens nothing in which a character was changed, added or taken out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.nat(), fc.constantFrom('A', 'B', '-', '.', ''), async (text, at, put) => {
        const sealed = await signer.seal(text)
        const place = at % sealed.length
        const forged = sealed.slice(0, place) + put + sealed.slice(place + 1)
        fc.pre(forged !== sealed)
        expect(await signer.open(forged)).toBeUndefined()
      }),
    )
  })

  it('opens nothing that another secret sealed', async () => {
    const other = createSigner(async () => 'another secret of more than thirty-two chars')
    expect(await signer.open(await other.seal('text'))).toBeUndefined()
  })

  it.each(['', '.', 'a', 'a.', '.a', 'a.b.c', 'é.ü'])('opens nothing that is no seal: %j', async (sealed) => {
    expect(await signer.open(sealed)).toBeUndefined()
  })
})
