import { describe, expect, it } from 'vitest'
import { APP } from '../webhooks/driver.ts'
import { createDriver, REALM } from './driver.ts'

const authorize = async (driver: ReturnType<typeof createDriver>): Promise<Record<string, string>> => {
  const { json } = await driver.control('POST', `/companies/${REALM}/grant`, {})
  return { authorization: `Bearer ${json.access_token}`, accept: 'application/json' }
}

describe('the control API', () => {
  it('lists its own routes', async () => {
    const { json } = await createDriver().control('GET', '')
    expect(json.routes).toContain('PATCH /control/companies/:realm/:list/:id')
  })

  it('lists every switch with its question, its positions and where it stands, and moves them', async () => {
    const { control, simulator } = createDriver()
    const { json } = await control('GET', '/switches')
    expect(json.items).toContainEqual({
      name: 'self-echo',
      question: expect.stringContaining('own writes'),
      positions: ['yes', 'no'],
      default: 'yes',
      current: 'yes',
    })
    await control('PATCH', '/switches', { 'self-echo': 'no', 'event-format': 'legacy' })
    expect([simulator.switches.get('self-echo'), simulator.switches.get('event-format')]).toEqual(['no', 'legacy'])
    await control('DELETE', '/switches')
    expect(simulator.switches.get('self-echo')).toBe('yes')
  })

  it('moves no switch when one of several is not there or has no such position', async () => {
    const { control, simulator } = createDriver()
    expect((await control('PATCH', '/switches', { 'self-echo': 'no', nonsense: 'x' })).status).toBe(404)
    expect((await control('PATCH', '/switches', { 'self-echo': 'no', 'event-format': 'x' })).status).toBe(400)
    expect(simulator.switches.get('self-echo')).toBe('yes')
  })

  it('sets latency, maintenance and limits, and leaves what is not named', async () => {
    const { control, simulator } = createDriver()
    await control('PATCH', '/gateway', { latency: { fixedMs: 200 }, limits: { perSecondPerApp: 'none' } })
    const { json } = await control('PATCH', '/gateway', { latency: { perRowMs: 0.1 } })
    expect(json).toMatchObject({
      latency: { fixedMs: 200, perRowMs: 0.1 },
      limits: { perSecondPerApp: 'none', perMinutePerRealm: 500 },
    })
    expect(simulator.gateway.settings.limits.perSecondPerApp).toBe(Number.POSITIVE_INFINITY)
  })

  it('advances and sets the clock', async () => {
    const { control, clock } = createDriver()
    const before = clock.now()
    expect((await control('PATCH', '/clock', { advanceMs: 5000 })).json.now).toBe(before + 5000)
    await control('PATCH', '/clock', { set: '2030-01-01T00:00:00+01:00' })
    expect((await control('GET', '/clock')).json.time).toBe('2029-12-31T23:00:00.000Z')
    expect((await control('PATCH', '/clock', { set: 'tomorrow' })).status).toBe(400)
    expect((await control('PATCH', '/clock', { advanceMs: -1 })).status).toBe(400)
  })

  it('adds faults, counts how often they strike, and takes them away', async () => {
    const { control, simulator } = createDriver()
    const rule = { fault: { kind: 'status', status: 503 }, path: 'openid_configuration', times: 2 }
    const { json } = await control('POST', '/faults', rule)
    const ask = async () =>
      (await simulator.handle({ method: 'GET', path: '/.well-known/openid_configuration' })).status
    expect(await ask()).toBe(503)
    expect((await control('GET', '/faults')).json.items).toMatchObject([{ ...rule, id: json.id, seen: 1, struck: 1 }])
    expect([await ask(), await ask()]).toEqual([503, 200])
    const lasting = await control('POST', '/faults', { fault: { kind: 'reset' } })
    expect((await control('DELETE', `/faults/${lasting.json.id}`)).status).toBe(204)
    expect((await control('DELETE', `/faults/${lasting.json.id}`)).status).toBe(404)
    for (const wrong of [
      { fault: { kind: 'earthquake' } },
      { fault: { kind: 'reset' }, share: 2 },
      { fault: { kind: 'reset' }, path: '(' },
    ]) {
      expect((await control('POST', '/faults', wrong)).status).toBe(400)
    }
  })

  it('never strikes itself or its page with a fault or with maintenance', async () => {
    const { control, simulator } = createDriver()
    await control('POST', '/faults', { fault: { kind: 'reset' } })
    await control('PATCH', '/gateway', { maintenance: true })
    expect((await control('GET', '/faults')).status).toBe(200)
    expect((await simulator.handle({ method: 'GET', path: '/' })).status).toBe(200)
  })

  it('shows the calls that came in, and what they cost', async () => {
    const driver = createDriver()
    await driver.control('PATCH', '/switches', { 'sandbox-metered': 'yes' })
    const headers = await authorize(driver)
    const query = encodeURIComponent('select * from Customer')
    await driver.simulator.handle({ method: 'GET', path: `/v3/company/${REALM}/query?query=${query}`, headers })
    const { json } = await driver.control('GET', `/calls?realmId=${REALM}`)
    expect(json.totals).toMatchObject({ calls: 1, meteredReads: 1, byKind: { query: 1 } })
    expect(json.items).toMatchObject([{ kind: 'query', status: 200, realmId: REALM, clientId: APP.clientId }])
    const usage = await driver.control('GET', '/usage')
    expect(usage.json.apps).toMatchObject([{ clientId: APP.clientId, monthlyReads: 1, monthlyLimit: null }])
    expect(usage.json.companies).toMatchObject([{ realmId: REALM, totals: { calls: 1 } }])
    await driver.control('DELETE', '/calls')
    expect((await driver.control('GET', '/calls')).json.totals?.calls).toBe(0)
  })

  it('shows calls without tokens in them', async () => {
    const driver = createDriver()
    const headers = await authorize(driver)
    await driver.simulator.handle({ method: 'GET', path: '/connect/oauth2?state=the-secret-state' })
    await driver.simulator.handle({ method: 'GET', path: `/v3/company/${REALM}/companyinfo/${REALM}`, headers })
    const shown = JSON.stringify((await driver.control('GET', '/calls')).json)
    expect(shown).not.toContain('the-secret-state')
    expect(shown).not.toContain(headers.authorization?.slice(7))
  })

  it('shows which app asked for tokens, what it was refused, and which fault struck', async () => {
    const driver = createDriver()
    const ask = () =>
      driver.simulator.handle({
        method: 'POST',
        path: '/oauth2/v1/tokens/bearer',
        headers: { authorization: `Basic ${btoa(`${APP.clientId}:${APP.clientSecret}`)}` },
        body: 'grant_type=refresh_token&refresh_token=RT1-nothing',
      })
    await ask()
    await driver.control('POST', '/faults', { fault: { kind: 'status', status: 500 } })
    await ask()
    expect((await driver.control('GET', '/calls')).json.items).toMatchObject([
      { kind: 'oauth', status: 400, clientId: APP.clientId, error: 'invalid_grant' },
      { kind: 'oauth', status: 500, fault: 'status' },
    ])
  })

  it('resets everything but the books and the grants', async () => {
    const driver = createDriver()
    const headers = await authorize(driver)
    await driver.control('PATCH', '/switches', { 'self-echo': 'no' })
    await driver.control('PATCH', '/gateway', { latency: { fixedMs: 500 }, maintenance: true })
    await driver.control('PATCH', '/webhooks', { lossShare: 1 })
    await driver.control('POST', '/faults', { fault: { kind: 'reset' } })
    await driver.control('POST', `/companies/${REALM}/customers`, { DisplayName: 'Amy' })
    expect((await driver.control('POST', '/reset')).status).toBe(204)
    expect(driver.simulator.switches.get('self-echo')).toBe('yes')
    expect((await driver.control('GET', '/gateway')).json).toMatchObject({
      latency: { fixedMs: 0 },
      maintenance: false,
    })
    expect((await driver.control('GET', '/webhooks')).json.settings?.lossShare).toBe(0)
    expect((await driver.control('GET', '/faults')).json.items).toEqual([])
    expect((await driver.control('GET', `/companies/${REALM}`)).json.customers?.active).toBe(1)
    const path = `/v3/company/${REALM}/companyinfo/${REALM}`
    expect((await driver.simulator.handle({ method: 'GET', path, headers })).status).toBe(200)
  })
})

