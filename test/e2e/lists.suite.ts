import { describe, expect, it } from 'vitest'
import { world } from './quiet-world.ts'

const crm = world.newWorkspace()
await crm.pull()
await crm.run('POST /imports', { as: 'account', select: { filter: 'all' } })

describe('the lists of contacts', () => {
  it('crm-1: show name, type, archived, phones, e-mail, billing address and dot', async () => {
    const rows = await crm.list('/contacts?archived=true')
    const row = (name: string) => rows.find((each) => each.name === name)
    expect(row('Cool Cars')).toEqual({
      id: expect.any(String),
      name: 'Cool Cars',
      kind: 'client',
      isCustomer: true,
      archived: false,
      phone: '(415) 555-9933',
      mobile: '(415) 555-0160',
      email: 'Cool_Cars@intuit.example.com',
      billLine: '65 Ocean Dr., Half Moon Bay, CA, 94213',
      dot: 'green',
    })
    expect(row('Floor 3')).toMatchObject({ kind: 'job', parentId: row('North Wing')?.id, dot: 'green' })
    expect(row('South Wing')).toMatchObject({ kind: 'job', archived: true })
    expect(rows.filter(({ dot }) => dot !== 'green')).toEqual([])
  })

  it('crm-1: are of customers, of contacts that are none, and of all; without what is archived unless asked', async () => {
    const everything = crm.company.count('Customer')
    const active = crm.company.count('Customer', true)
    const counted = async (query: string) => (await crm.list(`/contacts?${query}`)).length
    expect(await counted('list=customers')).toBe(active)
    expect(await counted('list=contacts')).toBe(0)
    expect(await counted('list=all')).toBe(active)
    expect(await counted('')).toBe(active)
    expect(await counted('list=all&archived=true')).toBe(everything)
  })

  it('crm-1: are in order of name, ignoring case and accents, whatever the size of the page', async () => {
    const whole = (await crm.list('/contacts?limit=200')).map(({ name }) => name)
    expect((await crm.list('/contacts?limit=4')).map(({ name }) => name)).toEqual(whole)
    const latin = whole.filter((name) => /^[\p{Script=Latin}]/u.test(name))
    const folded = latin.map((name) => name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase())
    expect(folded).toEqual(folded.toSorted())
    expect(latin.at(-1)).toBe('zz lower case 100% _sure_')
  })

  it('crm-1: are searched with wildcards', async () => {
    const found = await crm.list(`/contacts?search=${encodeURIComponent('*müller*')}`)
    expect(found).toMatchObject([{ name: 'Müller & Söhne GmbH' }])
    expect(await crm.list('/contacts?search=*rondonuwu*')).toEqual([])
    expect(await crm.list('/contacts?search=*rondonuwu*&archived=true')).toHaveLength(1)
  })
})

describe('the runs', () => {
  it('st-7: are listed, the newest first, with how many were brought in', async () => {
    const runs = await crm.list('/runs')
    expect(runs).toMatchObject([
      { kind: 'import', status: 'done', startedBy: 'ann', counts: { imported: crm.company.count('Customer') } },
      { kind: 'pull', status: 'done', counts: { stored: crm.company.count('Customer') } },
    ])
    for (const { startedAt, finishedAt } of runs) expect(finishedAt >= startedAt).toBe(true)
    expect(JSON.stringify(runs)).not.toContain('"state"')
    expect(await crm.list('/runs?limit=1')).toEqual(runs)
  })

  it('st-7: keep what became of each record, page by page', async () => {
    const [imported] = await crm.list('/runs')
    const outcomes = await crm.list(`/runs/${imported.id}/outcomes?limit=7`)
    expect(new Set(outcomes.map(({ recordId }) => recordId)).size).toBe(crm.company.count('Customer'))
    for (const { kind, contactId } of outcomes) expect([kind, typeof contactId]).toEqual(['imported', 'string'])
  })
})

describe('another workspace', () => {
  it('sees none of the contacts, customers and runs of this one, nor can it do anything to them', async () => {
    const stranger = world.newWorkspace()
    await stranger.pull()
    const [run] = await crm.list('/runs')
    const [contact] = await crm.list('/contacts')
    const headers = { 'if-match': '"1"' }
    const stolen = { displayName: 'Stolen' }
    const edits = [
      await stranger.call(`PATCH /contacts/${contact.id}`, { headers, json: { fields: stolen } }),
      await stranger.call(`POST /contacts/${contact.id}/archive`, { headers }),
      await stranger.call(`POST /contacts/${contact.id}/move`, { headers, json: { parentId: null } }),
      await stranger.call(`POST /contacts/${contact.id}/jobs`, { json: { fields: stolen } }),
      await stranger.call(`POST /contacts/${contact.id}/sync`),
      await stranger.call(`POST /runs/${run.id}/undo`),
      await stranger.call(`POST /previews/${run.id}/apply`),
    ]
    expect(edits.map(({ status }) => status)).toEqual(edits.map(() => 404))
    const under = await stranger.call('POST /contacts', { json: { kind: 'job', fields: stolen, parentId: contact.id } })
    expect([under.status, under.body.errors]).toMatchObject([400, [{ path: 'parentId' }]])
    const addresses = [
      `GET /contacts/${contact.id}`,
      `GET /contacts/${contact.id}/history`,
      `GET /runs/${run.id}`,
      `GET /runs/${run.id}/outcomes`,
      `POST /runs/${run.id}/cancel`,
    ]
    for (const route of addresses) {
      const [theirs, unknown] = [await stranger.call(route), await stranger.call(route.replaceAll(/01\w{24}/g, 'none'))]
      expect([theirs.status, theirs.body.type], route).toEqual([404, '/problems/not-found'])
      expect(unknown.status).toBe(404)
    }
    expect(await stranger.list('/contacts?archived=true')).toEqual([])
    expect((await stranger.list('/runs')).map(({ kind }) => kind)).toEqual(['pull'])
    // The same ids in its own company are its own customers.
    expect((await stranger.call('GET /quickbooks/customers/1')).body).not.toHaveProperty('contact')
    expect((await crm.call('GET /quickbooks/customers/1')).body.contact.name).toBe("Amy's Bird Sanctuary")
  })

  it('cannot go on with a cursor of this one, nor can another list or filter', async () => {
    const stranger = world.newWorkspace()
    await stranger.pull()
    await stranger.run('POST /imports', { as: 'account', select: { filter: 'all' } })
    const paths = ['/contacts?limit=1', '/runs?limit=1', '/quickbooks/customers?filter=all&limit=1']
    for (const path of paths) {
      const { next } = (await crm.call(`GET ${path}`)).body
      const at = `${path}&cursor=${encodeURIComponent(next)}`
      expect((await crm.call(`GET ${at}`)).status).toBe(200)
      const others = [
        await stranger.call(`GET ${at}`),
        await crm.call(`GET ${at.replace('/contacts', '/runs').replace('/quickbooks/customers', '/contacts')}x`),
        await crm.call(`GET ${at}x`),
        await crm.call(`GET ${path}&cursor=${Buffer.from('{"key":"a"}').toString('base64url')}`),
      ]
      for (const { status, body } of others) {
        expect([status, body.type]).toEqual([400, expect.stringMatching(/cursor-invalid|invalid-input/)])
      }
      expect(others[0]?.body.type).toBe('/problems/cursor-invalid')
    }
    const { next } = (await crm.call('GET /contacts?limit=1')).body
    const moved = await crm.call(`GET /contacts?limit=1&archived=true&cursor=${encodeURIComponent(next)}`)
    expect([moved.status, moved.body.type]).toEqual([400, '/problems/cursor-invalid'])
  })
})
