import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactOf, importedKind } from '#core/import-mapping'
import { listName } from '#core/names'
import type { Mirror, SourceRecord } from '#core/records'
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

  it.each([
    ['account', undefined, 'client'],
    ['building', undefined, 'building'],
    ['account', '7', 'job'],
    ['building', '7', 'job'],
  ] as const)('that comes as %s from below %s is a %s', (as, parentRecordId, kind) => {
    const under = parentRecordId === undefined ? {} : { parentRecordId }
    const snapshot = { fields: { displayName: 'Ada' }, active: true, ...under }
    expect(importedKind({ snapshot }, as)).toBe(kind)
  })

  it('is what its record is, linked to it, and nothing more', () => {
    const snapshot = { fields: { displayName: 'Ada' }, active: true }
    const made = contactOf({ ...mirrorOf(snapshot), entity: 'vendor' }, 'account', { id: 'c', at })
    const { link, ...contact } = made
    expect(contact).toStrictEqual({
      id: 'c',
      kind: 'client',
      isCustomer: false,
      fields: snapshot.fields,
      archived: false,
      people: [],
      createdAt: at,
      changedAt: at,
      version: 1,
    })
    expect(link).toMatchObject({ entity: 'vendor', recordId: '7', base: snapshot, revision: '3', linkedAt: at })
    expect(contactOf(mirrorOf(snapshot), 'account', { id: 'c', at, parentId: 'p' }).parentId).toBe('p')
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
