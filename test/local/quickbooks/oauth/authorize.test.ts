import { describe, expect, it } from 'vitest'
import { CALLBACK, createDriver, OTHER_REALM, REALM } from './driver.ts'

const UNSAFE = {
  'a missing client_id': { client_id: undefined },
  'an unknown client_id': { client_id: 'ABnobody' },
  'a missing redirect_uri': { redirect_uri: undefined },
  'a redirect_uri that is not listed': { redirect_uri: 'http://localhost:3000/elsewhere' },
  'a redirect_uri that differs by a slash': { redirect_uri: `${CALLBACK}/` },
  'a redirect_uri with query parameters of its own': { redirect_uri: `${CALLBACK}?a=1` },
  'a missing response_type': { response_type: undefined },
  'a response_type other than code': { response_type: 'token' },
  'a missing state': { state: undefined },
  'a missing scope': { scope: undefined },
} as const

describe('the authorize endpoint', () => {
  for (const [what, changes] of Object.entries(UNSAFE)) {
    it(`answers ${what} with a page of its own and no redirect`, async () => {
      const answer = await createDriver().ask(changes)
      expect(answer.status).toBe(400)
      expect(answer.headers).not.toHaveProperty('location')
      expect(answer.body).toContain('there’s a connection problem')
      const [parameter] = Object.keys(changes)
      expect(answer.body).toContain(`The ${parameter} query parameter`)
    })

    it(`gives no code for ${what} when the form is posted by a script`, async () => {
      expect((await createDriver().decide(changes)).href).toBe('about:blank')
    })
  }

  it('sends an unknown scope back to the app as invalid_scope with its state', async () => {
    const answer = await createDriver().ask({ scope: 'com.intuit.quickbooks.accounting com.intuit.everything' })
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toBe(`${CALLBACK}?error=invalid_scope&state=opaque`)
  })

  it('shows a consent page that names the app, both choices and every company, and cannot be framed', async () => {
    const answer = await createDriver().ask()
    expect(answer.status).toBe(200)
    expect(answer.headers['x-frame-options']).toBe('DENY')
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    for (const text of [
      'Sample app',
      '>Connect<',
      '>No thanks<',
      REALM,
      OTHER_REALM,
      'Ada &#38; Sons',
      'Zoë &#34;Z&#34; Ltd',
    ]) {
      expect(answer.body).toContain(text)
    }
  })

  it('offers sandbox companies alone to sandbox keys', async () => {
    const driver = createDriver({
      companies: [
        { realmId: REALM, kind: 'empty' },
        { realmId: OTHER_REALM, kind: 'empty', environment: 'production' },
      ],
    })
    expect((await driver.ask()).body).not.toContain(OTHER_REALM)
    expect((await driver.decide({ realmId: OTHER_REALM })).href).toBe('about:blank')
  })

  it('escapes what the app sent', async () => {
    const answer = await createDriver().ask({ state: '"><script>alert(1)</script>' })
    expect(answer.body).not.toContain('<script>alert')
  })

  it('redirects with code, state and realmId when the person connects', async () => {
    const callback = await createDriver().decide({ state: 'a b&c=d', realmId: OTHER_REALM })
    expect(`${callback.origin}${callback.pathname}`).toBe(CALLBACK)
    expect([...callback.searchParams.keys()]).toEqual(['code', 'state', 'realmId'])
    expect(callback.searchParams.get('state')).toBe('a b&c=d')
    expect(callback.searchParams.get('realmId')).toBe(OTHER_REALM)
    expect(callback.searchParams.get('code')?.length).toBeLessThanOrEqual(512)
  })

  it('redirects with access_denied and state when the person says no', async () => {
    const callback = await createDriver().decide({ decision: 'refuse' })
    expect(callback.search).toBe('?error=access_denied&state=opaque')
  })

  it('gives no realmId to an app that asks for sign-in only', async () => {
    const callback = await createDriver().decide({ scope: 'openid email' })
    expect([...callback.searchParams.keys()]).toEqual(['code', 'state'])
  })

  it('connects no company that is not there', async () => {
    expect((await createDriver().decide({ realmId: '1' })).href).toBe('about:blank')
  })
})

describe('the discovery documents', () => {
  it('are served at both paths, with every endpoint on the host that was asked', async () => {
    const { simulator } = createDriver()
    for (const path of ['/.well-known/openid_configuration', '/.well-known/openid_sandbox_configuration/']) {
      const answer = await simulator.handle({ method: 'GET', path, headers: { host: '127.0.0.1:9000' } })
      const document = JSON.parse(answer.body)
      expect(document).toMatchObject({
        issuer: 'https://oauth.platform.intuit.com/op/v1',
        authorization_endpoint: 'http://127.0.0.1:9000/connect/oauth2',
        token_endpoint: 'http://127.0.0.1:9000/oauth2/v1/tokens/bearer',
        revocation_endpoint: 'http://127.0.0.1:9000/v2/oauth2/tokens/revoke',
        userinfo_endpoint: 'http://127.0.0.1:9000/v1/openid_connect/userinfo',
        jwks_uri: 'http://127.0.0.1:9000/op/v1/jwks',
      })
      expect(document.scopes_supported).toEqual(['openid', 'email', 'profile', 'address', 'phone'])
    }
  })
})