describe('the developer’s portal', () => {
  it('registers an app and changes it field by field', async () => {
    const { control, simulator } = createDriver()
    const app = {
      clientId: 'AB2',
      clientSecret: 's',
      name: 'Two',
      environment: 'sandbox',
      redirectUris: ['http://localhost:1/cb'],
      verifierToken: 'v',
    }
    expect((await control('POST', '/apps', app)).status).toBe(200)
    await control('PATCH', '/apps/AB2', { webhookUrl: 'http://127.0.0.1:8080/hooks', monthlyReads: 100 })
    expect(simulator.apps.find('AB2')).toEqual({ ...app, webhookUrl: 'http://127.0.0.1:8080/hooks', monthlyReads: 100 })
    await control('PATCH', '/apps/AB2', { webhookUrl: null })
    expect(simulator.apps.find('AB2')).not.toHaveProperty('webhookUrl')
  })

  it('refuses a redirect URI that Intuit would not take, and leaves the app as it was', async () => {
    const { control, simulator } = createDriver()
    const { status, json } = await control('PATCH', `/apps/${APP.clientId}`, {
      redirectUris: ['http://a.example.com/cb'],
    })
    expect([status, json.error]).toEqual([400, expect.stringContaining('must be https')])
    expect(simulator.apps.find(APP.clientId)).toEqual(APP)
  })

  it('grants tokens without a browser, lists grants without tokens, and disconnects', async () => {
    const driver = createDriver()
    const { json } = await driver.control('POST', `/companies/${REALM}/grant`, { clientId: APP.clientId })
    expect(json).toMatchObject({ realmId: REALM, expires_in: 3600 })
    const list = await driver.control('GET', '/grants')
    expect(list.json.items).toMatchObject([{ clientId: APP.clientId, realmId: REALM }])
    expect(JSON.stringify(list.json)).not.toContain(json.refresh_token)
    expect((await driver.control('POST', `/companies/${REALM}/disconnect`, {})).json).toEqual({ ended: 1 })
    expect((await driver.control('GET', '/grants')).json.items?.[0]?.end?.because).toBe('disconnected')
    expect((await driver.control('POST', '/companies/1/grant', {})).status).toBe(400)
    expect((await driver.control('POST', `/companies/${REALM}/grant`, { clientId: 'x' })).status).toBe(404)
  })
})

