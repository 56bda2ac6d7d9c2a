import { describe, expect, it } from 'vitest'
import type { FaultKind } from '../../../../local/quickbooks/gateway/faults.ts'
import { drive } from '../accounting-driver.ts'

const create = { DisplayName: 'A' }

describe('a fault', () => {
  it.each<[FaultKind, number, string]>([
    [{ kind: 'status', status: 500 }, 500, '"code":"10000"'],
    [{ kind: 'status', status: 503 }, 503, '"type":"SystemFault"'],
    [{ kind: 'fault-in-200' }, 200, '{"Fault":{"Error":[{'],
    [{ kind: 'error', code: '6190', message: 'Subscription ended' }, 400, '"code":"6190"'],
    [
      { kind: 'error', status: 403, code: '120', message: 'No access', type: 'AuthorizationFault' },
      403,
      '"type":"AuthorizationFault"',
    ],
    [{ kind: 'unauthorized' }, 401, '"code":"3200"'],
    [{ kind: 'forbidden' }, 403, '"code":"3100"'],
    [{ kind: 'throttled' }, 429, '"code":"3001"'],
    [{ kind: 'html', status: 503 }, 503, '<html>'],
  ])('of %j comes instead of doing anything', async (fault, status, part) => {
    const { call, simulator, company } = drive()
    simulator.faults.add({ fault, times: 1 })
    const answer = await call('POST', '/customer', create)
    expect(answer.status).toBe(status)
    expect(answer.response.body).toContain(part)
    expect(company.count('Customer')).toBe(0)
    expect((await call('POST', '/customer', create)).status).toBe(200)
  })

  it('can reset the connection before anything is done, or lose the answer after it was', async () => {
    const { call, simulator, company } = drive()
    simulator.faults.add({ fault: { kind: 'reset' }, times: 1 })
    expect((await call('POST', '/customer', create)).response.transport).toEqual({ kind: 'reset' })
    expect(company.count('Customer')).toBe(0)
    simulator.faults.add({ fault: { kind: 'response-lost' }, times: 1 })
    expect((await call('POST', '/customer', create)).response.transport).toEqual({ kind: 'reset' })
    expect(company.count('Customer')).toBe(1)
  })

  it('can answer 504 after 120 seconds though it was done', async () => {
    const { call, simulator, company } = drive()
    simulator.faults.add({ fault: { kind: 'timeout-after' } })
    const { status, response } = await call('POST', '/customer', create)
    expect([status, response.latencyMs, company.count('Customer')]).toEqual([504, 120_000, 1])
  })

  it('can make a body slow, cut it short, or delay it', async () => {
    const { call, simulator, write } = drive()
    await write(create)
    const [slow, cut] = [{ kind: 'slow-body', overMs: 9_000 } as const, { kind: 'truncated' } as const]
    simulator.faults.add({ fault: slow, times: 1 })
    expect((await call('GET', '/customer/1')).response.transport).toEqual({ kind: 'slow', overMs: 9_000 })
    simulator.faults.add({ fault: cut, times: 1 })
    const { response } = await call('GET', '/customer/1')
    expect(response.transport).toEqual({
      kind: 'truncated',
      afterBytes: Math.floor(Buffer.byteLength(response.body) / 2),
    })
    simulator.faults.add({ fault: { kind: 'delay', ms: 700 }, times: 1 })
    expect((await call('GET', '/customer/1')).response.latencyMs).toBe(700)
  })

  it('strikes the n-th call that fits its path, method, realm and app', async () => {
    const { call, simulator, write } = drive()
    await write(create)
    simulator.faults.add({ fault: { kind: 'throttled' }, nth: 2, path: '^GET .*/customer/', clientId: 'app-1' })
    simulator.faults.add({ fault: { kind: 'forbidden' }, realmId: '42' })
    const seen: number[] = []
    for (let n = 0; n < 3; n++) {
      seen.push((await call('GET', '/customer/1')).status)
      seen.push((await call('GET', '/companyinfo/1')).status)
    }
    expect(seen).toEqual([200, 200, 429, 200, 200, 200])
    expect(simulator.faults.list()[0]).toMatchObject({ seen: 3, struck: 1 })
  })

  it('strikes a share of the calls, the same ones for the same seed', async () => {
    const struck = async (seed: number) => {
      const { call, simulator } = drive({ seed })
      simulator.faults.add({ fault: { kind: 'throttled' }, share: 0.3 })
      let pattern = ''
      for (let n = 0; n < 200; n++) pattern += (await call('GET', '/customer/1')).status === 429 ? 'x' : '.'
      return pattern
    }
    const first = await struck(7)
    expect(first).toBe(await struck(7))
    expect(first).not.toBe(await struck(8))
    const share = first.replaceAll('.', '').length / 200
    expect(share).toBeGreaterThan(0.15)
    expect(share).toBeLessThan(0.45)
  })

  it('shows in the log of calls', async () => {
    const { call, simulator } = drive()
    simulator.faults.add({ fault: { kind: 'throttled' } })
    await call('GET', '/customer/1')
    expect(simulator.calls.recent(1)).toMatchObject([{ status: 429, fault: 'throttled' }])
  })

  it('can be removed, and makes no sense with a share of 2, an nth of 0 or a path that is no expression', () => {
    const { faults } = drive().simulator
    const id = faults.add({ fault: { kind: 'reset' } })
    expect(faults.remove(id)).toBe(true)
    expect(faults.remove(id)).toBe(false)
    expect(() => faults.add({ fault: { kind: 'reset' }, share: 2 })).toThrow(/between 0 and 1/)
    expect(() => faults.add({ fault: { kind: 'reset' }, nth: 0 })).toThrow(/whole number/)
    expect(() => faults.add({ fault: { kind: 'reset' }, path: '(' })).toThrow()
    expect(faults.list()).toEqual([])
  })

  it('of a SystemFault comes as 500, or as 200, by switch', async () => {
    for (const position of ['500', '200'] as const) {
      const { call, simulator } = drive({ switches: { 'system-fault-status': position } })
      simulator.faults.add({ fault: { kind: 'status', status: 500 } })
      expect((await call('GET', '/customer/1')).status).toBe(Number(position))
    }
  })
})

describe('latency', () => {
  it('is a fixed part and one for each row', async () => {
    const { call, write, query, simulator } = drive()
    for (const name of ['A', 'B', 'C']) await write({ DisplayName: name })
    simulator.gateway.change({ latency: { fixedMs: 200, perRowMs: 0.1 } })
    expect((await query('select * from Customer')).response.latencyMs).toBeCloseTo(200.3)
    expect((await call('GET', '/customer/999')).response.latencyMs).toBe(200)
  })
})
