import { describe, expect, it } from 'vitest'
import { DEFAULT_APP } from '../../../../local/quickbooks/apps.ts'
import { type Driver, drive, REALM } from '../accounting-driver.ts'

const limited = (more: Parameters<typeof drive>[0] = {}) =>
  drive({
    gateway: {},
    authority: { authorize: (bearer) => ({ ok: true, appId: bearer }) },
    ...more,
  })
const as = (app: string) => ({ authorization: `Bearer ${app}` })

async function statuses(driver: Driver, times: number, path = '/customer/1', app = 'app-1'): Promise<number[]> {
  const all: number[] = []
  for (let n = 0; n < times; n++) all.push((await driver.call('GET', path, undefined, as(app))).status)
  return all
}
const refusedOf = (all: readonly number[]): number => all.filter((each) => each === 429).length

describe('the throttle', () => {
  it('lets 10 requests a second of one realm and app through, and answers the 11th with 429', async () => {
    const driver = limited()
    expect(refusedOf(await statuses(driver, 11))).toBe(1)
    expect(refusedOf(await statuses(driver, 1, '/customer/1', 'app-2'))).toBe(0)
    driver.clock.advance(999)
    expect(refusedOf(await statuses(driver, 1))).toBe(1)
    driver.clock.advance(1)
    expect(refusedOf(await statuses(driver, 11))).toBe(1)
  })

  it('answers in the gateway’s envelope with code 3001 and promises no Retry-After', async () => {
    const driver = limited()
    await statuses(driver, 10)
    const { body, response } = await driver.call('GET', '/customer/1', undefined, as('app-1'))
    expect(body.fault).toEqual({
      error: [
        {
          message: 'message=ThrottleExceeded; errorCode=003001; statusCode=429',
          detail: 'The request limit was reached.  Try again later',
          code: '3001',
          element: null,
        },
      ],
      type: 'SERVICE',
    })
    expect(response.headers).not.toHaveProperty('retry-after')
  })

  it('lets 500 requests a minute of one realm through, over all its apps', async () => {
    const driver = limited()
    let refused = 0
    for (let second = 0; second < 26; second++) {
      refused += refusedOf(await statuses(driver, 10, '/customer/1', 'app-1'))
      refused += refusedOf(await statuses(driver, 10, '/customer/1', 'app-2'))
      driver.clock.advance(1_000)
    }
    expect(refused).toBe(20)
    driver.clock.advance(60_000)
    expect(refusedOf(await statuses(driver, 10))).toBe(0)
  })

  it('lets 40 batches a minute of one realm and app through, and 120 of one realm', async () => {
    const driver = limited()
    const batches = async (times: number, app: string) => {
      let refused = 0
      for (let n = 0; n < times; n++) {
        const { status } = await driver.call('POST', '/batch', { BatchItemRequest: [] }, as(app))
        if (status === 429) refused++
      }
      return refused
    }
    expect(await batches(41, 'app-1')).toBe(1)
    expect(await batches(41, 'app-2')).toBe(1)
    expect(await batches(41, 'app-3')).toBe(1)
    expect(await batches(1, 'app-4')).toBe(1)
    driver.clock.advance(60_000)
    expect(await batches(1, 'app-4')).toBe(0)
  })

  it('limits requests in flight by switch', async () => {
    for (const position of ['off', 'on'] as const) {
      const driver = limited({
        switches: { 'concurrent-limit': position },
        gateway: { latency: { fixedMs: 5_000 }, limits: { perSecondPerApp: 100 } },
      })
      expect(refusedOf(await statuses(driver, 11))).toBe(position === 'on' ? 1 : 0)
      driver.clock.advance(5_000)
      expect(refusedOf(await statuses(driver, 1))).toBe(0)
    }
  })

  it('counts no refused request', async () => {
    const driver = limited()
    await statuses(driver, 300)
    driver.clock.advance(1_000)
    expect(refusedOf(await statuses(driver, 10))).toBe(0)
  })
})

const metered = (monthlyReads: number, switches: NonNullable<Parameters<typeof drive>[0]>['switches'] = {}) =>
  drive({
    apps: [{ ...DEFAULT_APP, clientId: 'app-1', environment: 'production', monthlyReads }],
    companies: [{ realmId: REALM, kind: 'sample', environment: 'production' }],
    switches,
  })

describe('the meter', () => {
  it('counts successful reads of production companies, and no writes, failures or sandbox calls', async () => {
    const { call, query, write, simulator } = metered(1_000)
    await call('GET', '/customer/1')
    await query('select * from Customer')
    await call('GET', '/cdc?entities=Customer&changedSince=2026-11-20')
    await call('GET', '/customer/999999')
    await write({ DisplayName: 'A' })
    expect(simulator.calls.totals()).toMatchObject({
      calls: 5,
      meteredReads: 3,
      byKind: { read: 2, query: 1, cdc: 1, create: 1, update: 0, batch: 0, oauth: 0, other: 0 },
      byStatus: { '200': 4, '400': 1 },
    })
    const sandbox = drive({ companies: [{ realmId: REALM, kind: 'sample' }] })
    await sandbox.call('GET', '/customer/1')
    expect(sandbox.simulator.calls.totals()).toMatchObject({ calls: 1, meteredReads: 0 })
    sandbox.simulator.switches.set('sandbox-metered', 'yes')
    await sandbox.call('GET', '/customer/1')
    expect(sandbox.simulator.calls.totals().meteredReads).toBe(1)
  })

  it('blocks reads with 429 once the month’s are spent, until the next month; writes go on', async () => {
    const { call, write, clock } = metered(2)
    expect((await call('GET', '/customer/1')).status).toBe(200)
    expect((await call('GET', '/customer/1')).status).toBe(200)
    expect((await call('GET', '/customer/1')).status).toBe(429)
    expect((await write({ DisplayName: 'A' })).SyncToken).toBe('0')
    clock.set(Date.parse('2026-12-01T00:00:00Z'))
    expect((await call('GET', '/customer/1')).status).toBe(200)
  })

  it('counts CDC, and queries in a batch, or not, by switch', async () => {
    for (const position of ['yes', 'no'] as const) {
      const { call, simulator } = metered(1_000, { 'cdc-metered': position, 'batch-query-metered': position })
      await call('GET', '/cdc?entities=Customer&changedSince=2026-11-20')
      const Query = 'select count(*) from Customer'
      await call('POST', '/batch', {
        BatchItemRequest: [
          { bId: '1', Query },
          { bId: '2', Query },
        ],
      })
      expect(simulator.calls.totals().meteredReads).toBe(position === 'yes' ? 3 : 0)
    }
  })

  it('tells calls of one realm and app from those of others', async () => {
    const { call, simulator } = limited()
    simulator.companies.add({ realmId: '42', kind: 'empty' })
    await call('GET', '/customer/1', undefined, as('app-1'))
    await call('GET', '/v3/company/42/customer/1', undefined, as('app-1'))
    await call('GET', '/v3/company/42/customer/1', undefined, as('app-2'))
    expect(simulator.calls.totals({ realmId: '42' }).calls).toBe(2)
    expect(simulator.calls.totals({ clientId: 'app-1' }).calls).toBe(2)
    expect(simulator.calls.totals({ realmId: '42', clientId: 'app-2' }).calls).toBe(1)
    expect(simulator.calls.recent(1)).toMatchObject([
      { number: 3, method: 'GET', kind: 'read', status: 400, error: '610', realmId: '42', clientId: 'app-2' },
    ])
    simulator.calls.reset()
    expect(simulator.calls.totals().calls).toBe(0)
  })
})
