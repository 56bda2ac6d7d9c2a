import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '#core/names'
import { parseSearch } from '#core/search'

function finds(text: string, ...values: (string | undefined)[]): boolean {
  const search = parseSearch(text)
  if (search.kind === 'refused') throw new Error(search.reason)
  return search.matches(values)
}

describe('a search', () => {
  it('finds its text anywhere in a value when it has no wildcard', () => {
    expect(finds('smith', 'John Smithers')).toBe(true)
    expect(finds('smith', 'John', undefined, 'Blacksmith')).toBe(true)
    expect(finds('smith', 'Smit h')).toBe(false)
  })

  it('ignores case and accents on both sides', () => {
    expect(finds('MÜLLER', 'muller')).toBe(true)
    expect(finds('muller', 'Müller')).toBe(true)
    expect(finds('Ångström', 'angstrom')).toBe(true)
    expect(finds('東京', '東京タワー')).toBe(true)
  })

  it('binds a wildcard’s outer parts to the ends of the value', () => {
    expect(finds('smith*', 'Smith Ltd')).toBe(true)
    expect(finds('smith*', 'J. Smith')).toBe(false)
    expect(finds('*smith', 'J. Smith')).toBe(true)
    expect(finds('a*b*c', 'axxbxxc')).toBe(true)
    expect(finds('a*b*c', 'axxcxxb')).toBe(false)
    expect(finds('aa*aa', 'aaa')).toBe(false)
  })

  it('takes every other sign as itself', () => {
    expect(finds('a.c', 'abc')).toBe(false)
    expect(finds('(x)[y]\\', 'a (x)[y]\\ b')).toBe(true)
  })

  it('is refused, with the reason, when it would find everything or is endless', () => {
    for (const text of ['', '  ', '*', '***', ' * * ']) expect(parseSearch(text).kind).toBe('refused')
    expect(parseSearch('x'.repeat(201))).toMatchObject({ kind: 'refused', reason: expect.stringContaining('200') })
  })

  it('says why it is refused', () => {
    for (const text of ['', '*', 'x'.repeat(201)])
      expect(parseSearch(text)).toMatchObject({ reason: expect.stringMatching(/^[A-Z].+\.$/) })
    expect(parseSearch('')).not.toEqual(parseSearch('*'))
    expect(parseSearch('x'.repeat(200)).kind).toBe('search')
  })

  it('goes without the blanks around it', () => {
    expect(finds('  smith ', 'Smith')).toBe(true)
  })

  it('finds its end behind its middle, and never the same letters twice', () => {
    expect(finds('a*b*b', 'ab')).toBe(false)
    expect(finds('a*b*b', 'abb')).toBe(true)
    expect(finds('a*ab', 'ab')).toBe(false)
    expect(finds('*a*a*', 'a')).toBe(false)
    expect(finds('*a*a*', 'aa')).toBe(true)
  })

  it('finds what a regular expression finds', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'é', ' ', '.'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', 'É', '*', '.'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(pattern, letters, (text, value) => {
        fc.pre(/[^*\s]/.test(text))
        const parts = fold(text)
          .split('*')
          .map((part) => part.replace(/[.]/g, '\\.'))
        const expression = parts.length === 1 ? `.*${parts[0]}.*` : parts.join('.*')
        expect(finds(text, value)).toBe(new RegExp(`^${expression}$`, 's').test(fold(value)))
      }),
    )
  })
})
