import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

describe('an address', () => {
  it('of a customer that a person made without one is nothing but its Id, which both of them share', async () => {
    const { company, read, write } = drive()
    company.bookkeeper.create('Customer', { DisplayName: 'A' })
    expect(await read('1')).toMatchObject({ BillAddr: { Id: '2' }, ShipAddr: { Id: '2' } })
    const made = await write({ DisplayName: 'B' })
    expect(made).not.toHaveProperty('BillAddr')
  })

  it('that is nothing but its Id may be sent back as it is, and can be filled', async () => {
    const { company, read, write } = drive()
    company.bookkeeper.create('Customer', { DisplayName: 'A' })
    const before = await read('1')
    expect((await write(before)).SyncToken).toBe('0')
    expect((await write({ ...before, Notes: 'n' })).BillAddr).toEqual({ Id: '2' })
    const filled = await write({ Id: '1', SyncToken: '1', sparse: true, BillAddr: { Id: '2', Line1: 'Main St.' } })
    expect(filled.BillAddr).toEqual({ Id: expect.any(String), Line1: 'Main St.' })
    expect(filled.ShipAddr).toEqual({ Id: '2' })
  })

  it('that is emptied keeps its Id', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A', BillAddr: { Line1: 'Main St.' } })
    const emptied = await write({ Id: '1', SyncToken: '0', sparse: true, BillAddr: { Line1: '' } })
    expect(emptied.BillAddr).toEqual({ Id: '2' })
  })

  it('that is empty is not there at all, by switch', async () => {
    const { company, read, write } = drive({ switches: { 'empty-address': 'omitted' } })
    company.bookkeeper.create('Customer', { DisplayName: 'A' })
    expect(await read('1')).not.toHaveProperty('BillAddr')
    await write({ DisplayName: 'B', BillAddr: { Line1: 'Main St.' } })
    expect(await write({ Id: '2', SyncToken: '0', sparse: true, BillAddr: null })).not.toHaveProperty('BillAddr')
  })
})
