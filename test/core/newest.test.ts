import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { laterSide, spansAfter, timesAfter, timesApart } from '#core/newest'
import { SLOTS, type Snapshot } from '#core/records'
import { slotValue } from '#core/slots'
import { sameAsTyped } from '#core/spelling'
import { snapshots } from './snapshot-arbitraries.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 1, 8, 0, seconds)).toISOString()
/** What a time of QuickBooks leaves open: the rest of its second, and two seconds of clocks. */
const BOOKS_OPEN_S = 3

describe('the side that changed a slot later', () => {
  const span = { phone: { after: at(100), by: at(200) } }

  it.each([
    ['well after QuickBooks', 300, 'crm'],
    ['just after all that QuickBooks’ time may mean', 200 + BOOKS_OPEN_S + 1, 'crm'],
    ['within what QuickBooks’ time may mean', 200 + BOOKS_OPEN_S, 'unknown'],
    ['in the same second', 200, 'unknown'],
    ['while nobody saw the record', 150, 'unknown'],
    ['when the record was last seen as before', 100, 'unknown'],
    ['within the clocks’ allowance before that', 98, 'unknown'],
    ['before the record was last seen as before', 97, 'quickbooks'],
  ] as const)('where the CRM changed it %s', (_when, seconds, side) => {
    const crm = { changedAt: at(1_000), times: { phone: at(seconds) } }
    expect(laterSide('phone', crm, { changedAt: at(1_000), spans: span })).toBe(side)
  })

  it('is not told by when another slot changed, on either side', () => {
    const crm = { changedAt: at(1_000), times: { phone: at(50), notes: at(1_000) } }
    const record = { changedAt: at(1_000), spans: { ...span, notes: { after: at(1), by: at(2) } } }
    expect(laterSide('phone', crm, record)).toBe('quickbooks')
    expect(laterSide('notes', crm, record)).toBe('crm')
  })

  it('is the contact as a whole where no slot of it has a time of its own', () => {
    expect(laterSide('phone', { changedAt: at(300) }, { changedAt: at(1_000), spans: span })).toBe('contact')
    expect(laterSide('phone', { changedAt: at(50) }, { changedAt: at(1_000), spans: span })).toBe('quickbooks')
  })

  it('is never the CRM by the time of another slot: it may have been long before', () => {
    const crm = { changedAt: at(300), times: { notes: at(300) } }
    expect(laterSide('phone', crm, { changedAt: at(200) })).toBe('unknown')
    expect(laterSide('phone', crm, { changedAt: at(1_000), spans: { phone: { after: at(400), by: at(500) } } })).toBe(
      'quickbooks',
    )
  })

  it('is unknown where the record’s last change is later and no span is kept', () => {
    expect(laterSide('phone', { changedAt: at(1), times: { phone: at(1) } }, { changedAt: at(500) })).toBe('unknown')
    expect(laterSide('phone', { changedAt: at(1), times: { phone: at(504) } }, { changedAt: at(500) })).toBe('crm')
  })
})

describe('the times of slots', () => {
  it('are kept of those alone that differ from the base', () => {
    const times = { phone: at(1), notes: at(2) }
    const crm: Snapshot = { fields: { phone: '2', notes: 'same' }, active: true }
    const base: Snapshot = { fields: { phone: '1', notes: 'same' }, active: true }
    expect(timesApart(times, crm, base)).toEqual({ phone: at(1) })
    expect(timesApart({ notes: at(2) }, crm, base)).toBeUndefined()
    expect(timesApart(undefined, crm, base)).toBeUndefined()
  })

  it('move for what has just changed, and stay for the rest', () => {
    const before = { phone: at(1), notes: at(2) }
    expect(timesAfter(before, ['phone', 'fax'], at(9))).toEqual({ phone: at(9), notes: at(2), fax: at(9) })
    expect(timesAfter(before, [], at(9))).toBe(before)
    expect(timesAfter(undefined, [], at(9))).toBeUndefined()
    expect(timesAfter(undefined, ['fax'], at(9))).toEqual({ fax: at(9) })
  })
})

describe('the span of a slot', () => {
  it('is from when it was last seen as before to when it was seen to differ, and stays for what is the same', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (was, is) => {
        const spans = { phone: { after: at(1), by: at(2) } }
        const after = spansAfter({ snapshot: was, updatedAt: at(5), spans }, { snapshot: is, updatedAt: at(9) }) ?? {}
        for (const slot of SLOTS) {
          const differs = !sameAsTyped(slotValue(was, slot), slotValue(is, slot))
          const kept = slot === 'phone' ? spans.phone : undefined
          expect(after[slot], slot).toEqual(differs ? { after: at(5), by: at(9) } : kept)
        }
      }),
    )
  })

  it('of a name is not moved by QuickBooks’ mark of an inactive record', () => {
    const named = (displayName: string): Snapshot => ({ fields: { displayName }, active: true })
    const seen = (name: string) =>
      spansAfter({ snapshot: named('Ada'), updatedAt: at(5) }, { snapshot: named(name), updatedAt: at(9) })
    expect(seen('Ada (deleted)')).toBeUndefined()
    expect(seen('Ada (deleted-1)')).toBeUndefined()
    expect(seen('Bob (deleted)')).toEqual({ displayName: { after: at(5), by: at(9) } })
  })
})
