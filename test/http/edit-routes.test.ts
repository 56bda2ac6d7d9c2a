import { describe, expect, it } from 'vitest'
import { aContact, aLink, aMirror } from '../contract/records.ts'
import { adminWorld, claimsOf, connect } from './world.ts'

async function world() {
  const { ask, ports } = adminWorld()
  await connect(ports)
  return { ask, ports }
}

const made = { fields: { displayName: 'Ada', email: 'ada@example.com' } }

describe('POST /contacts', () => {
  it('makes a customer, says where it is and at which version', async () => {
    const { ask, ports } = await world()
    const { status, json, headers } = await ask('POST', '/contacts', { body: made })
    expect(status).toBe(201)
    expect(json).toMatchObject({ name: 'Ada', kind: 'client', isCustomer: true, dot: 'none', version: 1 })
    expect(headers).toMatchObject({ location: `/contacts/${json.id}`, etag: '"1"' })
    expect(ports.hints.pushes.all()).toEqual([{ kind: 'contacts', workspace: 'acme' }])
    expect((await ask('GET', `/contacts/${json.id}`)).headers.etag).toBe('"1"')
  })

  it.each([
    [{}, 'fields'],
    [{ fields: { displayName: 7 } }, 'fields.displayName'],
    [{ fields: { nickname: 'A' } }, 'fields.nickname'],
    [{ fields: { displayName: 'A', billAddress: { street: 'X' } } }, 'fields.billAddress.street'],
    [{ ...made, kind: 'person' }, 'kind'],
    [{ ...made, parentId: '../1' }, 'parentId'],
    [{ ...made, isCustomer: 'yes' }, 'isCustomer'],
    [{ fields: { displayName: 'x'.repeat(5_000) } }, 'fields.displayName'],
  ])('names what is wrong: %j', async (body, path) => {
    const { ask, ports } = await world()
    const { status, json } = await ask('POST', '/contacts', { body })
    expect([status, json.type]).toEqual([400, '/problems/invalid-input'])
    expect(json.errors?.map((error) => error.path)).toContain(path)
    expect((await ports.contacts.listByName('acme', 10)).rows).toEqual([])
  })

  it('makes no job without a parent, and none under one that is not there', async () => {
    const { ask } = await world()
    expect((await ask('POST', '/contacts', { body: { ...made, kind: 'job' } })).status).toBe(400)
    expect((await ask('POST', '/contacts', { body: { ...made, kind: 'job', parentId: 'c9' } })).status).toBe(400)
    expect((await ask('POST', '/contacts/c9/jobs', { body: made })).status).toBe(404)
  })
})

describe('the people of a building', () => {
  it('begin with the billing person, which is the building’s own fields, and whom the CRM keeps come after', async () => {
    const { ask } = await world()
    const site = { role: 'site', name: 'Bea' }
    const body = {
      kind: 'building',
      fields: { displayName: 'Tower' },
      people: [{ role: 'billing', givenName: 'Ann', familyName: 'Lee', email: 'ann@example.com' }, site],
    }
    const { json, headers } = await ask('POST', '/contacts', { body })
    expect(json).toMatchObject({
      fields: { displayName: 'Tower', givenName: 'Ann', familyName: 'Lee', email: 'ann@example.com' },
      people: [{ role: 'billing', name: 'Ann Lee', email: 'ann@example.com' }, site],
    })
    const path = `/contacts/${json.id}`
    const seen = { 'if-match': headers.etag ?? '' }
    const patch = (people: object) => ask('PATCH', path, { headers: seen, body: { people } })
    expect((await patch([site])).json.errors).toMatchObject([
      { path: 'people', message: expect.stringContaining('clear the fields') },
    ])
    const shown = (await ask('GET', path)).json
    expect((await patch(Object(Reflect.get(shown, 'people')))).headers.etag).toBe(headers.etag)
  })

  it('are no client’s', async () => {
    const { ask } = await world()
    const { status, json } = await ask('POST', '/contacts', { body: { ...made, people: [{ role: 'billing' }] } })
    expect(status).toBe(400)
    expect(json.errors?.map(({ path }) => path)).toEqual(['people.0.role'])
  })
})

