import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { world } from './quiet-world.ts'
import { visit } from './world.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describe('connecting', () => {
  it('st-1: connects one QuickBooks company by OAuth and shows which', async () => {
    const { workspace, realmId, call, connect } = world.newWorkspace({ name: 'Ann’s Company' })
    expect((await call('GET /connection')).body).toMatchObject({ status: 'notConnected', usage: { reads: 0 } })
    const connected = await connect()
    expect([connected.status, connected.body]).toEqual([
      200,
      { workspace, realmId, companyName: 'Ann’s Company', askedBy: 'ann' },
    ])
    const { body } = await call('GET /connection')
    expect(body).toMatchObject({ status: 'connected', realmId, companyName: 'Ann’s Company', connectedBy: 'ann' })
    expect(Date.parse(body.hardExpiresAt) - Date.parse(body.connectedAt)).toBeGreaterThan(4.9 * 365 * DAY)
    expect(JSON.stringify(body)).not.toMatch(/token/i)
  })

  it('st-1: shows a browser which workspace and person ask for which company, and connects nothing by that', async () => {
    const { workspace, realmId, call } = world.newWorkspace({ name: '<b>Bold</b> & Sons' })
    const back = await world.consent(workspace, realmId)
    const page = await fetch(back, { headers: { accept: 'text/html,application/xhtml+xml' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const html = await page.text()
    for (const told of [
      realmId,
      `workspace ${workspace}`,
      'asked for by ann',
      `${world.cloud.apiUrl}/connection/confirm`,
    ])
      expect(html).toContain(told)
    expect((await call('GET /connection')).body.status).toBe('notConnected')
    expect(world.simulator.snapshot().oauth.grants.filter((grant) => grant.realmId === realmId)).toEqual([])
    const code = /<code>([0-9A-Z-]{9})<\/code>/.exec(html)?.[1]
    expect((await call('POST /connection/confirm', { json: { code } })).status).toBe(200)
    expect((await call('GET /connection')).body).toMatchObject({ status: 'connected', realmId })
  })

  it('st-1: leads whoever began in QuickBooks, and not here, to the page that says what to do', async () => {
    const url = new URL('/oauth/callback?code=AB11x&realmId=1&state=theirs', world.cloud.apiUrl)
    const page = await fetch(url, { headers: { accept: 'text/html' } })
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/oauth/reconnect'])
    expect(await page.text()).toContain('Reconnect QuickBooks')
  })

  it('st-1: disconnects, takes the access back at Intuit, and refuses to work until it is connected again', async () => {
    const { realmId, call, connect, pull } = world.newWorkspace()
    await connect()
    const disconnected = await call('POST /connection/disconnect')
    expect([disconnected.status, disconnected.body]).toEqual([200, { status: 'disconnected', realmId, revoked: true }])
    const grants = world.simulator.snapshot().oauth.grants.filter((grant) => grant.realmId === realmId)
    expect(grants.map(({ end }) => end?.because)).toEqual(['revoked'])
    for (const route of ['POST /pulls', 'POST /connection/disconnect']) {
      const { status, body } = await call(route)
      expect([status, body.type]).toEqual([409, '/problems/not-connected'])
    }
    expect(await pull()).toMatchObject({ status: 'done' })
  })

  it('st-1: says that a person must reconnect once the access ended, and since when; then goes on', async () => {
    const { realmId, call, connect, run } = world.newWorkspace({ kind: 'empty' })
    await connect()
    world.passTime(102 * DAY)
    const failed = await run('POST /pulls')
    expect(failed).toMatchObject({ status: 'failed', reason: expect.stringContaining('renewed by a person') })
    const { body } = await call('GET /connection')
    expect(body).toMatchObject({ status: 'reconnectNeeded', realmId, reason: expect.any(String) })
    const refused = await call('POST /pulls')
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/reconnect-needed'])
    expect(refused.body.detail).toContain(body.since)
    expect((await connect()).status).toBe(200)
    expect(await run('POST /pulls')).toMatchObject({ status: 'done' })
  })

  it('st-1: renews the access by itself after an hour, once, however many ask', async () => {
    const { realmId, connect, run } = world.newWorkspace({ kind: 'generated', customers: 30 })
    await connect()
    world.passTime(2 * 60 * MINUTE)
    const before = world.simulator.calls.recent().length
    expect(await run('POST /pulls')).toMatchObject({ status: 'done', counts: { stored: 30 } })
    const calls = world.simulator.calls.recent().slice(before)
    expect(calls.filter(({ path }) => path.includes('/tokens/bearer'))).toHaveLength(1)
    expect(calls.filter((each) => each.realmId === realmId && each.status === 401)).toEqual([])
  })
})

describe('a company that cannot be connected', () => {
  it('st-1: is a second one for the same workspace, until the first one is disconnected', async () => {
    const first = world.newWorkspace({ kind: 'empty' })
    const second = world.newWorkspace({ kind: 'empty' })
    await first.connect()
    const refused = await visit(await world.consent(first.workspace, second.realmId))
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/already-connected'])
    expect((await first.call('GET /connection')).body).toMatchObject({ status: 'connected', realmId: first.realmId })
    // The code was not used, so that no grant has come into being that nobody keeps.
    const grants = world.simulator.snapshot().oauth.grants.filter(({ realmId }) => realmId === second.realmId)
    expect(grants).toEqual([])
    await first.call('POST /connection/disconnect')
    const back = await world.consent(first.workspace, second.realmId)
    expect((await world.confirm(first.workspace, back)).status).toBe(200)
  })

  it('st-1: is one that another workspace holds, which keeps it', async () => {
    const holder = world.newWorkspace({ kind: 'empty' })
    const other = world.newWorkspace({ kind: 'empty' })
    await holder.connect()
    const refused = await visit(await world.consent(other.workspace, holder.realmId))
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/company-held-elsewhere'])
    expect(JSON.stringify(refused.body)).not.toContain(holder.workspace)
    expect((await other.call('GET /connection')).body.status).toBe('notConnected')
    expect(await holder.run('POST /pulls')).toMatchObject({ status: 'done' })
    await holder.call('POST /connection/disconnect')
    const back = await world.consent(other.workspace, holder.realmId)
    expect((await world.confirm(other.workspace, back)).status).toBe(200)
  })

  it('st-1: is one that its person refuses on Intuit’s page', async () => {
    const { workspace, call } = world.newWorkspace({ kind: 'empty' })
    const { state } = await stateOf(workspace)
    const { status, body } = await callback({ state, error: 'access_denied' })
    expect([status, body.type]).toEqual([403, '/problems/consent-denied'])
    expect((await call('GET /connection')).body.status).toBe('notConnected')
  })
})

describe('what comes back from Intuit', () => {
  it('is refused without a state, with one that is not ours, and with one that was changed', async () => {
    const { workspace, realmId } = world.newWorkspace({ kind: 'empty' })
    const back = await world.consent(workspace, realmId)
    const given = { code: back.searchParams.get('code') ?? '', realmId }
    const state = back.searchParams.get('state') ?? ''
    const [payload = '', signature = ''] = state.split('.')
    const other = Buffer.from(
      Buffer.from(payload, 'base64url').toString().replace(`"${workspace}"`, '"w-of-somebody-else"'),
    ).toString('base64url')
    const forged = createHmac('sha256', 'a guess').update(payload).digest('base64url')
    const states = [undefined, '', 'nonsense', payload, `${other}.${signature}`, `${payload}.${forged}`, `${state}x`]
    for (const each of states) {
      const { status, body } = await callback({ ...given, ...(each !== undefined && { state: each }) })
      expect([status, body.type], each).toEqual([400, '/problems/state-invalid'])
    }
    expect((await visit(back)).status).toBe(200)
  })

  it('is refused with a cursor for a state, though the same key signed it', async () => {
    const { workspace, realmId, call, pull } = world.newWorkspace()
    await pull()
    const { next } = (await call('GET /quickbooks/customers?limit=1')).body
    const { searchParams } = await world.consent(workspace, realmId)
    const { status, body } = await callback({ code: searchParams.get('code') ?? '', realmId, state: next })
    expect([status, body.type]).toEqual([400, '/problems/state-invalid'])
  })

  it('is refused after ten minutes', async () => {
    const { workspace, realmId, call } = world.newWorkspace({ kind: 'empty' })
    const back = await world.consent(workspace, realmId)
    world.passTime(10 * MINUTE + 1_000)
    const { status, body } = await visit(back)
    expect([status, body.type]).toEqual([400, '/problems/state-invalid'])
    expect(body.detail).toContain('ten minutes')
    expect((await call('GET /connection')).body.status).toBe('notConnected')
  })

  it('is refused the second time, and the connection of the first time stays', async () => {
    const { workspace, realmId, call, run } = world.newWorkspace({ kind: 'empty' })
    const back = await world.consent(workspace, realmId)
    expect((await world.confirm(workspace, back)).status).toBe(200)
    const again = await visit(back)
    expect([again.status, again.body.type]).toEqual([400, '/problems/state-invalid'])
    expect((await call('GET /connection')).body.status).toBe('connected')
    expect(await run('POST /pulls')).toMatchObject({ status: 'done' })
  })

  it('is taken once when it comes several times at the same moment', async () => {
    const { workspace, realmId, call } = world.newWorkspace({ kind: 'empty' })
    const back = await world.consent(workspace, realmId)
    const answers = await Promise.all([1, 2, 3].map(() => visit(back)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400])
    const { code } = answers.find(({ status }) => status === 200)?.body ?? {}
    const confirmed = await Promise.all([1, 2, 3].map(() => call('POST /connection/confirm', { json: { code } })))
    expect(confirmed.map(({ status }) => status).toSorted()).toEqual([200, 400, 400])
    expect((await call('GET /connection')).body.status).toBe('connected')
  })

  it('is refused with a code that was used before, or made up, under a good state', async () => {
    const { workspace, realmId, call } = world.newWorkspace({ kind: 'empty' })
    const first = await world.consent(workspace, realmId)
    expect((await world.confirm(workspace, first)).status).toBe(200)
    for (const code of [first.searchParams.get('code') ?? '', 'AB11madeUp']) {
      const { state } = await stateOf(workspace)
      const consented = await callback({ code, realmId, state })
      const { status, body } = await call('POST /connection/confirm', { json: { code: consented.body.code } })
      expect([status, body.type]).toEqual([400, '/problems/grant-refused'])
    }
    expect((await call('GET /connection')).body.realmId).toBe(realmId)
  })

  it('is refused without a code or a company, with every field named', async () => {
    const { workspace, call } = world.newWorkspace({ kind: 'empty' })
    const { state } = await stateOf(workspace)
    const { status, body } = await callback({ state, realmId: '../../etc' })
    expect([status, body.type]).toEqual([400, '/problems/invalid-input'])
    expect(body.errors.map(({ path }: { readonly path: string }) => path)).toEqual(['code', 'realmId'])
    expect((await call('GET /connection')).body.status).toBe('notConnected')
  })

  it('connects nothing for a stranger who follows the link; only who asked, where they asked, confirms it', async () => {
    const [one, two] = [world.newWorkspace({ kind: 'empty' }), world.newWorkspace({ kind: 'empty' })]
    const { body } = await visit(await world.consent(one.workspace, two.realmId))
    expect(body).toMatchObject({ workspace: one.workspace, askedBy: 'ann', realmId: two.realmId })
    const confirm = (who: Parameters<typeof one.call>[1]) =>
      world.call('POST /connection/confirm', { json: { code: body.code }, ...who })
    for (const who of [
      { workspace: two.workspace },
      { workspace: two.workspace, person: 'eve' },
      { workspace: one.workspace, person: 'bob' },
    ]) {
      const refused = await confirm(who)
      expect([refused.status, refused.body.type]).toEqual([400, '/problems/confirmation-invalid'])
    }
    const weak = await confirm({ workspace: one.workspace, scopes: ['tandem/read', 'tandem/write'] })
    expect(weak.status).toBe(403)
    for (const { call } of [one, two]) expect((await call('GET /connection')).body.status).toBe('notConnected')
    // The rightful workspace is not locked out.
    expect((await two.connect()).status).toBe(200)
    const late = await confirm({ workspace: one.workspace })
    expect([late.status, late.body.type]).toEqual([409, '/problems/company-held-elsewhere'])
    const grants = world.simulator.snapshot().oauth.grants.filter(({ realmId }) => realmId === two.realmId)
    expect(grants).toHaveLength(1)
  })

  it('can be confirmed for four minutes', async () => {
    const { workspace, realmId, call } = world.newWorkspace({ kind: 'empty' })
    const { body } = await visit(await world.consent(workspace, realmId))
    world.passTime(4 * MINUTE)
    const late = await call('POST /connection/confirm', { json: { code: body.code } })
    expect([late.status, late.body.type]).toEqual([400, '/problems/confirmation-invalid'])
    expect(late.body.detail).toContain('four minutes')
    expect((await call('GET /connection')).body.status).toBe('notConnected')
  })

  it('is over after five wrong codes', async () => {
    const { workspace, realmId, call } = world.newWorkspace({ kind: 'empty' })
    const { body } = await visit(await world.consent(workspace, realmId))
    for (let tries = 0; tries < 5; tries++) await call('POST /connection/confirm', { json: { code: 'AAAA-AAAA' } })
    const over = await call('POST /connection/confirm', { json: { code: body.code } })
    expect([over.status, over.body.type]).toEqual([400, '/problems/confirmation-invalid'])
    expect((await call('GET /connection')).body.status).toBe('notConnected')
  })
})

async function stateOf(workspace: string): Promise<{ readonly state: string }> {
  const { body } = await world.call('POST /connection/authorize', { workspace })
  return { state: new URL(body.url).searchParams.get('state') ?? '' }
}

function callback(query: Readonly<Record<string, string>>) {
  const url = new URL('/oauth/callback', world.cloud.apiUrl)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return visit(url)
}
