import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_WEBHOOK_SETTINGS } from '../../local/quickbooks/webhooks/settings.ts'
import { crmOf } from './crm.ts'
import { world } from './live-world.ts'
import { done } from './world.ts'

afterEach(() => world.simulator.modules.webhooks.change(DEFAULT_WEBHOOK_SETTINGS))

/** A workspace in step with some of the sample company's customers, whose settings are these. */
async function open(settings: object = {}) {
  const workspace = world.newWorkspace()
  const contactOf = await workspace.bringIn(['4', '5', '6', '23'])
  await world.settle()
  const crm = crmOf(workspace)
  await crm.settings(settings)
  /** Both sides edit the same customer before either hears of the other. */
  const collide = async (id: string, ours: string, theirs: string) => {
    world.simulator.modules.webhooks.change({ lossShare: 1 })
    done(workspace.company.bookkeeper.edit('Customer', id, { Notes: theirs }))
    await world.settle()
    world.simulator.modules.webhooks.change({ lossShare: 0 })
    const contact = await crm.edit(await contactOf(id), { fields: { notes: ours } })
    await world.settle()
    return contact
  }
  return { ...workspace, contactOf, crm, collide }
}

describe('a conflict', () => {
  it('st-5: shows the field, the base and both values side by side, and blocks nothing else', async () => {
    const here = await open({ conflicts: 'ask' })
    const contact = await here.collide('5', 'Ours', 'Theirs')
    expect(await here.crm.conflicts()).toMatchObject([
      {
        contactId: contact.id,
        slot: 'notes',
        base: 'Prefers to be called after three.\nGate code on file.',
        crm: 'Ours',
        quickbooks: 'Theirs',
      },
    ])
    expect(await here.contactOf('5')).toMatchObject({ dot: 'conflict', fields: { notes: 'Ours' } })
    expect(here.company.read('Customer', '5')?.Notes).toBe('Theirs')
    await here.crm.edit(await here.contactOf('5'), { fields: { mobile: '(520) 555-0000' } })
    await world.settle()
    expect(here.company.read('Customer', '5')).toMatchObject({
      Notes: 'Theirs',
      Mobile: { FreeFormNumber: '(520) 555-0000' },
    })
  })

  it.each([
    ['the CRM’s value', { take: 'crm' }, 'Ours'],
    ['QuickBooks’ value', { take: 'quickbooks' }, 'Theirs'],
    ['a value that is typed', { value: 'A third one' }, 'A third one'],
  ] as const)('st-5: is resolved by taking %s', async (_what, choice, expected) => {
    const here = await open({ conflicts: 'ask' })
    await here.collide('5', 'Ours', 'Theirs')
    const [conflict] = await here.crm.conflicts()
    const json = { ...choice, seen: { crm: conflict.crm, quickbooks: conflict.quickbooks } }
    const resolved = await here.call(`POST /conflicts/${conflict.id}/resolve`, { json })
    expect(resolved.status).toBe(200)
    await world.settle()
    expect(await here.contactOf('5')).toMatchObject({ dot: 'green', fields: { notes: expected } })
    expect(here.company.read('Customer', '5')?.Notes).toBe(expected)
    expect(await here.crm.conflicts()).toEqual([])
  })

  it('st-5: is not resolved by somebody who saw other values', async () => {
    const here = await open({ conflicts: 'ask' })
    await here.collide('5', 'Ours', 'Theirs')
    const [conflict] = await here.crm.conflicts()
    done(here.company.bookkeeper.edit('Customer', '5', { Notes: 'Theirs, again' }))
    await world.settle()
    const json = { take: 'quickbooks', seen: { crm: 'Ours', quickbooks: 'Theirs' } }
    const late = await here.call(`POST /conflicts/${conflict.id}/resolve`, { json })
    expect([late.status, late.body.type]).toEqual([412, '/problems/version-moved'])
    expect(await here.crm.conflicts()).toMatchObject([{ quickbooks: 'Theirs, again' }])
  })

  it('st-5: and all others are resolved alike at once', async () => {
    const here = await open({ conflicts: 'ask' })
    await here.collide('5', 'Ours', 'Theirs')
    await here.collide('6', 'Ours too', 'Theirs too')
    expect(await here.crm.conflicts()).toHaveLength(2)
    const all = await here.call('POST /conflicts/resolve', { json: { take: 'crm' } })
    expect([all.status, all.body]).toEqual([200, expect.objectContaining({ resolved: 2, left: 0 })])
    await world.settle()
    expect(['5', '6'].map((id) => here.company.read('Customer', id)?.Notes)).toEqual(['Ours', 'Ours too'])
  })

  it.each([
    ['quickbooks', 'Theirs'],
    ['crm', 'Ours'],
  ] as const)(
    'st-2: is decided by the policy "%s", and the other value stays in the history',
    async (conflicts, wins) => {
      const here = await open({ conflicts })
      const { id } = await here.collide('5', 'Ours', 'Theirs')
      expect(await here.contactOf('5')).toMatchObject({ dot: 'green', fields: { notes: wins } })
      expect(here.company.read('Customer', '5')?.Notes).toBe(wins)
      expect(JSON.stringify(await here.crm.history(id))).toContain(wins === 'Ours' ? 'Theirs' : 'Ours')
    },
  )
})