describe('changing a contact', () => {
  async function withAda() {
    const { ask, ports } = await world()
    const { json } = await ask('POST', '/contacts', { body: made })
    return { ask, ports, path: `/contacts/${json.id}`, id: json.id ?? '' }
  }
  const at = (version: number) => ({ headers: { 'if-match': `"${version}"` } })

  it('stores it under the version that was seen, and answers with the new one', async () => {
    const { ask, path } = await withAda()
    const body = { fields: { phone: '555-0100', email: null } }
    const { status, json, headers } = await ask('PATCH', path, { ...at(1), body })
    expect(status).toBe(200)
    expect(json).toMatchObject({ fields: { displayName: 'Ada', phone: '555-0100' }, version: 2 })
    expect(json.fields).not.toHaveProperty('email')
    expect(headers.etag).toBe('"2"')
  })

  it.each(['PATCH', 'archive', 'unarchive', 'move'])('wants the version at %s', async (what) => {
    const { ask, path } = await withAda()
    const [method, where] = what === 'PATCH' ? ['PATCH', path] : ['POST', `${path}/${what}`]
    const body = what === 'PATCH' ? { isCustomer: false } : what === 'move' ? { parentId: null } : undefined
    const asked = body === undefined ? {} : { body }
    expect(await ask(method, where, asked)).toMatchObject({ status: 428, json: { type: '/problems/version-missing' } })
    expect(await ask(method, where, { ...asked, ...at(9) })).toMatchObject({
      status: 412,
      json: { type: '/problems/version-moved' },
    })
    expect((await ask('GET', path)).json).toMatchObject({ version: 1, archived: false })
  })

  it.each(['*', 'W/"1"', '"1", "2"', 'abc', ''])('takes no If-Match of %j', async (tag) => {
    const { ask, path } = await withAda()
    const { status, json } = await ask('PATCH', path, { headers: { 'if-match': tag }, body: { isCustomer: false } })
    expect([status, json.errors?.[0]?.path]).toEqual([400, 'If-Match'])
  })

  it('has to change something', async () => {
    const { ask, path } = await withAda()
    expect((await ask('PATCH', path, { ...at(1), body: {} })).status).toBe(400)
  })

  it('archives, brings back, and moves under another one', async () => {
    const { ask, path, id } = await withAda()
    expect((await ask('POST', `${path}/archive`, at(1))).json).toMatchObject({ archived: true, version: 2 })
    expect((await ask('POST', `${path}/unarchive`, at(2))).json).toMatchObject({ archived: false, version: 3 })
    const job = await ask('POST', `${path}/jobs`, { body: { fields: { displayName: 'Roof' } } })
    expect(job).toMatchObject({ status: 201, json: { kind: 'job', parentId: id, isCustomer: true } })
    const top = await ask('POST', `/contacts/${job.json.id}/move`, { ...at(1), body: { parentId: null } })
    expect(top).toMatchObject({ status: 200, json: { kind: 'client' } })
    expect(top.json).not.toHaveProperty('parentId')
    const cycle = await ask('POST', `${path}/move`, { ...at(3), body: { parentId: id } })
    expect(cycle).toMatchObject({ status: 400, json: { type: '/problems/invalid-input' } })
  })

  it('is refused in words where it would lie below itself or more than five levels deep', async () => {
    const { ask, path, id } = await withAda()
    const chain = [id]
    for (const displayName of ['Level 2', 'Level 3', 'Level 4', 'Level 5']) {
      const { json } = await ask('POST', `/contacts/${chain.at(-1)}/jobs`, { body: { fields: { displayName } } })
      chain.push(json.id ?? '')
    }
    const deepest = chain.at(-1) ?? ''
    const tooDeep = [{ path: 'parentId', message: expect.stringContaining('five levels deep') }]
    const circle = [{ path: 'parentId', message: expect.stringContaining('under itself') }]

    const sixth = { fields: { displayName: 'Level 6' } }
    expect(await ask('POST', `/contacts/${deepest}/jobs`, { body: sixth })).toMatchObject({
      status: 400,
      json: { errors: tooDeep },
    })
    const job = { ...sixth, kind: 'job', parentId: deepest }
    expect(await ask('POST', '/contacts', { body: job })).toMatchObject({ status: 400, json: { errors: tooDeep } })
    const { json: other } = await ask('POST', '/contacts', { body: made })
    expect(await ask('POST', `${path}/move`, { ...at(1), body: { parentId: other.id } })).toMatchObject({
      status: 400,
      json: { errors: tooDeep },
    })
    for (const parentId of chain) {
      expect(await ask('POST', `${path}/move`, { ...at(1), body: { parentId } })).toMatchObject({
        status: 400,
        json: { errors: circle },
      })
    }
    expect((await ask('GET', path)).json).toMatchObject({ kind: 'client', version: 1 })
    expect((await ask('GET', '/contacts')).json.items).toHaveLength(6)
  })

  it('needs the right to write', async () => {
    const { ask, path } = await withAda()
    const claims = claimsOf('acme', 'tandem/read')
    expect((await ask('POST', `${path}/archive`, { ...at(1), claims })).status).toBe(403)
  })
})

