import { describe, expect, it } from 'vitest'
import type { Outcome } from '#core/records'
import { aContact, aRun } from '../contract/records.ts'
import { adminWorld, claimsOf, connect } from './world.ts'

async function world() {
  const { ask, ports } = adminWorld()
  await connect(ports)
  await ports.ledger.commit('acme', [{ kind: 'contact', contact: aContact('c1', 'Ada'), expectedVersion: undefined }])
  return { ask, ports }
}

describe('what starts a run', () => {
  it.each([
    ['/syncs', 'sync'],
    ['/contacts/c1/sync', 'sync'],
    ['/previews', 'preview'],
  ])('POST %s answers with it, hints at it, and starts one for one key', async (path, kind) => {
    const { ask, ports } = await world()
    const headers = { 'idempotency-key': 'k-1' }
    const { status, json, headers: answered } = await ask('POST', path, { headers })
    expect([status, json.kind, json.status]).toEqual([202, kind, 'queued'])
    expect(answered.location).toBe(kind === 'preview' ? `/previews/${json.id}` : `/runs/${json.id}`)
    expect(ports.hints.pulls.all()).toEqual([{ kind: 'run', workspace: 'acme', runId: json.id }])
    expect((await ask('POST', path, { headers })).json.id).toBe(json.id)
  })

  it.each(['/syncs', '/contacts/c1/sync', '/previews'])('POST %s needs a connection and the right', async (path) => {
    const { ask, ports } = await world()
    expect((await ask('POST', path, { claims: claimsOf('acme', 'tandem/read') })).status).toBe(403)
    await ports.ledger.commit('globex', [
      { kind: 'contact', contact: aContact('c1', 'Ada'), expectedVersion: undefined },
    ])
    expect(await ask('POST', path, { claims: claimsOf('globex') })).toMatchObject({
      status: 409,
      json: { type: '/problems/not-connected' },
    })
  })

  it('is one at a time for the whole workspace', async () => {
    const { ask } = await world()
    const { json: first } = await ask('POST', '/syncs')
    expect(await ask('POST', '/syncs')).toMatchObject({ status: 409, json: { runId: first.id } })
    expect((await ask('POST', '/contacts/c1/sync')).status).toBe(202)
  })

  it('is told of a contact that is not there', async () => {
    const { ask } = await world()
    expect((await ask('POST', '/contacts/c9/sync')).status).toBe(404)
  })
})

describe('previews', () => {
  const item: Outcome = {
    recordId: 'c1',
    contactId: 'c1',
    name: 'Ada',
    kind: 'sent',
    details: {
      crm: [],
      quickbooks: [
        { slot: 'email', from: 'old@example.com', to: 'new@example.com', because: 'only the CRM changed it' },
      ],
      asks: [],
      underNewParent: false,
      fingerprint: 'of another world',
    },
  }

  async function withPreview() {
    const { ask, ports } = await world()
    await ports.runs.create('acme', aRun('p1', { kind: 'preview', status: 'done', counts: { sent: 1 } }))
    await ports.ledger.commit('acme', [
      { kind: 'outcome', runId: 'p1', outcome: item },
      { kind: 'outcome', runId: 'p1', outcome: { ...item, recordId: 'c2', contactId: 'c2' } },
    ])
    return { ask, ports }
  }

  it('show their run and a page of what would be done', async () => {
    const { ask } = await withPreview()
    const { status, json } = await ask('GET', '/previews/p1', { query: { limit: '1' } })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      run: { id: 'p1', kind: 'preview', status: 'done' },
      items: [{ contactId: 'c1', kind: 'sent', quickbooks: [{ slot: 'email', to: 'new@example.com' }] }],
    })
    expect(JSON.stringify(json)).not.toContain('of another world')
    const next = await ask('GET', '/previews/p1', { query: { cursor: json.next ?? '' } })
    expect(next.json.items).toMatchObject([{ contactId: 'c2' }])
  })

  it('are refused when the world has moved, and the answer names the new one', async () => {
    const { ask, ports } = await withPreview()
    const { status, json } = await ask('POST', '/previews/p1/apply')
    expect([status, json.type]).toEqual([409, '/problems/preview-moved'])
    const runId = String(json.runId)
    expect(await ports.runs.get('acme', runId)).toMatchObject({ kind: 'preview', status: 'queued' })
    expect(await ask('POST', '/previews/p1/apply')).toMatchObject({ status: 409, json: { runId } })
  })

  it('do nothing for those taken out', async () => {
    const { ask } = await withPreview()
    const { status, json } = await ask('POST', '/previews/p1/apply', { body: { except: ['c1', 'c2'] } })
    expect([status, json.kind]).toEqual([202, 'sync'])
  })

  it.each([{ except: 'c1' }, { except: ['a b'] }, { only: ['c1'] }])('are not applied by %j', async (body) => {
    const { ask } = await withPreview()
    expect((await ask('POST', '/previews/p1/apply', { body })).status).toBe(400)
  })

  it('are no other runs, and no other workspace’s', async () => {
    const { ask, ports } = await withPreview()
    await ports.runs.create('acme', aRun('r1', { status: 'done' }))
    await ports.runs.create('acme', aRun('p2', { kind: 'preview', status: 'running' }))
    await ports.runs.create('acme', aRun('p3', { kind: 'preview', status: 'failed' }))
    expect((await ask('GET', '/previews/r1')).status).toBe(404)
    expect((await ask('GET', '/previews/p1', { claims: claimsOf('globex') })).status).toBe(404)
    expect((await ask('POST', '/previews/r1/apply')).status).toBe(404)
    expect((await ask('POST', '/previews/p2/apply')).json.type).toBe('/problems/run-unfinished')
    expect((await ask('POST', '/previews/p3/apply')).json.type).toBe('/problems/run-finished')
  })
})

describe('POST /runs/{id}/undo', () => {
  it('undoes a sync or an import that has ended', async () => {
    const { ask, ports } = await world()
    await ports.runs.create('acme', aRun('r1', { kind: 'import', status: 'done' }))
    const { status, json } = await ask('POST', '/runs/r1/undo')
    expect([status, json.kind, json.startedBy]).toEqual([202, 'undo', 'ada'])
    expect(await ask('POST', '/runs/r1/undo')).toMatchObject({ status: 409, json: { runId: json.id } })
  })

  it.each(['pull', 'preview', 'undo'] as const)('says why a %s cannot be undone', async (kind) => {
    const { ask, ports } = await world()
    await ports.runs.create('acme', aRun('r1', { kind, status: 'done' }))
    expect(await ask('POST', '/runs/r1/undo')).toMatchObject({
      status: 409,
      json: { type: '/problems/not-undoable', runId: 'r1' },
    })
  })

  it('waits for a run to end', async () => {
    const { ask, ports } = await world()
    await ports.runs.create('acme', aRun('r1', { kind: 'sync', status: 'running' }))
    expect((await ask('POST', '/runs/r1/undo')).json.type).toBe('/problems/run-unfinished')
    expect((await ask('POST', '/runs/r9/undo')).status).toBe(404)
  })
})
