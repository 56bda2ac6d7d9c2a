import { describe, expect, it } from 'vitest'
import { APP, basic, CALLBACK, createDriver, DAY, OTHER_APP, OTHER_REALM, REALM, SECOND } from './driver.ts'

const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('exchanging a code', () => {
  it('answers the documented fields in their order, without realmId', async () => {
    const driver = createDriver()
    const answer = await driver.exchange(await driver.code())
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.tokens)).toEqual([
      'token_type',
      'access_token',
      'refresh_token',
      'expires_in',
      'x_refresh_token_expires_in',
    ])
    expect(answer.tokens).toMatchObject({
      token_type: 'bearer',
      expires_in: 3600,
      x_refresh_token_expires_in: 8_726_400,
    })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json;charset=utf-8',
      'cache-control': 'no-cache, no-store',
    })
    expect(answer.headers.intuit_tid).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  })

  it('adds the five-year cap only for who asks by header', async () => {
    const driver = createDriver()
    const answer = await driver.token(
      { grant_type: 'authorization_code', code: await driver.code(), redirect_uri: CALLBACK },
      { authorization: basic(APP), 'x-include-refresh-token-hard-expires-in': 'true' },
    )
    expect(answer.tokens.x_refresh_token_hard_expires_in).toBe(5 * 365 * 86_400)
    expect(answer.text).not.toContain('lifetime')
  })

  it('tells 100 days instead of 101 by switch', async () => {
    const driver = createDriver({ switches: { 'refresh-token-life': '100-days' } })
    expect((await driver.connect()).x_refresh_token_expires_in).toBe(8_640_000)
  })

  it('refuses a code after five minutes', async () => {
    const driver = createDriver()
    const [late, justInTime] = [await driver.code(), await driver.code()]
    driver.clock.advance(5 * MINUTE - 1)
    expect((await driver.exchange(justInTime)).status).toBe(200)
    driver.clock.advance(1)
    const answer = await driver.exchange(late)
    expect([answer.status, answer.text]).toEqual([400, '{"error":"invalid_grant"}'])
  })

  it('refuses a code for another redirect URI, of another app, or that was never given', async () => {
    const driver = createDriver()
    const code = await driver.code()
    const elsewhere = { grant_type: 'authorization_code', code, redirect_uri: 'http://localhost:3000/other' }
    expect((await driver.token(elsewhere)).text).toBe('{"error":"invalid_grant"}')
    expect((await driver.exchange(code, OTHER_APP)).text).toBe('{"error":"invalid_grant"}')
    expect((await driver.exchange('XAB1nonsense')).text).toBe('{"error":"invalid_grant"}')
    expect((await driver.exchange(code)).status).toBe(200)
  })

  it('refuses a code the second time and revokes what the first exchange gave', async () => {
    const driver = createDriver()
    const code = await driver.code()
    const { tokens } = await driver.exchange(code)
    expect((await driver.exchange(code)).text).toBe('{"error":"invalid_grant"}')
    expect(driver.opens(tokens.access_token)).toBe(false)
    expect((await driver.refresh(tokens.refresh_token)).status).toBe(400)
  })

  it('leaves the first exchange alone when the switch says that reuse is only refused', async () => {
    const driver = createDriver({ switches: { 'code-reuse': 'refuses' } })
    const code = await driver.code()
    const { tokens } = await driver.exchange(code)
    expect((await driver.exchange(code)).status).toBe(400)
    expect(driver.opens(tokens.access_token)).toBe(true)
  })
})

