import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

const batch = (...items: readonly object[]) => ({ BatchItemRequest: items })

describe('a batch', () => {
  it('runs mixed items, each for itself; item faults have no time and the answer is 200', async () => {
    const { call, write } = drive()
    await write({ DisplayName: 'Taken' })
    const { status, body } = await call(
      'POST',
      '/batch',
      batch(
        { bId: 'bid1', operation: 'create', Customer: { DisplayName: 'New' } },
        { bId: 'bid2', operation: 'create', Vendor: { DisplayName: 'taken' } },
        { bId: 'bid3', operation: 'update', Customer: { Id: '1', SyncToken: '0', sparse: true, Notes: 'n' } },
        { bId: 'bid4', Query: 'select count(*) from Customer' },
        { bId: 'bid5', operation: 'delete', Customer: { Id: '1', SyncToken: '1' } },
        { bId: 'bid6', operation: 'update', Customer: { Id: '1', SyncToken: '0', sparse: true, Notes: 'm' } },
      ),
    )
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['BatchItemResponse', 'time'])
    const [created, fault, updated, counted, deleted, stale] = body.BatchItemResponse
    expect(Object.keys(created)).toEqual(['Customer', 'bId'])
    expect(fault).toEqual({
      Fault: {
        Error: [
          { Message: 'Duplicate Name Exists Error', Detail: 'The name supplied already exists. : null', code: '6240' },
        ],
        type: 'ValidationFault',
      },
      bId: 'bid2',
    })
    expect(updated.Customer).toMatchObject({ Notes: 'n', SyncToken: '1' })
    expect(counted).toEqual({ QueryResponse: { totalCount: 2 }, bId: 'bid4' })
    expect(deleted.Fault.Error[0].code).toBe('500')
    expect(stale.Fault.Error[0].code).toBe('5010')
  })

  it('holds at most 30 items: 1040', async () => {
    const { call, company } = drive()
    const items = (count: number) =>
      batch(
        ...Array.from({ length: count }, (_, n) => ({
          bId: `${n}`,
          operation: 'create',
          Customer: { DisplayName: `C${n}` },
        })),
      )
    const { status, body } = await call('POST', '/batch', items(31))
    expect([status, body.Fault.Error[0].code, company.count('Customer')]).toEqual([400, '1040', 0])
    expect((await call('POST', '/batch', items(30))).body.BatchItemResponse).toHaveLength(30)
  })

  it('holds at most 10 by switch, as one of Intuit’s pages still says', async () => {
    const { call } = drive({ switches: { 'batch-size': '10' } })
    const items = (count: number) =>
      batch(...Array.from({ length: count }, () => ({ bId: '1', Query: 'select count(*) from Customer' })))
    expect((await call('POST', '/batch', items(10))).status).toBe(200)
    expect((await call('POST', '/batch', items(11))).body.Fault.Error[0].code).toBe('1040')
  })

  it('takes with a requestid no item id longer than 10, and no requestid longer than 36', async () => {
    const { call } = drive()
    const item = (bId: string) => batch({ bId, operation: 'create', Customer: { DisplayName: 'A' } })
    expect((await call('POST', '/batch?requestid=r1', item('elevenchars'))).body.Fault.Error[0].code).toBe('2130')
    expect((await call('POST', `/batch?requestid=${'r'.repeat(37)}`, item('1'))).body.Fault.Error[0].code).toBe('2130')
    expect((await call('POST', '/batch', item('elevenchars'))).status).toBe(200)
  })

  it.each([
    [{}, '2020'],
    [{ BatchItemRequest: [1] }, '2010'],
  ])('of %j is refused', async (body, code) => {
    expect((await drive().call('POST', '/batch', body)).body.Fault.Error[0].code).toBe(code)
  })

  it('says by item what it is that it does not know', async () => {
    const { call } = drive()
    const { body } = await call(
      'POST',
      '/batch',
      batch({ bId: '1', operation: 'create', Nonsense: {} }, { bId: '2', Customer: {} }),
    )
    expect(
      body.BatchItemResponse.map((each: { Fault: { Error: { code: string }[] } }) => each.Fault.Error[0]?.code),
    ).toEqual(['2010', '2020'])
  })
})
