import { describe, expect, it } from 'vitest'
import { drive, REALM } from '../accounting-driver.ts'

const under = (value: string) => ({ Job: true, ParentRef: { value } })

describe('an invoice', () => {
  it('moves its customer’s LastUpdatedTime and balance, and never the SyncToken', async () => {
    const { write, read, company, clock, changes } = drive()
    await write({ DisplayName: 'A' })
    clock.advance(60_000)
    const made = company.bookkeeper.createInvoice('1', 99.5)
    expect(await read('1')).toMatchObject({
      SyncToken: '0',
      Balance: 99.5,
      BalanceWithJobs: 99.5,
      MetaData: { LastUpdatedTime: '2026-11-23T05:01:00-08:00', CreateTime: '2026-11-23T05:00:00-08:00' },
    })
    clock.advance(60_000)
    company.bookkeeper.deleteInvoice(made.invoice?.id ?? '')
    expect(await read('1')).toMatchObject({
      SyncToken: '0',
      Balance: 0,
      MetaData: { LastUpdatedTime: '2026-11-23T05:02:00-08:00' },
    })
    expect(changes.map((each) => each.operation)).toEqual(['Create'])
  })

  it('makes the customer reappear in queries by LastUpdatedTime and in CDC', async () => {
    const { write, query, call, company, clock } = drive()
    await write({ DisplayName: 'A' })
    clock.advance(60_000)
    company.bookkeeper.createInvoice('1', 10)
    const { body } = await query("select * from Customer where MetaData.LastUpdatedTime > '2026-11-23T05:00:30-08:00'")
    expect(body.QueryResponse.Customer).toHaveLength(1)
    const cdc = await call('GET', '/cdc?entities=Customer&changedSince=2026-11-23T05:00:30-08:00')
    expect(cdc.body.CDCResponse[0].QueryResponse[0].Customer[0].SyncToken).toBe('0')
  })

  it('counts towards BalanceWithJobs of the parents, and moves their time by switch', async () => {
    for (const position of ['no', 'yes'] as const) {
      const { write, read, company, clock } = drive({ switches: { 'invoice-moves-ancestors': position } })
      await write({ DisplayName: 'A' })
      await write({ DisplayName: 'Job', ...under('1') })
      clock.advance(60_000)
      company.bookkeeper.createInvoice('2', 10)
      const parent = await read('1')
      expect(parent).toMatchObject({ Balance: 0, BalanceWithJobs: 10 })
      expect(parent.MetaData.LastUpdatedTime).toBe(`2026-11-23T05:0${position === 'yes' ? 1 : 0}:00-08:00`)
    }
  })

  it('emits an event for its customer, or none, by switch', async () => {
    const { write, company, changes, simulator } = drive()
    await write({ DisplayName: 'A' })
    company.bookkeeper.createInvoice('1', 10)
    expect(changes).toHaveLength(1)
    simulator.switches.set('invoice-emits-customer', 'yes')
    company.bookkeeper.createInvoice('1', 10)
    expect(changes.at(-1)).toMatchObject({ id: '1', operation: 'Update' })
  })

  it('can be shown by a read and not by a query, by switch: the two then disagree on LastUpdatedTime', async () => {
    const { write, read, query, company, clock, simulator } = drive()
    await write({ DisplayName: 'A' })
    clock.advance(60_000)
    company.bookkeeper.createInvoice('1', 10)
    const queried = async () => (await query("select * from Customer where Id = '1'")).body.QueryResponse.Customer[0]
    expect((await queried()).MetaData).toEqual((await read('1')).MetaData)
    simulator.switches.set('query-time', 'last-edit')
    expect((await queried()).MetaData.LastUpdatedTime).toBe('2026-11-23T05:00:00-08:00')
    expect((await read('1')).MetaData.LastUpdatedTime).toBe('2026-11-23T05:01:00-08:00')
  })

  it('is paid once', async () => {
    const { write, read, company } = drive()
    await write({ DisplayName: 'A' })
    const id = company.bookkeeper.createInvoice('1', 10).invoice?.id ?? ''
    expect(company.bookkeeper.payInvoice(id)).toMatchObject({ ok: true, record: { Balance: 0 } })
    expect(company.bookkeeper.payInvoice(id)).toMatchObject({ ok: false })
    expect((await read('1')).Balance).toBe(0)
  })
})