describe('the token endpoint', () => {
  it('answers invalid_client to a wrong secret, an unknown app and no credentials, 401 or 400 by switch', async () => {
    for (const [position, status] of [
      ['401', 401],
      ['400', 400],
    ] as const) {
      const driver = createDriver({ switches: { 'invalid-client-status': position } })
      const fields = { grant_type: 'refresh_token', refresh_token: (await driver.connect()).refresh_token }
      for (const headers of [
        { authorization: basic({ ...APP, clientSecret: 'x' }) },
        { authorization: basic({ ...APP, clientId: 'x' }) },
        { authorization: 'Basic ?' },
        {},
      ]) {
        const answer = await driver.token(fields, headers)
        expect([answer.status, answer.text]).toEqual([status, '{"error":"invalid_client"}'])
      }
    }
  })

  it('answers OAuth errors to a missing or unknown grant type and to a missing token', async () => {
    const driver = createDriver()
    expect((await driver.token({})).text).toBe('{"error":"invalid_request"}')
    expect((await driver.token({ grant_type: 'refresh_token' })).text).toBe('{"error":"invalid_request"}')
    expect((await driver.token({ grant_type: 'password' })).text).toBe('{"error":"unsupported_grant_type"}')
  })

  it('describes invalid_grant by switch', async () => {
    const driver = createDriver({ switches: { 'invalid-grant-body': 'described' } })
    const answer = await driver.refresh('RT1-unknown')
    expect(answer.text).toBe('{"error_description":"Token invalid","error":"invalid_grant"}')
  })
})

describe('an access token', () => {
  it('opens its company for an hour and no other company', async () => {
    const driver = createDriver()
    const { access_token } = await driver.connect()
    const { authority } = driver.simulator.modules
    const at = (realmId: string) => authority.authorize(access_token, realmId, driver.clock.now())
    expect(at(REALM)).toEqual({ ok: true, appId: APP.clientId })
    expect(at(OTHER_REALM)).toEqual({ ok: false, reason: 'forbidden' })
    driver.clock.advance(HOUR - 1)
    expect(at(REALM).ok).toBe(true)
    driver.clock.advance(1)
    const expired = at(REALM)
    expect(expired).toMatchObject({ ok: false, reason: 'expired' })
    // It carries its end, as the refresh token does.
    const end = String(Math.floor(driver.clock.now() / 1_000))
    expect(!expired.ok && expired.tokenName).toMatch(new RegExp(`^AB0${end}[A-Za-z0-9]{37}$`))
  })

  it('without the accounting scope opens none', async () => {
    const driver = createDriver()
    const { tokens } = await driver.exchange(await driver.code({ scope: 'openid com.intuit.quickbooks.payment' }))
    const check = driver.simulator.modules.authority.authorize(tokens.access_token, REALM, driver.clock.now())
    expect(check).toEqual({ ok: false, reason: 'forbidden' })
  })

  it('that is too short or too long is malformed, and one never issued is unknown', () => {
    const { simulator, clock } = createDriver()
    const reason = (token: string) => simulator.modules.authority.authorize(token, REALM, clock.now())
    expect(reason('short')).toEqual({ ok: false, reason: 'malformed' })
    expect(reason('x'.repeat(4097))).toEqual({ ok: false, reason: 'malformed' })
    expect(reason('x'.repeat(700))).toEqual({ ok: false, reason: 'unknown' })
  })
})

