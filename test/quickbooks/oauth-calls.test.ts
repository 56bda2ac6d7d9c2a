import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import { createConsent } from '#quickbooks/oauth'
import { json, type Script, scriptedServer, text } from './scripted-server.ts'

const NOW = Date.parse('2026-11-23T10:00:00.000Z')
const SECRET = 'the-client-secret'
const REFRESH = 'AB11-the-refresh-token'
const TOKENS = {
  token_type: 'bearer',
  access_token: 'eyJ-access',
  refresh_token: 'AB11-next',
  expires_in: 3_600,
  x_refresh_token_expires_in: 8_726_400,
  x_refresh_token_hard_expires_in: 157_494_248,
  x_refresh_token_lifetime_expires_in: 1,
}

let server: Awaited<ReturnType<typeof scriptedServer>>
beforeEach(async () => {
  server = await scriptedServer()
})
afterEach(() => server.close())

function consent(timeoutMs?: number, simulatorUrl: string | undefined = server.url) {
  return createConsent({
    credentials: async () => ({ clientId: 'client&id', clientSecret: SECRET }),
    environment: 'sandbox',
    redirectUri: 'http://localhost:3000/oauth/callback',
    simulatorUrl,
    timeoutMs,
    clock: { now: () => NOW },
  })
}

const failureOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => {
      throw new Error('It succeeded.')
    },
    (thrown: unknown) => thrown,
  )

const form = (body: string) => Object.fromEntries(new URLSearchParams(body))
const fromNow = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString()

describe('asking for consent', () => {
  const intuit = createConsent({
    credentials: async () => ({ clientId: 'client&id', clientSecret: SECRET }),
    environment: 'production',
    redirectUri: 'https://tandem.example/oauth/callback',
    clock: { now: () => NOW },
  })

  it('leads to Intuit with the accounting scope, our redirect URI and the state', async () => {
    const url = new URL(await intuit.authorizeUrl('a state/+'))
    expect(url.origin + url.pathname).toBe('https://appcenter.intuit.com/connect/oauth2')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'client&id',
      response_type: 'code',
      scope: 'com.intuit.quickbooks.accounting',
      redirect_uri: 'https://tandem.example/oauth/callback',
      state: 'a state/+',
    })
  })

  it('leads to the simulator where there is one, and changes nothing for others in the process', async () => {
    expect(await consent().authorizeUrl('s')).toMatch(new RegExp(`^${server.url}/connect/oauth2\\?`))
    expect(await intuit.authorizeUrl('s')).toMatch(/^https:\/\/appcenter\.intuit\.com\//)
  })

  it('never puts the secret into the address', async () => {
    expect(await consent().authorizeUrl('s')).not.toContain(SECRET)
  })
})

