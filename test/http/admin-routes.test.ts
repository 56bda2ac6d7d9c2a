import { describe, expect, it } from 'vitest'
import { adminRoutes } from '#http/admin-routes'
import { aContact, aLink, aMirror, anEntry, anOutcome, aRun } from '../contract/records.ts'
import { adminWorld, connect } from './world.ts'

describe('GET /connection', () => {
  it('says that nothing is connected yet', async () => {
    const { ask } = adminWorld()
    expect(await ask('GET', '/connection')).toMatchObject({
      status: 200,
      json: { status: 'notConnected', usage: { month: '2026-01', reads: 0, writes: 0 } },
    })
  })

  it('shows the company and what was read, and never a token', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    await ports.usage.add('acme', '2026-01', { reads: 12, writes: 3 })
    const { json, text } = await ask('GET', '/connection')
    expect(json).toMatchObject({ status: 'connected', realmId: '9341', usage: { reads: 12, writes: 3 } })
    expect(json).not.toHaveProperty('version')
    expect(text).not.toMatch(/access-|refresh-/)
  })
})

describe('POST /pulls', () => {
  it('starts a run, hints at it and tells where to watch it', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    const { status, json, headers } = await ask('POST', '/pulls')
    expect(status).toBe(202)
    expect(json).toMatchObject({ kind: 'pull', status: 'queued', startedBy: 'ada', counts: {} })
    expect(headers.location).toBe(`/runs/${json.id}`)
    expect(ports.hints.pulls.all()).toEqual([{ kind: 'run', workspace: 'acme', runId: json.id }])
    expect(await ask('GET', `/runs/${json.id}`)).toMatchObject({ status: 200, json: { id: json.id } })
  })

  it('refuses a second one while the first goes on, and names it', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    const { json: first } = await ask('POST', '/pulls')
    expect(await ask('POST', '/pulls')).toMatchObject({
      status: 409,
      json: { type: '/problems/run-in-progress', runId: first.id },
    })
  })

  it('starts one run for one Idempotency-Key, and refuses the key for another request', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    const headers = { 'idempotency-key': 'k-1' }
    const first = await ask('POST', '/pulls', { headers })
    const again = await ask('POST', '/pulls', { headers })
    expect(again).toMatchObject({ status: 202, json: { id: first.json.id } })
    expect(await ask('POST', '/pulls', { headers, body: { confirmGone: true } })).toMatchObject({
      status: 422,
      json: { type: '/problems/idempotency-mismatch' },
    })
    expect((await ask('GET', '/runs')).json.items).toHaveLength(1)
  })

  it('takes no body for an empty one, also for the same Idempotency-Key', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    const headers = { 'idempotency-key': 'k-1' }
    const first = await ask('POST', '/pulls', { headers })
    const again = await ask('POST', '/pulls', { headers, body: {} })
    expect(again.json.id).toBe(first.json.id)
  })

  it('needs a connection', async () => {
    const { ask } = adminWorld()
    expect(await ask('POST', '/pulls')).toMatchObject({ status: 409, json: { type: '/problems/not-connected' } })
  })
})

describe('GET /runs', () => {
  it('lists the newest first, a page at a time', async () => {
    const { ask, ports } = adminWorld()
    for (const id of ['r1', 'r2', 'r3']) await ports.runs.create('acme', aRun(id, { status: 'done' }))
    const first = await ask('GET', '/runs', { query: { limit: '2' } })
    expect(first.json.items?.map(({ id }) => id)).toEqual(['r3', 'r2'])
    const second = await ask('GET', '/runs', { query: { limit: '2', cursor: first.json.next ?? '' } })
    expect(second.json).toEqual({ items: [expect.objectContaining({ id: 'r1' })] })
  })

  it('shows progress and time left, and nothing of a run’s inner state', async () => {
    const { ask, ports } = adminWorld()
    const startedAt = new Date(ports.clock.now() - 10_000).toISOString()
    const movedAt = new Date(ports.clock.now()).toISOString()
    const progress = { rows: 1_000, rowsTotal: 4_000, pages: 1, pagesTotal: 4, calls: 2 }
    const run = aRun('r1', { status: 'running', startedAt, movedAt, progress, state: { secret: 'inner' } })
    await ports.runs.create('acme', run)
    const { json, text } = await ask('GET', '/runs/r1')
    expect(json).toMatchObject({ progress, timeLeftSeconds: 30 })
    expect(text).not.toContain('inner')
  })
})

