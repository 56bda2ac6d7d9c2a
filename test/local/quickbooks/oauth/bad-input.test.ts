import fc from 'fast-check'
import { expect, it } from 'vitest'
import { APP, basic, createDriver } from './driver.ts'

const paths = fc.constantFrom('/connect/oauth2', '/oauth2/v1/tokens/bearer', '/v2/oauth2/tokens/revoke')
const headers = fc.record(
  {
    authorization: fc.oneof(
      fc.constant(basic(APP)),
      fc.string(),
      fc.base64String().map((text) => `Basic ${text}`),
    ),
    'content-type': fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain'),
  },
  { requiredKeys: [] },
)
const bodies = fc.oneof(
  fc.uint8Array(),
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .dictionary(
      fc.constantFrom('grant_type', 'code', 'refresh_token', 'redirect_uri', 'token', 'client_id', 'state', 'decision'),
      fc.oneof(fc.string(), fc.constantFrom('authorization_code', 'refresh_token', 'connect', APP.clientId)),
    )
    .map((fields) => new URLSearchParams(fields).toString()),
)

it('answers whatever is sent with a refusal of its own, and never fails or grants', async () => {
  const driver = createDriver()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('GET', 'POST'), paths, headers, bodies, async (method, path, sent, body) => {
      const answer = await driver.simulator.handle({ method, path, headers: sent, body })
      expect([400, 401, 405]).toContain(answer.status)
      expect(answer.headers).not.toHaveProperty('location')
      expect(driver.simulator.modules.oauth.grants()).toEqual([])
    }),
    { numRuns: 300 },
  )
})

it('answers ten megabytes and a wrong method without falling over', async () => {
  const { simulator } = createDriver()
  const path = '/oauth2/v1/tokens/bearer'
  const large = await simulator.handle({ method: 'POST', path, body: 'x'.repeat(10_000_000) })
  expect(large.status).toBe(401)
  expect((await simulator.handle({ method: 'DELETE', path })).status).toBe(405)
})
