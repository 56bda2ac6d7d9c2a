import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createVirtualClock } from '../../../../local/quickbooks/clock.ts'
import { createSimulator, SAMPLE_REALM, type Simulator } from '../../../../local/quickbooks/simulator.ts'
import { keepStateFile, readStateFile } from '../../../../local/quickbooks/state-file.ts'
import { APP } from '../webhooks/driver.ts'

const REALM = '4620816365000001'
const START = Date.parse('2026-11-23T08:00:00Z')
const CUSTOMERS = `/control/companies/${REALM}/customers`

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quickbooks-'))
  file = join(folder, 'state.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

function start(at = START): Simulator {
  const snapshot = readStateFile(file)
  return createSimulator({
    clock: createVirtualClock(at),
    companies: [{ realmId: REALM, kind: 'sample' }],
    apps: [APP],
    send: async () => ({ status: 200 }),
    ...(snapshot === undefined ? {} : { snapshot }),
  })
}

async function control(simulator: Simulator, method: string, path: string, body: object = {}) {
  const answer = await simulator.handle({ method, path, body: method === 'GET' ? '' : JSON.stringify(body) })
  return answer.body === '' ? undefined : JSON.parse(answer.body)
}

/** All rows of a list as the API's reads show them. */
const rows = (simulator: Simulator, entity: 'Customer' | 'Vendor' | 'Employee') =>
  simulator.companies.find(REALM)?.list({ entity, limit: 1000 })

it('keeps records, hierarchy, invoices, the merged and the grants through a restart', async () => {
  const before = start()
  const keep = keepStateFile(file, before)
  const parent = await control(before, 'POST', CUSTOMERS, { DisplayName: 'Hause', BillAddr: { Line1: 'A 1' } })
  const child = await control(before, 'POST', CUSTOMERS, {
    DisplayName: 'Roof',
    Job: true,
    ParentRef: { value: parent.Id },
  })
  const loser = await control(before, 'POST', CUSTOMERS, { DisplayName: 'Gone' })
  await control(before, 'POST', `/control/companies/${REALM}/invoices`, { customer: child.Id, amount: 7 })
  await control(before, 'POST', `${CUSTOMERS}/${parent.Id}/merge`, { loser: loser.Id })
  const { accessToken, grant } = before.modules.oauth.grant(APP.clientId, REALM)
  keep()

  const after = start()
  for (const entity of ['Customer', 'Vendor', 'Employee'] as const) {
    expect(rows(after, entity)).toEqual(rows(before, entity))
  }
  const company = after.companies.find(REALM)
  expect(company?.bookkeeper.invoices()).toEqual(before.companies.find(REALM)?.bookkeeper.invoices())
  expect(company?.state.store.tombstones).toEqual(before.companies.find(REALM)?.state.store.tombstones)
  expect(after.modules.authority.authorize(accessToken, REALM, after.clock.now())).toEqual({
    ok: true,
    appId: APP.clientId,
  })
  expect(after.modules.oauth.grants()).toMatchObject([{ refreshToken: grant.refreshToken }])

  await control(after, 'PATCH', `${CUSTOMERS}/${parent.Id}`, { DisplayName: 'House' })
  expect(company?.read('Customer', child.Id)).toMatchObject({ FullyQualifiedName: 'House:Roof', Balance: 7 })
})

it('gives no id, address id, token or event id a second time', async () => {
  const before = start()
  const made = await control(before, 'POST', CUSTOMERS, { DisplayName: 'One', BillAddr: { Line1: 'A 1' } })
  const old = before.modules.oauth.grant(APP.clientId, REALM)
  await control(before, 'POST', CUSTOMERS, { DisplayName: 'Last' })
  const last = before.companies.find(REALM)?.list({ search: 'Last' }).rows[0]
  await control(before, 'POST', `${CUSTOMERS}/${made.Id}/merge`, { loser: last?.Id })
  keepStateFile(file, before)()

  const after = start()
  const next = await control(after, 'POST', CUSTOMERS, { DisplayName: 'Two', BillAddr: { Line1: 'B 2' } })
  expect(Number(next.Id)).toBeGreaterThan(Number(last?.Id))
  expect(Number(next.BillAddr.Id)).toBeGreaterThan(Number(made.BillAddr.Id))
  const anew = after.modules.oauth.grant(APP.clientId, REALM)
  expect([anew.accessToken, anew.grant.refreshToken]).not.toContain(old.accessToken)
  expect(anew.grant.refreshToken).not.toBe(old.grant.refreshToken)
})

it('does not let time fall back behind what was stored', () => {
  const before = start()
  keepStateFile(file, before)()
  expect(start(START - 86_400_000).clock.now()).toBe(START)
  expect(start(START + 5).clock.now()).toBe(START + 5)
})

it('writes soon after a change, by itself', async () => {
  const simulator = start()
  const stop = keepStateFile(file, simulator)
  await control(simulator, 'POST', CUSTOMERS, { DisplayName: 'Written down' })
  await expect
    .poll(() => readStateFile(file)?.companies[0]?.records.some((each) => each.displayName === 'Written down'), {
      timeout: 10_000,
    })
    .toBe(true)
  stop()
})

it('has each change in the file before it is answered, where nothing may be lost', async () => {
  const simulator = start()
  const stop = keepStateFile(file, simulator, 'beforeAnswer')
  const kept = readStateFile(file)?.companies[0]?.records.length ?? 0
  for (const [at, name] of ['One', 'Two', 'Three'].entries()) {
    await control(simulator, 'POST', CUSTOMERS, { DisplayName: name })
    expect(readStateFile(file)?.companies[0]?.records).toHaveLength(kept + at + 1)
  }
  stop()
})

it('tells nobody that a change was made which it could not keep', async () => {
  const lines: string[] = []
  const simulator = createSimulator({ log: (line) => lines.push(line) })
  const stop = keepStateFile(file, simulator, 'beforeAnswer')
  // A folder in the file's place.
  rmSync(file)
  mkdirSync(join(file, 'full'), { recursive: true })
  const path = `/control/companies/${SAMPLE_REALM}/customers`
  const { status } = await simulator.handle({ method: 'POST', path, body: JSON.stringify({ DisplayName: 'Lost' }) })
  expect(status).toBe(500)
  expect(lines.join()).toMatch(/rename/)
  rmSync(file, { recursive: true })
  stop()
})

it('answers a write that comes again with its requestid after a restart as it did before', async () => {
  const before = start()
  const { accessToken } = before.modules.oauth.grant(APP.clientId, REALM)
  const write = {
    method: 'POST',
    path: `/v3/company/${REALM}/customer?requestid=once`,
    headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
    body: JSON.stringify({ DisplayName: 'Made once' }),
  }
  const first = JSON.parse((await before.handle(write)).body)
  keepStateFile(file, before)()

  const after = start()
  const again = await after.handle(write)
  expect([again.status, JSON.parse(again.body).Customer]).toEqual([200, first.Customer])
  expect(after.companies.find(REALM)?.list({ search: 'Made once' }).total).toBe(1)
})

it('says what is wrong with a file that it cannot read', () => {
  writeFileSync(file, '{"version":1')
  expect(() => readStateFile(file)).toThrow(/is not JSON/)
  writeFileSync(file, '{"version":1,"now":0,"companies":[{}]}')
  expect(() => readStateFile(file)).toThrow(/realmId/)
  expect(readFileSync(file, 'utf8')).toContain('"companies"')
})
