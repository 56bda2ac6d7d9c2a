import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const REDIRECT_URI = 'https://tandem.example/oauth/callback'
const NOW = Date.UTC(2026, 10, 23, 9)

/** Secrets Manager with one secret, and Intuit's OAuth server, which notes who asks. */
let held = { clientId: 'tandem', clientSecret: 'old' }
const asked: string[] = []
let server: Server
let compose: typeof import('../../functions/compose.ts')

beforeAll(async () => {
  server = createServer((request, response) => {
    const { authorization } = request.headers
    request.resume()
    if (authorization?.startsWith('Basic ')) {
      asked.push(Buffer.from(authorization.slice('Basic '.length), 'base64').toString())
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ access_token: 'a', refresh_token: 'r', expires_in: 3_600 }))
      return
    }
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify({ SecretString: JSON.stringify(held) }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  // The address of a TCP server that listens is never a text.
  const { port } = server.address() as AddressInfo
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`)
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
  compose = await import('../../functions/compose.ts')
})

afterAll(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})

describe('a client secret that was changed at Intuit', () => {
  it('is used by a warm function within five minutes', async () => {
    // The address of a TCP server that listens is never a text.
    const { port } = server.address() as AddressInfo
    const { consent } = compose.quickbooksOf(
      {
        INTUIT_CLIENT_SECRET_ARN: 'arn:client',
        INTUIT_ENVIRONMENT: 'sandbox',
        INTUIT_SIMULATOR_URL: `http://127.0.0.1:${port}`,
      },
      REDIRECT_URI,
    )
    await consent.refresh('one')
    held = { clientId: 'tandem', clientSecret: 'new' }
    vi.setSystemTime(NOW + 301_000)
    await consent.refresh('two')
    expect(asked).toEqual(['tandem:old', 'tandem:new'])
  })

  it('is not asked for with every call', async () => {
    const { intuitClientSecret } = await import('#lambda/secrets')
    held = { clientId: 'tandem', clientSecret: 'newest' }
    expect(await intuitClientSecret('arn:client')).toMatchObject({ clientSecret: 'new' })
  })
})
