import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

const HOUR = 3_600_000

describe('a requestid', () => {
  it('makes a repeated create answer as the first did, and create nothing', async () => {
    const { call, company } = drive()
    const first = await call('POST', '/customer?requestid=abc', { DisplayName: 'A' })
    const second = await call('POST', '/customer?requestid=abc&minorversion=75', { DisplayName: 'A' })
    expect(second.body.Customer).toEqual(first.body.Customer)
    expect(company.count('Customer')).toBe(1)
  })

  it('makes a repeated update answer as the first did, though its SyncToken is old by now', async () => {
    const { call, write } = drive()
    await write({ DisplayName: 'A' })
    const body = { Id: '1', SyncToken: '0', sparse: true, Notes: 'n' }
    await call('POST', '/customer?requestid=abc', body)
    expect((await call('POST', '/customer?requestid=abc', body)).body.Customer.SyncToken).toBe('1')
    expect((await call('POST', '/customer', body)).body.Fault.Error[0].code).toBe('5010')
  })

  it('is one for each realm', async () => {
    const { call, simulator } = drive()
    simulator.companies.add({ realmId: '42', kind: 'empty' })
    await call('POST', '/customer?requestid=abc', { DisplayName: 'A' })
    const other = await call('POST', '/v3/company/42/customer?requestid=abc', { DisplayName: 'A' })
    expect(other.status).toBe(200)
    expect(simulator.companies.find('42')?.count('Customer')).toBe(1)
  })

  it('holds for batches too', async () => {
    const { call, company } = drive()
    const body = { BatchItemRequest: [{ bId: '1', operation: 'create', Customer: { DisplayName: 'A' } }] }
    const first = await call('POST', '/batch?requestid=abc', body)
    expect((await call('POST', '/batch?requestid=abc', body)).body.BatchItemResponse).toEqual(
      first.body.BatchItemResponse,
    )
    expect(company.count('Customer')).toBe(1)
  })

  it('of a batch counts together with the ids of its items', async () => {
    const { call, company } = drive()
    const body = (bId: string) => ({
      BatchItemRequest: [{ bId, operation: 'create', Customer: { DisplayName: `C${bId}` } }],
    })
    await call('POST', '/batch?requestid=abc', body('1'))
    await call('POST', '/batch?requestid=abc', body('2'))
    expect(company.count('Customer')).toBe(2)
  })

  it('has at most 50 characters: 2130', async () => {
    const { call } = drive()
    expect(
      (await call('POST', `/customer?requestid=${'r'.repeat(51)}`, { DisplayName: 'A' })).body.Fault.Error[0].code,
    ).toBe('2130')
    expect((await call('POST', `/customer?requestid=${'r'.repeat(50)}`, { DisplayName: 'A' })).status).toBe(200)
  })

  it('with another body gives the stored answer, or 600, by switch', async () => {
    const { call, simulator } = drive()
    await call('POST', '/customer?requestid=abc', { DisplayName: 'A' })
    expect((await call('POST', '/customer?requestid=abc', { DisplayName: 'B' })).body.Customer.DisplayName).toBe('A')
    simulator.switches.set('requestid-mismatch', 'error-600')
    expect((await call('POST', '/customer?requestid=abc', { DisplayName: 'B' })).body.Fault.Error[0].code).toBe('600')
  })

  it('runs a failed request again, or replays its error, by switch', async () => {
    for (const [position, status] of [
      ['run-again', 200],
      ['replayed', 400],
    ] as const) {
      const { call, write, company } = drive({ switches: { 'requestid-errors': position } })
      await write({ DisplayName: 'A' })
      expect((await call('POST', '/customer?requestid=abc', { DisplayName: 'A' })).status).toBe(400)
      company.bookkeeper.edit('Customer', '1', { DisplayName: 'B' })
      expect((await call('POST', '/customer?requestid=abc', { DisplayName: 'A' })).status).toBe(status)
    }
  })

  it('is remembered for an hour, a day, forever or never, by switch', async () => {
    const remembered = async (position: 'hour' | 'day' | 'forever' | 'never', after: number) => {
      const { call, clock } = drive({ switches: { 'requestid-retention': position } })
      await call('POST', '/customer?requestid=abc', { DisplayName: 'A' })
      clock.advance(after)
      return (await call('POST', '/customer?requestid=abc', { DisplayName: 'A' })).status === 200
    }
    expect(await remembered('never', 0)).toBe(false)
    expect(await remembered('hour', HOUR - 1)).toBe(true)
    expect(await remembered('hour', HOUR)).toBe(false)
    expect(await remembered('day', 23 * HOUR)).toBe(true)
    expect(await remembered('day', 24 * HOUR)).toBe(false)
    expect(await remembered('forever', 10_000 * HOUR)).toBe(true)
  })

  it('as a header is not one', async () => {
    const { call } = drive()
    await call('POST', '/customer', { DisplayName: 'A' }, { 'request-id': 'abc' })
    expect((await call('POST', '/customer', { DisplayName: 'A' }, { 'request-id': 'abc' })).status).toBe(400)
  })
})
