import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactOf } from '#core/import-mapping'
import { agreedBase } from '#core/link-base'
import { listName } from '#core/names'
import { gone, observe, seenText } from '#core/observe'
import type { Mirror, SourceRecord } from '#core/records'
import { SLOTS } from '#core/records'
import { slotValue } from '#core/slots'
import { contactSnapshot, sameContent } from '#core/snapshots'
import { snapshots } from './snapshot-arbitraries.ts'

const at = '2026-01-01T00:00:00.000Z'

function recordWith(snapshot: SourceRecord['snapshot'], updatedAt = at): SourceRecord {
  return { entity: 'customer', id: '7', revision: '3', snapshot, fullName: 'X', level: 0, updatedAt, raw: { Id: '7' } }
}

function mirrorOf(snapshot: SourceRecord['snapshot']): Mirror {
  return { ...recordWith(snapshot), contentHash: 'c', rawHash: 'r', changedAt: at }
}

describe('an imported contact', () => {
  it('agrees with its record in everything, whatever QuickBooks sent', () => {
    fc.assert(
      fc.property(snapshots, fc.constantFrom('account' as const, 'building' as const), (snapshot, as) => {
        const mirror = mirrorOf(snapshot)
        const contact = contactOf(mirror, as, { id: 'c', at, parentId: 'p' })
        expect(sameContent(contactSnapshot(contact, snapshot.parentRecordId), snapshot)).toBe(true)
        expect(contact.link?.base).toEqual(snapshot)
        expect(contact.isCustomer).toBe(true)
        expect(contact.archived).toBe(!snapshot.active)
        expect(contact.kind === 'job').toBe(snapshot.parentRecordId !== undefined)
      }),
    )
  })

  it('is listed by company name, else by customer name, and a job by its own', () => {
    const fields = { displayName: 'Ann Lee', companyName: 'Lee Ltd' }
    const listed = (snapshot: SourceRecord['snapshot']) =>
      listName(contactOf(mirrorOf(snapshot), 'account', { id: 'c', at }))
    expect(listed({ fields, active: true })).toBe('Lee Ltd')
    expect(listed({ fields: { displayName: 'Ann Lee' }, active: true })).toBe('Ann Lee')
    expect(listed({ fields, active: true, parentRecordId: '1' })).toBe('Ann Lee')
  })
})

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
})

describe('observing a record', () => {
  const record = recordWith({ fields: { displayName: 'A' }, active: true }, '2026-02-02T00:00:00.000Z')
  const stamp = { id: '7', contentHash: 'c', rawHash: 'r', changedAt: at }

  it('stores what is new, as changed when QuickBooks last updated it', () => {
    expect(observe(record, undefined, { contentHash: 'c', rawHash: 'r' })).toMatchObject({
      changedAt: record.updatedAt,
    })
  })

  it('stores nothing when nothing but the time differs', () => {
    expect(observe(record, stamp, { contentHash: 'c', rawHash: 'r' })).toBe('unchanged')
  })

  it('keeps since when the content is what it is while only other things change', () => {
    expect(observe(record, stamp, { contentHash: 'c', rawHash: 'r2' })).toMatchObject({ changedAt: at })
    expect(observe(record, stamp, { contentHash: 'c2', rawHash: 'r2' })).toMatchObject({ changedAt: record.updatedAt })
  })

  it('stores a record that was held to be gone, as being there', () => {
    const lost = gone(mirrorOf(record.snapshot), at)
    expect(lost.goneAt).toBe(at)
    const seen = observe(record, lost, { contentHash: 'c', rawHash: 'r' })
    expect(seen).not.toBe('unchanged')
    expect(seen).not.toHaveProperty('goneAt')
  })

  it('takes everything that is known into account but LastUpdatedTime', () => {
    expect(seenText({ ...record, updatedAt: '2026-03-03T00:00:00.000Z' })).toBe(seenText(record))
    for (const other of [
      { revision: '99' },
      { balance: 5 },
      { balanceWithJobs: 5 },
      { fullName: 'P:A' },
      { level: 1 },
      { createdAt: '2025-01-01T00:00:00.000Z' },
      { snapshot: { fields: { displayName: 'B' }, active: true } },
    ]) {
      expect(seenText({ ...record, ...other })).not.toBe(seenText(record))
    }
  })

  it('takes no property for changed that a query leaves out and a read shows', () => {
    const whole = { ...record, raw: { ...record.raw, DefaultTaxCodeRef: { value: '2' } } }
    expect(seenText(whole)).toBe(seenText(record))
  })
})
