import { describe, expect, it } from 'vitest'
import { crmOf, ifMatch } from './crm.ts'
import { world } from './live-world.ts'
import { done, isBadWeather, type Workspace } from './world.ts'

/** The sample company's customers that play a part here; all others would only take time. */
const USED = ['3', '4', '6', '7', '8', '12', '13', '14', '15', '16', '23', '27']

/** A workspace whose company is small and has been pulled once, so that both ways are open. */
async function open(kind: 'empty' | 'sample' = 'empty') {
  const workspace = world.newWorkspace({ kind })
  const contactOf = await workspace.bringIn(kind === 'sample' ? USED : undefined)
  await world.settle()
  return { ...workspace, contactOf, crm: crmOf(workspace) }
}

const named = ({ company }: Workspace, name: string) =>
  company.list({ search: name, limit: 100 }).rows.filter(({ DisplayName }) => DisplayName === name)

const writes = ({ realmId }: Workspace) => {
  const { create, update } = world.simulator.calls.totals({ realmId }).byKind
  return { create, update }
}

describe('a contact', () => {
  it('out-1: that is a customer is created in QuickBooks by itself, once, and its dot turns green', async () => {
    const here = await open()
    const fields = {
      displayName: 'Ada Byron',
      companyName: 'Analytical Engines',
      email: 'ada@engines.example',
      phone: '+44 20 7946 0000',
      billAddress: { line1: '12 St James’s Square', city: 'London', country: 'United Kingdom' },
    }
    const contact = await here.crm.create({ fields })
    await world.settle()
    const [record, ...more] = named(here, 'Ada Byron')
    expect(more).toEqual([])
    expect(record).toMatchObject({
      CompanyName: 'Analytical Engines',
      PrimaryEmailAddr: { Address: 'ada@engines.example' },
      BillAddr: { Line1: '12 St James’s Square', City: 'London' },
    })
    expect(await here.crm.read(contact.id)).toMatchObject({ dot: 'green', link: { recordId: String(record?.Id) } })
    expect(writes(here)).toEqual({ create: 1, update: 0 })
  })

  it('out-1: of a name full of quotes, escapes and signs is so on both sides, and so is what is made of it there', async () => {
    const here = await open()
    const displayName = "O'Brien \\' OR 1=1 -- %25 😀"
    const notes = '<b>"{{x}}"</b>\r\n=$(id) &amp; \\'
    const { id } = await here.crm.create({ fields: { displayName, notes } })
    await world.settle()
    const [record, ...more] = named(here, displayName)
    expect(more).toEqual([])
    expect(record?.Notes).toBe(notes)
    expect(await here.crm.read(id)).toMatchObject({ dot: 'green', name: displayName, fields: { displayName, notes } })

    const edited = { displayName: "'' \\\\ O\\'Brien; %2525 👩‍🚒 e\u0301 \u200fשלום", notes: `${notes}\n'); --` }
    const recordId = String(record?.Id)
    done(here.company.bookkeeper.edit('Customer', recordId, { DisplayName: edited.displayName, Notes: edited.notes }))
    await world.settle()
    expect(await here.crm.read(id)).toMatchObject({ dot: 'green', name: edited.displayName, fields: edited })
    const search = encodeURIComponent(edited.displayName)
    expect(await here.list(`/contacts?search=${search}`)).toMatchObject([{ id }])
    expect(await here.list(`/quickbooks/customers?filter=all&search=${search}`)).toMatchObject([{ id: recordId }])
    await world.sweep()
    await world.settle()
    expect([here.company.count('Customer'), writes(here)]).toEqual([1, { create: 1, update: 0 }])
  })

  // Half a character in QuickBooks' answer was more than DynamoDB takes: the contact never got its link.
  it('out-1: of a name that QuickBooks cuts within a character, to print it on checks, is in step all the same', async () => {
    const here = await open()
    const displayName = `A${'😀'.repeat(80)}`
    const { id } = await here.crm.create({ fields: { displayName } })
    await world.settle()
    const [record, ...more] = named(here, displayName)
    expect(more).toEqual([])
    expect(await here.crm.read(id)).toMatchObject({
      dot: 'green',
      link: { recordId: String(record?.Id) },
      fields: { displayName, printName: `A${'😀'.repeat(54)}\ufffd` },
    })
    await world.sweep()
    await world.settle()
    expect(writes(here)).toEqual({ create: 1, update: 0 })
  })

  it('out-1: that is no customer is created in QuickBooks only when somebody asks for it', async () => {
    const here = await open()
    const contact = await here.crm.create({ isCustomer: false, fields: { displayName: 'Only A Prospect' } })
    await world.settle()
    await world.sweep()
    expect(named(here, 'Only A Prospect')).toEqual([])
    expect((await here.crm.read(contact.id)).dot).toBe('none')
    await here.call(`POST /contacts/${contact.id}/sync`)
    await world.settle()
    expect(named(here, 'Only A Prospect')).toHaveLength(1)
    expect((await here.crm.read(contact.id)).dot).toBe('green')
  })

  it('out-3: takes over what QuickBooks holds now when a person asks for it', async () => {
    const here = await open('sample')
    world.simulator.modules.webhooks.change({ lossShare: 1 })
    done(here.company.bookkeeper.edit('Customer', '4', { Notes: 'Only there', Mobile: { FreeFormNumber: '1' } }))
    await world.settle()
    world.simulator.modules.webhooks.change({ lossShare: 0 })
    const { id } = await here.contactOf('4')
    const run = await here.run(`POST /contacts/${id}/sync`)
    expect(run).toMatchObject({ kind: 'sync', status: 'done' })
    expect(await here.crm.read(id)).toMatchObject({ dot: 'green', fields: { notes: 'Only there', mobile: '1' } })
    expect(writes(here)).toEqual({ create: 0, update: 0 })
  })

  it('out-1: sends only what changed, and leaves alone what Tandem does not know', async () => {
    const here = await open('sample')
    const before = here.company.read('Customer', '3')
    await here.crm.edit(await here.contactOf('3'), { fields: { mobile: '(415) 555-7777' } })
    await world.settle()
    const after = here.company.read('Customer', '3')
    expect(after).toEqual({
      ...before,
      Mobile: { FreeFormNumber: '(415) 555-7777' },
      SyncToken: '3',
      MetaData: after?.MetaData,
    })
    expect(await here.contactOf('3')).toMatchObject({ dot: 'green', fields: { mobile: '(415) 555-7777' } })
    expect(writes(here)).toEqual({ create: 0, update: 1 })
  })

  it('st-8: keeps in its history who changed what, when, on which side and because of what', async () => {
    const here = await open('sample')
    const contact = await here.contactOf('4')
    await here.crm.edit(contact, { fields: { notes: 'Ring twice' } })
    await world.settle()
    done(here.company.bookkeeper.edit('Customer', '4', { Notes: 'Ring thrice' }))
    await world.settle()
    const history = await here.crm.history(contact.id)
    const notes = history.flatMap((entry) =>
      entry.changes
        .filter(({ field }: { readonly field: string }) => field === 'notes')
        .map(({ to }: { readonly to: string }) => [entry.side, entry.actor, to]),
    )
    expect(notes).toEqual([
      ['crm', 'ann', 'Ring twice'],
      ['quickbooks', expect.any(String), 'Ring twice'],
      ['crm', expect.any(String), 'Ring thrice'],
    ])
    for (const { at, because } of history) expect([Date.parse(at) > 0, because.length > 0]).toEqual([true, true])
  })

  it('is not changed by somebody who saw it as it was before, nor with values that QuickBooks would not take', async () => {
    const here = await open()
    const seen = await here.crm.create({ isCustomer: false, fields: { displayName: 'Seen By Two' } })
    const after = await here.crm.edit(seen, { fields: { notes: 'First' } })
    const late = await here.call(`PATCH /contacts/${seen.id}`, {
      json: { fields: { notes: 'Second' } },
      headers: ifMatch(seen.version),
    })
    expect([late.status, late.body.type]).toEqual([412, '/problems/version-moved'])
    const wrong = await here.call(`PATCH /contacts/${seen.id}`, {
      json: { fields: { email: 'nobody', notes: 'y'.repeat(2_001), displayName: '' } },
      headers: ifMatch(after.version),
    })
    expect([wrong.status, wrong.body.type]).toEqual([400, '/problems/invalid-input'])
    const paths = wrong.body.errors.map(({ path }: { readonly path: string }) => path)
    expect(paths.toSorted()).toEqual(['fields.displayName', 'fields.email', 'fields.notes'])
    expect((await here.crm.read(seen.id)).fields).toMatchObject({ displayName: 'Seen By Two', notes: 'First' })
  })

  it('crm-4: becomes a customer and stops being one; has jobs, and is archived', async () => {
    const here = await open()
    const contact = await here.crm.create({ isCustomer: false, fields: { displayName: 'Builder & Co' } })
    expect(await here.list('/contacts?list=contacts')).toMatchObject([{ id: contact.id }])
    const customer = await here.crm.edit(contact, { isCustomer: true })
    expect(await here.list('/contacts?list=customers')).toMatchObject([{ id: contact.id }])
    const job = await here.crm.newJob(contact.id, { displayName: 'Roof' })
    expect(job).toMatchObject({ kind: 'job', parentId: contact.id })
    await world.settle()
    const [parent] = named(here, 'Builder & Co')
    expect(named(here, 'Roof')).toMatchObject([{ Job: true, ParentRef: { value: String(parent?.Id) } }])
    expect(customer.isCustomer).toBe(true)
    await here.crm.archive(await here.crm.read(job.id))
    await world.settle()
    expect(here.company.list({ search: 'Roof' }).rows).toMatchObject([{ Active: false }])
    expect(await here.crm.read(job.id)).toMatchObject({ archived: true, dot: 'green', name: 'Roof' })
  })
})

