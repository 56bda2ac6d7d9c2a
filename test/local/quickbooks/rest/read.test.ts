import { describe, expect, it } from 'vitest'
import { drive, REALM } from '../accounting-driver.ts'

const sample = () => drive({ companies: [{ realmId: REALM, kind: 'sample' }] })

describe('reading by Id', () => {
  it('gives the entity and the time', async () => {
    const { body, response } = await sample().call('GET', '/customer/1?minorversion=75')
    expect(Object.keys(body)).toEqual(['Customer', 'time'])
    expect(body.time).toBe('2026-11-23T05:00:00.000-08:00')
    expect(response.headers['content-type']).toBe('application/json;charset=utf-8')
  })

  it('has the recorded response headers', async () => {
    const { response } = await sample().call('GET', '/customer/1')
    expect(response.headers).toMatchObject({
      intuit_tid: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      'qbo-version': '1944.190',
      'service-time': expect.stringMatching(/^total=\d+, db=\d+$/),
      'cache-control': expect.stringContaining('no-cache, no-store'),
    })
  })

  it('has the keys of a full customer in the recorded order', async () => {
    const customer = await sample().read('1')
    expect(Object.keys(customer)).toEqual([
      'Taxable',
      'BillAddr',
      'ShipAddr',
      'Job',
      'BillWithParent',
      'CustomerTypeRef',
      'Balance',
      'BalanceWithJobs',
      'CurrencyRef',
      'PreferredDeliveryMethod',
      'domain',
      'sparse',
      'Id',
      'SyncToken',
      'MetaData',
      'GivenName',
      'FamilyName',
      'FullyQualifiedName',
      'CompanyName',
      'DisplayName',
      'PrintOnCheckName',
      'Active',
      'PrimaryPhone',
      'PrimaryEmailAddr',
    ])
  })

  it('refuses an Id of 1.5 with 2030 and without a time, as recorded', async () => {
    const { status, response } = await sample().call('GET', '/customer/1.5')
    expect(status).toBe(400)
    expect(response.headers['content-type']).toBe('application/json')
    expect(response.body).toBe(
      '{"Fault":{"Error":[{"Message":"Invalid ID","Detail":"Id should be a valid number. Supplied value:1.5","code":"2030","element":"Id"}],"type":"ValidationFault"}}',
    )
  })

  it('answers 610 in the recorded words for an Id that is nobody’s, and for one of another entity', async () => {
    const driver = sample()
    const { response } = await driver.call('GET', '/customer/99999')
    expect(response.body).toBe(
      '{"Fault":{"Error":[{"Message":"Object Not Found","Detail":"Object Not Found : Something you\'re trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.","code":"610","element":""}],"type":"ValidationFault"},"time":"2026-11-23T05:00:00.000-08:00"}',
    )
    expect((await driver.read('30')).code).toBe('610')
    expect((await driver.read('30', 'Vendor')).Id).toBe('30')
  })

  it('reads inactive records too', async () => {
    expect(await sample().read('26')).toMatchObject({
      Active: false,
      DisplayName: 'Rondonuwu Fruit and Vegi (deleted)',
    })
  })

  it('reads employees, customer types and the company', async () => {
    const driver = sample()
    expect(await driver.read('54', 'Employee')).toMatchObject({ DisplayName: 'Emily Platt', Id: '54' })
    expect(await driver.read('2', 'CustomerType')).toMatchObject({ Name: 'Commercial', Active: true, sparse: false })
    expect((await driver.read('9', 'CustomerType')).code).toBe('610')
    expect(await driver.read(REALM, 'CompanyInfo')).toMatchObject({
      CompanyName: 'Sandbox Company_US_1',
      CompanyAddr: { Country: 'USA' },
      Id: '1',
    })
  })

  it('gives vendors no Job, ParentRef, Level, FullyQualifiedName, Notes or ShipAddr', async () => {
    const vendor = await sample().read('31', 'Vendor')
    for (const key of ['Job', 'ParentRef', 'Level', 'FullyQualifiedName', 'Notes', 'ShipAddr', 'Taxable']) {
      expect(vendor).not.toHaveProperty(key)
    }
    expect(vendor).toMatchObject({ AcctNum: '1345', Vendor1099: true, TaxIdentifier: 'XXXXX6789' })
  })

  it('cannot create or update a customer type', async () => {
    const { call } = sample()
    const { status, body } = await call('POST', '/customertype', { Name: 'New' })
    expect([status, body.Fault.Error[0].code]).toEqual([400, '500'])
  })
})
