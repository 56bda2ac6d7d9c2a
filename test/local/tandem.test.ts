import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTandem, type Tandem } from './cloud-fixture.ts'

let tandem: Tandem
beforeAll(async () => {
  tandem = await startTandem()
})
afterAll(() => tandem.close())

it('connects, pulls and imports over the running stack', async () => {
  const { cloud, call, connect, simulator } = tandem
  expect((await call('GET /connection')).body.status).toBe('notConnected')
  expect((await connect()).status).toBe(200)
  expect((await call('GET /connection')).body).toMatchObject({ status: 'connected' })

  const pull = await call('POST /pulls')
  expect(pull.status).toBe(202)
  await cloud.idle()
  const [company] = simulator.companies.list()
  const customers = company?.count('Customer') ?? 0
  expect((await call(`GET /runs/${pull.body.id}`)).body).toMatchObject({
    status: 'done',
    counts: { stored: customers },
  })

  const select = { filter: 'all' }
  const imported = await call('POST /imports', { json: { as: 'account', select } })
  await cloud.idle()
  const { counts } = (await call(`GET /runs/${imported.body.id}`)).body
  expect(counts.imported + counts.skipped + counts.linked).toBe(customers)
  expect(counts.failed).toBe(0)
  expect((await call('GET /contacts?archived=true&limit=200')).body.items).toHaveLength(counts.imported)
  expect(await cloud.queues.deadLetters('pull')).toEqual([])
})

it('shows nothing of it to another workspace', async () => {
  expect((await tandem.call('GET /contacts', { workspace: 'w2' })).body.items).toEqual([])
  expect((await tandem.call('GET /connection', { workspace: 'w2' })).body.status).toBe('notConnected')
})

it('knows how large each function is and how long it took to load', () => {
  const facts = tandem.cloud.functions.facts()
  expect(facts.find(({ logicalId }) => logicalId === 'AdminFunction')?.initMilliseconds).not.toEqual([])
  for (const { bundleBytes } of facts) expect(bundleBytes).toBeGreaterThan(0)
})

it('has its schedules and its webhook', async () => {
  expect(await tandem.cloud.runSchedule('Sweep')).toMatchObject({ ok: true })
  expect(await tandem.cloud.runSchedule('Daily')).toMatchObject({ ok: true })
  await tandem.cloud.idle()
  const unsigned = await fetch(`${tandem.cloud.apiUrl}/webhooks/quickbooks`, { method: 'POST', body: '{}' })
  expect(unsigned.status).toBe(401)
})