describe('dots', () => {
  it('out-5: a name that QuickBooks refuses is red, with the reason and what to do, and green once it is right', async () => {
    const here = await open('sample')
    const contact = await here.crm.create({ fields: { displayName: 'Emily Platt' } })
    await world.settle()
    const refused = await here.crm.read(contact.id)
    expect(refused).toMatchObject({ dot: 'red', reason: expect.stringMatching(/Emily Platt|name/) })
    const rows = await here.list('/contacts?search=emily*')
    expect(rows).toMatchObject([{ dot: 'red', reason: refused.reason }])
    await here.crm.edit(refused, { fields: { displayName: 'Emily Platt (Customer)' } })
    await world.settle()
    expect((await here.crm.read(contact.id)).dot).toBe('green')
    expect(named(here, 'Emily Platt (Customer)')).toHaveLength(1)
  })

  it('out-6: names that QuickBooks would refuse are refused before the call, with a suggestion', async () => {
    const here = await open('sample')
    const taken = await here.crm.create({ fields: { displayName: 'dylan SOLLFRANK' } })
    await world.settle()
    expect(await here.crm.read(taken.id)).toMatchObject({
      dot: 'red',
      reason: expect.stringContaining('has the name “dylan SOLLFRANK” already'),
      advice: expect.stringContaining('“dylan SOLLFRANK (2)”'),
    })
    for (const displayName of ['Colon: Name', 'Tab\there', 'Line\nbreak', 'x'.repeat(501), ' ']) {
      const { status, body } = await here.call('POST /contacts', { json: { fields: { displayName } } })
      expect([status, body.errors], displayName).toMatchObject([400, [{ path: 'fields.displayName' }]])
    }
    expect(writes(here)).toEqual({ create: 0, update: 0 })
  })

  it('out-5: what waits to be sent is orange while QuickBooks is down, and green once it has it', async () => {
    const here = await open('sample')
    world.simulator.gateway.change({ maintenance: true })
    const contact = await here.crm.edit(await here.contactOf('4'), { fields: { notes: 'Waiting' } })
    await world.settle()
    // In bad weather minutes have passed by now, and people are told that QuickBooks gives no answer.
    const whileDown = isBadWeather() ? ['orange', 'red'] : ['orange']
    expect(whileDown).toContain((await here.crm.read(contact.id)).dot)
    world.simulator.gateway.change({ maintenance: false })
    world.passTime(60 * 60_000)
    await world.sweep()
    await world.settle()
    expect((await here.crm.read(contact.id)).dot).toBe('green')
    expect(here.company.read('Customer', '4')?.Notes).toBe('Waiting')
  })
})

