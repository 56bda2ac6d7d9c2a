import { describe, expect, it } from 'vitest'
import { drive, REALM } from '../accounting-driver.ts'

describe('bad input', () => {
  it.each(['{"DisplayName":', '{"DisplayName":"A",}', 'DisplayName=A', '[]', '"A"', 'null'])(
    'of broken JSON (%s) is a 2010 and creates nothing',
    async (body) => {
      const { call, company } = drive()
      const { status, body: answer } = await call('POST', '/customer', body)
      expect([status, answer.Fault.Error[0].code, answer.Fault.type]).toEqual([400, '2010', 'ValidationFault'])
      expect(company.count('Customer')).toBe(0)
    },
  )

  it('of no body at all is a 2020', async () => {
    const { call } = drive()
    expect((await call('POST', '/customer', '')).body.Fault.Error[0].code).toBe('2020')
  })

  it('that is not UTF-8 is a 500', async () => {
    const { call } = drive()
    const bytes = Buffer.concat([Buffer.from('{"DisplayName":"'), Buffer.from([0xfc, 0xff]), Buffer.from('"}')])
    const { status, body } = await call('POST', '/customer', bytes)
    expect([status, body.Fault.Error[0].code, body.Fault.Error[0].Message]).toEqual([
      400,
      '500',
      'Unsupported Operation',
    ])
  })

  it('of 10 MB gets 413 from the gateway', async () => {
    const { call, company } = drive()
    const { status, response } = await call(
      'POST',
      '/customer',
      JSON.stringify({ DisplayName: 'A', Notes: 'x'.repeat(10_000_000) }),
    )
    expect([status, response.headers['content-type']]).toEqual([413, 'text/html;charset=utf-8'])
    expect(company.count('Customer')).toBe(0)
  })

  it.each(['PUT', 'DELETE', 'PATCH'])('of the wrong method (%s) is a 500 in a 400', async (method) => {
    const { call, write, read } = drive()
    await write({ DisplayName: 'A' })
    const { status, body } = await call(method, '/customer/1')
    expect([status, body.Fault.Error[0].code]).toEqual([400, '500'])
    expect((await read('1')).Active).toBe(true)
  })

  it('of a path that is none repeats it in the recorded words', async () => {
    const { call } = drive()
    const { status, body } = await call('GET', '/customer/1/5')
    expect(status).toBe(400)
    expect(body.Fault.Error[0]).toEqual({
      Message: 'Unsupported Operation',
      Detail: `Operation Could not find resource for relative : /v3/company/${REALM}/customer/1/5 of full path: https://c50.sandbox.qbo.intuit.com/qbo50/v3/company/${REALM}/customer/1/5 is not supported.`,
      code: '500',
    })
    expect((await call('GET', '/nonsense')).body.Fault.Error[0].code).toBe('500')
    expect((await call('GET', `/v3/company/${REALM}`)).body.Fault.Error[0].code).toBe('500')
  })

  it('of another content type is a 500', async () => {
    const { call } = drive()
    const { body } = await call('POST', '/customer', '<Customer/>', { 'content-type': 'application/xml' })
    expect(body.Fault.Error[0].code).toBe('500')
  })

  it('of an unknown operation is a 500: names cannot be deleted', async () => {
    const { call, write } = drive()
    await write({ DisplayName: 'A' })
    const { body } = await call('POST', '/customer?operation=delete', { Id: '1', SyncToken: '0' })
    expect(body.Fault.Error[0]).toMatchObject({ code: '500', Detail: 'Operation delete is not supported.' })
  })

  it('of an unknown realm is the gateway’s 403', async () => {
    const { call } = drive()
    expect((await call('GET', '/v3/company/123/customer/1')).status).toBe(403)
  })

  it('of a stray % in the path does not stop the simulator', async () => {
    const { call } = drive()
    expect((await call('GET', '/customer/%E0%A4%A')).status).toBe(400)
  })
})