describe('refreshing', () => {
  it('gives a new access token and, within 24 hours, the same refresh token, whose life goes on from its issue', async () => {
    const driver = createDriver()
    const first = await driver.connect()
    driver.clock.advance(DAY - 1)
    const { tokens } = await driver.refresh(first.refresh_token)
    expect(tokens.refresh_token).toBe(first.refresh_token)
    expect(tokens.access_token).not.toBe(first.access_token)
    expect(tokens.x_refresh_token_expires_in).toBe(8_726_400 - 86_400)
    driver.clock.advance(100 * DAY + 1)
    expect((await driver.refresh(first.refresh_token)).text).toBe('{"error":"invalid_grant"}')
  })

  it('tells what is left of the value’s life: 8726071 s after 329 s, as recorded', async () => {
    const driver = createDriver()
    const first = await driver.connect()
    driver.clock.advance(329 * SECOND)
    expect((await driver.refresh(first.refresh_token)).tokens.x_refresh_token_expires_in).toBe(8_726_071)
  })

  it('starts a new life with each new value, which says when it ends', async () => {
    const driver = createDriver()
    let { refresh_token } = await driver.connect()
    for (let round = 0; round < 3; round++) {
      const end = Math.floor((driver.clock.now() + 8_726_400 * SECOND) / 1_000)
      expect(refresh_token).toMatch(new RegExp(`^AB1${end}[A-Za-z0-9]{37}$`))
      driver.clock.advance(100 * DAY)
      const { tokens } = await driver.refresh(refresh_token)
      expect(tokens.x_refresh_token_expires_in).toBe(8_726_400)
      refresh_token = tokens.refresh_token
    }
  })

  it('takes client id and secret in the body as well, and no wrong or missing secret', async () => {
    const driver = createDriver()
    const { refresh_token } = await driver.connect()
    const form = { grant_type: 'refresh_token', refresh_token, client_id: APP.clientId }
    const posted = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      driver.token(fields, headers)
    expect((await posted({ ...form, client_secret: APP.clientSecret })).status).toBe(200)
    for (const wrong of [form, { ...form, client_secret: 'wrong' }, { ...form, client_secret: '' }]) {
      const { status, text } = await posted(wrong)
      expect([status, text]).toEqual([401, '{"error":"invalid_client"}'])
    }
    // What stands in the header counts where there is one.
    const both = await posted({ ...form, client_secret: APP.clientSecret }, { authorization: basic(OTHER_APP) })
    expect(both.text).toBe('{"error":"invalid_grant"}')
  })

  it('gives a new value on the first refresh after 24 hours, and again a day later', async () => {
    const driver = createDriver()
    const first = await driver.connect()
    driver.clock.advance(DAY)
    const second = (await driver.refresh(first.refresh_token)).tokens
    expect(second.refresh_token).not.toBe(first.refresh_token)
    driver.clock.advance(HOUR)
    expect((await driver.refresh(second.refresh_token)).tokens.refresh_token).toBe(second.refresh_token)
    driver.clock.advance(DAY)
    expect((await driver.refresh(second.refresh_token)).tokens.refresh_token).not.toBe(second.refresh_token)
  })

  it('kills the old value at once and, used again, the whole connection', async () => {
    const driver = createDriver()
    const first = await driver.connect()
    driver.clock.advance(DAY)
    const second = (await driver.refresh(first.refresh_token)).tokens
    expect((await driver.refresh(first.refresh_token)).text).toBe('{"error":"invalid_grant"}')
    expect(driver.opens(second.access_token)).toBe(false)
    expect((await driver.refresh(second.refresh_token)).text).toBe('{"error":"invalid_grant"}')
  })

  it('only refuses the old value when the switch says so', async () => {
    const driver = createDriver({ switches: { 'refresh-token-reuse': 'refuses' } })
    const first = await driver.connect()
    driver.clock.advance(DAY)
    const second = (await driver.refresh(first.refresh_token)).tokens
    expect((await driver.refresh(first.refresh_token)).status).toBe(400)
    expect(driver.opens(second.access_token)).toBe(true)
    expect((await driver.refresh(second.refresh_token)).status).toBe(200)
  })

  it('lets the old value live through its grace by switch, and returns the new one for it', async () => {
    const driver = createDriver({ switches: { 'old-refresh-token': '60-seconds-grace' } })
    const first = await driver.connect()
    driver.clock.advance(DAY)
    const second = (await driver.refresh(first.refresh_token)).tokens
    driver.clock.advance(MINUTE - 1)
    expect((await driver.refresh(first.refresh_token)).tokens.refresh_token).toBe(second.refresh_token)
    driver.clock.advance(1)
    expect((await driver.refresh(first.refresh_token)).status).toBe(400)
  })

  it('dies when it is not used for 101 days', async () => {
    const driver = createDriver()
    const { refresh_token } = await driver.connect()
    driver.clock.advance(8_726_400 * SECOND)
    expect((await driver.refresh(refresh_token)).text).toBe('{"error":"invalid_grant"}')
  })

  it('ends after five years however often it is refreshed, and says so as the end comes near', async () => {
    const driver = createDriver()
    let { refresh_token } = await driver.connect()
    for (let day = 90; day < 5 * 365; day += 90) {
      driver.clock.advance(90 * DAY)
      const { tokens, status } = await driver.refresh(refresh_token)
      expect(status).toBe(200)
      refresh_token = tokens.refresh_token
      const left = (5 * 365 - day) * 86_400
      expect(tokens.x_refresh_token_expires_in).toBe(Math.min(8_726_400, left))
    }
    driver.clock.advance(90 * DAY)
    expect((await driver.refresh(refresh_token)).text).toBe('{"error":"invalid_grant"}')
  })

  it('refuses a refresh while one with the same value is being answered, and revokes what that one won', async () => {
    const driver = createDriver({ gateway: { latency: { fixedMs: 200 } } })
    const first = await driver.connect()
    const winner = await driver.refresh(first.refresh_token)
    driver.clock.advance(199)
    expect((await driver.refresh(first.refresh_token)).text).toBe('{"error":"invalid_grant"}')
    expect(driver.opens(winner.tokens.access_token)).toBe(false)
  })

  it('takes two refreshes one after the other, however close', async () => {
    const driver = createDriver({ gateway: { latency: { fixedMs: 200 } } })
    const first = await driver.connect()
    await driver.refresh(first.refresh_token)
    driver.clock.advance(200)
    expect((await driver.refresh(first.refresh_token)).status).toBe(200)
  })

  it('counts refreshes within a second as concurrent, or never, by switch', async () => {
    const strict = createDriver({ switches: { 'concurrent-refresh': 'within-a-second' } })
    const first = await strict.connect()
    await strict.refresh(first.refresh_token)
    strict.clock.advance(999)
    expect((await strict.refresh(first.refresh_token)).status).toBe(400)

    const lax = createDriver({ switches: { 'concurrent-refresh': 'never' }, gateway: { latency: { fixedMs: 200 } } })
    const other = await lax.connect()
    await lax.refresh(other.refresh_token)
    expect((await lax.refresh(other.refresh_token)).status).toBe(200)
  })

  it('refuses the refresh token of another app', async () => {
    const driver = createDriver()
    const { refresh_token } = await driver.connect()
    expect((await driver.refresh(refresh_token, OTHER_APP)).text).toBe('{"error":"invalid_grant"}')
    expect((await driver.refresh(refresh_token)).status).toBe(200)
  })
})

