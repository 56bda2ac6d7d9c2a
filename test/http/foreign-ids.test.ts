import { describe, expect, it } from 'vitest'
import { adminRoutes } from '#http/admin-routes'
import { aContact, aMirror, anEntry, anOutcome, aRun } from '../contract/records.ts'
import { createLogWatch, itLogsNothingOf } from './log-watch.ts'
import { type Asked, adminWorld, claimsOf, connect } from './world.ts'

// What acme holds has these ids; of globex's, none.
const ids: Readonly<Record<string, readonly [known: string, unknown: string]>> = {
  runs: ['r1', 'x9'],
  previews: ['p1', 'x9'],
  quickbooks: ['71', '99'],
  contacts: ['c1', 'x9'],
  conflicts: ['c1~email', 'x9~email'],
}

// What each route that takes an id and a body is sent.
const bodies: Readonly<Record<string, unknown>> = {
  applyPreview: {},
  updateContact: { fields: { phone: '555-0100' } },
  moveContact: { parentId: null },
  createJob: { fields: { displayName: 'Roof' } },
  resolveConflict: { take: 'crm', seen: {} },
}

const open = {
  slot: 'email',
  crm: 'a@x.example',
  quickbooks: 'b@x.example',
  openedAt: '2026-11-01T08:00:00.000Z',
} as const

const watch = createLogWatch()

const byId = adminRoutes.filter(({ path }) => path.includes('{'))

async function twoTenants() {
  const { ask, ports } = watch.over(adminWorld())
  await connect(ports, 'acme', '1')
  await connect(ports, 'globex', '2')
  await ports.mirrors.put('acme', [
    aMirror('71', 'Marker of acme'),
    aMirror('71', 'Marker of acme', { entity: 'vendor' }),
  ])
  await ports.mirrors.put('globex', [aMirror('72', 'Marker of globex')])
  await ports.runs.create('acme', aRun('r1', { status: 'done' }))
  await ports.runs.create('acme', aRun('p1', { status: 'done', kind: 'preview' }))
  await ports.ledger.commit('acme', [
    { kind: 'contact', contact: aContact('c1', 'Marker of acme', { conflicts: [open] }), expectedVersion: undefined },
    { kind: 'journal', entry: anEntry('j1', 'c1') },
    { kind: 'outcome', runId: 'r1', outcome: anOutcome('71') },
  ])
  await ports.ledger.commit('globex', [
    { kind: 'contact', contact: aContact('c2', 'Marker of globex'), expectedVersion: undefined },
  ])
  const held = async (workspace: string) => {
    const claims = claimsOf(workspace)
    const lists = ['/contacts', '/runs', '/quickbooks/customers', '/quickbooks/vendors', '/conflicts', '/settings']
    return Promise.all(lists.map(async (path) => (await ask('GET', path, { claims })).text))
  }
  return { ask, held }
}

describe('an id of another workspace', () => {
  it.each(byId)('is told of by $method $path as one that there is not', async ({ id, method, path, body }) => {
    const { ask, held } = await twoTenants()
    const before = [await held('acme'), await held('globex')]
    const [known, unknown] = ids[path.split('/')[1] ?? ''] ?? []
    if (known === undefined || unknown === undefined) throw new Error(`${path} has no ids here: add them to ids`)
    if (body !== undefined && !(id in bodies)) throw new Error(`${id} has no body here: add one to bodies`)

    const asked = (workspace: string): Asked => ({
      claims: claimsOf(workspace),
      headers: { 'if-match': '"1"', 'idempotency-key': 'k-1' },
      ...(id in bodies && { body: bodies[id] }),
    })
    const of = async (one: string) => {
      const { status, text } = await ask(method, path.replace(/\{\w+\}/, one), asked('globex'))
      return { status, text: text.replaceAll(one.split('~')[0] ?? one, '…') }
    }

    const foreign = await of(known)
    expect(foreign.status).toBe(404)
    expect(foreign).toEqual(await of(unknown))
    expect(foreign.text).not.toContain('Marker of acme')
    expect([await held('acme'), await held('globex')]).toEqual(before)

    // Else the id would be unknown to everyone, and all of the above would prove nothing.
    expect((await ask(method, path.replace(/\{\w+\}/, known), asked('acme'))).status).not.toBe(404)
  })

  it('makes no parent', async () => {
    const { ask, held } = await twoTenants()
    const before = await held('acme')
    const make = (parentId: string) =>
      ask('POST', '/contacts', {
        claims: claimsOf('globex'),
        body: { kind: 'job', parentId, fields: { displayName: 'Roof' } },
      })
    const [foreign, unknown] = [await make('c1'), await make('x9')]
    expect(foreign.status).toBe(400)
    expect(foreign.text.replaceAll('c1', '…')).toBe(unknown.text.replaceAll('x9', '…'))
    expect(await held('acme')).toEqual(before)
  })
})

itLogsNothingOf(watch)
