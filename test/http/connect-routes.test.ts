import { describe, expect, it } from 'vitest'
import { connectRoutes } from '#http/connection-routes'
import { type Ask, claimsOf, connect, connectWorld } from './world.ts'

const REALM = '9341452000000077'
const html = { accept: 'text/html,application/xhtml+xml' }
const anyone = { claims: undefined }

/** Begins to connect, and answers with the state that Intuit sends back. */
async function begun(ask: Ask, workspace = 'acme'): Promise<string> {
  const { json } = await ask('POST', '/connection/authorize', { claims: claimsOf(workspace) })
  return new URL(json.url ?? '').searchParams.get('state') ?? ''
}

const callback = (ask: Ask, query: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
  ask('GET', '/oauth/callback', { ...anyone, query, headers })

describe('POST /connection/authorize and /connection/disconnect', () => {
  it.each(connectRoutes)('need an administrator: $path', async ({ method, path }) => {
    const { ask } = connectWorld()
    const claims = claimsOf('acme', 'tandem/read tandem/write')
    expect(await ask(method, path, { claims })).toMatchObject({
      status: 403,
      json: { type: '/problems/scope-missing' },
    })
    expect(await ask(method, path, anyone)).toMatchObject({ status: 401 })
  })

  it('answers with a link for ten minutes, another one each time', async () => {
    const { ask, ports } = connectWorld()
    const first = await ask('POST', '/connection/authorize')
    expect(first).toMatchObject({
      status: 200,
      json: { expiresAt: new Date(ports.clock.now() + 600_000).toISOString() },
    })
    expect((await ask('POST', '/connection/authorize')).json.url).not.toBe(first.json.url)
  })

  it('takes the access back at Intuit and says so; then nothing is connected', async () => {
    const { ask, intuit } = connectWorld()
    await callback(ask, { state: await begun(ask), code: 'code-1', realmId: REALM })
    expect(await ask('POST', '/connection/disconnect')).toMatchObject({
      status: 200,
      json: { status: 'disconnected', realmId: REALM, revoked: true },
    })
    expect(intuit.revoked).toHaveLength(1)
    expect(await ask('POST', '/connection/disconnect')).toMatchObject({
      status: 409,
      json: { type: '/problems/not-connected' },
    })
  })

  it('forgets the access even while Intuit is down, and says what to do there', async () => {
    const { ask, ports, intuit } = connectWorld()
    await callback(ask, { state: await begun(ask), code: 'code-1', realmId: REALM })
    intuit.setTrouble({ kind: 'quickbooksDown', reason: 'maintenance' })
    const { status, json } = await ask('POST', '/connection/disconnect')
    expect([status, json]).toMatchObject([200, { revoked: false, reason: expect.stringContaining('Intuit') }])
    expect(await ports.connections.tokens('acme')).toBeUndefined()
  })
})

describe('GET /oauth/callback', () => {
  it('shows a browser which company is connected to which workspace, and who asked', async () => {
    const { ask, ports } = connectWorld()
    const shown = await callback(ask, { state: await begun(ask), code: 'code-1', realmId: REALM }, html)
    expect(shown).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(shown.text).toContain(REALM)
    expect(shown.text).toContain('workspace acme')
    expect(shown.text).toContain('asked for by ada')
    expect(await ports.connections.get('acme')).toMatchObject({ status: 'connected', realmId: REALM })
  })

  it('answers JSON to a program', async () => {
    const { ask } = connectWorld()
    const query = { state: await begun(ask), code: 'code-1', realmId: REALM }
    expect(await callback(ask, query, { accept: 'application/json' })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      json: { workspace: 'acme', realmId: REALM, askedBy: 'ada' },
    })
  })

  it('reflects neither code nor state nor token, and sends the address to nobody', async () => {
    const { ask } = connectWorld()
    const state = await begun(ask)
    for (const headers of [html, { accept: 'application/json' }]) {
      const { text, headers: sent } = await callback(ask, { state, code: 'code-1', realmId: REALM }, headers)
      expect(text).not.toMatch(/code-1|access-|refresh-/)
      expect(text).not.toContain(state)
      if (headers === html) expect(sent['referrer-policy']).toBe('no-referrer')
    }
  })

  it('shows what others put into the address or a name as text, under a policy that runs nothing', async () => {
    const { ask, ports } = connectWorld()
    const attack = '"><script>alert(1)</script>'
    const claims = claimsOf('acme', 'tandem/admin', attack)
    const { json } = await ask('POST', '/connection/authorize', { claims })
    const state = new URL(json.url ?? '').searchParams.get('state') ?? ''
    const good = await callback(ask, { state, code: 'code-1', realmId: REALM }, html)
    const bad = await callback(ask, { state: attack, code: attack, realmId: attack, error: attack }, html)
    for (const { text, headers } of [good, bad]) {
      expect(text).not.toContain('<script')
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    }
    expect(good.text).toContain('&#60;script&#62;')
    expect(JSON.stringify(ports.log.lines())).not.toContain('alert')
  })

  it.each<readonly [string, Readonly<Record<string, string>>, number, string]>([
    ['without a state', { code: 'code-1', realmId: REALM }, 400, 'state-invalid'],
    ['with a state that nobody made', { state: 'a.b', code: 'code-1', realmId: REALM }, 400, 'state-invalid'],
    ['without a code', { realmId: REALM }, 400, 'invalid-input'],
    ['without a company', { code: 'code-1' }, 400, 'invalid-input'],
    ['with a code of another time', { code: 'used', realmId: REALM }, 400, 'grant-refused'],
    ['after “No thanks”', { error: 'access_denied' }, 403, 'consent-denied'],
    ['with a code of 3,000 letters', { code: 'x'.repeat(3_000), realmId: REALM }, 400, 'invalid-input'],
  ])('%s connects nothing, and says why to browsers and programs', async (what, query, status, type) => {
    const { ask, ports } = connectWorld()
    const given = async () => (what.includes('a state') ? query : { ...query, state: await begun(ask) })
    const program = await callback(ask, await given())
    expect([program.status, program.json.type]).toEqual([status, `/problems/${type}`])
    const browser = await callback(ask, await given(), html)
    expect([browser.status, browser.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
    expect(browser.text).toContain('<h1>')
    expect(await ports.connections.get('acme')).toBeUndefined()
  })

  it('takes a state once, and for ten minutes', async () => {
    const { ask, ports, intuit } = connectWorld()
    const state = await begun(ask)
    await callback(ask, { state, code: 'code-1', realmId: REALM })
    intuit.addCode('code-2')
    const again = await callback(ask, { state, code: 'code-2', realmId: REALM })
    expect(again).toMatchObject({ status: 400, json: { type: '/problems/state-invalid' } })
    const late = await begun(ask)
    await ports.clock.advance(600_001)
    expect(await callback(ask, { state: late, code: 'code-2', realmId: REALM })).toMatchObject({
      status: 400,
      json: { type: '/problems/state-invalid', detail: expect.stringContaining('ten minutes') },
    })
  })

  it('refuses a second company, and one that another workspace holds', async () => {
    const { ask, ports } = connectWorld()
    await connect(ports, 'globex', '777')
    const held = await callback(ask, { state: await begun(ask), code: 'code-1', realmId: '777' })
    expect(held).toMatchObject({ status: 409, json: { type: '/problems/company-held-elsewhere' } })
    expect(held.text).not.toContain('globex')
    const second = await callback(ask, { state: await begun(ask, 'globex'), code: 'code-1', realmId: REALM })
    expect(second).toMatchObject({ status: 409, json: { type: '/problems/already-connected' } })
  })

  it('takes what Intuit may add to the address', async () => {
    const { ask } = connectWorld()
    const query = { state: await begun(ask), code: 'code-1', realmId: REALM, something: 'new' }
    expect((await callback(ask, query)).status).toBe(200)
  })
})

describe('GET /oauth/reconnect', () => {
  it('tells people whom Intuit sent what to do', async () => {
    const { ask } = connectWorld()
    const shown = await ask('GET', '/oauth/reconnect', { ...anyone, query: { realmId: '1', appId: 'x' } })
    expect(shown).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(shown.text).toContain('Reconnect QuickBooks')
  })
})
