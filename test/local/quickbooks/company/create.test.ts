import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

const filled = (length: number): string => 'x'.repeat(length)

describe('creating a customer', () => {
  it('answers a minimal create word for word and key for key as recorded', async () => {
    const { call } = drive()
    const { response } = await call('POST', '/customer', { DisplayName: 'Doe5, Jane' })
    expect(response.body).toBe(
      '{"Customer":{"Taxable":true,"Job":false,"BillWithParent":false,"Balance":0,"BalanceWithJobs":0,"CurrencyRef":{"value":"USD","name":"United States Dollar"},"PreferredDeliveryMethod":"Print","domain":"QBO","sparse":false,"Id":"1","SyncToken":"0","MetaData":{"CreateTime":"2026-11-23T05:00:00-08:00","LastUpdatedTime":"2026-11-23T05:00:00-08:00"},"FullyQualifiedName":"Doe5, Jane","DisplayName":"Doe5, Jane","PrintOnCheckName":"Doe5, Jane","Active":true,"DefaultTaxCodeRef":{"value":"2"}},"time":"2026-11-23T05:00:00.000-08:00"}',
    )
  })

  it('builds the display name from title, given, middle and family name and suffix', async () => {
    const { write } = drive()
    const customer = await write({
      Title: 'Dr.',
      GivenName: 'Ada',
      MiddleName: 'K',
      FamilyName: 'Lovelace',
      Suffix: 'Jr.',
    })
    expect(customer.DisplayName).toBe('Dr. Ada K Lovelace Jr.')
    expect(customer.FullyQualifiedName).toBe('Dr. Ada K Lovelace Jr.')
  })

  it('refuses one without any name with 6080', async () => {
    const { refusal } = drive()
    expect((await refusal({ CompanyName: 'Only a company' })).code).toBe('6080')
    expect((await refusal({ DisplayName: '   ' })).code).toBe('6080')
  })

  it('prints checks to the company, or else to the display name', async () => {
    const { write } = drive()
    expect((await write({ DisplayName: 'A', CompanyName: 'A Ltd' })).PrintOnCheckName).toBe('A Ltd')
    expect((await write({ DisplayName: 'B' })).PrintOnCheckName).toBe('B')
    expect((await write({ DisplayName: 'C', PrintOnCheckName: 'Mrs C' })).PrintOnCheckName).toBe('Mrs C')
  })

  it('draws the ids of customers, vendors and employees from one sequence', async () => {
    const { write } = drive()
    expect((await write({ DisplayName: 'A' })).Id).toBe('1')
    expect((await write({ DisplayName: 'B' }, 'Vendor')).Id).toBe('2')
    expect((await write({ GivenName: 'C', FamilyName: 'D' }, 'Employee')).Id).toBe('3')
    expect((await write({ DisplayName: 'E' })).Id).toBe('4')
  })

  it('writes metadata in the zone of the company', async () => {
    const { write } = drive({ companies: [{ realmId: '9341452000000001', kind: 'empty', zone: 'Asia/Kolkata' }] })
    expect((await write({ DisplayName: 'A' })).MetaData.CreateTime).toBe('2026-11-23T18:30:00+05:30')
  })

  it('gives equal addresses one Id, and a changed one the next', async () => {
    const { write } = drive()
    const home = { Line1: '1 Main St.', City: 'Bayshore' }
    const customer = await write({ DisplayName: 'A', BillAddr: home, ShipAddr: home })
    expect(customer.BillAddr.Id).toBe(customer.ShipAddr.Id)
    const moved = await write({
      Id: customer.Id,
      SyncToken: '0',
      sparse: true,
      BillAddr: { Line1: '2 Main St.', City: 'Bayshore' },
    })
    expect(moved.ShipAddr.Id).toBe(customer.ShipAddr.Id)
    expect(moved.BillAddr.Id).not.toBe(customer.BillAddr.Id)
  })

  it('hides all but the last four characters of a tax identifier', async () => {
    const { write } = drive()
    expect((await write({ DisplayName: 'V', TaxIdentifier: '123456789' }, 'Vendor')).TaxIdentifier).toBe('XXXXX6789')
  })

  it('takes a balance at creation only', async () => {
    const { write } = drive()
    const customer = await write({ DisplayName: 'A', Balance: 12.5 })
    expect(customer.Balance).toBe(12.5)
    const after = await write({ Id: customer.Id, SyncToken: '0', sparse: true, Balance: 99 })
    expect(after).toMatchObject({ Balance: 12.5, SyncToken: '0' })
  })

  it('drops a custom field of an unknown definition without a word', async () => {
    const { write } = drive()
    const customer = await write({ DisplayName: 'A', CustomField: [{ DefinitionId: '99', StringValue: 'x' }] })
    expect(customer).not.toHaveProperty('CustomField')
  })
})