describe('webhooks', () => {
  it('are set and their deliveries shown, with every attempt', async () => {
    const driver = createDriver({ send: async () => ({ status: 500 }) })
    await driver.control('POST', `/companies/${REALM}/grant`, {})
    await driver.control('PATCH', '/webhooks', { delayMs: { min: 1000, max: 1000 } })
    await driver.control('POST', `/companies/${REALM}/customers`, { DisplayName: 'Amy' })
    expect((await driver.control('GET', '/webhooks')).json.waiting).toEqual({ deliveries: 0, events: 1 })
    await driver.control('PATCH', '/clock', { advanceMs: 1000 })
    await new Promise(setImmediate)
    const { json } = await driver.control('GET', '/webhooks/deliveries')
    expect(json.items).toMatchObject([{ state: 'waiting', events: 1, attempts: [{ outcome: 'HTTP 500', ok: false }] }])
    expect((await driver.control('POST', '/webhooks/retry')).status).toBe(204)
    await new Promise(setImmediate)
    expect((await driver.control('GET', '/webhooks/deliveries')).json.items?.[0]?.attempts).toHaveLength(2)
    await driver.control('DELETE', '/webhooks/deliveries')
    expect((await driver.control('GET', '/webhooks')).json.waiting).toEqual({ deliveries: 0, events: 0 })
  })

  it('refuse settings that make no sense', async () => {
    const { control } = createDriver()
    for (const wrong of [{ lossShare: 2 }, { delayMs: { min: 2, max: 1 } }, { speed: 1 }]) {
      expect((await control('PATCH', '/webhooks', wrong)).status).toBe(400)
    }
  })
})

describe('the page', () => {
  it('is served with its script and style, and loads nothing from elsewhere', async () => {
    const { simulator } = createDriver()
    const page = await simulator.handle({ method: 'GET', path: '/' })
    expect(page.headers['content-type']).toContain('text/html')
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
    expect(links).toEqual(['/control/page.css', '/control/page.js'])
    for (const path of links) {
      const { status, body } = await simulator.handle({ method: 'GET', path })
      expect(status).toBe(200)
      expect(body).not.toMatch(/https?:\/\//)
    }
  })
})