describe('settings', () => {
  it('st-2: send nothing by themselves when a person wants to be asked', async () => {
    const here = await open('sample')
    await here.crm.settings({ push: 'whenAsked' })
    const contact = await here.crm.edit(await here.contactOf('4'), { fields: { notes: 'Not yet' } })
    await world.settle()
    await world.sweep()
    expect(here.company.read('Customer', '4')?.Notes).toBeUndefined()
    expect((await here.crm.read(contact.id)).dot).toBe('orange')
    await here.call(`POST /contacts/${contact.id}/sync`)
    await world.settle()
    expect(here.company.read('Customer', '4')?.Notes).toBe('Not yet')
    expect((await here.crm.read(contact.id)).dot).toBe('green')
  })

  it('crm-6: keep notes out of QuickBooks when they are not to be pushed', async () => {
    const here = await open('sample')
    await here.crm.settings({ pushNotes: false })
    await here.crm.edit(await here.contactOf('4'), { fields: { notes: 'For us only', mobile: '1' } })
    await world.settle()
    const record = here.company.read('Customer', '4')
    expect([record?.Notes, record?.Mobile]).toEqual([undefined, { FreeFormNumber: '1' }])
    expect((await here.contactOf('4')).dot).toBe('green')
  })

  it('st-2: bring vendors in once they are chosen, to be reviewed, imported and kept in step like customers', async () => {
    const here = await open('sample')
    const vendors = () => here.list('/quickbooks/vendors?filter=all&limit=200')
    expect(await vendors()).toEqual([])
    await here.crm.settings({ entities: ['customer', 'vendor'] })
    await world.settle()
    const held = await vendors()
    expect(held).toHaveLength(here.company.count('Vendor'))
    const [first] = held
    const run = await here.run('POST /imports', { entity: 'vendor', as: 'account', select: { ids: [first.id] } })
    expect(run).toMatchObject({ status: 'done', counts: { imported: 1 } })
    const [shown] = await here.list(`/quickbooks/vendors?filter=all&search=${encodeURIComponent(first.name)}`)
    const contact = await here.crm.read(shown.contactId)
    expect(contact).toMatchObject({ isCustomer: false, dot: 'green', link: { entity: 'vendor', recordId: first.id } })

    await here.crm.edit(contact, { fields: { mobile: '(415) 555-8100' } })
    await world.settle()
    expect(here.company.read('Vendor', first.id)?.Mobile).toEqual({ FreeFormNumber: '(415) 555-8100' })
    done(here.company.bookkeeper.edit('Vendor', first.id, { AlternatePhone: { FreeFormNumber: '(415) 555-8200' } }))
    await world.settle()
    expect(await here.crm.read(shown.contactId)).toMatchObject({
      dot: 'green',
      fields: { mobile: '(415) 555-8100', alternatePhone: '(415) 555-8200' },
    })
  })

  it('st-3: nothing is sent before the first pull, and then it is', async () => {
    const workspace = world.newWorkspace({ kind: 'empty' })
    const crm = crmOf(workspace)
    await workspace.connect()
    const contact = await crm.create({ fields: { displayName: 'Early Bird' } })
    await world.settle()
    await world.sweep()
    expect(workspace.company.count('Customer')).toBe(0)
    await workspace.pull()
    world.passTime(2 * 60_000)
    await world.sweep()
    await world.settle()
    expect(workspace.company.count('Customer')).toBe(1)
    expect((await crm.read(contact.id)).dot).toBe('green')
  })
})

