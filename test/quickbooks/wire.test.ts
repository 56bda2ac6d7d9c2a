import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '#core/errors'
import type { JsonObject } from '#core/records'
import { customerToRecord, snapshotOf, vendorToRecord } from '#quickbooks/wire'
import { someText, wireRecord } from './arbitrary-records.ts'

const MINIMAL: JsonObject = {
  Id: '70',
  SyncToken: '3',
  MetaData: { CreateTime: '2020-09-28T22:10:00-07:00', LastUpdatedTime: '2020-09-29T06:02:35-07:00' },
  DisplayName: 'Doe, Jane',
  FullyQualifiedName: 'Doe, Jane',
  Active: true,
}

function reasonOf(run: () => unknown): string {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.problem.kind === 'quickbooksUnreadable') return thrown.problem.reason
    throw thrown
  }
  throw new Error('It was read.')
}

describe('a record from QuickBooks', () => {
  it('keeps the object exactly as it was sent, known or not', () => {
    fc.assert(
      fc.property(wireRecord('customer'), (raw) => {
        const before = JSON.stringify(raw)
        const record = customerToRecord(raw)
        expect(record.raw).toBe(raw)
        expect(JSON.stringify(record.raw)).toBe(before)
      }),
    )
  })

  it('is known by Id and SyncToken, with its times in UTC', () => {
    expect(customerToRecord(MINIMAL)).toEqual({
      entity: 'customer',
      id: '70',
      revision: '3',
      snapshot: { fields: { displayName: 'Doe, Jane' }, active: true },
      fullName: 'Doe, Jane',
      level: 0,
      createdAt: '2020-09-29T05:10:00.000Z',
      updatedAt: '2020-09-29T13:02:35.000Z',
      raw: MINIMAL,
    })
  })

  it('gives every field its value', () => {
    const raw: JsonObject = {
      ...MINIMAL,
      CompanyName: 'Doe Ltd',
      Title: 'Dr',
      GivenName: 'Jane',
      MiddleName: 'Q',
      FamilyName: 'Doe',
      Suffix: 'Jr',
      PrintOnCheckName: 'Doe Limited',
      PrimaryEmailAddr: { Address: 'jane@doe.example' },
      PrimaryPhone: { FreeFormNumber: '(650) 555-0100' },
      AlternatePhone: { FreeFormNumber: '101' },
      Mobile: { FreeFormNumber: '102' },
      Fax: { FreeFormNumber: '103' },
      WebAddr: { URI: 'http://doe.example' },
      Notes: 'Pays late\nbut pays',
      ResaleNum: 'R-1',
      CustomerTypeRef: { value: '5000000000000003466' },
      BillAddr: { Id: '2', Line1: '1 Way', City: 'Town', CountrySubDivisionCode: 'CA', PostalCode: '94000', Lat: '1' },
      ShipAddr: { Line1: '2 Way', Line2: 'b', Line3: 'c', Line4: 'd', Line5: 'e', Country: 'USA' },
      Job: true,
      ParentRef: { value: '12' },
      Level: 2,
      FullyQualifiedName: 'A:B:Doe, Jane',
      Balance: 12.5,
      BalanceWithJobs: 20,
    }
    expect(customerToRecord(raw)).toMatchObject({
      fullName: 'A:B:Doe, Jane',
      level: 2,
      balance: 12.5,
      balanceWithJobs: 20,
      snapshot: {
        parentRecordId: '12',
        active: true,
        fields: {
          displayName: 'Doe, Jane',
          companyName: 'Doe Ltd',
          title: 'Dr',
          givenName: 'Jane',
          middleName: 'Q',
          familyName: 'Doe',
          suffix: 'Jr',
          printName: 'Doe Limited',
          email: 'jane@doe.example',
          phone: '(650) 555-0100',
          alternatePhone: '101',
          mobile: '102',
          fax: '103',
          website: 'http://doe.example',
          notes: 'Pays late\nbut pays',
          resaleNumber: 'R-1',
          customerTypeId: '5000000000000003466',
          billAddress: { line1: '1 Way', city: 'Town', region: 'CA', postalCode: '94000' },
          shipAddress: { line1: '2 Way', line2: 'b', line3: 'c', line4: 'd', line5: 'e', country: 'USA' },
        },
      },
    })
  })

  it('holds no empty text and no empty address', () => {
    fc.assert(
      fc.property(wireRecord('customer'), (raw) => {
        for (const value of Object.values(snapshotOf('customer', raw).fields)) {
          expect(typeof value === 'string' ? [value] : Object.values(value)).not.toContain('')
          expect(Object.keys(value)).not.toHaveLength(0)
        }
      }),
    )
  })

  it.each([
    ['Jo (deleted)', false, 'Jo'],
    ['Jo (deleted) (2)', false, 'Jo'],
    ['Jo (deleted-1)', false, 'Jo'],
    ['Jo (deleted-12)', false, 'Jo'],
    ['Jo (deleted) (deleted-1)', false, 'Jo (deleted)'],
    ['Jo (deleted-1)', true, 'Jo (deleted-1)'],
    ['Jo (deleted) (deleted)', false, 'Jo (deleted)'],
    ['Jo (deleted)', true, 'Jo (deleted)'],
    ['Jo', false, 'Jo'],
  ])('reads the name %j, active %j, as %j', (DisplayName, Active, name) => {
    const record = customerToRecord({ ...MINIMAL, DisplayName, Active })
    expect(record.snapshot.fields.displayName).toBe(name)
    expect(record.raw.DisplayName).toBe(DisplayName)
  })

  it('finds the level by the path when QuickBooks sends none', () => {
    const raw = { ...MINIMAL, FullyQualifiedName: 'A:B:C', ParentRef: { value: '2' } }
    expect(customerToRecord(raw).level).toBe(2)
  })

  it('gives a vendor neither parent nor notes, which vendors do not have', () => {
    const { FullyQualifiedName: _, ...vendor } = MINIMAL
    const record = vendorToRecord({ ...vendor, Notes: 'n', ParentRef: { value: '1' }, AcctNum: '7' })
    expect(record.snapshot).toEqual({ fields: { displayName: 'Doe, Jane' }, active: true })
    expect(record).toMatchObject({ entity: 'vendor', fullName: 'Doe, Jane', level: 0 })
  })

  it('reads every record that QuickBooks can send', () => {
    fc.assert(fc.property(wireRecord('customer'), (raw) => customerToRecord(raw).id === raw.Id))
    fc.assert(fc.property(wireRecord('vendor'), (raw) => vendorToRecord(raw).id === raw.Id))
  })

  it.each<[string, JsonObject]>([
    ['SyncToken', { SyncToken: undefined }],
    ['MetaData', { MetaData: undefined }],
    ['MetaData.LastUpdatedTime', { MetaData: { LastUpdatedTime: 'yesterday' } }],
    ['MetaData.LastUpdatedTime', { MetaData: { LastUpdatedTime: '2020-09-29T06:02:35' } }],
    ['Active', { Active: 'maybe' }],
    ['DisplayName', { DisplayName: ['a'] }],
    ['PrimaryPhone', { PrimaryPhone: '555' }],
    ['BillAddr.City', { BillAddr: { City: { name: 'x' } } }],
  ])('is refused rather than half read when its %s is not what it should be', (property, change) => {
    const reason = reasonOf(() => customerToRecord({ ...MINIMAL, ...change }))
    expect(reason).toContain('customer (Id 70)')
    expect(reason).toContain(property)
  })

  it('is refused with no value of it in the reason', () => {
    fc.assert(
      fc.property(someText, (secret) => {
        const marked = `#${secret}#`
        expect(reasonOf(() => customerToRecord({ ...MINIMAL, GivenName: { of: marked } }))).not.toContain(marked)
        expect(reasonOf(() => customerToRecord({ ...MINIMAL, MetaData: { LastUpdatedTime: marked } }))).not.toContain(
          marked,
        )
      }),
    )
  })
})