describe('a contact that is held', () => {
  async function withHold() {
    const { ask, ports } = await world()
    await ports.mirrors.put('acme', [aMirror('1', 'Ada', { goneAt: '2026-01-02T00:00:00.000Z' })])
    const hold = { code: 'recordGone', reason: 'It is gone.', at: '2026-01-02T00:00:00.000Z' } as const
    const contact = aContact('c1', 'Ada', { link: aLink('customer', '1'), hold })
    await ports.ledger.commit('acme', [
      { kind: 'contact', contact, expectedVersion: undefined },
      { kind: 'claim', entity: 'customer', recordId: '1', contactId: 'c1' },
    ])
    return { ask }
  }

  it('is listed among the conflicts, with the reason and what to do', async () => {
    const { ask } = await withHold()
    const advice = expect.stringContaining('Unlink')
    expect((await ask('GET', '/conflicts')).json.items).toEqual([
      {
        kind: 'hold',
        id: 'c1~hold',
        contactId: 'c1',
        contactName: 'Ada',
        code: 'recordGone',
        reason: 'It is gone.',
        advice,
        openedAt: '2026-01-02T00:00:00.000Z',
      },
    ])
    expect((await ask('GET', '/contacts')).json.items?.[0]).toMatchObject({ dot: 'conflict', advice })
  })

  it('is unlinked, and has no dot then', async () => {
    const { ask } = await withHold()
    const { status, json, headers } = await ask('POST', '/conflicts/c1~hold/resolve', { body: { take: 'unlink' } })
    expect([status, headers.etag]).toEqual([200, '"2"'])
    expect(json).toMatchObject({ dot: 'none', isCustomer: false })
    for (const property of ['link', 'hold', 'advice']) expect(json).not.toHaveProperty(property)
    expect((await ask('GET', '/conflicts')).json).toEqual({ items: [] })
  })

  it.each([{ take: 'takeOver' }, { take: 'crm', seen: {} }, { value: 'x', seen: {} }])(
    'is not resolved with %j',
    async (body) => {
      const { ask } = await withHold()
      const { status, json } = await ask('POST', '/conflicts/c1~hold/resolve', { body })
      expect([status, json.errors?.[0]?.path]).toEqual([400, 'take'])
      expect((await ask('GET', '/conflicts')).json.items).toHaveLength(1)
    },
  )
})