describe('both at once', () => {
  it('st-10: edits of different fields on both sides are both kept', async () => {
    const here = await open('sample')
    const contact = await here.contactOf('4')
    world.simulator.modules.webhooks.change({ lossShare: 1 })
    done(here.company.bookkeeper.edit('Customer', '4', { Notes: 'From QuickBooks' }))
    world.simulator.modules.webhooks.change({ lossShare: 0 })
    await here.crm.edit(contact, { fields: { mobile: '(650) 555-1111' } })
    await world.settle()
    expect(here.company.read('Customer', '4')).toMatchObject({
      Notes: 'From QuickBooks',
      Mobile: { FreeFormNumber: '(650) 555-1111' },
    })
    expect(await here.contactOf('4')).toMatchObject({
      dot: 'green',
      fields: { notes: 'From QuickBooks', mobile: '(650) 555-1111' },
    })
  })

  it('st-10: a customer that is archived, moved and renamed in the CRM is so in QuickBooks', async () => {
    const here = await open('sample')
    await here.crm.archive(await here.contactOf('23'))
    await here.crm.move(await here.contactOf('8'), (await here.contactOf('27')).id)
    await here.crm.edit(await here.contactOf('6'), { fields: { displayName: 'D. Sollfrank' } })
    await world.settle()
    expect(here.company.read('Customer', '23')).toMatchObject({ Active: false })
    expect(here.company.read('Customer', '8')).toMatchObject({ ParentRef: { value: '27' } })
    expect(here.company.read('Customer', '6')).toMatchObject({ DisplayName: 'D. Sollfrank' })
    for (const id of ['23', '8', '6']) expect((await here.contactOf(id)).dot).toBe('green')
    expect((await here.contactOf('23')).fields.displayName).toBe('Pam Seitz')
  })

  it('st-10: a circle of jobs, and a sixth level, are refused before anything is sent', async () => {
    const here = await open('sample')
    const [top, below, deepest] = [await here.contactOf('12'), await here.contactOf('14'), await here.contactOf('16')]
    for (const [contact, parentId] of [
      [top, below.id],
      [top, top.id],
      [await here.contactOf('6'), deepest.id],
    ]) {
      const { status, body } = await here.call(`POST /contacts/${contact.id}/move`, {
        json: { parentId },
        headers: ifMatch(contact.version),
      })
      expect([status, body.type]).toEqual([400, '/problems/invalid-input'])
    }
    expect(writes(here)).toEqual({ create: 0, update: 0 })
  })
})

