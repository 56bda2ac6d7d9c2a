import { describe, expect, it, onTestFinished } from 'vitest'
import { crmOf } from './crm.ts'
import { world } from './quiet-world.ts'
import { done, type Workspace } from './world.ts'

async function pulled(): Promise<Workspace> {
  const workspace = world.newWorkspace()
  await workspace.pull()
  return workspace
}

describe('an import', () => {
  it('in-5: takes the selected, and nothing else', async () => {
    const { run, outcomes, list } = await pulled()
    const imported = await run('POST /imports', { as: 'account', select: { ids: ['6', '4', '23', '6'] } })
    expect(imported).toMatchObject({ kind: 'import', status: 'done', counts: { imported: 3, skipped: 0, failed: 0 } })
    expect(Object.keys(await outcomes(imported)).toSorted()).toEqual(['23', '4', '6'])
    expect((await list('/contacts')).map(({ name }) => name)).toEqual([
      'Diego Rodriguez',
      'Dylan Sollfrank',
      'Pam Seitz',
    ])
  })

  it('in-5: takes all that match a filter and a search, beyond the page, but those left out', async () => {
    const { run, outcomes, list } = await pulled()
    const select = { filter: 'all', search: '*ocean*', except: ['3'] }
    const matching = await list('/quickbooks/customers?filter=all&search=*ocean*')
    expect(matching.map(({ id }) => id).toSorted()).toEqual(['2', '3', '8'])
    const result = await outcomes(await run('POST /imports', { as: 'account', select }))
    expect(Object.keys(result).toSorted()).toEqual(['2', '8'])
  })

  it('in-5: takes all that there is, and the holding area then has nothing left that is not synchronised', async () => {
    const { company, run, list } = await pulled()
    const imported = await run('POST /imports', { as: 'account', select: { filter: 'all' } })
    expect(imported.counts).toEqual({ imported: company.count('Customer'), linked: 0, skipped: 0, failed: 0 })
    expect(await list('/quickbooks/customers')).toEqual([])
    expect(await list('/contacts?archived=true&limit=200')).toHaveLength(company.count('Customer'))
  })

  it('in-6: makes an account of a customer: company name, else its own; billing address', async () => {
    const { run, outcomes, call } = await pulled()
    const result = await outcomes(await run('POST /imports', { as: 'account', select: { ids: ['12', '4'] } }))
    const [company, person] = await Promise.all(
      ['12', '4'].map(async (id) => (await call(`GET /contacts/${result[id]?.contactId}`)).body),
    )
    expect(company).toMatchObject({ kind: 'client', isCustomer: true, name: 'Harbor Tower Holdings, LLC', people: [] })
    expect(person).toMatchObject({
      kind: 'client',
      name: 'Diego Rodriguez',
      dot: 'green',
      fields: { billAddress: { line1: '321 Channing', city: 'Palo Alto', region: 'CA', postalCode: '94303' } },
      link: { entity: 'customer', recordId: '4' },
    })
  })

  it('in-6: makes a building of a customer: both addresses, and whom to write to about its bills', async () => {
    const { run, outcomes, call } = await pulled()
    const result = await outcomes(await run('POST /imports', { as: 'building', select: { ids: ['3', '65'] } }))
    expect((await call(`GET /contacts/${result['3']?.contactId}`)).body).toMatchObject({
      kind: 'building',
      name: 'Cool Cars',
      fields: { shipAddress: { line1: '65 Ocean Dr., Dock 2' }, billAddress: { line1: '65 Ocean Dr.' } },
      people: [
        {
          role: 'billing',
          name: 'Grace Pariente',
          givenName: 'Grace',
          familyName: 'Pariente',
          email: 'Cool_Cars@intuit.example.com',
          cell: '(415) 555-0160',
          address: { line1: '65 Ocean Dr.', city: 'Half Moon Bay' },
        },
      ],
    })
    expect((await call(`GET /contacts/${result['65']?.contactId}`)).body.people).toEqual([
      { role: 'billing', name: 'Nothing but a name' },
    ])
  })

  it('in-7: archives what is inactive in QuickBooks, and makes jobs of sub-customers whatever the order', async () => {
    const { run, outcomes, call } = await pulled()
    const chain = ['16', '15', '17', '14', '13', '12', '26']
    const imported = await run('POST /imports', { as: 'account', select: { ids: chain } })
    expect(imported.counts).toMatchObject({ imported: 7, failed: 0 })
    const result = await outcomes(imported)
    const contact = async (id: string) => (await call(`GET /contacts/${result[id]?.contactId}`)).body
    for (const [child, parent] of [
      ['16', '15'],
      ['15', '14'],
      ['14', '13'],
      ['13', '12'],
      ['17', '12'],
    ] as const) {
      expect(await contact(child)).toMatchObject({ kind: 'job', parentId: result[parent]?.contactId })
    }
    expect(await contact('12')).toMatchObject({ kind: 'client', archived: false })
    expect(await contact('17')).toMatchObject({ kind: 'job', archived: true, name: 'South Wing' })
    expect(await contact('26')).toMatchObject({ kind: 'client', archived: true, name: 'Rondonuwu Fruit and Vegi' })
  })

  it('in-8: never makes a duplicate of what was imported before: the row says so', async () => {
    const { run, outcomes, list } = await pulled()
    const first = await outcomes(await run('POST /imports', { as: 'account', select: { ids: ['1', '2'] } }))
    const before = await list('/contacts')
    const second = await run('POST /imports', { as: 'building', select: { ids: ['1', '2', '3'] } })
    expect(second.counts).toEqual({ imported: 1, linked: 0, skipped: 2, failed: 0 })
    expect((await outcomes(second))['1']).toMatchObject({
      kind: 'skipped',
      code: 'alreadyLinked',
      reason: "already linked to “Amy's Bird Sanctuary”",
      contactId: first['1']?.contactId,
    })
    expect(await list('/contacts')).toHaveLength(before.length + 1)
  })

  it.each(['ask', 'link'])(
    'in-8: finds a contact of this name, but for its spelling, and then does as it is told: %s',
    async (sameName) => {
      const here = await pulled()
      const mine = await crmOf(here).create({
        isCustomer: false,
        fields: { displayName: 'Dylan Sollfrank', notes: 'Mine' },
      })
      await crmOf(here).create({ isCustomer: false, fields: { displayName: 'pam seitz' } })
      const imported = await here.run('POST /imports', { as: 'account', select: { ids: ['6', '23'] }, sameName })
      expect(await here.outcomes(imported)).toMatchObject({
        '6':
          sameName === 'link'
            ? { kind: 'linked', contactId: mine.id }
            : { kind: 'skipped', code: 'nameExists', reason: expect.stringContaining('link it?'), contactId: mine.id },
        '23': sameName === 'link' ? { kind: 'linked' } : { kind: 'skipped', code: 'nameExists' },
      })
      await world.settle()
      const contact = await crmOf(here).read(mine.id)
      expect(contact).toMatchObject({ dot: sameName === 'link' ? 'green' : 'none', fields: { notes: 'Mine' } })
      expect(here.company.read('Customer', '6')?.Notes).toBe(sameName === 'link' ? 'Mine' : undefined)
      expect((await here.list('/contacts')).filter(({ name }) => name === 'Dylan Sollfrank')).toHaveLength(1)
    },
  )

  it('in-8: never makes a duplicate when two import the same at the same moment', async () => {
    const { company, call, list } = await pulled()
    const json = { as: 'account', select: { filter: 'all' } }
    const [one, two] = await Promise.all([call('POST /imports', { json }), call('POST /imports', { json })])
    await world.cloud.idle()
    const runs = await Promise.all([one, two].map(async ({ body }) => (await call(`GET /runs/${body.id}`)).body))
    const all = company.count('Customer')
    expect(runs.map(({ status }) => status)).toEqual(['done', 'done'])
    expect(runs.reduce((sum, { counts }) => sum + counts.imported, 0)).toBe(all)
    expect(runs.reduce((sum, { counts }) => sum + counts.skipped, 0)).toBe(all)
    expect(await list('/contacts?archived=true&limit=200')).toHaveLength(all)
  })

  it('in-9: says why a row fails, in words, and the others go on', async () => {
    const { switches } = world.simulator
    onTestFinished(() => switches.set('merged-record', 'inactive'))
    switches.set('merged-record', 'gone')
    const { company, run, outcomes, list } = await pulled()
    done(company.bookkeeper.merge('Customer', '1', '6'))
    const select = { ids: ['4', '6', '8', '999999', '23'] }
    const imported = await run('POST /imports', { as: 'account', select })
    expect(imported).toMatchObject({ status: 'done', counts: { imported: 2, linked: 0, skipped: 0, failed: 3 } })
    expect(await outcomes(imported)).toMatchObject({
      '4': { kind: 'imported', name: 'Diego Rodriguez' },
      '6': {
        kind: 'failed',
        code: 'gone',
        name: 'Dylan Sollfrank',
        reason: 'It is no longer in QuickBooks: merged or deleted since the pull.',
      },
      '8': { kind: 'failed', code: 'parentNotImported', reason: expect.stringContaining('Freeman Sporting Goods') },
      '999999': { kind: 'failed', code: 'unknown', reason: expect.stringContaining('not in the holding area') },
      '23': { kind: 'imported' },
    })
    const held = await list('/quickbooks/customers?filter=all&search=*sollfrank*')
    expect(held).toMatchObject([{ id: '6', gone: true }])
    expect(await list('/contacts')).toHaveLength(2)
  })

  it('in-9: brings in what QuickBooks holds now, where it changed since the pull', async () => {
    const { company, run, outcomes, call } = await pulled()
    done(company.bookkeeper.edit('Customer', '23', { PrimaryPhone: { FreeFormNumber: '+1 555 0199' } }))
    const result = await outcomes(await run('POST /imports', { as: 'account', select: { ids: ['23'] } }))
    const contact = (await call(`GET /contacts/${result['23']?.contactId}`)).body
    expect(contact).toMatchObject({ dot: 'green', fields: { phone: '+1 555 0199' } })
  })

  it('in-9: waits while QuickBooks is down, and brings in each row once when it is back', async () => {
    const { fault, run, call, list } = await pulled()
    fault({ kind: 'status', status: 503 })
    const waiting = await run('POST /imports', { as: 'account', select: { ids: ['4', '6'] } })
    expect(waiting).toMatchObject({ status: 'waiting', reason: expect.stringContaining('cannot be reached') })
    world.passTime(2 * 60_000)
    await world.sweep()
    expect((await call(`GET /runs/${waiting.id}`)).body).toMatchObject({ status: 'done', counts: { imported: 2 } })
    expect(await list('/contacts')).toHaveLength(2)
  })

  it('in-9: goes on where it was when its Lambda is killed in the middle', async () => {
    const { company, holdBack, call, list } = await pulled()
    const answer = holdBack('query')
    const { body } = await call('POST /imports', { json: { as: 'account', select: { filter: 'all' } } })
    await answer.struck()
    await world.cloud.functions.crash('Pull')
    answer.release()
    await world.cloud.idle({ passVisibilityTimeout: true })
    const all = company.count('Customer')
    expect((await call(`GET /runs/${body.id}`)).body).toMatchObject({ status: 'done', counts: { imported: all } })
    expect(await list('/contacts?archived=true&limit=200')).toHaveLength(all)
  })

  it('is written into the history of the contact, with who, when and because of what', async () => {
    const { run, outcomes, call } = await pulled()
    const imported = await run('POST /imports', { as: 'account', select: { ids: ['4'] } })
    const { contactId } = (await outcomes(imported))['4'] ?? {}
    const { items } = (await call(`GET /contacts/${contactId}/history`)).body
    expect(items).toMatchObject([
      { side: 'crm', actor: 'ann', runId: imported.id, because: 'imported from QuickBooks as account' },
    ])
    expect(items[0].changes).toContainEqual({ field: 'displayName', to: 'Diego Rodriguez' })
  })
})

