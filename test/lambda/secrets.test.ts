import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'

/** Secrets Manager, as far as GetSecretValue goes. */
const held = new Map<string, string>()
let reads = 0
let server: Server
let secrets: typeof import('#lambda/secrets')

const Asked = z.object({ SecretId: z.string() })

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const { SecretId } = Asked.parse(JSON.parse(Buffer.concat(parts).toString()))
    reads += 1
    const SecretString = held.get(SecretId)
    response.writeHead(SecretString === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(
      JSON.stringify(SecretString === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString }),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  // The address of a TCP server that listens is never a text.
  const { port } = server.address() as AddressInfo
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`)
  secrets = await import('#lambda/secrets')
})

afterAll(() => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})

beforeEach(() => {
  reads = 0
})

const refusal = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error) => error,
  )

describe('the secrets', () => {
  it('are read once, and then kept for some minutes', async () => {
    held.set('arn:client', '{"clientId":"id","clientSecret":"secret"}')
    expect(await secrets.intuitClientSecret('arn:client')).toEqual({ clientId: 'id', clientSecret: 'secret' })
    await secrets.intuitClientSecret('arn:client')
    expect(reads).toBe(1)
  })

  it.each(['{"clientId":"","clientSecret":"sekret"}', '{"clientSecret":"sekret"}', 'sekret', '[]', '{"clientId":'])(
    'of the Intuit client that are not filled in are refused in words, without what is there: %j',
    async (text) => {
      held.set(`arn:${text}`, text)
      const error = await refusal(secrets.intuitClientSecret(`arn:${text}`))
      expect(error).toMatchObject({ name: 'Misconfigured', message: expect.stringContaining('not filled in') })
      expect(String(error)).not.toContain('sekret')
    },
  )

  it('of the webhooks may be none, one or several', async () => {
    held.set('arn:none', '{"verifierTokens":[],"unused":"x"}')
    held.set('arn:two', '{"verifierTokens":["old","new"]}')
    expect(await secrets.webhookVerifierTokens('arn:none')).toEqual([])
    expect(await secrets.webhookVerifierTokens('arn:two')).toEqual(['old', 'new'])
    held.set('arn:wrong', '{"verifierTokens":"sekret"}')
    expect(await refusal(secrets.webhookVerifierTokens('arn:wrong'))).toMatchObject({ name: 'Misconfigured' })
  })

  it('that sign have to be long', async () => {
    held.set('arn:long', 'x'.repeat(32))
    held.set('arn:short', 'x'.repeat(31))
    expect(await secrets.signingSecret('arn:long')).toBe('x'.repeat(32))
    expect(await refusal(secrets.signingSecret('arn:short'))).toMatchObject({ name: 'Misconfigured' })
  })

  it('that are not there are a fault of the installation’s, not a missing value', async () => {
    expect(await refusal(secrets.signingSecret('arn:nowhere'))).toMatchObject({ name: 'GetParameterError' })
  })
})
