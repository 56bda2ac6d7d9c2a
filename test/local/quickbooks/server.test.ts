import { afterEach, describe, expect, it } from 'vitest'
import type { Listening } from '../../../local/quickbooks/server.ts'
import { type Driver, drive, REALM } from './accounting-driver.ts'

const open: Listening[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

async function serve(driver: Driver): Promise<string> {
  const listening = await driver.simulator.listen({ port: 0 })
  open.push(listening)
  return `${listening.url}/v3/company/${REALM}`
}
const HEADERS = { authorization: 'Bearer token', accept: 'application/json' }
const JSON_HEADERS = { ...HEADERS, 'content-type': 'application/json' }

/** Moves the clock until the promise has settled. */
async function withTime<T>(driver: Driver, promise: Promise<T>, stepMs: number): Promise<T> {
  let isSettled = false
  const settle = (): void => {
    isSettled = true
  }
  promise.then(settle, settle)
  while (!isSettled) {
    driver.clock.advance(stepMs)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return promise
}

describe('over HTTP', () => {
  it('answers what it answers in process', async () => {
    const driver = drive()
    const base = await serve(driver)
    const response = await fetch(`${base}/customer`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify({ DisplayName: 'Müller 山' }),
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('intuit_tid')).toMatch(/^1-/)
    const created: unknown = await response.json()
    expect(created).toMatchObject({ Customer: { DisplayName: 'Müller 山' } })
  })

  it('waits out the latency by the simulator’s clock', async () => {
    const driver = drive()
    const base = await serve(driver)
    driver.simulator.gateway.change({ latency: { fixedMs: 60_000 } })
    const before = driver.clock.now()
    const response = await withTime(driver, fetch(`${base}/customer/1`, { headers: HEADERS }), 1_000)
    expect(response.status).toBe(400)
    expect(driver.clock.now() - before).toBeGreaterThanOrEqual(60_000)
  })

  it('resets a connection, with what was asked for done where only the answer is lost', async () => {
    const driver = drive()
    const base = await serve(driver)
    driver.simulator.faults.add({ fault: { kind: 'response-lost' }, times: 1 })
    const lost = fetch(`${base}/customer`, { method: 'POST', headers: JSON_HEADERS, body: '{"DisplayName":"A"}' })
    await expect(lost).rejects.toThrow()
    expect(driver.company.count('Customer')).toBe(1)
  })

  it('cuts a body short', async () => {
    const driver = drive({ companies: [{ realmId: REALM, kind: 'sample' }] })
    const base = await serve(driver)
    driver.simulator.faults.add({ fault: { kind: 'truncated' }, times: 1 })
    const response = await fetch(`${base}/customer/1`, { headers: HEADERS })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  it('lets a slow body trickle in whole', async () => {
    const driver = drive({ companies: [{ realmId: REALM, kind: 'sample' }] })
    const base = await serve(driver)
    driver.simulator.faults.add({ fault: { kind: 'slow-body', overMs: 30_000 }, times: 1 })
    const before = driver.clock.now()
    const body = await withTime(
      driver,
      fetch(`${base}/customer/1`, { headers: HEADERS }).then((response) => response.json()),
      1_000,
    )
    expect(body).toMatchObject({ Customer: { Id: '1' } })
    expect(driver.clock.now() - before).toBeGreaterThanOrEqual(30_000)
  })

  it('takes a body of 10 MB and answers 413', async () => {
    const driver = drive()
    const base = await serve(driver)
    const response = await fetch(`${base}/customer`, { method: 'POST', headers: HEADERS, body: 'x'.repeat(10_000_000) })
    expect(response.status).toBe(413)
  })

  it('says which port is taken', async () => {
    const driver = drive()
    const first = await driver.simulator.listen({ port: 0 })
    open.push(first)
    await expect(driver.simulator.listen({ port: first.port })).rejects.toThrow(/EADDRINUSE/)
  })

  it('answers 404 for a path that is nobody’s', async () => {
    const base = await serve(drive())
    expect((await fetch(new URL('/nowhere', base))).status).toBe(404)
  })
})
