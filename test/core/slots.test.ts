import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SLOTS } from '#core/records'
import { sameValue, slotValue, withSlot } from '#core/slots'
import { canonical, sameContent } from '#core/snapshots'
import { snapshots } from './snapshot-arbitraries.ts'

describe('comparing two values', () => {
  it.each([
    ['phone', '(555) 010-0199', '555 010 0199'],
    ['mobile', '+49 171 5', '+491715'],
    ['email', ' Ada@Example.org', 'ada@example.org'],
    ['displayName', 'Mu\u0308ller', 'Müller'],
    ['notes', 'a\r\nb', 'a\nb '],
    ['companyName', '', undefined],
  ] as const)('finds that %s %j means the same as %j', (slot, a, b) => {
    expect(sameValue(slot, a, b)).toBe(true)
  })

  it.each([
    ['phone', '+1 555', '1 555'],
    ['displayName', 'Racer, Speed', 'Speed Racer'],
    ['displayName', 'ada', 'Ada'],
    ['phone', '--', '..'],
    ['active', true, false],
  ] as const)('finds that %s %j differs from %j', (slot, a, b) => {
    expect(sameValue(slot, a, b)).toBe(false)
  })

  it('takes an address as a whole, whatever the space around its lines', () => {
    expect(sameValue('billAddress', { line1: ' 1 Main St', city: 'Bern' }, { line1: '1  Main St', city: 'Bern' })).toBe(
      true,
    )
    expect(sameValue('billAddress', { line1: '1 Main St' }, { line2: '1 Main St' })).toBe(false)
  })
})

describe('a snapshot', () => {
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
