import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

const TAKEN = {
  Message: 'Duplicate Name Exists Error',
  Detail: 'The name supplied already exists. : null',
  code: '6240',
}

describe('names', () => {
  it('are shared by customers, vendors and employees, whatever their case', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'Books by Bessie' }, 'Vendor')
    expect(await refusal({ DisplayName: 'books BY bessie' })).toEqual(TAKEN)
    await write({ GivenName: 'Emily', FamilyName: 'Platt' }, 'Employee')
    expect(await refusal({ DisplayName: 'Emily Platt' })).toEqual(TAKEN)
    expect(await refusal({ DisplayName: 'EMILY PLATT' }, 'Vendor')).toEqual(TAKEN)
  })

  it('are unique by full path: two customers may be called J. Doe at different places', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'Doe, J.' })
    await write({ DisplayName: 'J. Doe' })
    const sub = await write({ DisplayName: 'J. Doe', Job: true, ParentRef: { value: '1' } })
    expect(sub.FullyQualifiedName).toBe('Doe, J.:J. Doe')
    expect(await refusal({ DisplayName: 'J. Doe', Job: true, ParentRef: { value: '1' } })).toEqual(TAKEN)
  })

  it('can be changed in case alone', async () => {
    const { write } = drive()
    await write({ DisplayName: 'acme' })
    expect(await write({ Id: '1', SyncToken: '0', sparse: true, DisplayName: 'ACME' })).toMatchObject({
      DisplayName: 'ACME',
      SyncToken: '1',
    })
  })
})

describe('deactivating', () => {
  it('appends " (deleted)" to DisplayName and FullyQualifiedName, and to nothing else', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A', CompanyName: 'A Ltd' })
    expect(await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })).toMatchObject({
      DisplayName: 'A (deleted)',
      FullyQualifiedName: 'A (deleted)',
      CompanyName: 'A Ltd',
      PrintOnCheckName: 'A Ltd',
      Active: false,
      SyncToken: '1',
    })
  })

  it('frees the name', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A' })
    await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
    expect((await write({ DisplayName: 'A' })).Id).toBe('2')
  })

  it('is refused with 6220 while there is a balance, and with 6280 while there are unbilled charges', async () => {
    const { write, refusal, company } = drive()
    await write({ DisplayName: 'A', Balance: 10 })
    expect(await refusal({ Id: '1', SyncToken: '0', sparse: true, Active: false })).toEqual({
      Message: 'Delete List Has Balance Error',
      Detail:
        'The entity you are trying to delete has an open balance. : This customer cannot be deleted because it has a non-zero balance',
      code: '6220',
    })
    await write({ DisplayName: 'B' })
    const record = company.state.store.find('Customer', 2)
    if (record === undefined) throw new Error('B is missing')
    record.unbilled = true
    expect((await refusal({ Id: '2', SyncToken: '0', sparse: true, Active: false })).code).toBe('6280')
  })

  it('counts the balance of sub-customers', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'A' })
    await write({ DisplayName: 'Job', Job: true, ParentRef: { value: '1' }, Balance: 10 })
    expect((await refusal({ Id: '1', SyncToken: '0', sparse: true, Active: false })).code).toBe('6220')
  })

  it('in QuickBooks’ own screens writes the balance off', async () => {
    const { write, company } = drive()
    await write({ DisplayName: 'A', Balance: 10 })
    const outcome = company.bookkeeper.deactivate('Customer', '1')
    expect(outcome).toMatchObject({ ok: true, record: { Active: false, Balance: 0 } })
  })

  it('of a parent takes the sub-customers along, leaves them, or is refused, by switch', async () => {
    for (const position of ['cascade', 'alone', 'refused'] as const) {
      const { write, read, call } = drive({ switches: { 'deactivate-parent': position } })
      await write({ DisplayName: 'A' })
      await write({ DisplayName: 'Job', Job: true, ParentRef: { value: '1' } })
      const { status, body } = await call('POST', '/customer', { Id: '1', SyncToken: '0', sparse: true, Active: false })
      const child = await read('2')
      if (position === 'refused') expect([status, body.Fault.Error[0].code, child.Active]).toEqual([400, '6000', true])
      if (position === 'alone') {
        expect(child).toMatchObject({ Active: true, FullyQualifiedName: 'A (deleted):Job', SyncToken: '0' })
      }
      if (position === 'cascade') {
        expect(child).toMatchObject({ Active: false, FullyQualifiedName: 'A (deleted):Job (deleted)', SyncToken: '1' })
      }
    }
  })

  it('is an Update event or a Delete event, by switch', async () => {
    for (const position of ['Update', 'Delete'] as const) {
      const { write, changes } = drive({ switches: { 'deactivation-event': position } })
      await write({ DisplayName: 'A' })
      await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
      expect(changes.at(-1)?.operation).toBe(position)
    }
  })

  it('of a name for the second time is marked " (deleted-1)", then " (deleted-2)"', async () => {
    const { write, read } = drive()
    for (const [at, name] of ['A (deleted)', 'A (deleted-1)', 'A (deleted-2)'].entries()) {
      const { Id } = await write({ DisplayName: 'A' })
      const inactive = await write({ Id, SyncToken: '0', sparse: true, Active: false })
      expect(inactive).toMatchObject({ DisplayName: name, FullyQualifiedName: name, PrintOnCheckName: 'A' })
      expect(Id).toBe(String(at + 1))
    }
    // Its mark comes off, and goes on again at the first place that is free.
    await write({ Id: '2', SyncToken: '1', sparse: true, Active: true, DisplayName: 'A' })
    expect(await write({ Id: '2', SyncToken: '2', sparse: true, Active: false })).toMatchObject({
      DisplayName: 'A (deleted-1)',
    })
    expect((await read('3')).DisplayName).toBe('A (deleted-2)')
  })

  it('marks each entity and each parent’s sub-customers by full path', async () => {
    const { write } = drive()
    const off = { SyncToken: '0', sparse: true, Active: false }
    await write({ DisplayName: 'A' }, 'Vendor')
    expect((await write({ Id: '1', ...off }, 'Vendor')).DisplayName).toBe('A (deleted)')
    await write({ DisplayName: 'A' }, 'Employee')
    expect((await write({ Id: '2', ...off }, 'Employee')).DisplayName).toBe('A (deleted-1)')
    await write({ DisplayName: 'P' })
    await write({ DisplayName: 'A', Job: true, ParentRef: { value: '3' } })
    expect((await write({ Id: '4', ...off })).FullyQualifiedName).toBe('P:A (deleted)')
  })

  it('of a second namesake is marked in one of four ways, by switch', async () => {
    for (const [position, name] of [
      ['dashed', 'A (deleted-1)'],
      ['same', 'A (deleted)'],
      ['numbered', 'A (deleted) (2)'],
      ['refused', undefined],
    ] as const) {
      const { write, call } = drive({ switches: { 'second-deactivation-name': position } })
      await write({ DisplayName: 'A' })
      await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
      await write({ DisplayName: 'A' })
      const { body } = await call('POST', '/customer', { Id: '2', SyncToken: '0', sparse: true, Active: false })
      if (name === undefined) expect(body.Fault.Error[0]).toEqual(TAKEN)
      else expect(body.Customer.DisplayName).toBe(name)
    }
  })

  it('keeps the mark on an inactive record whatever name it is given', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A' })
    await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
    const renamed = await write({ Id: '1', SyncToken: '1', sparse: true, DisplayName: 'B' })
    expect(renamed).toMatchObject({ DisplayName: 'B (deleted)', Active: false })
  })

  it('makes a name longer than the limit, which may be sent back as it is', async () => {
    const { write } = drive()
    await write({ DisplayName: 'x'.repeat(500) })
    const inactive = await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
    expect(inactive.DisplayName).toHaveLength(510)
    expect(await write({ ...inactive, Notes: 'n' })).toMatchObject({ DisplayName: inactive.DisplayName, Notes: 'n' })
  })
})

