import { describe, expect, it } from 'vitest'
import { aContact, aMirror, anEntry, anOutcome, aRun } from '../contract/records.ts'
import { adminWorld, claimsOf, connect } from './world.ts'

const globex = { claims: claimsOf('globex') }

/** acme holds something of everything; globex is connected and empty. */
async function twoTenants() {
  const { ask, ports } = adminWorld()
  await connect(ports, 'acme', '1')
  await connect(ports, 'globex', '2')
  await ports.mirrors.put('acme', [aMirror('1', 'Secret'), aMirror('2', 'Secret too')])
  for (const id of ['r1', 'r2']) await ports.runs.create('acme', aRun(id, { status: 'done' }))
  await ports.ledger.commit('acme', [
    { kind: 'contact', contact: aContact('c1', 'Secret'), expectedVersion: undefined },
    { kind: 'contact', contact: aContact('c2', 'Secret too'), expectedVersion: undefined },
    { kind: 'journal', entry: anEntry('j1', 'c1') },
    { kind: 'journal', entry: anEntry('j2', 'c1') },
    { kind: 'outcome', runId: 'r1', outcome: anOutcome('1') },
    { kind: 'outcome', runId: 'r1', outcome: anOutcome('2') },
  ])
  return { ask, ports }
}

const lists = ['/runs', '/runs/r1/outcomes', '/quickbooks/customers', '/contacts', '/contacts/c1/history'] as const

describe('another workspace', () => {
  it.each(['/runs', '/quickbooks/customers', '/contacts'])('sees nothing at %s', async (path) => {
    const { ask } = await twoTenants()
    expect((await ask('GET', path)).json.items).toHaveLength(2)
    expect((await ask('GET', path, globex)).json).toEqual({ items: [] })
  })

  it.each([
    ['GET', '/runs/r1'],
    ['GET', '/runs/r1/outcomes'],
    ['POST', '/runs/r1/cancel'],
    ['GET', '/quickbooks/customers/1'],
    ['GET', '/contacts/c1'],
    ['GET', '/contacts/c1/history'],
  ])('is told of %s %s what it is told of any unknown id', async (method, path) => {
    const { ask } = await twoTenants()
    const of = (id: string) => path.replace(/r1|c1|\/1/, id.startsWith('/') ? id : id)
    const known = await ask(method, path, globex)
    const unknown = await ask(method, of(path.includes('/1') ? '/9' : 'x9'), globex)
    expect(known.status).toBe(404)
    expect(known.text.replace(/r1|c1|id 1/g, '')).toBe(unknown.text.replace(/x9|id 9/g, ''))
    expect(known.text).not.toContain('Secret')
  })

  it.each(lists)('cannot go on with a cursor of %s', async (path) => {
    const { ask } = await twoTenants()
    const { json } = await ask('GET', path, { query: { limit: '1' } })
    expect(json.next).toEqual(expect.any(String))
    const own = await ask('GET', path, { query: { limit: '1', cursor: json.next ?? '' } })
    expect(own.json.items).toHaveLength(1)
    const foreign = await ask('GET', path, { ...globex, query: { limit: '1', cursor: json.next ?? '' } })
    expect([400, 404]).toContain(foreign.status)
    expect(foreign.json.items).toBeUndefined()
  })

  it('starts its own run for an Idempotency-Key that acme used', async () => {
    const { ask } = await twoTenants()
    const headers = { 'idempotency-key': 'k-1' }
    const acmes = await ask('POST', '/pulls', { headers })
    const theirs = await ask('POST', '/pulls', { ...globex, headers })
    expect(theirs.status).toBe(202)
    expect(theirs.json.id).not.toBe(acmes.json.id)
  })
})

describe('a cursor', () => {
  it('goes on with no other list', async () => {
    const { ask } = await twoTenants()
    for (const from of lists) {
      const { json } = await ask('GET', from, { query: { limit: '1' } })
      for (const to of lists.filter((path) => path !== from)) {
        const answered = await ask('GET', to, { query: { cursor: json.next ?? '' } })
        expect([answered.status, answered.json.type]).toEqual([400, '/problems/cursor-invalid'])
      }
    }
  })

  it.each([{ list: 'customers' }, { archived: 'true' }, { search: 'sec*' }])(
    'goes on with no other filter: %j',
    async (filter) => {
      const { ask } = await twoTenants()
      const { json } = await ask('GET', '/contacts', { query: { limit: '1' } })
      const answered = await ask('GET', '/contacts', { query: { cursor: json.next ?? '', ...filter } })
      expect([answered.status, answered.json.type]).toEqual([400, '/problems/cursor-invalid'])
    },
  )

  it('may go on with pages of another size', async () => {
    const { ask } = await twoTenants()
    const { json } = await ask('GET', '/contacts', { query: { limit: '1' } })
    expect(
      (await ask('GET', '/contacts', { query: { cursor: json.next ?? '', limit: '200' } })).json.items,
    ).toHaveLength(1)
  })

  it('that was changed is refused', async () => {
    const { ask } = await twoTenants()
    const { json } = await ask('GET', '/contacts', { query: { limit: '1' } })
    expect((await ask('GET', '/contacts', { query: { cursor: `${json.next}x` } })).status).toBe(400)
  })
})