describe('GET /runs/{id}/outcomes', () => {
  it('lists what became of each record', async () => {
    const { ask, ports } = adminWorld()
    await ports.runs.create('acme', aRun('r1', { kind: 'import' }))
    const failed = anOutcome('2', { kind: 'failed', code: '610', reason: 'It is no longer in QuickBooks.' })
    await ports.ledger.commit('acme', [
      { kind: 'outcome', runId: 'r1', outcome: anOutcome('1') },
      { kind: 'outcome', runId: 'r1', outcome: failed },
    ])
    expect((await ask('GET', '/runs/r1/outcomes')).json.items).toEqual([anOutcome('1'), failed])
  })
})

describe('POST /runs/{id}/cancel', () => {
  it('cancels once; then the run has ended', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    const { json } = await ask('POST', '/pulls')
    expect(await ask('POST', `/runs/${json.id}/cancel`)).toMatchObject({ status: 200, json: { status: 'cancelled' } })
    expect(await ask('POST', `/runs/${json.id}/cancel`)).toMatchObject({
      status: 409,
      json: { type: '/problems/run-finished' },
    })
  })
})

describe('GET /quickbooks/customers', () => {
  it('lists by name what is not linked, unless asked for all or for what is hidden', async () => {
    const { ask, ports } = adminWorld()
    const inactive = aMirror('3', 'Closed', { snapshot: { fields: { displayName: 'Closed' }, active: false } })
    await ports.mirrors.put('acme', [aMirror('1', 'Zoe'), aMirror('2', 'adam'), inactive, aMirror('4', 'Linked')])
    await ports.ledger.commit('acme', [{ kind: 'claim', entity: 'customer', recordId: '4', contactId: 'c4' }])
    const names = async (filter?: string) =>
      (await ask('GET', '/quickbooks/customers', { query: filter === undefined ? {} : { filter } })).json.items?.map(
        ({ name }) => name,
      )
    expect(await names()).not.toContain('Linked')
    expect(await names()).toEqual(expect.arrayContaining(['adam', 'Zoe']))
    expect(await names('all')).toEqual(['adam', 'Closed', 'Linked', 'Zoe'])
    expect(await names('hidden')).toEqual(['Closed'])
  })

  it('finds by wildcards, whatever the case and accents', async () => {
    const { ask, ports } = adminWorld()
    await ports.mirrors.put('acme', [aMirror('1', 'Müller AG'), aMirror('2', 'Meier')])
    const { json } = await ask('GET', '/quickbooks/customers', { query: { search: '*MULLER*' } })
    expect(json.items?.map(({ id }) => id)).toEqual(['1'])
  })
})

describe('GET /quickbooks/customers/{id}', () => {
  it('shows all that QuickBooks sent, and the contact that it is linked to', async () => {
    const { ask, ports } = adminWorld()
    await ports.mirrors.put('acme', [aMirror('1', 'Zoe')])
    const contact = aContact('c1', 'Zoe of ours', { link: aLink('customer', '1') })
    await ports.ledger.commit('acme', [
      { kind: 'contact', contact, expectedVersion: undefined },
      { kind: 'claim', entity: 'customer', recordId: '1', contactId: 'c1' },
    ])
    expect((await ask('GET', '/quickbooks/customers/1')).json).toMatchObject({
      id: '1',
      name: 'Zoe',
      fields: { displayName: 'Zoe', email: '1@example.com' },
      contact: { id: 'c1', name: 'Zoe of ours', dot: 'green' },
      raw: { Id: '1', DisplayName: 'Zoe' },
    })
  })
})

