import OAuthClient from 'intuit-oauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APP, CALLBACK, consent, REALM, type Running, startSimulator } from './running.ts'

let running: Running
beforeAll(async () => {
  running = await startSimulator()
  OAuthClient.jwks_uri = `${running.url}/op/v1/jwks`
})
afterAll(() => running.close())

const { Accounting, OpenId, Profile, Email } = OAuthClient.scopes

function client(changes: Partial<ConstructorParameters<typeof OAuthClient>[0]> = {}): OAuthClient {
  const created = new OAuthClient({
    clientId: APP.clientId,
    clientSecret: APP.clientSecret,
    environment: 'sandbox',
    redirectUri: CALLBACK,
    ...changes,
  })
  return created.setAuthorizeURLs({
    authorizeEndpoint: `${running.url}/connect/oauth2`,
    tokenEndpoint: `${running.url}/oauth2/v1/tokens/bearer`,
    revokeEndpoint: `${running.url}/v2/oauth2/tokens/revoke`,
    userInfoEndpoint: `${running.url}/v1/openid_connect/userinfo`,
  })
}

async function connected(scope: string[] = [Accounting], changes = {}): Promise<OAuthClient> {
  const created = client(changes)
  await created.createToken(await consent(created.authorizeUri({ scope, state: 'testState' })))
  return created
}

const failure = async (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: { error?: string; error_description?: string; code?: string; message?: string; intuit_tid?: string }) =>
      error,
  )

describe('intuit-oauth', () => {
  it('connects a company, step by step as its README shows', async () => {
    const oauthClient = client()
    const authUri = oauthClient.authorizeUri({ scope: [Accounting, OpenId], state: 'testState' })
    const callback = await consent(authUri)
    expect(new URL(callback).searchParams.get('state')).toBe('testState')
    const authResponse = await oauthClient.createToken(callback)
    expect(authResponse.status()).toBe(200)
    expect(authResponse.getIntuitTid()).toMatch(/^1-/)
    expect(oauthClient.getToken().getToken()).toMatchObject({
      token_type: 'bearer',
      expires_in: 3600,
      x_refresh_token_expires_in: 8_726_400,
      realmId: REALM,
    })
    expect(oauthClient.isAccessTokenValid()).toBe(true)
  })

  it('calls the Accounting API with what it got', async () => {
    const oauthClient = await connected()
    const info = await oauthClient.makeApiCall({ url: `${running.url}/v3/company/${REALM}/companyinfo/${REALM}` })
    expect(info.json).toMatchObject({ CompanyInfo: { Country: 'US' } })
    const made = await oauthClient.makeApiCall({
      url: `${running.url}/v3/company/${REALM}/customer`,
      method: 'POST',
      body: { DisplayName: 'Made by intuit-oauth' },
    })
    expect(made.json).toMatchObject({ Customer: { DisplayName: 'Made by intuit-oauth', SyncToken: '0' } })
  })

  it('reads QuickBooks’ own faults', async () => {
    const oauthClient = await connected()
    const url = `${running.url}/v3/company/${REALM}/customer`
    const body = { DisplayName: 'Twice' }
    await oauthClient.makeApiCall({ url, method: 'POST', body })
    expect(await failure(oauthClient.makeApiCall({ url, method: 'POST', body }))).toMatchObject({
      message: 'Duplicate Name Exists Error',
      code: '6240',
    })
  })

  it('refreshes, by its own token and by one that is passed in', async () => {
    const oauthClient = await connected()
    const before = oauthClient.getToken().access_token
    const refreshed = await oauthClient.refresh()
    expect(refreshed.getToken().access_token).not.toBe(before)
    await client().refreshUsingToken(oauthClient.getToken().refresh_token)
  })

  it('learns the five-year cap when it asks for it', async () => {
    const oauthClient = await connected([Accounting], { includeRefreshTokenHardExpiresIn: true })
    expect(oauthClient.getToken().x_refresh_token_hard_expires_in).toBe(157_680_000)
  })

  it('gets invalid_grant for a code used twice', async () => {
    const oauthClient = client()
    const callback = await consent(oauthClient.authorizeUri({ scope: [Accounting], state: 's' }))
    await oauthClient.createToken(callback)
    expect(await failure(oauthClient.createToken(callback))).toMatchObject({ error: 'invalid_grant' })
  })

  it('gets invalid_grant for a refresh token that is not there, and invalid_client for a wrong secret', async () => {
    expect(await failure(client().refreshUsingToken('RT1-nothing'))).toMatchObject({ error: 'invalid_grant' })
    const stranger = client({ clientSecret: 'wrong' })
    const error = await failure(stranger.refreshUsingToken('RT1-nothing'))
    expect(error).toMatchObject({ error: 'invalid_client' })
  })

  it('revokes, and can do nothing afterwards', async () => {
    const oauthClient = await connected()
    const { access_token, refresh_token } = oauthClient.getToken()
    const answer = await oauthClient.revoke()
    expect(answer.status()).toBe(200)
    expect(await failure(client().refreshUsingToken(refresh_token))).toMatchObject({ error: 'invalid_grant' })
    const late = client({ token: { access_token, token_type: 'bearer', expires_in: 3600 } })
    const url = `${running.url}/v3/company/${REALM}/companyinfo/${REALM}`
    expect(await failure(late.makeApiCall({ url }))).toMatchObject({ code: '403' })
    expect(await failure(late.revoke({ access_token }))).toBeDefined()
  })

  it('validates the id_token against the keys, and reads who signed in', async () => {
    const oauthClient = await connected([OpenId, Profile, Email])
    expect(await oauthClient.validateIdToken()).toBe(true)
    const info = await oauthClient.getUserInfo()
    expect(info.json).toMatchObject({ givenName: 'John', email: 'john@doe.com' })
  })
})
