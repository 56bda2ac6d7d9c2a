import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameAsTyped, sameMeaning, trimmed } from '#core/spelling'

describe('two values as typed', () => {
  it.each([
    ['Ada', 'Ada '],
    ['Ada  Ltd', 'Ada Ltd'],
    ['ada', 'Ada'],
    ['Mu\u0308ller', 'Müller'],
    ['a\r\nb', 'a\nb'],
    ['(555) 010-0199', '5550100199'],
    ['Ada@example.org', 'ada@example.org'],
    [{ line1: '1 Main St' }, { line1: '1 Main St ' }],
    [{ line1: '1 Main St' }, { line2: '1 Main St' }],
    [{ line1: '1 Main St' }, undefined],
    ['1 Main St', { line1: '' }],
    ['x', {}],
    [true, false],
    ['x', undefined],
  ] as const)('%j differs from %j', (a, b) => {
    expect(sameAsTyped(a, b)).toBe(false)
    expect(sameAsTyped(b, a)).toBe(false)
  })

  it('empty is empty, however it is written', () => {
    const noText = ['', undefined]
    const noAddress = [undefined, {}, { line1: '' }, { city: '' }]
    for (const none of [noText, noAddress]) {
      for (const a of none) for (const b of none) expect(sameAsTyped(a, b), JSON.stringify([a, b])).toBe(true)
    }
  })

  it('an address is the same in whatever order its lines are written', () => {
    expect(sameAsTyped({ line1: '1 Main St', city: 'Bern' }, { city: 'Bern', line1: '1 Main St' })).toBe(true)
  })

  it('whatever is the same as typed means the same', () => {
    fc.assert(
      fc.property(fc.constantFrom('phone', 'email', 'notes', 'displayName'), fc.string(), (slot, text) => {
        expect(sameMeaning(slot, text, text)).toBe(true)
      }),
    )
  })
})

describe('two values by meaning', () => {
  it.each([
    ['phone', '(555) 010-0199', '555 010 0199'],
    ['mobile', '+49 171 5', '+491715'],
    ['fax', '555\u2011010\u20110199', '555.010.0199'],
    ['phone', '\u202a+1 555 0100\u202c', '+15550100'],
    ['phone', '415-555-0100 x12', '(415) 555-0100 ext. 12'],
    ['phone', '415-555-0100 #12', '4155550100 Extension 12'],
    ['phone', '415-555-0100,12', '415 555 0100 X 12'],
    ['phone', '415-555-0100;ext=12', '415 555 0100 x12'],
    ['phone', '415-555-0100; ext = 12', '415 555 0100 x12'],
    ['phone', '415-555-0100;ext = 12', '415 555 0100 x12'],
    ['phone', '415-555-0100,,12', '415 555 0100 x12'],
    ['alternatePhone', '(555) 010-0199', '555 010 0199'],
    ['fax', '(555) 010-0199', '555 010 0199'],
    ['phone', '1-800-FLOWERS', '1 800 flowers'],
    ['phone', '*69 555-0100', '*69 5550100'],
    ['email', ' Ada@Example.org', 'ada@example.org'],
    ['displayName', 'Mu\u0308ller', 'Müller'],
    ['displayName', 'Cust\u00a0', 'Cust'],
    ['displayName', '\u200bCust', 'Cust'],
    ['notes', 'a\r\nb', 'a\nb '],
    ['notes', 'a\rb', 'a\nb'],
    ['companyName', '', undefined],
    ['companyName', ' ', undefined],
  ] as const)('of %s, %j is the same as %j', (slot, a, b) => {
    expect(sameMeaning(slot, a, b)).toBe(true)
    expect(sameMeaning(slot, b, a)).toBe(true)
  })

  it.each([
    ['phone', '+1 555', '1 555'],
    ['phone', '415-555-0100 #12', '415-555-01001 2'],
    ['phone', '415-555-0100 x12', '415-555-010012'],
    ['phone', '415-555-0100 x12', '415-555-0100 x13'],
    ['phone', '415-555-0100 x12', '415-555-0100'],
    ['phone', '415-555-0100,12', '415-555-010012'],
    ['phone', '*69 5550100', '695550100'],
    ['phone', '*69 5550100', '*695 550100'],
    ['phone', '*69 5550100', '*70 5550100'],
    ['phone', '*69 5550100', '5550100'],
    ['phone', '#31#5550100', '315550100'],
    ['phone', '1-800-FLOWERS', '1-800-3569377'],
    ['phone', '555-0100 / 555-0200', '55501005550200'],
    ['phone', '--', '..'],
    ['phone', '--', undefined],
    ['email', 'stra\u00dfe@x.example', 'strasse@x.example'],
    ['displayName', 'Racer, Speed', 'Speed Racer'],
    ['displayName', 'ada', 'Ada'],
    ['notes', 'a\nb', 'a b'],
    ['active', true, false],
  ] as const)('of %s, %j differs from %j', (slot, a, b) => {
    expect(sameMeaning(slot, a, b)).toBe(false)
    expect(sameMeaning(slot, b, a)).toBe(false)
  })

  it('a number is the same however its digits are grouped, and another with another digit or extension', () => {
    const digits = fc.stringMatching(/^\d{4,12}$/)
    const extension = fc.option(fc.stringMatching(/^\d{1,4}$/), { nil: undefined })
    const mark = fc.constantFrom(' x', ' ext. ', ' #', 'extension ', ',', ';ext=')
    const grouped = (text: string, by: string) => [...text].join(by)
    fc.assert(
      fc.property(digits, extension, mark, mark, fc.constantFrom(' ', '-', '.', ''), (number, ext, one, other, by) => {
        const written = (sign: string) => (ext === undefined ? '' : `${sign}${ext}`)
        const plain = `${number}${written(one)}`
        expect(sameMeaning('phone', plain, `${grouped(number, by)}${written(other)}`)).toBe(true)
        expect(sameMeaning('phone', plain, `${number}${written(one)}1`)).toBe(false)
        if (ext !== undefined) expect(sameMeaning('phone', plain, `${number}${ext}`)).toBe(false)
      }),
    )
  })

  it('takes an address line by line, whatever the space around its lines', () => {
    const bern = { line1: ' 1 Main St', city: 'Bern' }
    expect(sameMeaning('billAddress', bern, { line1: '1  Main St', city: 'Bern' })).toBe(true)
    expect(sameMeaning('billAddress', { line1: '1 Main St' }, { line2: '1 Main St' })).toBe(false)
    expect(sameMeaning('billAddress', { line1: '1 Main St' }, undefined)).toBe(false)
  })

  it('takes an address of nothing but blanks for none, and a blank line for no line', () => {
    expect(sameMeaning('billAddress', { line1: ' ', city: '' }, undefined)).toBe(true)
    expect(sameMeaning('billAddress', { line1: ' ' }, {})).toBe(true)
    expect(sameMeaning('billAddress', { line1: '1 Main St', city: ' ' }, { line1: '1 Main St' })).toBe(true)
  })
})

describe('what is trimmed', () => {
  it('are blanks at the ends, seen or unseen, and nothing within', () => {
    expect(trimmed('\u00a0\u200b Ada  \u200b Ltd \ufeff\u2060')).toBe('Ada  \u200b Ltd')
  })
})
