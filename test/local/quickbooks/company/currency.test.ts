import { describe, expect, it } from 'vitest'
import type { SwitchOverrides } from '../../../../local/quickbooks/switches.ts'
import { drive, REALM } from '../accounting-driver.ts'

const EURO = { value: 'EUR', name: 'Euro' }
const DOLLAR = { value: 'USD', name: 'United States Dollar' }
const under = (value: string) => ({ Job: true, ParentRef: { value } })

const abroad = (switches: SwitchOverrides = {}) =>
  drive({ switches, companies: [{ realmId: REALM, kind: 'empty', currencies: ['EUR', 'CAD'] }] })

describe('a company', () => {
  it('has no multicurrency at first: Preferences say so, no currency is listed, and another is refused with 6000', async () => {
    const { call, query, write, refusal } = drive()
    const { body } = await call('GET', '/preferences')
    expect(body.Preferences.CurrencyPrefs).toEqual({ HomeCurrency: { value: 'USD' }, MultiCurrencyEnabled: false })
    expect((await query('select * from CompanyCurrency')).body.QueryResponse).toEqual({})
    expect(await refusal({ DisplayName: 'A', CurrencyRef: { value: 'EUR' } })).toMatchObject({
      Detail: 'Business Validation Error: Multi Currency should be enabled to perform this operation',
      code: '6000',
    })
    expect((await write({ DisplayName: 'A' })).CurrencyRef).toEqual(DOLLAR)
  })

  it('without multicurrency takes CurrencyRef of its home currency at creation, or refuses it, by switch', async () => {
    for (const position of ['taken', 'refused'] as const) {
      const { call } = drive({ switches: { 'home-currency-ref': position } })
      const { status } = await call('POST', '/customer', { DisplayName: 'A', CurrencyRef: { value: 'USD' } })
      expect(status).toBe(position === 'taken' ? 200 : 400)
    }
  })

  it('without multicurrency answers a query for CompanyCurrency with nothing, or with 5030, by switch', async () => {
    const { query } = drive({ switches: { 'currencies-without-multicurrency': 'refused' } })
    expect((await query('select * from CompanyCurrency')).body.Fault.Error[0].code).toBe('5030')
  })

  it('with multicurrency says so in Preferences, by path and by query, and lists its active currencies', async () => {
    const { call, query, company } = abroad()
    const { body } = await call('GET', '/preferences')
    expect(body.Preferences.CurrencyPrefs).toEqual({ HomeCurrency: { value: 'USD' }, MultiCurrencyEnabled: true })
    expect((await query('select * from Preferences')).body.QueryResponse.Preferences).toEqual([body.Preferences])
    company.bookkeeper.addCurrency('GBP')
    company.bookkeeper.editCurrency('2', { active: false })
    const listed = (await query('select * from companycurrency')).body.QueryResponse
    expect(listed).toMatchObject({ startPosition: 1, maxResults: 2 })
    expect(listed.CompanyCurrency.map((each: { Code: string }) => each.Code)).toEqual(['EUR', 'GBP'])
    expect(Object.keys(listed.CompanyCurrency[0])).toEqual([
      'SyncToken',
      'domain',
      'Code',
      'Name',
      'sparse',
      'Active',
      'Id',
      'MetaData',
    ])
    expect(
      (await query('select * from CompanyCurrency where Active = false')).body.QueryResponse.CompanyCurrency,
    ).toMatchObject([{ Code: 'CAD', Name: 'Canadian Dollar', Active: false, SyncToken: '1' }])
    expect((await call('GET', '/companycurrency/1')).body.CompanyCurrency).toMatchObject({ Code: 'EUR', Name: 'Euro' })
    expect((await call('GET', '/companycurrency/99')).body.Fault.Error[0].code).toBe('610')
  })

  it('leaves its home currency out of the list of CompanyCurrency, or lists it, by switch', async () => {
    const { query } = abroad({ 'home-among-currencies': 'listed' })
    const { CompanyCurrency } = (await query('select * from CompanyCurrency')).body.QueryResponse
    expect(CompanyCurrency.map((each: { Code: string }) => each.Code)).toEqual(['USD', 'EUR', 'CAD'])
  })

  it('turns multicurrency on with its first currency, for good', async () => {
    const { company, call, write } = drive()
    expect(company.bookkeeper.addCurrency('EUR')).toMatchObject({ ok: true, currency: { id: '1', code: 'EUR' } })
    company.bookkeeper.editCurrency('1', { active: false })
    expect((await call('GET', '/preferences')).body.Preferences.CurrencyPrefs.MultiCurrencyEnabled).toBe(true)
    company.bookkeeper.addCurrency('EUR')
    expect((await write({ DisplayName: 'A', CurrencyRef: { value: 'EUR' } })).CurrencyRef).toEqual(EURO)
    expect(company.bookkeeper.addCurrency('XXX')).toMatchObject({ ok: false })
    expect(company.bookkeeper.addCurrency('USD')).toMatchObject({ ok: false })
    expect(company.bookkeeper.editCurrency('9', { active: true })).toMatchObject({ ok: false })
  })
})

describe('the currency of a customer or vendor', () => {
  it('is set at creation, to one that is active in the company, and never changes', async () => {
    const { write, refusal } = abroad()
    expect((await write({ DisplayName: 'A', CurrencyRef: { value: 'EUR' } })).CurrencyRef).toEqual(EURO)
    expect((await refusal({ Id: '1', SyncToken: '0', sparse: true, CurrencyRef: { value: 'USD' } })).code).toBe('6000')
    expect((await write({ Id: '1', SyncToken: '0', DisplayName: 'A', Notes: 'n' })).CurrencyRef).toEqual(EURO)
    expect((await refusal({ DisplayName: 'B', CurrencyRef: { value: 'GBP' } })).code).toBe('2500')
    expect((await write({ DisplayName: 'V', CurrencyRef: { value: 'CAD' } }, 'Vendor')).CurrencyRef.value).toBe('CAD')
  })

  it('of a sub-customer must be its parent’s, or may be another, by switch; also where it is moved', async () => {
    for (const position of ['refused', 'taken'] as const) {
      const { write, call } = abroad({ 'sub-customer-currency': position })
      await write({ DisplayName: 'Euro', CurrencyRef: { value: 'EUR' } })
      await write({ DisplayName: 'Dollar' })
      expect((await write({ DisplayName: 'Same', CurrencyRef: { value: 'EUR' }, ...under('1') })).CurrencyRef).toEqual(
        EURO,
      )
      const made = await call('POST', '/customer', { DisplayName: 'Job', ...under('1') })
      const moved = await call('POST', '/customer', { Id: '2', SyncToken: '0', sparse: true, ...under('1') })
      if (position === 'taken') {
        expect(made.body.Customer.CurrencyRef).toEqual(DOLLAR)
        expect(moved.body.Customer.FullyQualifiedName).toBe('Euro:Dollar')
      } else {
        expect([made, moved].map(({ body }) => body.Fault.Error[0].code)).toEqual(['6000', '6000'])
      }
    }
  })

  it('of a sub-customer that is created without one is the home currency, or its parent’s, by switch', async () => {
    const { write } = abroad({ 'sub-customer-currency-omitted': 'parents' })
    await write({ DisplayName: 'Euro', CurrencyRef: { value: 'EUR' } })
    expect((await write({ DisplayName: 'Job', ...under('1') })).CurrencyRef).toEqual(EURO)
  })
})