describe('a push', () => {
  it.each([
    ['the answer is lost', { kind: 'response-lost' }],
    ['the gateway times out after the write', { kind: 'timeout-after' }],
    ['QuickBooks fails', { kind: 'status', status: 500 }],
    ['QuickBooks throttles', { kind: 'throttled' }],
    ['the token is not taken', { kind: 'unauthorized' }],
  ] as const)('out-1: makes no duplicate and loses nothing when %s', async (_what, fault) => {
    const here = await open()
    const { struck } = here.fault(fault, { path: '^POST .*/customer' })
    const contact = await here.crm.create({ fields: { displayName: 'Only One' } })
    await struck()
    // The gateway gives up after two minutes.
    if (fault.kind === 'timeout-after') world.passTime(120_000)
    await world.settle()
    world.passTime(60 * 60_000)
    await world.sweep()
    await world.settle()
    expect(named(here, 'Only One')).toHaveLength(1)
    expect((await here.crm.read(contact.id)).dot).toBe('green')
  })

  it('out-1: makes no duplicate when its Lambda is killed in the middle', async () => {
    const here = await open()
    const answer = here.holdBack('^POST .*/customer')
    const contact = await here.crm.create({ fields: { displayName: 'Killed Once' } })
    await answer.struck()
    await world.cloud.functions.crash('Push')
    answer.release()
    await world.cloud.idle({ passVisibilityTimeout: true })
    await world.settle()
    expect(named(here, 'Killed Once')).toHaveLength(1)
    expect((await here.crm.read(contact.id)).dot).toBe('green')
  })
})