describe('a refresh whose answer is lost', () => {
  it('has rotated the value all the same', async () => {
    const driver = createDriver({ switches: { 'refresh-token-reuse': 'refuses' } })
    const { refresh_token } = await driver.connect()
    driver.clock.advance(DAY)
    driver.simulator.faults.add({ fault: { kind: 'response-lost' }, path: 'tokens/bearer', times: 1 })
    const lost = await driver.simulator.handle({
      method: 'POST',
      path: '/oauth2/v1/tokens/bearer',
      headers: { authorization: basic(APP) },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }).toString(),
    })
    expect(lost.transport).toEqual({ kind: 'reset' })
    expect((await driver.refresh(refresh_token)).text).toBe('{"error":"invalid_grant"}')
  })

  it('can be repeated within 24 hours, when the value stays the same', async () => {
    const driver = createDriver()
    const { refresh_token } = await driver.connect()
    driver.simulator.faults.add({ fault: { kind: 'response-lost' }, path: 'tokens/bearer', times: 1 })
    const form = { grant_type: 'refresh_token', refresh_token }
    await driver.token(form)
    expect((await driver.token(form)).status).toBe(200)
  })
})

describe('several apps and companies', () => {
  it('hold grants of their own', async () => {
    const driver = createDriver()
    const [mine, theirs] = [await driver.connect(APP), await driver.connect(OTHER_APP)]
    await driver.revoke(mine.access_token)
    expect(driver.opens(mine.access_token)).toBe(false)
    expect(driver.opens(theirs.access_token)).toBe(true)
  })

  it('keep an earlier grant of the same app when it connects again, or end it, by switch', async () => {
    const adds = createDriver()
    const kept = await adds.connect()
    await adds.connect()
    expect(adds.opens(kept.access_token)).toBe(true)

    const replaces = createDriver({ switches: { reconnect: 'replaces' } })
    const ended = await replaces.connect()
    const anew = await replaces.connect()
    expect([replaces.opens(ended.access_token), replaces.opens(anew.access_token)]).toEqual([false, true])
  })
})

