import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreedBase } from '#core/link-base'
import { ADDRESS_FIELDS, SLOTS } from '#core/records'
import { slotValue } from '#core/slots'
import { sameContent } from '#core/snapshots'
import { snapshots } from './snapshot-arbitraries.ts'

describe('the base of a link between two that stood already', () => {
  it('holds a value only where both sides hold it letter for letter', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (contact, record) => {
        const base = agreedBase(contact, record)
        for (const slot of SLOTS) {
          if (slot === 'active') continue
          const value = slotValue(base, slot)
          if (value === undefined) continue
          expect(value).toEqual(slotValue(contact, slot))
          expect(value).toEqual(slotValue(record, slot))
        }
      }),
    )
  })

  it('is the whole where both are the same', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        expect(sameContent(agreedBase(snapshot, snapshot), snapshot)).toBe(true)
      }),
    )
  })

  it('takes whoever is archived for the side that changed', () => {
    const side = (active: boolean) => ({ fields: {}, active })
    expect(agreedBase(side(false), side(true)).active).toBe(true)
    expect(agreedBase(side(true), side(false)).active).toBe(true)
    expect(agreedBase(side(false), side(false)).active).toBe(false)
  })

  it('holds everything that both sides hold alike, an address whatever the order of its lines', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (contact, record) => {
        const base = agreedBase(contact, record)
        for (const slot of SLOTS.filter((one) => one !== 'active' && !ADDRESS_FIELDS.some((field) => field === one))) {
          if (slotValue(contact, slot) === slotValue(record, slot))
            expect(slotValue(base, slot)).toBe(slotValue(contact, slot))
        }
      }),
    )
    const [one, other] = [
      { line1: '1 Way', city: 'Bern' },
      { city: 'Bern', line1: '1 Way' },
    ]
    const side = (billAddress: typeof one) => ({ fields: { billAddress }, active: true })
    expect(agreedBase(side(one), side(other)).fields.billAddress).toEqual(one)
  })

  it('leaves out what means the same and is spelt otherwise', () => {
    const side = (phone: string, line1: string) => ({ fields: { phone, billAddress: { line1 } }, active: true })
    expect(agreedBase(side('555 0100', '1 Way'), side('5550100', '1  Way'))).toEqual({ fields: {}, active: true })
  })

  it('leaves out an address that one side alone has', () => {
    const billAddress = { line1: '1 Way' }
    const [empty, full] = [
      { fields: {}, active: true },
      { fields: { billAddress }, active: true },
    ]
    expect(agreedBase(empty, full).fields).toEqual({})
    expect(agreedBase(full, empty).fields).toEqual({})
  })
})
