import { describe, expect, it } from 'vitest'
import { signatureOf, webhookWorld as world } from './webhook-world.ts'
import { connect } from './world.ts'

const event = { type: 'qbo.customer.updated.v1', id: 'e1', intuitentityid: '1', intuitaccountid: '310687' }

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

  it.each(['', 'AAAA', signatureOf(JSON.stringify([event]), 'another token')])(
    'takes in nothing that is not signed: %j',
    async (signature) => {
      const { deliver, metrics } = world()
      const { status, json } = await deliver([event], { 'intuit-signature': signature })
      expect([status, json.type]).toEqual([401, '/problems/signature-invalid'])
      expect(metrics.total('WebhookUnsigned')).toBe(1)
      expect(metrics.total('WebhookEvents')).toBe(0)
    },
  )
})
