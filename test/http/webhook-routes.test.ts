import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { webhookRoutes } from '#http/webhook-routes'
import { createMemoryPorts } from '#memory/ports'
import { webhookUses } from '../../functions/compose.ts'
import { asker, connect } from './world.ts'

const token = 'a verifier token'
const event = { type: 'qbo.customer.updated.v1', id: 'e1', intuitentityid: '1', intuitaccountid: '310687' }

function world() {
  const ports = createMemoryPorts()
  const ask = asker(
    webhookRoutes,
    webhookUses(ports, async () => [token]),
    ports.log,
  )
  const deliver = (body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const raw = typeof body === 'string' ? body : JSON.stringify(body)
    const signature = createHmac('sha256', token).update(raw).digest('base64')
    const signed = { 'intuit-signature': signature, ...headers }
    return ask('POST', '/webhooks/quickbooks', { body: raw, headers: signed, claims: undefined })
  }
  return { ports, metrics: ports.metrics, deliver }
}

describe('POST /webhooks/quickbooks', () => {
  it('takes in what Intuit signed', async () => {
    const { deliver, metrics } = world()
    expect(await deliver([event, event])).toMatchObject({ status: 200, text: '{}' })
    expect(metrics.total('WebhookEvents')).toBe(2)
  })

  it('marks what changed as to be read, and hints at it', async () => {
    const { deliver, ports } = world()
    await connect(ports, 'acme', event.intuitaccountid)
    await deliver([event])
    expect(await ports.markers.toRead('acme', 10)).toEqual([expect.objectContaining({ entity: 'customer', id: '1' })])
    expect(ports.hints.pulls.all()).toEqual([{ kind: 'marked', workspace: 'acme' }])
  })

  it.each(['application/cloudevents+json', 'application/cloudevents-batch+json; charset=utf-8', 'text/plain', ''])(
    'takes it in as %j, too',
    async (type) => {
      const { deliver } = world()
      expect((await deliver([event], { 'content-type': type })).status).toBe(200)
    },
  )

  it('takes in a megabyte', async () => {
    const { deliver, metrics } = world()
    const many = Array.from({ length: 8_000 }, () => event)
    expect((await deliver(many)).status).toBe(200)
    expect(metrics.total('WebhookEvents')).toBe(8_000)
  })

  it.each(['', 'no JSON', '[{}]', '{"eventNotifications":7}'])(
    'takes in what nobody can read, as Intuit would send it again for ever, and counts it: %j',
    async (body) => {
      const { deliver, metrics } = world()
      expect((await deliver(body)).status).toBe(200)
      expect(metrics.total('WebhookUnreadable')).toBe(1)
    },
  )

  it.each([
    '',
    'AAAA',
    createHmac('sha256', 'another token')
      .update(JSON.stringify([event]))
      .digest('base64'),
  ])('takes in nothing that is not signed: %j', async (signature) => {
    const { deliver, metrics } = world()
    const { status, json } = await deliver([event], { 'intuit-signature': signature })
    expect([status, json.type]).toEqual([401, '/problems/signature-invalid'])
    expect(metrics.total('WebhookUnsigned')).toBe(1)
    expect(metrics.total('WebhookEvents')).toBe(0)
  })
})
