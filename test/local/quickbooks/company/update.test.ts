import { describe, expect, it } from 'vitest'
import { drive, REALM } from '../accounting-driver.ts'

describe('updating a customer', () => {
  it('changes by a sparse update only what it names, and answers the whole with sparse false', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A', Notes: 'keep', CompanyName: 'A Ltd' })
    const after = await write({ Id: '1', SyncToken: '0', sparse: true, CompanyName: 'A Inc' })
    expect(after).toMatchObject({
      Notes: 'keep',
      CompanyName: 'A Inc',
      DisplayName: 'A',
      SyncToken: '1',
      sparse: false,
    })
  })

  it('clears by a full update what it leaves out', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A', Notes: 'gone', CompanyName: 'A Ltd', PrimaryPhone: { FreeFormNumber: '1' } })
    const after = await write({ Id: '1', SyncToken: '0', DisplayName: 'A', CompanyName: 'A Ltd' })
    expect(after).not.toHaveProperty('Notes')
    expect(after).not.toHaveProperty('PrimaryPhone')
    expect(after).toMatchObject({ Taxable: true, PreferredDeliveryMethod: 'Print', Active: true })
  })

  it.each([null, ''])('clears a field that a sparse update sends as %j', async (nothing) => {
    const { write } = drive()
    await write({ DisplayName: 'A', Notes: 'gone' })
    expect(await write({ Id: '1', SyncToken: '0', sparse: true, Notes: nothing })).not.toHaveProperty('Notes')
  })

  it('does not let a sparse update remove the display name', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'A' })
    expect((await refusal({ Id: '1', SyncToken: '0', sparse: true, DisplayName: '' })).code).toBe('2020')
  })

  it('moves neither SyncToken nor LastUpdatedTime when nothing changes', async () => {
    const { write, clock, changes } = drive()
    const before = await write({ GivenName: 'Emily', FamilyName: 'Platt', Active: false }, 'Employee')
    clock.advance(60_000)
    const after = await write({ Id: before.Id, SyncToken: '0', sparse: true, Active: false }, 'Employee')
    expect(after).toEqual(before)
    expect(changes).toHaveLength(1)
  })

  it('refuses an old SyncToken with 5010 in the recorded words', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'A' })
    await write({ Id: '1', SyncToken: '0', sparse: true, Notes: 'x' })
    expect(await refusal({ Id: '1', SyncToken: '0', sparse: true, Notes: 'y' })).toEqual({
      Message: 'Stale Object Error',
      Detail:
        'Stale Object Error : You and <user> were working on this at the same time. <user> finished before you did, so your work was not saved.',
      code: '5010',
      element: '',
    })
  })

  it('asks for Id and SyncToken with 2020, and takes no Id of 1.5', async () => {
    const { write, refusal, call } = drive()
    await write({ DisplayName: 'A' })
    expect(await refusal({ Id: '1', sparse: true, Notes: 'y' })).toEqual({
      Message: 'Required param missing, need to supply the required value for the API',
      Detail: 'Required parameter SyncToken is missing in the request',
      code: '2020',
      element: 'SyncToken',
    })
    expect((await refusal({ Id: '1.5', SyncToken: '0', DisplayName: 'A' })).code).toBe('2030')
    const { body } = await call('POST', '/customer?operation=update', { DisplayName: 'A' })
    expect(body.Fault.Error[0]).toMatchObject({ code: '2020', element: 'Id' })
  })

  it('answers 610 for an Id that is nobody’s', async () => {
    const { refusal } = drive()
    expect((await refusal({ Id: '77', SyncToken: '0', DisplayName: 'A' })).code).toBe('610')
  })

  it('takes operation=update in the query as well', async () => {
    const { write, call } = drive()
    await write({ DisplayName: 'A' })
    const { body } = await call('POST', '/customer?operation=update&minorversion=75', {
      Id: '1',
      SyncToken: '0',
      sparse: true,
      Notes: 'n',
    })
    expect(body.Customer).toMatchObject({ Notes: 'n', SyncToken: '1' })
  })

  it('ignores read-only properties that are sent back', async () => {
    const { write, read } = drive()
    await write({ DisplayName: 'A' })
    const before = await read('1')
    const after = await write({ ...before, FullyQualifiedName: 'Z', Level: 3, BalanceWithJobs: 5, MetaData: {} })
    expect(after).toEqual(before)
  })

  it('changes nothing where the whole record is sent back, phones, addresses and all', async () => {
    const { write, read, company } = drive()
    company.bookkeeper.create('Customer', { DisplayName: 'A', PrimaryPhone: { FreeFormNumber: '1' } })
    const before = await read('1')
    expect(await write(before)).toEqual(before)
  })

  it('refuses another currency once it is set', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'A' })
    expect((await refusal({ Id: '1', SyncToken: '0', sparse: true, CurrencyRef: { value: 'EUR' } })).code).toBe('6000')
  })

  it('keeps a record inactive when a full update leaves Active out, or activates it, by switch', async () => {
    for (const position of ['keeps', 'activates'] as const) {
      const { write } = drive({ switches: { 'full-update-omitted-active': position } })
      await write({ DisplayName: 'A' })
      await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
      const after = await write({ Id: '1', SyncToken: '1', DisplayName: 'A', Notes: 'n' })
      expect(after.Active).toBe(position === 'activates')
      expect(after.DisplayName).toBe(position === 'activates' ? 'A' : 'A (deleted)')
    }
  })

  it('replaces a nested object of a sparse update, or merges it, by switch', async () => {
    for (const position of ['replaced', 'merged'] as const) {
      const { write } = drive({ switches: { 'sparse-nested': position } })
      await write({ DisplayName: 'A', BillAddr: { Line1: '1 Main St.', City: 'Bayshore' } })
      const { BillAddr } = await write({ Id: '1', SyncToken: '0', sparse: true, BillAddr: { Line1: '2 Main St.' } })
      expect(BillAddr.Line1).toBe('2 Main St.')
      expect(BillAddr.City).toBe(position === 'merged' ? 'Bayshore' : undefined)
    }
  })

  it('returns countries as written, or as ISO-3 codes, and Lat and Long or not, by switch', async () => {
    const { write, simulator, read } = drive()
    await write({ DisplayName: 'A', BillAddr: { Line1: 'x', Country: 'Germany' } })
    expect((await read('1')).BillAddr).toEqual({ Id: '2', Line1: 'x', Country: 'Germany' })
    simulator.switches.set('country-iso', 'iso3')
    simulator.switches.set('address-geo', 'returned')
    expect((await read('1')).BillAddr).toEqual({ Id: '2', Line1: 'x', Country: 'DEU', Lat: 'INVALID', Long: 'INVALID' })
  })

  it('leaves out the newer fields, or returns them, by switch', async () => {
    const { write, simulator, read } = drive()
    await write({ DisplayName: 'A' })
    expect(await read('1')).not.toHaveProperty('IsProject')
    simulator.switches.set('newer-fields', 'returned')
    expect(await read('1')).toMatchObject({ IsProject: false, ClientEntityId: '0' })
  })

  it('says which app made a change, and nothing for a person', async () => {
    const { write, company, changes } = drive()
    await write({ DisplayName: 'A' })
    company.bookkeeper.edit('Customer', '1', { Notes: 'by hand' })
    expect(changes).toMatchObject([
      { realmId: REALM, entity: 'Customer', id: '1', operation: 'Create', byApp: 'app-1' },
      { realmId: REALM, entity: 'Customer', id: '1', operation: 'Update' },
    ])
    expect(changes[1]).not.toHaveProperty('byApp')
  })
})
