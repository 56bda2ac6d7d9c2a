import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactRow, mirrorRow } from '#core/rows'
import { aContact, aLink, aMirror } from '../contract/records.ts'
import { snapshots } from './snapshot-arbitraries.ts'

const at = '2026-11-01T08:00:00.000Z'

describe('the row of a contact', () => {
  it('is what lists show of it', () => {
    const contact = aContact('c1', 'Ada', {
      kind: 'building',
      fields: {
        displayName: 'Ada',
        companyName: 'Engines',
        phone: '1',
        mobile: '2',
        email: 'ada@example.com',
        fax: '3',
        notes: 'long',
        billAddress: { line1: '1 Way', city: 'Bern' },
        shipAddress: { line1: '2 Way' },
      },
      parentId: 'p1',
      archived: true,
      link: aLink('customer', '1'),
      refusal: { code: '6240', reason: 'Taken.', advice: 'Take another.', at },
    })
    expect(contactRow(contact)).toEqual({
      id: 'c1',
      name: 'Engines',
      kind: 'building',
      isCustomer: true,
      archived: true,
      parentId: 'p1',
      phone: '1',
      mobile: '2',
      email: 'ada@example.com',
      billLine: '1 Way, Bern',
      dot: 'red',
      reason: 'Taken.',
      advice: 'Take another.',
    })
  })
})

describe('the row of a record', () => {
  it('is what the holding area shows of it', () => {
    const mirror = aMirror('1', 'Ada', {
      entity: 'vendor',
      snapshot: {
        fields: {
          displayName: 'Ada',
          companyName: 'Engines',
          phone: '1',
          email: 'ada@example.com',
          billAddress: { line1: '1 Way' },
          shipAddress: { line1: '2 Way' },
        },
        parentRecordId: '7',
        active: false,
      },
      fullName: 'Top:Ada',
      level: 1,
      balance: 0,
      balanceWithJobs: 5,
      mergedIntoId: '9',
      contactId: 'c1',
    })
    expect(mirrorRow(mirror)).toEqual({
      entity: 'vendor',
      id: '1',
      name: 'Engines',
      fullName: 'Top:Ada',
      level: 1,
      parentRecordId: '7',
      companyName: 'Engines',
      email: 'ada@example.com',
      phone: '1',
      billLine: '1 Way',
      shipLine: '2 Way',
      balance: 0,
      active: false,
      gone: false,
      mergedIntoId: '9',
      contactId: 'c1',
    })
    expect(mirrorRow({ ...mirror, goneAt: at }).gone).toBe(true)
  })
})

it('a row keeps no place for what is not there, so that an index of many stays small', () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      for (const row of [mirrorRow(aMirror('1', 'X', { snapshot })), contactRow(aContact('c1', 'X', snapshot))])
        expect(Object.values(row)).not.toContain(undefined)
    }),
  )
})