describe('tokens', () => {
  beforeEach(() => server.answer(json(200, TOKENS)))

  it('come for a code, with the moments at which they end', async () => {
    expect(await consent().exchange('a+code/ä&b')).toEqual({
      accessToken: 'eyJ-access',
      refreshToken: 'AB11-next',
      accessExpiresAt: fromNow(3_600),
      refreshExpiresAt: fromNow(8_726_400),
      hardExpiresAt: fromNow(157_494_248),
    })
    const [request] = server.seen
    expect(request?.path).toBe('/oauth2/v1/tokens/bearer')
    expect(form(request?.body ?? '')).toEqual({
      grant_type: 'authorization_code',
      code: 'a+code/ä&b',
      redirect_uri: 'http://localhost:3000/oauth/callback',
    })
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from(`client&id:${SECRET}`).toString('base64')}`)
    expect(request?.headers['x-include-refresh-token-hard-expires-in']).toBe('true')
  })

  it('come for a refresh token', async () => {
    expect(await consent().refresh(REFRESH)).toMatchObject({
      refreshToken: 'AB11-next',
      hardExpiresAt: fromNow(157_494_248),
    })
    expect(form(server.seen[0]?.body ?? '')).toEqual({ grant_type: 'refresh_token', refresh_token: REFRESH })
  })

  it('have the documented lives where the answer names none, and are not thrown away', async () => {
    server.answer(json(200, { access_token: 'a', refresh_token: 'r', x_refresh_token_hard_expires_in: null }))
    expect(await consent().refresh(REFRESH)).toEqual({
      accessToken: 'a',
      refreshToken: 'r',
      accessExpiresAt: fromNow(3_600),
      refreshExpiresAt: fromNow(8_640_000),
    })
  })

  it('keep the refresh token that was sent when no other comes back', async () => {
    server.answer(json(200, { access_token: 'a', expires_in: 3_600 }))
    expect((await consent().refresh(REFRESH)).refreshToken).toBe(REFRESH)
    expect(problemOf(await failureOf(consent().exchange('code')))?.kind).toBe('quickbooksUnreadable')
  })

  it('are asked for once when two ask with one refresh token at the same time', async () => {
    const one = consent()
    const [first, second] = await Promise.all([one.refresh(REFRESH), one.refresh(REFRESH)])
    expect(first).toEqual(second)
    expect(server.seen).toHaveLength(1)
    await one.refresh(REFRESH)
    expect(server.seen).toHaveLength(2)
  })

  it('are not asked for without a code or a refresh token', async () => {
    expect(problemOf(await failureOf(consent().exchange('')))?.kind).toBe('grantRefused')
    expect(problemOf(await failureOf(consent().refresh('')))?.kind).toBe('grantRefused')
    expect(server.seen).toHaveLength(0)
  })
})

describe('revoking', () => {
  it('sends the token and needs no answer but 200', async () => {
    server.answer(text(200, 'text/plain', ''))
    await consent().revoke(REFRESH)
    expect(server.seen[0]?.path).toBe('/v2/oauth2/tokens/revoke')
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ token: REFRESH })
  })

  it('says so when the token is none any more', async () => {
    server.answer(text(400, 'text/plain', ''))
    expect(problemOf(await failureOf(consent().revoke(REFRESH)))?.kind).toBe('grantRefused')
  })
})

describe('an OAuth server in trouble', () => {
  it.each<[string, Script, object]>([
    ['invalid_grant', json(400, { error: 'invalid_grant' }), { kind: 'grantRefused' }],
    [
      'invalid_grant with a description',
      json(400, { error_description: 'Token invalid', error: 'invalid_grant' }),
      { kind: 'grantRefused', reason: 'Intuit refused the grant: Token invalid.' },
    ],
    [
      'invalid_client (401)',
      json(401, { error: 'invalid_client' }),
      { kind: 'quickbooksRefused', code: 'invalid_client' },
    ],
    [
      'invalid_client (400)',
      json(400, { error: 'invalid_client' }),
      { kind: 'quickbooksRefused', code: 'invalid_client' },
    ],
    [
      'invalid_request',
      json(400, { error: 'invalid_request' }),
      { kind: 'quickbooksRefused', code: 'invalid_request' },
    ],
    ['429', text(429, 'text/plain', 'slow down'), { kind: 'quickbooksThrottled', restMs: 60_000 }],
    ['500', json(500, { error: 'server_error' }), { kind: 'quickbooksDown' }],
    ['503 with a page', text(503, 'text/html', '<html></html>'), { kind: 'quickbooksDown' }],
    ['a page with 200', text(200, 'text/html', '<html>sign in</html>'), { kind: 'quickbooksUnreadable' }],
    ['tokens that are cut off', text(200, 'application/json', '{"access_token":"ey'), { kind: 'quickbooksUnreadable' }],
    [
      'a redirect',
      (_, response) => response.writeHead(307, { location: '/again' }).end(),
      { kind: 'quickbooksUnreadable' },
    ],
    ['a reset connection', (_, response) => response.socket?.resetAndDestroy(), { kind: 'quickbooksDown' }],
  ])('%s: the token is sent once and never again by itself, and is in no error', async (_name, script, problem) => {
    server.answer(script)
    for (const ask of [() => consent().refresh(REFRESH), () => consent().exchange(REFRESH)]) {
      const before = server.seen.length
      const thrown = await failureOf(ask())
      expect(problemOf(thrown)).toMatchObject(problem)
      expect(server.seen.length - before).toBe(1)
      expect(inspect(thrown, { depth: 12 })).not.toMatch(new RegExp(`${REFRESH}|${SECRET}|Basic `))
    }
  })

  it('that does not answer is given up after the time limit, and gets the token once', async () => {
    server.answer(() => {})
    expect(problemOf(await failureOf(consent(50).refresh(REFRESH)))?.kind).toBe('quickbooksDown')
    expect(server.seen).toHaveLength(1)
  })

  it('does not keep a later refresh from being tried', async () => {
    const one = consent()
    server.answer(json(503, {}))
    await failureOf(one.refresh(REFRESH))
    server.answer(json(200, TOKENS))
    expect((await one.refresh(REFRESH)).accessToken).toBe('eyJ-access')
  })
})
