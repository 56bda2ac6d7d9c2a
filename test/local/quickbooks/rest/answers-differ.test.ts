import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

const DIFFERING = { switches: { 'answers-differ': 'yes', 'newer-fields': 'returned' } } as const

describe('read, query and write of one record', () => {
  it('differ in DefaultTaxCodeRef of some customers: queries and CDC leave it out', async () => {
    const { write, read, query, call } = drive(DIFFERING)
    const written = []
    for (const DisplayName of ['A', 'B', 'C']) written.push(await write({ DisplayName }))
    const rows = (await query('select * from Customer')).body.QueryResponse.Customer
    const { body } = await call('GET', '/cdc?entities=Customer&changedSince=2026-11-23T04:00:00-08:00')
    for (const [index, Id] of ['1', '2', '3'].entries()) {
      expect(written[index]).toHaveProperty('DefaultTaxCodeRef')
      expect(await read(Id)).toHaveProperty('DefaultTaxCodeRef')
      const isLeftOut = Id !== '3'
      expect('DefaultTaxCodeRef' in rows[index]).toBe(!isLeftOut)
      expect('DefaultTaxCodeRef' in body.CDCResponse[0].QueryResponse[0].Customer[index]).toBe(!isLeftOut)
    }
  })

  it('differ in BillRate and V4IDPseudonym of some vendors: reads leave them out', async () => {
    const { write, read, query } = drive(DIFFERING)
    await write({ DisplayName: 'V', BillRate: 20 }, 'Vendor')
    const [row] = (await query('select * from Vendor')).body.QueryResponse.Vendor
    expect(row).toMatchObject({ BillRate: 20, V4IDPseudonym: expect.any(String) })
    const whole = await read('1', 'Vendor')
    expect(whole).not.toHaveProperty('BillRate')
    expect(whole).not.toHaveProperty('V4IDPseudonym')
    expect(whole.SyncToken).toBe(row.SyncToken)
  })

  it('are alike by switch', async () => {
    const { write, read, query } = drive()
    const written = await write({ DisplayName: 'A' })
    expect((await query('select * from Customer')).body.QueryResponse.Customer).toEqual([written])
    expect(await read('1')).toEqual(written)
  })

  it('show DefaultTaxCodeRef after a full update that does not name it', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A', DefaultTaxCodeRef: { value: '3' } })
    expect((await write({ Id: '1', SyncToken: '0', DisplayName: 'B' })).DefaultTaxCodeRef).toEqual({ value: '3' })
  })
})

describe('a property that nobody knows yet', () => {
  it('may be part of a customer at any time, by switch, and is not touched by a sparse update', async () => {
    const { write, read, query, simulator } = drive()
    await write({ DisplayName: 'A' })
    expect(await read('1')).not.toHaveProperty('RelationshipInfo')
    simulator.switches.set('unknown-properties', 'one')
    expect(await read('1')).toMatchObject({ SyncToken: '0', RelationshipInfo: { value: 'rel-1' } })
    expect((await query('select * from Customer')).body.QueryResponse.Customer).toMatchObject([
      { RelationshipInfo: { value: 'rel-1' } },
    ])
    const edited = await write({ Id: '1', SyncToken: '0', sparse: true, Notes: 'n' })
    expect(edited).toMatchObject({ SyncToken: '1', RelationshipInfo: { value: 'rel-1' } })
  })

  it('is kept by a full update that sends it back, and cleared by one that leaves it out', async () => {
    const { write, read } = drive({ switches: { 'unknown-properties': 'one' } })
    const before = await write({ DisplayName: 'A' })
    const kept = await write({ ...before, Notes: 'n' })
    expect(kept).toMatchObject({ Notes: 'n', RelationshipInfo: { value: 'rel-1' } })
    expect(await write(kept)).toMatchObject({ SyncToken: '1' })
    await write({ Id: '1', SyncToken: '1', DisplayName: 'A' })
    expect(await read('1')).not.toHaveProperty('RelationshipInfo')
    expect(await write({ Id: '1', SyncToken: '2', sparse: true, Notes: 'm' })).not.toHaveProperty('RelationshipInfo')
  })
})