describe('a merge', () => {
  it('keeps the survivor’s values, and leaves the loser in the books, inactive and marked, in read, query and CDC', async () => {
    const { write, read, query, call, company } = drive({ switches: { 'merged-record': 'inactive' } })
    await write({ DisplayName: 'A', Notes: 'mine' })
    await write({ DisplayName: 'B', Notes: 'theirs', Balance: 5 })
    const merged = company.bookkeeper.merge('Customer', '1', '2')
    expect(merged).toMatchObject({ ok: true, record: { DisplayName: 'A', Notes: 'mine', Balance: 5 } })
    const loser = { Id: '2', DisplayName: 'B (deleted)', Active: false, Notes: 'theirs', Balance: 0, SyncToken: '1' }
    expect(await read('2')).toMatchObject(loser)
    const queried = await query('select * from Customer where Active = false')
    expect(queried.body.QueryResponse.Customer).toMatchObject([loser])
    const { body } = await call('GET', '/cdc?entities=Customer&changedSince=2026-11-23T04:00:00-08:00')
    expect(body.CDCResponse[0].QueryResponse[0].Customer[1]).toMatchObject(loser)
  })

  it('of a loser that is gone keeps the survivor’s values; reading the loser gives 610', async () => {
    const { write, read, company, changes, clock } = drive({ switches: { 'merged-record': 'gone' } })
    await write({ DisplayName: 'A', Notes: 'mine' })
    await write({ DisplayName: 'B', Notes: 'theirs', Balance: 5 })
    clock.advance(60_000)
    const merged = company.bookkeeper.merge('Customer', '1', '2')
    expect(merged).toMatchObject({ ok: true, record: { DisplayName: 'A', Notes: 'mine', Balance: 5, SyncToken: '0' } })
    expect((await read('2')).code).toBe('610')
    expect(changes.at(-1)).toMatchObject({ operation: 'Merge', id: '1', deletedId: '2' })
  })

  it('is refused where either customer has sub-customers or projects, as Intuit’s help says', async () => {
    const { write, company } = drive()
    for (const DisplayName of ['A', 'B', 'C', 'D']) await write({ DisplayName })
    await write({ DisplayName: 'Job', ...under('1') })
    company.bookkeeper.createProject('2', 'Kitchen')
    for (const [survivor, loser] of [
      ['1', '3'],
      ['3', '1'],
      ['2', '3'],
      ['3', '2'],
    ] as const) {
      expect(company.bookkeeper.merge('Customer', survivor, loser)).toMatchObject({
        ok: false,
        errors: [{ code: '6000' }],
      })
    }
    expect(company.count('Customer', true)).toBe(6)
    expect(company.bookkeeper.merge('Customer', '3', '4').ok).toBe(true)
  })

  it('frees the loser’s name and takes over its invoices, and, by switch, its sub-customers', async () => {
    const { write, read, company } = drive({ switches: { 'merge-with-subs': 'moved' } })
    await write({ DisplayName: 'A' })
    await write({ DisplayName: 'B' })
    await write({ DisplayName: 'Job', ...under('2') })
    company.bookkeeper.createInvoice('2', 10)
    company.bookkeeper.merge('Customer', '1', '2')
    expect(await read('3')).toMatchObject({ FullyQualifiedName: 'A:Job', ParentRef: { value: '1' } })
    expect(company.bookkeeper.invoices('1')).toHaveLength(1)
    expect((await write({ DisplayName: 'B' })).Id).toBe('4')
  })

  it('is refused where sub-customers would come under a customer of another currency', async () => {
    const companies = [{ realmId: REALM, kind: 'empty', currencies: ['EUR'] }] as const
    const { write, company } = drive({ switches: { 'merge-with-subs': 'moved' }, companies })
    await write({ DisplayName: 'A' })
    await write({ DisplayName: 'B', CurrencyRef: { value: 'EUR' } })
    await write({ DisplayName: 'Job', CurrencyRef: { value: 'EUR' }, ...under('2') })
    expect(company.bookkeeper.merge('Customer', '1', '2')).toMatchObject({ ok: false, errors: [{ code: '6000' }] })
    // All three are where they were, and can be billed.
    expect(company.bookkeeper.createInvoice('3', 5)).toMatchObject({ ok: true })
    expect(company.count('Customer')).toBe(3)
  })

  it('is refused where it would make a circle, a sixth level or two of one name', async () => {
    const { write, company } = drive({ switches: { 'merge-with-subs': 'moved' } })
    await write({ DisplayName: 'A' })
    await write({ DisplayName: 'Job', ...under('1') })
    await write({ DisplayName: 'B' })
    await write({ DisplayName: 'Job', ...under('3') })
    expect(company.bookkeeper.merge('Customer', '2', '1')).toMatchObject({ ok: false, errors: [{ code: '900' }] })
    expect(company.bookkeeper.merge('Customer', '1', '3')).toMatchObject({ ok: false, errors: [{ code: '6240' }] })
    expect(company.bookkeeper.merge('Customer', '1', '1')).toMatchObject({ ok: false, errors: [{ code: '6000' }] })
    expect(company.bookkeeper.merge('Customer', '1', '99')).toMatchObject({ ok: false, errors: [{ code: '610' }] })
    expect(company.count('Customer')).toBe(4)
  })

  it('takes the loser out of the books, or leaves it there inactive, by switch', async () => {
    for (const position of ['gone', 'inactive'] as const) {
      const { write, read, company, changes } = drive({ switches: { 'merged-record': position } })
      await write({ DisplayName: 'A' })
      await write({ DisplayName: 'B', Balance: 5 })
      company.bookkeeper.merge('Customer', '1', '2')
      const loser = await read('2')
      if (position === 'gone') expect(loser.code).toBe('610')
      else expect(loser).toMatchObject({ DisplayName: 'B (deleted)', Active: false, Balance: 0, SyncToken: '1' })
      expect((await read('1')).Balance).toBe(5)
      expect(changes.slice(2)).toMatchObject([{ operation: 'Merge', id: '1', deletedId: '2' }])
    }
  })

  it('moves the survivor’s time, or its SyncToken as well, by switch', async () => {
    const { write, read, company, simulator } = drive()
    for (const name of ['A', 'B', 'C']) await write({ DisplayName: name })
    company.bookkeeper.merge('Customer', '1', '2')
    expect((await read('1')).SyncToken).toBe('0')
    simulator.switches.set('merge-bumps', 'token-and-time')
    company.bookkeeper.merge('Customer', '1', '3')
    expect((await read('1')).SyncToken).toBe('1')
  })
})
