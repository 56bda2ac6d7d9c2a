import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys, fold, ignoringCase, listName, recordName, sortKey } from '#core/names'

const text = fc.string({ unit: fc.constantFrom('a', 'B', 'é', 'e\u0301', 'ß', '🏗', '\uffff', ' ', '中'), maxLength: 8 })
const sign = Math.sign

describe('the name that is shown', () => {
  it('of a contact is its company’s, else its own, and of a job its own alone', () => {
    const fields = { displayName: 'Ada', companyName: 'Engines' }
    for (const kind of ['client', 'building'] as const) {
      expect(listName({ kind, fields })).toBe('Engines')
      expect(listName({ kind, fields: { displayName: 'Ada' } })).toBe('Ada')
    }
    expect(listName({ kind: 'job', fields })).toBe('Ada')
    expect(listName({ kind: 'job', fields: { companyName: 'Engines' } })).toBe('')
    expect(listName({ kind: 'client', fields: {} })).toBe('')
  })

  it('of a record is its company’s, else its own', () => {
    expect(recordName({ displayName: 'Ada', companyName: 'Engines' })).toBe('Engines')
    expect(recordName({ displayName: 'Ada' })).toBe('Ada')
    expect(recordName({})).toBe('')
  })
})

describe('names that are compared', () => {
  it('are the same to a search whatever their case and accents', () => {
    expect(fold('MÜLLER')).toBe(fold('mu\u0308ller'))
    expect(fold('Ångström')).toBe('angstrom')
    expect(fold('가')).toBe('가')
  })

  it('are the same to QuickBooks whatever their case and form, but not without their accents', () => {
    expect(ignoringCase('MÜLLER')).toBe(ignoringCase('mu\u0308ller'))
    expect(ignoringCase('Straße')).not.toBe(ignoringCase('Strasse'))
    expect(ignoringCase('Müller')).not.toBe(ignoringCase('Muller'))
  })
})

describe('the order of a list', () => {
  it('is by folded name, then by id', () => {
    const keys = [sortKey('Öl', '1'), sortKey('ol', '2'), sortKey('Oma', '1'), sortKey('o', '9')]
    expect([...keys].sort(compareKeys)).toEqual([
      sortKey('o', '9'),
      sortKey('Öl', '1'),
      sortKey('ol', '2'),
      sortKey('Oma', '1'),
    ])
  })

  it('is by code point, as DynamoDB orders UTF-8', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sign(compareKeys(a, b))).toBe(sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
    )
  })

  it('goes by a part of the name that fits into a key, and never cuts a character in two', () => {
    const key = sortKey('🏗'.repeat(500), 'id')
    expect(key).toBe(`${'🏗'.repeat(200)}\u0001id`)
    expect(sortKey('a'.repeat(200), 'id')).toBe(`${'a'.repeat(200)}\u0001id`)
  })
})