describe('reactivating', () => {
  it('takes every form of the mark off', async () => {
    for (const position of ['dashed', 'same', 'numbered'] as const) {
      const { write } = drive({ switches: { 'second-deactivation-name': position } })
      for (const Id of ['1', '2']) {
        await write({ DisplayName: 'A' })
        await write({ Id, SyncToken: '0', sparse: true, Active: false })
      }
      expect((await write({ Id: '2', SyncToken: '1', sparse: true, Active: true })).DisplayName).toBe('A')
    }
  })

  it('takes the suffix off by itself, or leaves it, by switch', async () => {
    for (const [position, name] of [
      ['removed', 'A'],
      ['stays', 'A (deleted)'],
    ] as const) {
      const { write } = drive({ switches: { 'reactivate-suffix': position } })
      await write({ DisplayName: 'A' })
      await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
      const back = await write({ Id: '1', SyncToken: '1', sparse: true, Active: true })
      expect(back).toMatchObject({ DisplayName: name, FullyQualifiedName: name, Active: true, SyncToken: '2' })
    }
  })

  it('takes the name that is sent with it under either position', async () => {
    for (const position of ['removed', 'stays'] as const) {
      const { write } = drive({ switches: { 'reactivate-suffix': position } })
      await write({ DisplayName: 'A' })
      await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
      const back = await write({ Id: '1', SyncToken: '1', sparse: true, Active: true, DisplayName: 'A' })
      expect(back.DisplayName).toBe('A')
    }
  })

  it('is refused with 6240 when the name was given to another meanwhile', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'A' })
    await write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
    await write({ DisplayName: 'A' }, 'Vendor')
    expect(await refusal({ Id: '1', SyncToken: '1', sparse: true, Active: true })).toEqual(TAKEN)
  })
})
