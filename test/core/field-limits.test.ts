import { describe, expect, it } from 'vitest'
import { fieldErrors } from '#core/field-limits'
import type { TextField } from '#core/records'

const LENGTHS: readonly (readonly [TextField, number])[] = [
  ['displayName', 500],
  ['companyName', 100],
  ['title', 16],
  ['givenName', 100],
  ['middleName', 100],
  ['familyName', 100],
  ['suffix', 16],
  ['printName', 110],
  ['phone', 30],
  ['alternatePhone', 30],
  ['mobile', 30],
  ['fax', 30],
  ['notes', 2_000],
  ['resaleNumber', 16],
]
const NAMES = new Set<TextField>([
  'displayName',
  'companyName',
  'title',
  'givenName',
  'middleName',
  'familyName',
  'suffix',
  'printName',
])

describe('the limits of QuickBooks’ fields', () => {
  it.each(LENGTHS)('let %s have %i characters and not one more', (field, most) => {
    expect(fieldErrors({ [field]: 'x'.repeat(most) }, 'fields')).toEqual([])
    expect(fieldErrors({ [field]: 'x'.repeat(most + 1) }, 'fields')).toEqual([
      { path: `fields.${field}`, message: `It has ${most + 1} characters; QuickBooks takes ${most}.` },
    ])
  })

  it.each(LENGTHS.map(([field]) => field))('allow a colon, tab or line break in %s only if it is no name', (field) => {
    for (const mark of [':', '\t', '\n', '\r']) {
      expect(fieldErrors({ [field]: `a${mark}b` }, 'fields')).toHaveLength(NAMES.has(field) ? 1 : 0)
    }
  })

  it('tell e-mail addresses, web addresses and ids from other texts', () => {
    const isRight = (fields: Parameters<typeof fieldErrors>[0]) => fieldErrors(fields, '').length === 0
    for (const email of ['a@b.example', 'ada@engines.co.example', 'a@b.example, c@d.example'])
      expect(isRight({ email })).toBe(true)
    for (const email of ['a', 'a@b', 'a b@c.example', 'a@b.example,', 'a@b.example@c', 'a@b.example c', '@b.example'])
      expect(isRight({ email })).toBe(false)
    expect(isRight({ email: `${'a'.repeat(91)}@b.example` })).toBe(false)
    for (const website of ['x.example', 'https://x.example/a', ' x.example ']) expect(isRight({ website })).toBe(true)
    for (const website of ['x', 'no where.example', 'x.example elsewhere']) expect(isRight({ website })).toBe(false)
    expect(isRight({ customerTypeId: '5000000000000003466' })).toBe(true)
    for (const customerTypeId of ['Retail', '1a', 'a1']) expect(isRight({ customerTypeId })).toBe(false)
  })

  it.each([
    ['displayName', 'a:b', /colon, tab or line break/],
    ['email', 'a', /name@example\.com/],
    ['website', 'x', /https:\/\/example\.com/],
    ['customerTypeId', 'Retail', /number/],
  ] as const)('say of %s %j what is wrong', (field, value, words) => {
    expect(fieldErrors({ [field]: value }, 'fields')).toEqual([
      { path: `fields.${field}`, message: expect.stringMatching(words) },
    ])
  })

  it('hold for each line of an address and for its five lines together', () => {
    const line = 'x'.repeat(400)
    const lines = { line1: line, line2: line, line3: line, line4: line, line5: line }
    expect(fieldErrors({ billAddress: { ...lines, city: 'c'.repeat(255), postalCode: '1'.repeat(30) } }, '')).toEqual(
      [],
    )
    expect(fieldErrors({ shipAddress: { ...lines, line5: `${line}x` } }, 'fields')).toEqual([
      { path: 'fields.shipAddress', message: 'Its lines have 2001 characters together; QuickBooks takes 2000.' },
    ])
    const long = { line1: 'x'.repeat(501), city: 'c'.repeat(256), postalCode: '1'.repeat(31) }
    expect(fieldErrors({ shipAddress: long }, 'fields').map(({ path }) => path)).toEqual([
      'fields.shipAddress.line1',
      'fields.shipAddress.city',
      'fields.shipAddress.postalCode',
    ])
  })
})
