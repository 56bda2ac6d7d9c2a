import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { DEFAULT_WEBHOOK_SETTINGS } from '../../local/quickbooks/webhooks/settings.ts'
import { world } from './live-world.ts'
import { done } from './world.ts'

const DAY = 24 * 60 * 60_000

/** Sends a body as QuickBooks does, signed with this key. Answers with the status. */
async function deliver(body: string, key = DEFAULT_APP.verifierToken): Promise<number> {
  const signature = createHmac('sha256', key).update(body).digest('base64')
  const headers = { 'content-type': 'application/json; charset=utf-8', 'intuit-signature': signature }
  const response = await fetch(`${world.cloud.apiUrl}/webhooks/quickbooks`, { method: 'POST', headers, body })
  await response.text()
  return response.status
}

afterEach(() => {
  world.simulator.modules.webhooks.change(DEFAULT_WEBHOOK_SETTINGS)
  for (const { name, default: position } of world.simulator.switches.list())
    world.simulator.switches.set(name, position)
})

describe('a change in QuickBooks', () => {
  it.each(['cloudevents', 'legacy'])('st-9: reaches its contact by webhook, by itself (%s)', async (format) => {
    world.simulator.switches.set('event-format', format)
    const { company, bringIn, call } = world.newWorkspace()
    const contactOf = await bringIn(['2'])
    const before = await contactOf('2')
    done(
      company.bookkeeper.edit('Customer', '2', {
        PrimaryPhone: { FreeFormNumber: '(415) 555-7000' },
        BillAddr: { Line1: '1 New Wharf', City: 'Sausalito' },
      }),
    )
    await world.settle()
    const after = await contactOf('2')
    expect(after).toMatchObject({
      dot: 'green',
      name: "Bill's Windsurf Shop",
      fields: { phone: '(415) 555-7000', billAddress: { line1: '1 New Wharf', city: 'Sausalito' } },
    })
    expect(after.version).toBe(before.version + 1)
    const { items } = (await call(`GET /contacts/${after.id}/history`)).body
    expect(items).toHaveLength(2)
    expect(items[1]).toMatchObject({ side: 'crm', because: expect.any(String) })
    expect(items[1].changes).toContainEqual({ field: 'phone', from: before.fields.phone, to: '(415) 555-7000' })
  })

  it('st-9: that is only an invoice changes no contact', async () => {
    world.simulator.switches.set('invoice-emits-customer', 'yes')
    const { company, bringIn } = world.newWorkspace()
    const contactOf = await bringIn(['1'])
    const before = await contactOf('1')
    company.bookkeeper.createInvoice('1', 50)
    await world.settle()
    await world.daily()
    expect(await contactOf('1')).toEqual(before)
  })

  it('st-9: is found by the safety net when its webhook is lost, and gap-free since moves', async () => {
    const { company, bringIn, call } = world.newWorkspace()
    const contactOf = await bringIn(['4'])
    world.simulator.modules.webhooks.change({ lossShare: 1 })
    done(company.bookkeeper.edit('Customer', '4', { Mobile: { FreeFormNumber: '(650) 555-9999' } }))
    await world.settle()
    expect((await contactOf('4')).fields).not.toHaveProperty('mobile')
    const { gapFreeSince } = (await call('GET /connection')).body
    await world.daily()
    expect(await contactOf('4')).toMatchObject({ dot: 'green', fields: { mobile: '(650) 555-9999' } })
    const moved = (await call('GET /connection')).body.gapFreeSince
    expect(Date.parse(moved) - Date.parse(gapFreeSince)).toBeGreaterThanOrEqual(DAY)
  })

  it('st-9: ends the same when its webhooks come twice, late and out of order', async () => {
    const { company, bringIn, call } = world.newWorkspace()
    const contactOf = await bringIn(['2', '4', '6'])
    world.simulator.modules.webhooks.change({ duplicateShare: 1, reorderShare: 0.5, reorderMs: 30 })
    const ids = ['2', '4', '6']
    for (let time = 1; time <= 4; time++) {
      for (const id of ids) {
        done(company.bookkeeper.edit('Customer', id, { Notes: `Note ${time}` }))
        if (time % 2 === 0) await world.settle()
      }
    }
    await world.settle()
    for (const id of ids) {
      const { id: contactId, dot, fields } = await contactOf(id)
      expect([dot, fields.notes]).toEqual(['green', 'Note 4'])
      const { items } = (await call(`GET /contacts/${contactId}/history`)).body
      const notes = items.flatMap((entry: { readonly changes: readonly { readonly field: string }[] }) =>
        entry.changes.filter(({ field }) => field === 'notes'),
      )
      expect(new Set(notes.map(({ to }: { readonly to: string }) => to)).size).toBe(notes.length)
    }
  })

  it('st-9: costs far fewer reads than there are notifications when many come at once', async () => {
    const { company, realmId, bringIn, list } = world.newWorkspace({ kind: 'generated', customers: 60 })
    await bringIn()
    const before = world.simulator.calls.totals({ realmId }).calls
    world.simulator.modules.webhooks.change({ gatherMs: 100 })
    const customers = company.list({ active: true, limit: 100 }).rows.map(({ Id }) => String(Id))
    for (let time = 1; time <= 3; time++) {
      for (const id of customers) done(company.bookkeeper.edit('Customer', id, { Notes: `Note ${time}` }))
    }
    await world.settle()
    expect(world.simulator.calls.totals({ realmId }).calls - before).toBeLessThan(10)
    expect((await list('/contacts?limit=200')).filter(({ dot }) => dot !== 'green')).toEqual([])
  })

  it('st-9: after forty days apart is brought in by a full pull, without anyone asking', async () => {
    const { company, bringIn, list, call } = world.newWorkspace()
    const contactOf = await bringIn()
    world.simulator.modules.webhooks.change({ lossShare: 1 })
    done(company.bookkeeper.edit('Customer', '6', { Notes: 'Long ago' }))
    world.passTime(39 * DAY)
    await world.daily()
    expect(await contactOf('6')).toMatchObject({ dot: 'green', fields: { notes: 'Long ago' } })
    expect((await list('/runs'))[0]).toMatchObject({ kind: 'pull', status: 'done', startedBy: 'tandem' })
    const { gapFreeSince } = (await call('GET /connection')).body
    expect(Date.parse(gapFreeSince)).toBeGreaterThan(Date.now() + 39 * DAY)
  })

  it('st-9: of several companies in one delivery goes to each of its own', async () => {
    world.simulator.switches.set('delivery-companies', 'several')
    const both = [world.newWorkspace(), world.newWorkspace()] as const
    const contacts = [await both[0].bringIn(), await both[1].bringIn()] as const
    world.simulator.modules.webhooks.change({ gatherMs: 50 })
    for (const [at, { company }] of both.entries()) {
      done(company.bookkeeper.edit('Customer', '6', { Notes: `Of company ${at}` }))
    }
    await world.settle()
    for (const [at, contactOf] of contacts.entries()) {
      expect((await contactOf('6')).fields.notes).toBe(`Of company ${at}`)
    }
    const [last] = world.simulator.modules.webhooks.deliveries(1)
    expect(last?.realmIds).toHaveLength(2)
  })

  it('st-9: waits while QuickBooks is down, and arrives by the sweep once it is back', async () => {
    const { company, bringIn, fault } = world.newWorkspace()
    const contactOf = await bringIn()
    fault({ kind: 'status', status: 503 })
    done(company.bookkeeper.edit('Customer', '6', { Notes: 'Later' }))
    await world.settle()
    expect((await contactOf('6')).fields).not.toHaveProperty('notes')
    world.passTime(5 * 60_000)
    await world.sweep()
    expect(await contactOf('6')).toMatchObject({ dot: 'green', fields: { notes: 'Later' } })
  })

  it.each([
    ['megabytes of lists', '['.repeat(2_000_000) + ']'.repeat(2_000_000)],
    ['megabytes of objects', `${'{"a":'.repeat(600_000)}1${'}'.repeat(600_000)}`],
    ['megabytes of nothings', `[${'{},'.repeat(1_000_000)}{}]`],
    ['megabytes of one text', JSON.stringify("amy's bird sanctuary ".repeat(200_000))],
    ['half of JSON', '[{"type":"qbo.customer.updated.v1","data":{"__proto__":{"Notes":"Amy'],
  ])('st-9: reaches its contact right after a signed delivery of %s and a forged one', async (_what, odd) => {
    const { company, bringIn } = world.newWorkspace()
    const contactOf = await bringIn(['2'])
    expect(await deliver(odd)).toBe(200)
    expect(await deliver(odd, 'a guess')).toBe(401)
    done(company.bookkeeper.edit('Customer', '2', { Notes: 'All the same' }))
    await world.settle()
    expect(await contactOf('2')).toMatchObject({ dot: 'green', fields: { notes: 'All the same' } })
  })

  it('st-9: reaches its contact although it is told of between odd events', async () => {
    const { company, realmId, bringIn } = world.newWorkspace()
    const contactOf = await bringIn(['1', '2'])
    world.simulator.modules.webhooks.change({ lossShare: 1 })
    const odd = ["2'", '1/2', '1 2', '', '\u0000', 'x'.repeat(10_000), '9'.repeat(500_000), -1, null, { id: '2' }]
    const eventOf = (id: unknown, eventId: string) => ({
      id: eventId,
      type: 'qbo.customer.updated.v1',
      intuitentityid: id,
      intuitaccountid: realmId,
    })
    for (const id of ['1', '2']) done(company.bookkeeper.edit('Customer', id, { Notes: `Told of ${id}` }))
    const events = [...odd.map((id) => eventOf(id, '')), eventOf('2', 'x'.repeat(500_000)), eventOf('1', ''), null]
    expect(await deliver(JSON.stringify(events))).toBe(200)
    await world.settle()
    for (const id of ['1', '2']) {
      expect(await contactOf(id)).toMatchObject({ dot: 'green', fields: { notes: `Told of ${id}` } })
    }
  })

  it('st-9: reaches its contact after a delivery that is larger than Lambda takes, which is answered with 413', async () => {
    const { company, bringIn } = world.newWorkspace()
    const contactOf = await bringIn(['2'])
    for (const megabytes of [7, 11]) expect(await deliver(' '.repeat(megabytes * 1024 * 1024))).toBe(413)
    done(company.bookkeeper.edit('Customer', '2', { Notes: 'All the same' }))
    await world.settle()
    expect(await contactOf('2')).toMatchObject({ dot: 'green', fields: { notes: 'All the same' } })
  })

  it('st-9: is not lost when the Lambda that serves it is killed in the middle', async () => {
    const { company, bringIn, holdBack } = world.newWorkspace()
    const contactOf = await bringIn(['6'])
    const answer = holdBack('query')
    done(company.bookkeeper.edit('Customer', '6', { Notes: 'In spite of it' }))
    await answer.struck()
    await world.cloud.functions.crash('Pull')
    answer.release()
    await world.cloud.idle({ passVisibilityTimeout: true })
    expect(await contactOf('6')).toMatchObject({ dot: 'green', fields: { notes: 'In spite of it' } })
  })
})