describe('a contact that is held', () => {
  /** The customers 6 and 23, with a contact each, were merged into 23. */
  async function openMerged() {
    const here = await open()
    const [loser, keeper] = [await here.contactOf('6'), await here.contactOf('23')]
    done(here.company.bookkeeper.merge('Customer', '23', '6'))
    await world.settle()
    return { ...here, loser, keeper }
  }

  it('st-5, st-10: is found among the conflicts, and goes on in the CRM alone once a person unlinks it', async () => {
    const { crm, call, company, loser, keeper } = await openMerged()
    const [held, ...others] = await crm.conflicts()
    expect([held, others]).toMatchObject([
      { kind: 'hold', contactId: loser.id, contactName: loser.name, code: 'survivorTaken', survivorId: '23' },
      [],
    ])
    for (const words of [held.reason, held.advice]) expect(words.length).toBeGreaterThan(0)
    const customers = company.count('Customer')
    const unlinked = await call(`POST /conflicts/${held.id}/resolve`, { json: { take: 'unlink' } })
    expect([unlinked.status, unlinked.body]).toMatchObject([200, { dot: 'none', fields: loser.fields }])
    await crm.edit(unlinked.body, { fields: { notes: 'Kept here' } })
    await world.settle()
    expect(await crm.conflicts()).toEqual([])
    expect(await crm.read(loser.id)).toMatchObject({ dot: 'none', fields: { notes: 'Kept here' } })
    expect(await crm.read(keeper.id)).toMatchObject({ dot: 'green', link: { recordId: '23' } })
    expect(company.count('Customer')).toBe(customers)
  })

  it('st-5, st-10: takes the customer over from the other contact, if a person decides so', async () => {
    const { crm, call, loser, keeper } = await openMerged()
    const [held] = await crm.conflicts()
    const taken = await call(`POST /conflicts/${held.id}/resolve`, { json: { take: 'takeOver' } })
    expect([taken.status, taken.body]).toMatchObject([200, { id: loser.id, link: { recordId: '23' } }])
    await world.settle()
    expect(await crm.read(loser.id)).toMatchObject({ dot: 'green' })
    expect(await crm.read(keeper.id)).toMatchObject({ dot: 'none', fields: keeper.fields })
    expect(await crm.conflicts()).toEqual([])
  })
})