describe('conflicts', () => {
  const base = { fields: { displayName: 'Ada', email: 'old@example.com' }, active: true }
  const conflict = {
    slot: 'email',
    base: 'old@example.com',
    crm: 'crm@example.com',
    quickbooks: 'books@example.com',
    openedAt: '2026-01-01T00:00:00.000Z',
  } as const

  async function withConflict(quickbooks: string = conflict.quickbooks) {
    const { ask, ports } = await world()
    await ports.settings.save('acme', { ...(await ports.settings.get('acme')).settings, conflicts: 'ask' }, 0)
    const snapshot = { fields: { displayName: 'Ada', email: quickbooks }, active: true }
    await ports.mirrors.put('acme', [aMirror('1', 'Ada', { snapshot })])
    const fields = { displayName: 'Ada', email: conflict.crm }
    const contact = aContact('c1', 'Ada', {
      fields,
      link: { ...aLink('customer', '1'), base },
      conflicts: [{ ...conflict, quickbooks }],
    })
    await ports.ledger.commit('acme', [
      { kind: 'contact', contact, expectedVersion: undefined },
      { kind: 'claim', entity: 'customer', recordId: '1', contactId: 'c1' },
    ])
    return { ask, ports }
  }
  const seen = { crm: conflict.crm, quickbooks: conflict.quickbooks }

  it('are listed with what both sides agreed on and what each holds', async () => {
    const { ask } = await withConflict()
    const { json } = await ask('GET', '/conflicts')
    expect(json.items).toEqual([{ ...conflict, kind: 'slot', id: 'c1~email', contactId: 'c1', contactName: 'Ada' }])
    const row = (await ask('GET', '/contacts')).json.items?.[0]
    expect(row).toMatchObject({ dot: 'conflict', reason: expect.stringContaining('email'), advice: expect.any(String) })
    expect((await ask('GET', '/contacts/c1')).json).toMatchObject({ conflicts: [{ id: 'c1~email' }] })
  })

  it.each([
    [{ take: 'crm', seen }, 'crm@example.com', 'orange'],
    [{ take: 'quickbooks', seen }, 'books@example.com', 'green'],
    [{ value: 'typed@example.com', seen }, 'typed@example.com', 'orange'],
  ])('are decided one by one: %j', async (body, email, dot) => {
    const { ask } = await withConflict()
    const { status, json, headers } = await ask('POST', '/conflicts/c1~email/resolve', { body })
    expect(status).toBe(200)
    expect(json).toMatchObject({ fields: { email }, dot, conflicts: [] })
    expect(headers.etag).toMatch(/^"\d+"$/)
    expect((await ask('GET', '/conflicts')).json.items).toEqual([])
  })

  // What was seen was held to what may be typed, so that such a conflict could never be decided.
  it.each(['bell\u0007@example.com', `${'x'.repeat(5_000)}@example.com`])(
    'are decided though QuickBooks holds what nobody may type: %j',
    async (quickbooks) => {
      const { ask } = await withConflict(quickbooks)
      const body = { take: 'quickbooks', seen: { crm: conflict.crm, quickbooks } }
      const { status, json } = await ask('POST', '/conflicts/c1~email/resolve', { body })
      expect(status).toBe(200)
      expect(json).toMatchObject({ fields: { email: quickbooks }, dot: 'green', conflicts: [] })
      const typed = { value: quickbooks, seen: { crm: conflict.crm, quickbooks } }
      expect((await ask('POST', '/conflicts/c1~email/resolve', { body: typed })).status).toBe(400)
    },
  )

  it('are not decided when a value is not the one that was seen', async () => {
    const { ask } = await withConflict()
    const body = { take: 'crm', seen: { ...seen, quickbooks: 'other@example.com' } }
    expect(await ask('POST', '/conflicts/c1~email/resolve', { body })).toMatchObject({
      status: 412,
      json: { type: '/problems/version-moved' },
    })
    expect((await ask('GET', '/conflicts')).json.items).toHaveLength(1)
  })

  it.each([
    ['/conflicts/c1/resolve', { take: 'crm', seen }, 400],
    ['/conflicts/c1~nickname/resolve', { take: 'crm', seen }, 400],
    ['/conflicts/c1~phone/resolve', { take: 'crm', seen }, 404],
    ['/conflicts/c9~email/resolve', { take: 'crm', seen }, 404],
    ['/conflicts/c1~email/resolve', { take: 'both', seen }, 400],
    ['/conflicts/c1~email/resolve', { take: 'unlink' }, 400],
    ['/conflicts/c1~hold/resolve', { take: 'crm', seen }, 400],
    ['/conflicts/c1~hold/resolve', { take: 'unlink' }, 404],
    ['/conflicts/c9~hold/resolve', { take: 'unlink' }, 404],
    ['/conflicts/c1~email/resolve', { take: 'crm' }, 400],
    ['/conflicts/c1~email/resolve', { take: 'crm', value: 'x', seen }, 400],
    ['/conflicts/resolve', { take: 'ask' }, 400],
    ['/conflicts/resolve', { take: 'crm', slot: 'nickname' }, 400],
  ])('are not decided by what cannot be understood: %s %j', async (path, body, status) => {
    const { ask } = await withConflict()
    expect((await ask('POST', path, { body })).status).toBe(status)
  })

  it('are decided all alike', async () => {
    const { ask } = await withConflict()
    const answered = await ask('POST', '/conflicts/resolve', { body: { take: 'quickbooks' } })
    expect(answered).toMatchObject({ status: 200, json: { resolved: 1, left: 0, isDone: true } })
    expect((await ask('GET', '/contacts/c1')).json).toMatchObject({ fields: { email: 'books@example.com' } })
  })

  it('of another workspace are not there', async () => {
    const { ask } = await withConflict()
    const globex = { claims: claimsOf('globex') }
    expect((await ask('GET', '/conflicts', globex)).json).toEqual({ items: [] })
    const body = { take: 'crm', seen }
    expect((await ask('POST', '/conflicts/c1~email/resolve', { ...globex, body })).status).toBe(404)
  })
})