describe('a value that QuickBooks does not take', () => {
  it.each([
    ['a colon in a name: 2040', { DisplayName: 'A:B' }, '2040', 'DisplayName'],
    ['a tab in a name: 2040', { DisplayName: 'A\tB' }, '2040', 'DisplayName'],
    ['a newline in a company name: 2040', { DisplayName: 'A', CompanyName: 'A\nB' }, '2040', 'CompanyName'],
    ['a display name of 501: 2050', { DisplayName: filled(501) }, '2050', 'DisplayName'],
    ['a given name of 101: 2050', { GivenName: filled(101) }, '2050', 'GivenName'],
    ['a title of 17: 2050', { DisplayName: 'A', Title: filled(17) }, '2050', 'Title'],
    ['a print name of 111: 2050', { DisplayName: 'A', PrintOnCheckName: filled(111) }, '2050', 'PrintOnCheckName'],
    ['a phone of 31: 2050', { DisplayName: 'A', PrimaryPhone: { FreeFormNumber: filled(31) } }, '2050', 'PrimaryPhone'],
    ['notes of 2001: 2050', { DisplayName: 'A', Notes: filled(2001) }, '2050', 'Notes'],
    ['an address line of 501: 2050', { DisplayName: 'A', BillAddr: { Line1: filled(501) } }, '2050', 'BillAddr.Line1'],
    [
      'lines of 2,001 together: 2050',
      {
        DisplayName: 'A',
        BillAddr: { Line1: filled(500), Line2: filled(500), Line3: filled(500), Line4: filled(500), Line5: 'x' },
      },
      '2050',
      'BillAddr',
    ],
    [
      'an e-mail without @: 2210',
      { DisplayName: 'A', PrimaryEmailAddr: { Address: 'a.b' } },
      '2210',
      'PrimaryEmailAddr',
    ],
    [
      'an e-mail without a period: 2210',
      { DisplayName: 'A', PrimaryEmailAddr: { Address: 'a@b' } },
      '2210',
      'PrimaryEmailAddr',
    ],
    ['a web address with blanks: 2200', { DisplayName: 'A', WebAddr: { URI: 'not a url' } }, '2200', 'WebAddr'],
    [
      'an unknown delivery method: 2170',
      { DisplayName: 'A', PreferredDeliveryMethod: 'Pigeon' },
      '2170',
      'PreferredDeliveryMethod',
    ],
    ['an unknown customer type: 2500', { DisplayName: 'A', CustomerTypeRef: { value: '77' } }, '2500', ''],
    [
      'delivery by e-mail without an address: 6420',
      { DisplayName: 'A', PreferredDeliveryMethod: 'Email' },
      '6420',
      'PrimaryEmailAddr',
    ],
    ['an object for a text: 2010', { DisplayName: { a: 1 } }, '2010', undefined],
    ['a text for a boolean: 2010', { DisplayName: 'A', Active: 'perhaps' }, '2010', undefined],
  ])('%s', async (_what, body, code, element) => {
    const { refusal, company } = drive()
    const error = await refusal(body)
    expect(error.code).toBe(code)
    expect(error.element).toBe(element)
    expect(company.count('Customer')).toBe(0)
  })

  it('names an unknown property, its class and the known ones with 2010', async () => {
    const { refusal } = drive()
    const error = await refusal({ DisplayName: 'A', BadJson: true })
    expect(error.Message).toBe('Request has invalid or unsupported property')
    expect(error.Detail).toMatch(
      /^Property Name:Unrecognized field "BadJson" \(class com\.intuit\.schema\.finance\.v3\.Customer\), not marked as ignorable \(\d+ known properties: "Id", /,
    )
    expect(error.Detail).toMatch(/ specified is unsupported or invalid$/)
    expect(error).not.toHaveProperty('element')
  })

  it('says both lengths in the recorded words with 2050', async () => {
    const { refusal } = drive()
    expect((await refusal({ DisplayName: 'A', ResaleNum: filled(45) })).Detail).toBe(
      'String length specified does not match the supported length. Min:0 Max:16 supported. Supplied length:45',
    )
  })

  it('puts every bad value into one Fault', async () => {
    const { call } = drive()
    const { body } = await call('POST', '/customer', {
      GivenName: 'a:b',
      FamilyName: filled(101),
      WebAddr: { URI: '??' },
    })
    expect(body.Fault.Error.map((each: { code: string }) => each.code)).toEqual(['2040', '2050', '2200'])
  })
})