describe('POST /imports', () => {
  it('starts a run for the ids that were selected', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    await ports.mirrors.put('acme', [aMirror('1', 'Zoe')])
    const { status, json } = await ask('POST', '/imports', { body: { as: 'account', select: { ids: ['1'] } } })
    expect(status).toBe(202)
    expect(json).toMatchObject({ kind: 'import', status: 'queued', startedBy: 'ada' })
    expect(ports.hints.pulls.all()).toEqual([{ kind: 'run', workspace: 'acme', runId: json.id }])
  })

  it('starts a run for all that match, but for some', async () => {
    const { ask, ports } = adminWorld()
    await connect(ports)
    await ports.mirrors.put('acme', [aMirror('1', 'Zoe'), aMirror('2', 'Zoran')])
    const select = { filter: 'notSynced', search: 'zo*', except: ['2'] }
    const { status } = await ask('POST', '/imports', { body: { as: 'building', select, sameName: 'link' } })
    expect(status).toBe(202)
  })
})

describe('GET /contacts', () => {
  it('lists customers, contacts or all by name, archived ones only when asked for', async () => {
    const { ask, ports } = adminWorld()
    const contacts = [
      aContact('c1', 'Zoe', { link: aLink('customer', '1') }),
      aContact('c2', 'adam', { isCustomer: false }),
      aContact('c3', 'Old', { archived: true }),
    ]
    await ports.ledger.commit(
      'acme',
      contacts.map((contact) => ({ kind: 'contact', contact, expectedVersion: undefined })),
    )
    const list = async (query: Record<string, string>) =>
      (await ask('GET', '/contacts', { query })).json.items?.map(({ id, dot }) => [id, dot])
    expect(await list({})).toEqual([
      ['c2', 'none'],
      ['c1', 'green'],
    ])
    expect(await list({ list: 'customers' })).toEqual([['c1', 'green']])
    expect(await list({ list: 'contacts' })).toEqual([['c2', 'none']])
    expect(await list({ archived: 'true', list: 'customers' })).toEqual([
      ['c3', 'none'],
      ['c1', 'green'],
    ])
  })
})

describe('GET /contacts/{id} and its history', () => {
  it('show a contact with its dot and reason, and what changed on it', async () => {
    const { ask, ports } = adminWorld()
    const contact = aContact('c1', 'Zoe', {
      link: aLink('customer', '1'),
      refusal: { code: '6240', reason: 'The name is taken.', at: '2026-11-01T08:00:00.000Z' },
    })
    await ports.ledger.commit('acme', [
      { kind: 'contact', contact, expectedVersion: undefined },
      { kind: 'journal', entry: anEntry('j1', 'c1') },
    ])
    const shown = await ask('GET', '/contacts/c1')
    expect(shown.json).toMatchObject({ id: 'c1', name: 'Zoe', dot: 'red', reason: 'The name is taken.' })
    expect(shown.json.link).toEqual({ entity: 'customer', recordId: '1', linkedAt: '2026-11-01T08:00:00.000Z' })
    const history = await ask('GET', '/contacts/c1/history')
    const { contactId: _contactId, ...entry } = anEntry('j1', 'c1')
    expect(history.json).toEqual({ items: [entry] })
  })
})

describe('what is not there', () => {
  it.each([
    ['GET', '/runs/nope'],
    ['GET', '/runs/nope/outcomes'],
    ['POST', '/runs/nope/cancel'],
    ['GET', '/quickbooks/customers/nope'],
    ['GET', '/contacts/nope'],
    ['GET', '/contacts/nope/history'],
  ])('%s %s is answered with 404, which names it', async (method, path) => {
    const { ask } = adminWorld()
    const { status, json } = await ask(method, path)
    expect(status).toBe(404)
    expect(json).toMatchObject({ type: '/problems/not-found', detail: expect.stringContaining('nope') })
  })
})

describe('every route of the admin function', () => {
  it.each(adminRoutes.map(({ method, path }) => [method, path] as const))('is reached: %s %s', async (method, path) => {
    const { ask } = adminWorld()
    const { status, json } = await ask(method, path.replaceAll(/\{\w+\}/g, 'x1'))
    expect([json.type, status]).not.toEqual(['/problems/route-unknown', 404])
    expect(status).toBeLessThan(500)
    expect(status).not.toBe(405)
  })
})
