import { createHmac } from 'node:crypto'
import { webhookRoutes } from '#http/webhook-routes'
import { createMemoryPorts } from '#memory/ports'
import type { IntakePorts } from '#sync/intake'
import { webhookUses } from '../../functions/compose.ts'
import { type Asked, asker } from './world.ts'

/** What Intuit signs with in these tests. */
export const VERIFIER_TOKEN = 'a verifier token'

/** The signature of these bytes. */
export function signatureOf(body: string | Uint8Array, key = VERIFIER_TOKEN): string {
  return createHmac('sha256', key).update(body).digest('base64')
}

/** The webhook function's router over ports in memory. */
export function webhookWorld() {
  const ports = createMemoryPorts()
  const delivering = (using: IntakePorts = ports) => {
    const ask = asker(
      webhookRoutes,
      webhookUses(using, async () => [VERIFIER_TOKEN]),
      using.log,
    )
    /** Sends it as Intuit would: signed, unless the headers say otherwise. Bytes and texts are sent as they are. */
    return (body: unknown, headers: Readonly<Record<string, string>> = {}, query?: Asked['query']) => {
      const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
      const signed = { 'intuit-signature': signatureOf(raw), ...headers }
      return ask('POST', '/webhooks/quickbooks', {
        body: raw,
        headers: signed,
        claims: undefined,
        ...(query !== undefined && { query }),
      })
    }
  }
  return { ports, metrics: ports.metrics, deliver: delivering(), delivering }
}
