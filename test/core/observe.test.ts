import { describe, expect, it } from 'vitest'
import { gone, mergedInto, observe, seenText } from '#core/observe'
import type { Mirror, SourceRecord } from '#core/records'

const at = '2026-01-01T00:00:00.000Z'

function recordWith(snapshot: SourceRecord['snapshot'], updatedAt = at): SourceRecord {
  return { entity: 'customer', id: '7', revision: '3', snapshot, fullName: 'X', level: 0, updatedAt, raw: { Id: '7' } }
}

function mirrorOf(snapshot: SourceRecord['snapshot'], changes: Partial<Mirror> = {}): Mirror {
  return { ...recordWith(snapshot), contentHash: 'c', rawHash: 'r', changedAt: at, ...changes }
}

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

  it('keeps the first moment at which it was found gone', () => {
    const lost = gone(mirrorOf(record.snapshot), at)
    expect(gone(lost, '2026-03-03T00:00:00.000Z')).toEqual(lost)
  })
})

describe('a record that was merged into another', () => {
  const active = { fields: { displayName: 'A' }, active: true }
  const inactive = { ...active, active: false }
  const hashes = { contentHash: 'c', rawHash: 'r2' }

  it('stays merged while it is gone or inactive', () => {
    expect(mergedInto(mirrorOf(inactive, { mergedIntoId: '9' }))).toBe('9')
    expect(mergedInto(mirrorOf(active, { mergedIntoId: '9', goneAt: at }))).toBe('9')
    expect(mergedInto(mirrorOf(active, { mergedIntoId: '9' }))).toBeUndefined()
    expect(mergedInto(mirrorOf(inactive))).toBeUndefined()
  })

  it('is known for it when it is read again, until somebody makes it active', () => {
    const stamp = mirrorOf(inactive, { mergedIntoId: '9' })
    expect(observe(recordWith(inactive), stamp, hashes)).toMatchObject({ mergedIntoId: '9' })
    expect(observe(recordWith(active), stamp, hashes)).not.toHaveProperty('mergedIntoId')
    expect(observe(recordWith(inactive), mirrorOf(inactive), hashes)).not.toHaveProperty('mergedIntoId')
    expect(observe(recordWith(inactive), undefined, hashes)).not.toHaveProperty('mergedIntoId')
  })
})

describe('when each slot of a record changed', () => {
  const stored = (changes: Partial<Mirror>) =>
    mirrorOf({ fields: { displayName: 'A', phone: '1' }, active: true }, changes)
  const record = recordWith({ fields: { displayName: 'A', phone: '2' }, active: true }, '2026-02-02T00:00:00.000Z')
  const hashes = { contentHash: 'c2', rawHash: 'r2' }

  it('is kept of one that is linked', () => {
    const linked = stored({ contactId: 'c1' })
    expect(observe(record, linked, hashes, linked)).toMatchObject({ spans: { phone: expect.anything() } })
  })

  it('is not asked of one that is not, or was never seen', () => {
    expect(observe(record, stored({}), hashes, stored({}))).not.toHaveProperty('spans')
    expect(observe(record, undefined, hashes)).not.toHaveProperty('spans')
  })
})
