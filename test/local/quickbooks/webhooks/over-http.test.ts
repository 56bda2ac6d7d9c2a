import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../../../local/quickbooks/simulator.ts'
import { APP, REALM } from './driver.ts'

type Arrived = { readonly headers: IncomingHttpHeaders; readonly body: Buffer; readonly path: string }

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** An endpoint on a free port that answers with these statuses in turn, and gives each delivery as it arrives. */
async function endpoint(...statuses: readonly number[]) {
  const waiting: ((arrived: Arrived) => void)[] = []
  const queue: Arrived[] = []
  let count = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const status = statuses[Math.min(count++, statuses.length - 1)] ?? 200
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    const arrived = { headers: request.headers, body: Buffer.concat(chunks), path: request.url ?? '' }
    const next = waiting.shift()
    if (next === undefined) queue.push(arrived)
    else next(arrived)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const next = (): Promise<Arrived> => {
    const arrived = queue.shift()
    return arrived === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(arrived)
  }
  return { url: `http://127.0.0.1:${address.port}/hooks`, next }
}

function connectedTo(webhookUrl: string): Simulator {
  const simulator = createSimulator({ companies: [{ realmId: REALM, kind: 'empty' }], apps: [{ ...APP, webhookUrl }] })
  closers.push(simulator.close)
  simulator.modules.oauth.grant(APP.clientId, REALM)
  return simulator
}

it('posts a delivery whose raw bytes carry the signature', async () => {
  const { url, next } = await endpoint(200)
  connectedTo(url).companies.find(REALM)?.bookkeeper.create('Customer', { DisplayName: 'Zoë 張' })
  const { headers, body, path } = await next()
  expect(path).toBe('/hooks')
  expect(headers['intuit-signature']).toBe(createHmac('sha256', APP.verifierToken).update(body).digest('base64'))
  expect(headers['user-agent']).toBe('intuit_notification_server/0.1')
  expect(JSON.parse(body.toString())[0]).toMatchObject({ type: 'qbo.customer.created.v1', intuitaccountid: REALM })
})

it('sends the same bytes again after a failure, and follows no redirect', async () => {
  const { url, next } = await endpoint(302, 200)
  const simulator = connectedTo(url)
  simulator.companies.find(REALM)?.bookkeeper.create('Customer', { DisplayName: 'Amy' })
  const first = await next()
  const second = await next()
  expect([second.path, second.body.toString()]).toEqual(['/hooks', first.body.toString()])
  await expect
    .poll(() => simulator.modules.webhooks.deliveries()[0])
    .toMatchObject({ state: 'delivered', attempts: [{ outcome: 'HTTP 302' }, { outcome: 'HTTP 200' }] })
})

it('keeps waiting for an endpoint that is not there', async () => {
  const simulator = connectedTo('http://127.0.0.1:1/hooks')
  simulator.companies.find(REALM)?.bookkeeper.create('Customer', { DisplayName: 'Amy' })
  await expect
    .poll(() => simulator.modules.webhooks.deliveries()[0])
    .toMatchObject({ state: 'waiting', attempts: [{ ok: false }, { ok: false }] })
})