describe('a preview', () => {
  it('st-4: shows exactly what a sync will do on each side, leaves out what is taken out, and does just that', async () => {
    const here = await open({ push: 'whenAsked' })
    const edited = await here.crm.edit(await here.contactOf('4'), { fields: { notes: 'To QuickBooks' } })
    const left = await here.crm.edit(await here.contactOf('6'), { fields: { notes: 'Not this one' } })
    world.simulator.modules.webhooks.change({ lossShare: 1 })
    done(here.company.bookkeeper.edit('Customer', '23', { Notes: 'To the CRM' }))
    await world.settle()
    const preview = await here.run('POST /previews')
    expect(preview).toMatchObject({ kind: 'preview', status: 'done' })
    const items = await here.list(`/previews/${preview.id}?limit=100`)
    const item = (id: string) => items.find(({ contactId }) => contactId === id)
    expect(items).toHaveLength(3)
    expect(item(edited.id)).toMatchObject({ quickbooks: [{ slot: 'notes', to: 'To QuickBooks' }], crm: [] })
    expect(item((await here.contactOf('23')).id)).toMatchObject({ crm: [{ slot: 'notes', to: 'To the CRM' }] })
    expect(here.company.read('Customer', '4')?.Notes).toBeUndefined()

    const applied = await here.run(`POST /previews/${preview.id}/apply`, { except: [left.id] })
    expect(applied).toMatchObject({ kind: 'sync', status: 'done' })
    await world.settle()
    expect(['4', '6'].map((id) => here.company.read('Customer', id)?.Notes)).toEqual(['To QuickBooks', undefined])
    expect((await here.contactOf('23')).fields.notes).toBe('To the CRM')
    expect((await here.contactOf('6')).dot).toBe('orange')
  })

  it('st-4: that no longer holds is refused, does nothing, and is made anew', async () => {
    const here = await open({ push: 'whenAsked' })
    await here.crm.edit(await here.contactOf('4'), { fields: { notes: 'One' } })
    const preview = await here.run('POST /previews')
    await here.crm.edit(await here.contactOf('4'), { fields: { notes: 'Two' } })
    const { status, body } = await here.call(`POST /previews/${preview.id}/apply`, { json: { except: [] } })
    expect([status, body.type]).toEqual([409, '/problems/preview-moved'])
    await world.settle()
    expect(here.company.read('Customer', '4')?.Notes).toBeUndefined()
    await here.run(`POST /previews/${body.runId}/apply`, { except: [] })
    expect(here.company.read('Customer', '4')?.Notes).toBe('Two')
  })
})

describe('undo', () => {
  it('st-6: puts both sides back after a sync, and says what it leaves because it was changed since', async () => {
    const here = await open({ push: 'whenAsked' })
    await here.crm.edit(await here.contactOf('5'), { fields: { notes: 'Sent' } })
    await here.crm.edit(await here.contactOf('6'), { fields: { mobile: '1' } })
    const created = await here.crm.create({ fields: { displayName: 'Just Made' } })
    const sync = await here.run('POST /syncs')
    expect(sync).toMatchObject({ kind: 'sync', status: 'done' })
    await world.settle()
    done(here.company.bookkeeper.edit('Customer', '6', { Mobile: { FreeFormNumber: '2' } }))
    await world.settle()

    const undone = await here.run(`POST /runs/${sync.id}/undo`)
    expect(undone).toMatchObject({ kind: 'undo', status: 'done' })
    await world.settle()
    expect(here.company.read('Customer', '5')?.Notes).toBe('Prefers to be called after three.\nGate code on file.')
    expect(here.company.read('Customer', '6')).toMatchObject({ Mobile: { FreeFormNumber: '2' } })
    expect(here.company.list({ search: 'Just Made' }).rows).toMatchObject([{ Active: false }])
    expect(await here.crm.read(created.id)).not.toHaveProperty('link')
    const skipped = Object.values(await here.outcomes(undone)).filter(({ kind }) => kind === 'skipped')
    for (const { reason } of skipped) expect(reason.length).toBeGreaterThan(0)
    expect(skipped.length).toBeGreaterThan(0)
  })

  it('st-6: takes an import back, but for what a person has worked on since', async () => {
    const workspace = world.newWorkspace()
    const { run, outcomes, list } = workspace
    const crm = crmOf(workspace)
    await workspace.pull()
    const imported = await run('POST /imports', { as: 'account', select: { ids: ['4', '6', '23'] } })
    const touched = (await outcomes(imported))['6']?.contactId
    await crm.edit(await crm.read(touched), { fields: { notes: 'Worked on' } })
    await world.settle()
    const undone = await run(`POST /runs/${imported.id}/undo`)
    expect(undone).toMatchObject({ kind: 'undo', status: 'done' })
    expect(await list('/contacts')).toMatchObject([{ id: touched }])
    expect(await list('/quickbooks/customers?search=seitz')).toMatchObject([{ id: '23' }])
  })
})
