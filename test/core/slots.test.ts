import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SLOTS } from '#core/records'
import { slotValue, withSlot } from '#core/slots'
import { canonical, sameContent } from '#core/snapshots'
import { snapshots } from './snapshot-arbitraries.ts'

describe('a snapshot', () => {
  it('has no place for what is emptied', () => {
    const whole = { fields: { phone: '1', fax: '2' }, parentRecordId: '7', active: true }
    expect(withSlot(whole, 'phone', undefined)).toStrictEqual({ ...whole, fields: { fax: '2' } })
    expect(withSlot(whole, 'parent', undefined)).toStrictEqual({ fields: whole.fields, active: true })
    expect(withSlot(whole, 'active', undefined)).toStrictEqual({ ...whole, active: false })
  })

  it('is rebuilt, slot by slot, to the same content', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const rebuilt = SLOTS.reduce((after, slot) => withSlot(after, slot, slotValue(snapshot, slot)), {
          fields: {},
          active: false,
        })
        expect(canonical(rebuilt)).toBe(canonical(snapshot))
      }),
    )
  })

  it('has other content as soon as one slot differs', () => {
    fc.assert(
      fc.property(snapshots, fc.constantFrom(...SLOTS), (snapshot, slot) => {
        const other = withSlot(
          snapshot,
          slot,
          slot === 'active' ? !snapshot.active : slot.endsWith('Address') ? { line1: 'elsewhere' } : 'else',
        )
        expect(sameContent(snapshot, other)).toBe(false)
      }),
    )
  })
})