describe('in QuickBooks', () => {
  it('st-10: a customer that is made inactive is archived, and comes back when it is made active', async () => {
    const { company, bringIn } = world.newWorkspace()
    const contactOf = await bringIn(['23'])
    done(company.bookkeeper.deactivate('Customer', '23'))
    await world.settle()
    expect(await contactOf('23')).toMatchObject({ archived: true, dot: 'green', fields: { displayName: 'Pam Seitz' } })
    done(company.bookkeeper.reactivate('Customer', '23'))
    await world.settle()
    expect(await contactOf('23')).toMatchObject({ archived: false, dot: 'green', fields: { displayName: 'Pam Seitz' } })
  })

  it('st-10: a customer with jobs that is made inactive takes its jobs along', async () => {
    const { company, bringIn } = world.newWorkspace()
    const contactOf = await bringIn(['7', '8', '9'])
    done(company.bookkeeper.deactivate('Customer', '7'))
    await world.settle()
    await world.daily()
    for (const id of ['7', '8', '9']) expect(await contactOf(id)).toMatchObject({ archived: true, dot: 'green' })
    expect((await contactOf('8')).parentId).toBe((await contactOf('7')).id)
  })

  it('st-10: a customer that is renamed is renamed', async () => {
    const { company, bringIn, list } = world.newWorkspace()
    const contactOf = await bringIn()
    done(company.bookkeeper.edit('Customer', '6', { DisplayName: 'Dylan Sollfrank-Meyer' }))
    await world.settle()
    expect(await contactOf('6')).toMatchObject({ name: 'Dylan Sollfrank-Meyer', dot: 'green' })
    expect(await list('/contacts?search=sollfrank-meyer')).toHaveLength(1)
  })

  it('st-10: a job that is moved under another customer moves, and so does one that comes to the top', async () => {
    const { company, bringIn } = world.newWorkspace()
    const contactOf = await bringIn()
    done(company.bookkeeper.edit('Customer', '8', { Job: true, ParentRef: { value: '27' } }))
    done(company.bookkeeper.edit('Customer', '6', { Job: true, ParentRef: { value: '12' } }))
    await world.settle()
    expect(await contactOf('8')).toMatchObject({ kind: 'job', parentId: (await contactOf('27')).id, dot: 'green' })
    expect(await contactOf('6')).toMatchObject({ kind: 'job', parentId: (await contactOf('12')).id, dot: 'green' })
  })

  it('st-10: a customer that is merged into one that nobody holds: its contact is linked to that one', async () => {
    const { company, pull, run, outcomes, call } = world.newWorkspace()
    await pull()
    const imported = await outcomes(await run('POST /imports', { as: 'account', select: { ids: ['6', '4'] } }))
    done(company.bookkeeper.merge('Customer', '23', '6'))
    await world.settle()
    const contact = (await call(`GET /contacts/${imported['6']?.contactId}`)).body
    expect(contact).toMatchObject({ link: { recordId: '23' } })
    expect((await call('GET /quickbooks/customers/23')).body.contact.id).toBe(contact.id)
    expect((await call('GET /quickbooks/customers/6')).body).toMatchObject({ mergedIntoId: '23' })
    expect(Object.keys(contact.fields)).toEqual(expect.arrayContaining(['displayName', 'givenName', 'familyName']))
  })

  it('st-10: two customers with a contact each that are merged: a person decides, and nothing is blanked', async () => {
    const { company, bringIn, list } = world.newWorkspace()
    const contactOf = await bringIn()
    const before = await contactOf('6')
    done(company.bookkeeper.merge('Customer', '23', '6'))
    await world.settle()
    const loser = await contactOf('6')
    expect(loser).toMatchObject({ dot: 'conflict', fields: before.fields, reason: expect.any(String) })
    expect(await contactOf('23')).toMatchObject({ dot: 'green', link: { recordId: '23' } })
    const rows = await list('/contacts?search=sollfrank')
    expect(rows).toMatchObject([{ dot: 'conflict', reason: loser.reason }])
  })

  it('st-10: a new customer waits in the holding area, and enters the CRM only when it is imported', async () => {
    const { company, bringIn, list, call } = world.newWorkspace()
    await bringIn()
    const before = await list('/contacts?archived=true')
    const { id } = done(company.bookkeeper.create('Customer', { DisplayName: 'Entirely New', Notes: 'Hello' }))
    await world.settle()
    expect((await call(`GET /quickbooks/customers/${id}`)).body).toMatchObject({ name: 'Entirely New' })
    expect(await list('/quickbooks/customers')).toMatchObject([{ id }])
    expect(await list('/contacts?archived=true')).toEqual(before)
  })
})