describe('the history of the settings', () => {
  it('says who changed which setting from what to what, and when, the newest first, a page at a time', async () => {
    const { ask, ports } = adminWorld()
    const at = new Date(ports.clock.now()).toISOString()
    const { settings } = await ports.settings.get('acme')
    const save = (version: number, body: object, person: string) =>
      ask('PUT', '/settings', {
        headers: { 'if-match': `"${version}"` },
        body: { ...settings, ...body },
        claims: claimsOf('acme', undefined, person),
      })
    expect((await save(0, { pushNotes: false }, 'ada')).status).toBe(200)
    // It changes nothing, and the last one was refused.
    expect((await save(1, { pushNotes: false }, 'bob')).status).toBe(200)
    expect((await save(2, { pushNotes: false, conflicts: 'ask' }, 'bob')).status).toBe(200)
    expect((await save(2, { push: 'whenAsked' }, 'cleo')).status).toBe(412)
    const { json: first } = await ask('GET', '/settings/history', { query: { limit: '1' } })
    expect(first.items).toMatchObject([
      { act: 'settingsChanged', actor: 'bob', changes: [{ setting: 'conflicts', from: 'newest', to: 'ask' }] },
    ])
    const { json: rest } = await ask('GET', '/settings/history', { query: { limit: '1', cursor: first.next ?? '' } })
    expect(rest.items).toMatchObject([{ at, actor: 'ada', changes: [{ setting: 'pushNotes', from: true, to: false }] }])
    expect(rest.next).toBeUndefined()
    const elsewhere = await ask('GET', '/settings/history', { claims: claimsOf('globex') })
    expect(elsewhere.json.items).toEqual([])
  })
})

