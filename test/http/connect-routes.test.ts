import { describe, expect, it } from 'vitest'
import { connectRoutes } from '#http/connection-routes'
import { ADDRESSES, type Ask, claimsOf, connect, connectWorld } from './world.ts'

const REALM = '9341452000000077'
const html = { accept: 'text/html,application/xhtml+xml' }
const anyone = { claims: undefined }

/** Begins to connect, and answers with the state that Intuit sends back. */
async function begun(ask: Ask, workspace = 'acme'): Promise<string> {
  const { json } = await ask('POST', '/connection/authorize', { claims: claimsOf(workspace) })
  return new URL(json.url ?? '').searchParams.get('state') ?? ''
}

/** Comes back from Intuit and confirms, as the person who began. */
async function connected(ask: Ask, workspace = 'acme', code = 'code-1') {
  const { json } = await callback(ask, { state: await begun(ask, workspace), code, realmId: REALM })
  return ask('POST', '/connection/confirm', { claims: claimsOf(workspace), body: { code: json.code } })
}

const callback = (ask: Ask, query: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
  ask('GET', '/oauth/callback', { ...anyone, query, headers })

describe('POST /connection/authorize, /connection/confirm and /connection/disconnect', () => {
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

  it('takes the access back at Intuit and says so; then nothing is connected, and who did it is known', async () => {
    const { ask, intuit, ports } = connectWorld()
    await connected(ask)
    expect(await ask('POST', '/connection/disconnect')).toMatchObject({
      status: 200,
      json: { status: 'disconnected', realmId: REALM, revoked: true },
    })
    expect(intuit.revoked).toHaveLength(1)
    expect((await ports.adminActs.list('acme', 10)).rows).toMatchObject([
      { act: 'disconnected', actor: 'ada', realmId: REALM, revoked: true },
      { act: 'connected', actor: 'ada', realmId: REALM },
    ])
    expect(await ask('POST', '/connection/disconnect')).toMatchObject({
      status: 409,
      json: { type: '/problems/not-connected' },
    })
  })

  it('forgets the access even while Intuit is down, and says what to do there', async () => {
    const { ask, ports, intuit } = connectWorld()
    await connected(ask)
    intuit.setTrouble({ kind: 'quickbooksDown', reason: 'maintenance' })
    const { status, json } = await ask('POST', '/connection/disconnect')
    expect([status, json]).toMatchObject([200, { revoked: false, reason: expect.stringContaining('Intuit') }])
    expect(await ports.connections.tokens('acme')).toBeUndefined()
  })
})

describe('GET /oauth/callback', () => {
  it('shows a browser which workspace and person ask for which company, and a code, and connects nothing', async () => {
    const { ask, ports, intuit } = connectWorld()
    const shown = await callback(ask, { state: await begun(ask), code: 'code-1', realmId: REALM }, html)
    expect(shown).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(shown.text).toContain(REALM)
    expect(shown.text).toContain('workspace acme')
    expect(shown.text).toContain('asked for by ada')
    expect(shown.text).toContain('Nothing is connected yet')
    const code = /<code>([0-9A-Z]{4}-[0-9A-Z]{4})<\/code>/.exec(shown.text)?.[1] ?? ''
    expect(shown.text).toContain(`curl -X POST ${ADDRESSES.publicUrl}/connection/confirm`)
    expect(await ports.connections.get('acme')).toBeUndefined()
    expect(intuit.unusedCodes()).toEqual(['code-1'])
    expect(await ask('POST', '/connection/confirm', { body: { code } })).toMatchObject({
      status: 200,
      json: { workspace: 'acme', realmId: REALM, companyName: 'Craig’s Design', askedBy: 'ada' },
    })
    expect(await ports.connections.get('acme')).toMatchObject({ status: 'connected', realmId: REALM })
  })

  it('answers JSON to a program', async () => {
    const { ask, ports } = connectWorld()
    const query = { state: await begun(ask), code: 'code-1', realmId: REALM }
    expect(await callback(ask, query, { accept: 'application/json' })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      json: {
        workspace: 'acme',
        realmId: REALM,
        askedBy: 'ada',
        code: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/),
        confirmBy: new Date(ports.clock.now() + 240_000).toISOString(),
      },
    })
  })

  it('sends a browser on to the console where there is one, with the code in the fragment, which no server sees', async () => {
    const { ask, ports } = connectWorld({ ...ADDRESSES, consoleUrl: 'https://console.example/start' })
    const shown = await callback(ask, { state: await begun(ask), code: 'code-1', realmId: REALM }, html)
    expect(shown).toMatchObject({ status: 303, text: '', headers: { 'referrer-policy': 'no-referrer' } })
    const to = new URL(shown.headers.location ?? '')
    expect([to.origin, to.pathname, to.search]).toEqual(['https://console.example', '/start', ''])
    const { confirm, ...told } = Object.fromEntries(new URLSearchParams(to.hash.slice(1)))
    expect(told).toMatchObject({ workspace: 'acme', askedBy: 'ada', realmId: REALM })
    expect(await ask('POST', '/connection/confirm', { body: { code: confirm } })).toMatchObject({ status: 200 })
    expect(await ports.connections.get('acme')).toMatchObject({ status: 'connected' })
  })

  it.each([
    ['no state', { code: 'code-1', realmId: REALM }],
    ['a state that is not ours', { state: 'security_token', code: 'code-1', realmId: REALM }],
    ['nothing at all', {}],
  ])('leads a browser with %s to the page that says how to connect', async (_what, query) => {
    const { ask, ports, intuit } = connectWorld()
    expect(await callback(ask, query, html)).toMatchObject({ status: 303, headers: { location: '/oauth/reconnect' } })
    expect(await ports.connections.get('acme')).toBeUndefined()
    expect(intuit.unusedCodes()).toEqual(['code-1'])
  })

  it('reflects neither code nor state nor token, and sends the address to nobody', async () => {
    const { ask } = connectWorld()
    for (const headers of [html, { accept: 'application/json' }]) {
      const state = await begun(ask)
      const { status, text, headers: sent } = await callback(ask, { state, code: 'code-1', realmId: REALM }, headers)
      expect(status).toBe(200)
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
    const again = new URL((await ask('POST', '/connection/authorize', { claims })).json.url ?? '')
    const ours = again.searchParams.get('state') ?? ''
    const bad = await callback(ask, { state: ours, code: attack, realmId: attack }, html)
    for (const { text, headers } of [good, bad]) {
      expect(text).not.toContain('<script')
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    }
    expect(good.text).toContain('&#60;script&#62;')
    expect(JSON.stringify(ports.log.lines())).not.toContain('alert')
  })

  it.each<readonly [string, Readonly<Record<string, string>>, number, string]>([
    ['without a code', { realmId: REALM }, 400, 'invalid-input'],
    ['without a company', { code: 'code-1' }, 400, 'invalid-input'],
    ['after “No thanks”', { error: 'access_denied' }, 403, 'consent-denied'],
    ['with a code of 3,000 letters', { code: 'x'.repeat(3_000), realmId: REALM }, 400, 'invalid-input'],
  ])('%s waits for nobody, and says why to browsers and programs', async (_what, query, status, type) => {
    const { ask, ports } = connectWorld()
    const given = async () => ({ ...query, state: await begun(ask) })
    const program = await callback(ask, await given())
    expect([program.status, program.json.type]).toEqual([status, `/problems/${type}`])
    const browser = await callback(ask, await given(), html)
    expect([browser.status, browser.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
    expect(browser.text).toContain('<h1>')
    expect((await ports.pendingConsents.get('acme', 'ada')).consents).toEqual([])
  })

  it.each([
    ['no state', {}],
    ['a state that nobody made', { state: 'a.b' }],
  ])('answers a program that brings %s with the reason', async (_what, query) => {
    const { ask } = connectWorld()
    const { status, json } = await callback(ask, { ...query, code: 'code-1', realmId: REALM })
    expect([status, json.type]).toEqual([400, '/problems/state-invalid'])
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

describe('POST /connection/confirm', () => {
  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['no code', {}],
    ['an empty one', { code: '' }],
    ['a number', { code: 12345678 }],
    ['a very long one', { code: 'A'.repeat(101) }],
    ['more than a code', { code: 'AAAA-AAAA', workspace: 'globex' }],
  ])('takes a code and nothing else: %s', async (_what, body) => {
    const { ask } = connectWorld()
    expect((await ask('POST', '/connection/confirm', { body })).status).toBeGreaterThanOrEqual(400)
  })

  it('says of a wrong code what it is, and to begin again with a new link', async () => {
    const { ask } = connectWorld()
    const { status, json } = await ask('POST', '/connection/confirm', { body: { code: 'AAAA-AAAA' } })
    expect([status, json.type]).toEqual([400, '/problems/confirmation-invalid'])
    expect(json.detail).toContain('POST /connection/authorize')
  })

  it('answers 400 with the reason for a code of Intuit’s that was used before, and 503 while Intuit is down', async () => {
    const { ask, ports, intuit } = connectWorld()
    expect(await connected(ask, 'acme', 'used')).toMatchObject({
      status: 400,
      json: { type: '/problems/grant-refused' },
    })
    intuit.setTrouble({ kind: 'quickbooksDown', reason: 'maintenance' })
    expect(await connected(ask)).toMatchObject({ status: 503, json: { type: '/problems/quickbooks-down' } })
    expect(await ports.connections.get('acme')).toBeUndefined()
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