describe('an Idempotency-Key', () => {
  it('that is sent again answers with the run of the first time, however often and at once', async () => {
    const { call, list } = await pulled()
    const request = { json: { as: 'account', select: { ids: ['4'] } }, headers: { 'idempotency-key': 'key-1' } }
    const first = await call('POST /imports', request)
    const again = await Promise.all([1, 2].map(() => call('POST /imports', request)))
    expect(again.map(({ status, body }) => [status, body.id])).toEqual(again.map(() => [202, first.body.id]))
    await world.cloud.idle()
    const third = await call('POST /imports', request)
    expect(third.body).toMatchObject({ id: first.body.id, status: 'done' })
    expect((await list('/runs')).filter(({ kind }) => kind === 'import')).toHaveLength(1)
  })

  it('that is sent with another body is refused, and nothing starts', async () => {
    const { call, list } = await pulled()
    const headers = { 'idempotency-key': 'key-2' }
    await call('POST /imports', { json: { as: 'account', select: { ids: ['4'] } }, headers })
    const other = await call('POST /imports', { json: { as: 'account', select: { ids: ['6'] } }, headers })
    expect([other.status, other.body.type]).toEqual([422, '/problems/idempotency-mismatch'])
    const pull = await call('POST /pulls', { headers })
    expect([pull.status, pull.body.type]).toEqual([422, '/problems/idempotency-mismatch'])
    await world.cloud.idle()
    expect((await list('/runs')).map(({ kind }) => kind)).toEqual(['import', 'pull'])
  })

  it('of one workspace means nothing in another', async () => {
    const [one, two] = [await pulled(), await pulled()]
    const request = { json: { as: 'account', select: { ids: ['4'] } }, headers: { 'idempotency-key': 'key-3' } }
    const runs = [await one.call('POST /imports', request), await two.call('POST /imports', request)]
    expect(runs.map(({ status }) => status)).toEqual([202, 202])
    expect(runs[0]?.body.id).not.toBe(runs[1]?.body.id)
    await world.cloud.idle()
  })

  it('of a request that was refused may be used again', async () => {
    const { connect, call } = world.newWorkspace({ kind: 'empty' })
    const headers = { 'idempotency-key': 'key-4' }
    expect((await call('POST /pulls', { headers })).body.type).toBe('/problems/not-connected')
    await connect()
    expect((await call('POST /pulls', { headers })).status).toBe(202)
    await world.cloud.idle()
  })
})
