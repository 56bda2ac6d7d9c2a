import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editedFields } from '#core/contact-edit'
import { takeApart } from '#core/people'
import { ADDRESS_FIELDS, type Fields, TEXT_FIELDS } from '#core/records'
import { trimmed } from '#core/spelling'
import { snapshots } from './snapshot-arbitraries.ts'

const blanks = fc.constantFrom('', ' ', '\u00a0', '\u200b', '\ufeff ', ' \u2060\t')

describe('what a person types', () => {
  it('into one line is kept without the blanks around it, seen or unseen, and with those within', () => {
    const fields = TEXT_FIELDS.filter((field) => field !== 'notes' && field !== 'displayName' && field !== 'printName')
    fc.assert(
      fc.property(fc.constantFrom(...fields), blanks, blanks, (field, before, after) => {
        const typed = `${before}A  B\u00a0C${after}`
        expect(editedFields({ displayName: 'X' }, { [field]: typed })[field]).toBe('A  B\u00a0C')
      }),
    )
    expect(editedFields({}, { displayName: 'Cust ' }).displayName).toBe('Cust')
  })

  it('is nothing where it is nothing but blanks', () => {
    expect(editedFields({ displayName: 'X', email: 'a@b.example' }, { email: '\u200b \u00a0' }).email).toBeUndefined()
    expect(
      editedFields({ displayName: 'X' }, { billAddress: { line1: ' ', city: '\u200b' } }).billAddress,
    ).toBeUndefined()
  })

  it('into an address is kept line by line without them', () => {
    const typed = { line1: ' 1 Main St\u00a0', city: 'Bern\u200b' }
    expect(editedFields({ displayName: 'X' }, { shipAddress: typed }).shipAddress).toEqual({
      line1: '1 Main St',
      city: 'Bern',
    })
  })

  it('into notes keeps its lines and their ends', () => {
    expect(editedFields({ displayName: 'X' }, { notes: ' a\r\n\r\n  b \rc\n' }).notes).toBe('a\r\n\r\n  b \rc')
  })

  it('is no change where it is sent back as it was shown, whatever QuickBooks holds', () => {
    fc.assert(
      fc.property(snapshots, blanks, ({ fields }, blank) => {
        const held: Fields = {
          ...fields,
          displayName: `X${blank}`,
          email: `${blank}a@b.example${blank}`,
          notes: `a\r\nb${blank}`,
          billAddress: { line1: `1 Main St${blank}`, city: 'Bern' },
        }
        const shown = Object.fromEntries(
          [...TEXT_FIELDS, ...ADDRESS_FIELDS].flatMap((field) =>
            held[field] === undefined ? [] : [[field, held[field]]],
          ),
        )
        expect(editedFields(held, shown)).toEqual(held)
      }),
    )
  })

  it('of another person is kept without them, and of the billing person as in the fields', () => {
    const building = { kind: 'building', fields: { displayName: 'X', familyName: 'Ada ' } } as const
    const { people, fields, errors } = takeApart(building, { familyName: 'Lovelace' }, [
      { role: 'billing', familyName: 'Lovelace\u00a0' },
      { role: 'other', name: ' Bob\u200b', email: 'bob@x.example ', address: { city: ' Bern' } },
    ])
    expect(errors).toEqual([])
    expect(editedFields(building.fields, fields).familyName).toBe('Lovelace')
    expect(people).toEqual([{ role: 'other', name: 'Bob', email: 'bob@x.example', address: { city: 'Bern' } }])
  })

  it('has no blank at its ends any more once it was trimmed, and the trimmed is trimmed', () => {
    fc.assert(
      fc.property(fc.string(), blanks, blanks, (text, before, after) => {
        const once = trimmed(before + text + after)
        expect(trimmed(once)).toBe(once)
        expect(text).toContain(once)
      }),
    )
  })
})