describe('settings', () => {
  const chosen = {
    conflicts: 'ask',
    conflictsBySlot: { email: 'crm' },
    pushNotes: false,
    push: 'whenAsked',
    entities: ['customer', 'vendor'],
  }

  it('begin with the defaults, and are replaced under their version', async () => {
    const { ask } = await world()
    const before = await ask('GET', '/settings')
    expect(before).toMatchObject({ status: 200, headers: { etag: '"0"' }, json: { push: 'automatic' } })
    const headers = { 'if-match': before.headers.etag ?? '' }
    expect(await ask('PUT', '/settings', { headers, body: chosen })).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      json: chosen,
    })
    expect(await ask('PUT', '/settings', { headers, body: chosen })).toMatchObject({ status: 412 })
    expect((await ask('GET', '/settings')).json).toEqual(chosen)
  })

  it('are for administrators to choose', async () => {
    const { ask } = await world()
    const headers = { 'if-match': '"0"' }
    const claims = claimsOf('acme', 'tandem/write')
    expect(await ask('PUT', '/settings', { headers, body: chosen, claims })).toMatchObject({ status: 403 })
    expect(await ask('PUT', '/settings', { body: chosen })).toMatchObject({ status: 428 })
  })

  it.each([
    { ...chosen, entities: [] },
    { ...chosen, entities: ['customer', 'customer'] },
    { ...chosen, entities: ['employee'] },
    { ...chosen, conflicts: 'mine' },
    { ...chosen, conflictsBySlot: { nickname: 'crm' } },
    { ...chosen, conflictsBySlot: { email: 'mine' } },
    { ...chosen, push: true },
    { conflicts: 'ask' },
    { ...chosen, more: 1 },
  ])('are not saved when something is wrong: %j', async (body) => {
    const { ask } = await world()
    expect((await ask('PUT', '/settings', { headers: { 'if-match': '"0"' }, body })).status).toBe(400)
    expect((await ask('GET', '/settings')).headers.etag).toBe('"0"')
  })

  it('send at once what waited for somebody to ask', async () => {
    const { ask, ports } = await world()
    await ask('PUT', '/settings', { headers: { 'if-match': '"0"' }, body: { ...chosen, push: 'automatic' } })
    expect(ports.hints.pushes.all()).toEqual([{ kind: 'contacts', workspace: 'acme' }])
  })
})

describe('people who are too many to be kept', () => {
  const crowd = (letter: string, length: number) =>
    Array.from({ length: 50 }, (_, index) => ({ role: 'site', name: `${letter}${index}`.padEnd(length, letter) }))

  it('are refused with the reason, in a new contact and in an edit, and nothing is stored', async () => {
    const { ask } = await world()
    const refused = await ask('POST', '/contacts', { body: { ...made, people: crowd('a', 400).map(withAddress) } })
    expect([refused.status, refused.json.type]).toEqual([400, '/problems/invalid-input'])
    expect(refused.json.errors).toMatchObject([{ path: 'people', message: expect.stringContaining('Leave some out') }])

    const { json } = await ask('POST', '/contacts', { body: { ...made, people: crowd('a', 400) } })
    const path = `/contacts/${json.id}`
    const edit = { headers: { 'if-match': '"1"' }, body: { people: crowd('b', 400).map(withAddress) } }
    expect((await ask('PATCH', path, edit)).status).toBe(400)
    expect((await ask('GET', path)).json).toMatchObject({ version: 1 })
  })

  it('are as many others in one edit, and its history tells those who differ alone', async () => {
    const { ask } = await world()
    const [first, ...rest] = crowd('a', 400)
    const { json } = await ask('POST', '/contacts', { body: { ...made, people: [first, ...rest] } })
    const path = `/contacts/${json.id}`
    const edit = (version: number, people: unknown) =>
      ask('PATCH', path, { headers: { 'if-match': `"${version}"` }, body: { people } })
    expect((await edit(1, crowd('b', 400))).status).toBe(200)
    expect((await edit(2, crowd('b', 400).with(7, { role: 'site', name: 'Zoe' }))).status).toBe(200)
    const { json: told } = await ask('GET', `${path}/history`)
    expect(told.items?.at(-1)?.changes).toEqual([
      { field: 'people', from: [crowd('b', 400)[7]], to: [{ role: 'site', name: 'Zoe' }] },
    ])
  })

  const withAddress = (person: object) => ({ ...person, address: { line1: 'x'.repeat(500), line2: 'y'.repeat(500) } })
})
