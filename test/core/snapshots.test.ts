import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Address, SLOTS } from '#core/records'
import { slotValue } from '#core/slots'
import { addressLine, addressLines, canonical, contactSnapshot, sameContent, withoutEmpty } from '#core/snapshots'
import { snapshots } from './snapshot-arbitraries.ts'

const whole: Required<Address> = {
  line1: '1',
  line2: '2',
  line3: '3',
  line4: '4',
  line5: '5',
  city: 'Bern',
  region: 'BE',
  postalCode: '3000',
  country: 'CH',
}

describe('the text of all content', () => {
  it('is the same for the same content in any order, and for no other', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (a, b) => {
        const same = SLOTS.every(
          (slot) => JSON.stringify(linesOf(slotValue(a, slot))) === JSON.stringify(linesOf(slotValue(b, slot))),
        )
        expect(canonical(a) === canonical(b)).toBe(same)
        expect(sameContent(a, b)).toBe(same)
      }),
    )
    const turned = {
      fields: { phone: '1', displayName: 'Ada', billAddress: { city: 'Bern', line1: '1' } },
      active: true,
    }
    const straight = {
      active: true,
      fields: { displayName: 'Ada', phone: '1', billAddress: { line1: '1', city: 'Bern' } },
    }
    expect(canonical(turned)).toBe(canonical(straight))
  })

  it('says which slot holds a value', () => {
    expect(sameContent({ fields: { phone: '1' }, active: true }, { fields: { mobile: '1' }, active: true })).toBe(false)
  })

  // What content hashes are taken of: another text for the same content would make all of it look changed.
  it('stays what it is', () => {
    const snapshot = { fields: { displayName: 'Ada', billAddress: whole }, parentRecordId: '7', active: true }
    expect(canonical(snapshot)).toBe(
      '[true,"7",["Ada",null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null],' +
        '[["1","2","3","4","5","Bern","BE","3000","CH"],[null,null,null,null,null,null,null,null,null]]]',
    )
  })
})

const linesOf = (value: ReturnType<typeof slotValue>) =>
  typeof value === 'object' ? addressLines(value) : (value ?? null)

describe('an address', () => {
  it('is one line of its parts in order, and none where nothing is in it', () => {
    expect(addressLine(whole)).toBe('1, 2, 3, 4, 5, Bern, BE, 3000, CH')
    expect(addressLine({ country: 'CH', line1: '1' })).toBe('1, CH')
    expect(addressLine({})).toBeUndefined()
    expect(addressLine(undefined)).toBeUndefined()
  })

  it('has a place for each part, empty or not', () => {
    expect(addressLines(whole)).toEqual(['1', '2', '3', '4', '5', 'Bern', 'BE', '3000', 'CH'])
    expect(addressLines({ city: 'Bern' })).toEqual([null, null, null, null, null, 'Bern', null, null, null])
    expect(addressLines(undefined)).toEqual(Array.from({ length: 9 }, () => null))
  })
})

describe('a contact as a side of a comparison', () => {
  it('is active unless it is archived, and lies where its parent’s record is', () => {
    const fields = { displayName: 'Ada' }
    expect(contactSnapshot({ fields, archived: false }, '7')).toEqual({ fields, parentRecordId: '7', active: true })
    expect(contactSnapshot({ fields, archived: true }, undefined)).toStrictEqual({ fields, active: false })
  })
})

describe('fields without the empty ones', () => {
  it('are those that hold something', () => {
    const given = { displayName: 'Ada', phone: '', fax: undefined, billAddress: {}, shipAddress: { city: 'Bern' } }
    expect(withoutEmpty(given)).toEqual({ displayName: 'Ada', shipAddress: { city: 'Bern' } })
    expect(Object.keys(withoutEmpty(given))).toEqual(['displayName', 'shipAddress'])
  })
})