describe('revoking', () => {
  it('takes either token, answers 200 with nothing in it, and ends the connection', async () => {
    for (const which of ['access_token', 'refresh_token'] as const) {
      const driver = createDriver()
      const tokens = await driver.connect()
      const answer = await driver.revoke(tokens[which])
      expect([answer.status, answer.body]).toEqual([200, ''])
      expect(driver.opens(tokens.access_token)).toBe(false)
      expect((await driver.refresh(tokens.refresh_token)).text).toBe('{"error":"invalid_grant"}')
    }
  })

  it('answers 400 with nothing in it to a token of another app, one revoked before, and none', async () => {
    const driver = createDriver()
    const { access_token } = await driver.connect()
    const answers = [await driver.revoke(access_token, OTHER_APP), await driver.revoke('nonsense')]
    await driver.revoke(access_token)
    answers.push(await driver.revoke(access_token))
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([400, ''])
  })

  it('answers invalid_client to wrong credentials and revokes nothing', async () => {
    const driver = createDriver()
    const { access_token } = await driver.connect()
    expect((await driver.revoke(access_token, { ...APP, clientSecret: 'x' })).body).toBe('{"error":"invalid_client"}')
    expect(driver.opens(access_token)).toBe(true)
  })

  it('makes the API answer 403, or 401 by switch', async () => {
    for (const [position, reason] of [
      ['403', 'forbidden'],
      ['401', 'revoked'],
    ] as const) {
      const driver = createDriver({ switches: { 'revoked-token': position } })
      const { access_token } = await driver.connect()
      await driver.revoke(access_token)
      const check = driver.simulator.modules.authority.authorize(access_token, REALM, driver.clock.now())
      expect(check).toMatchObject({ ok: false, reason })
    }
  })
})

describe('the state of OAuth', () => {
  it('lives through a restart as JSON: tokens, codes, ends and rotated values', async () => {
    const before = createDriver()
    const [code, usedTwice] = [await before.code(), await before.code()]
    const revoked = await before.connect()
    await before.revoke(revoked.access_token)
    const first = await before.connect()
    await before.exchange(usedTwice)
    before.clock.advance(DAY)
    const rotated = (await before.refresh(first.refresh_token)).tokens

    const after = createDriver()
    after.simulator.modules.oauth.restore(JSON.parse(JSON.stringify(before.simulator.modules.oauth.snapshot())))
    expect((await after.exchange(code)).status).toBe(200)
    expect((await after.exchange(usedTwice)).status).toBe(400)
    expect((await after.refresh(revoked.refresh_token)).status).toBe(400)
    after.clock.advance(DAY)
    expect(after.opens(rotated.access_token)).toBe(true)
    expect((await after.refresh(rotated.refresh_token)).status).toBe(200)
    expect((await after.refresh(first.refresh_token)).status).toBe(400)
    expect(after.opens(rotated.access_token)).toBe(false)
  })

  it('follows from the seed: the same steps give the same tokens', async () => {
    const [one, same, other] = [createDriver({ seed: 7 }), createDriver({ seed: 7 }), createDriver({ seed: 8 })]
    const tokens = await one.connect()
    expect(await same.connect()).toEqual(tokens)
    expect(await other.connect()).not.toEqual(tokens)
  })
})
