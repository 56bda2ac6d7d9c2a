import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
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

it('looks after a workspace whose time has come, without setting anybody to work for nothing', async () => {
  const { queues, functions, idle } = tandem.cloud
  const pulled = functions.log('Pull').length
  const woken = () => functions.log('Schedule').filter((line) => line.includes('platform.report')).length
  const before = woken()
  await queues.client.send(
    new SendMessageCommand({
      QueueUrl: queues.url('Wake'),
      MessageBody: JSON.stringify({ queue: 'pull', workspace: 'w1' }),
    }),
  )
  await vi.waitFor(() => expect(woken()).toBe(before + 1), { timeout: 10_000 })
  await idle()
  expect(functions.log('Schedule').join('\n')).not.toContain('wakeUpFailed')
  expect(functions.log('Pull')).toHaveLength(pulled)
})

it('has its schedules and its webhook', async () => {
  expect(await tandem.cloud.runSchedule('Sweep')).toMatchObject({ ok: true })
  expect(await tandem.cloud.runSchedule('Daily')).toMatchObject({ ok: true })
  await tandem.cloud.idle()
  const unsigned = await fetch(`${tandem.cloud.apiUrl}/webhooks/quickbooks`, { method: 'POST', body: '{}' })
  expect(unsigned.status).toBe(401)
})
