import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Contact } from '#core/records'
import { openCompany } from '#sync/company'
import { pushContact } from '#sync/push-contact'
import { reconcile } from '#sync/reconcile'
import { servePushHint } from '#sync/serve'
import { createPushWorld, idOf, MINUTE_MS, type PushWorld, WORKSPACE } from './push-world.ts'

let world: PushWorld
afterEach(() => world.close())

const archive = (contact: Contact): Contact => ({ ...contact, archived: true })
const restore = (contact: Contact): Contact => ({ ...contact, archived: false })

describe('pushing', () => {
  beforeEach(async () => {
    world = await createPushWorld()
  })

  it('creates a customer for a new contact and links the two', async () => {
    const id = await world.add({ displayName: 'Ada', email: 'ada@example.com', billAddress: { line1: '1 Way' } })
    expect(await world.drain()).toBe('done')
    expect(await world.dot(id)).toBe('green')
    const recordId = await world.recordId(id)
    expect(world.read(recordId)).toMatchObject({ DisplayName: 'Ada', PrimaryEmailAddr: { Address: 'ada@example.com' } })
    expect(await world.mirrorOf(id)).toMatchObject({ contactId: id })
    const { link, intent, toPushSince } = await world.contact(id)
    expect([intent, toPushSince]).toEqual([undefined, undefined])
    expect(link?.base).toEqual(await world.snapshot(id))
  })

  it('journals what it did in QuickBooks', async () => {
    const id = await world.add({ displayName: 'Ada' })
    await world.drain()
    await world.edit(id, world.set({ phone: '555 0100' }))
    await world.drain()
    const { rows } = await world.ports.contacts.history(WORKSPACE, id, 10)
    const there = rows.filter(({ side }) => side === 'quickbooks')
    expect(there).toMatchObject([
      {
        because: 'created in QuickBooks',
        changes: [{ field: 'link' }, { field: 'displayName', to: 'Ada' }, { field: 'active' }],
      },
      { because: 'sent to QuickBooks', actor: 'push', changes: [{ field: 'phone', to: '555 0100' }] },
    ])
  })

  it('sends what changed, in one write, and reads nothing', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada', Notes: 'kept', Mobile: { FreeFormNumber: '1' } })
    const before = world.calls()
    await world.edit(id, world.set({ phone: '555 0100', billAddress: { line1: '1 Way', city: 'Bern' } }))
    await world.drain()
    expect(world.read(await world.recordId(id))).toMatchObject({
      Notes: 'kept',
      PrimaryPhone: { FreeFormNumber: '555 0100' },
      BillAddr: { Line1: '1 Way', City: 'Bern' },
    })
    expect({ ...world.calls(), update: 0 }).toEqual({ ...before, update: 0 })
    expect(world.calls().update - before.update).toBe(1)
    expect(await world.dot(id)).toBe('green')
  })

  it('plans nothing from its own echo', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set({ phone: '555 0100' }))
    await world.drain()
    const { version } = await world.contact(id)
    const writes = world.calls().update
    await world.pullIn('customer', [await world.recordId(id)])
    await world.edit(id, (contact) => contact)
    await world.drain()
    expect(world.calls().update).toBe(writes)
    expect((await world.contact(id)).version).toBe(version + 2)
  })

  it('brings in what QuickBooks makes of a value, and ends there', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    world.setTamper((content) => ({
      ...content,
      fields: { ...content.fields, ...(content.fields.website && { website: 'https://example.com/' }) },
    }))
    await world.edit(id, world.set({ website: 'example.com' }))
    await world.drain()
    expect((await world.contact(id)).fields.website).toBe('https://example.com/')
    expect(await world.dot(id)).toBe('green')
    expect(world.calls().update).toBe(1)
  })

  it('clears in QuickBooks what was cleared in the CRM', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada', Notes: 'old', PrimaryPhone: { FreeFormNumber: '1' } })
    await world.edit(id, ({ fields: { notes: _n, phone: _p, ...fields }, ...contact }) => ({ ...contact, fields }))
    await world.drain()
    const record = world.read(await world.recordId(id))
    expect([record.Notes, record.PrimaryPhone]).toEqual([undefined, undefined])
    expect(await world.dot(id)).toBe('green')
  })

  it('keeps notes at home when the workspace says so', async () => {
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, pushNotes: false }, version)
    const id = await world.add({ displayName: 'Ada', notes: 'between us' })
    await world.drain()
    expect(world.read(await world.recordId(id)).Notes).toBeUndefined()
    expect((await world.contact(id)).fields.notes).toBe('between us')
    expect(await world.dot(id)).toBe('green')
  })

  it('sends a vendor what vendors have, and keeps the rest', async () => {
    const id = await world.addLinked({ DisplayName: 'Ven' }, {}, 'vendor')
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, entities: ['customer', 'vendor'] }, version)
    await world.edit(id, world.set({ phone: '555 0100', notes: 'ours alone' }))
    await world.drain()
    expect(world.read(await world.recordId(id), 'vendor')).toMatchObject({
      PrimaryPhone: { FreeFormNumber: '555 0100' },
    })
    expect((await world.contact(id)).fields.notes).toBe('ours alone')
    expect(await world.dot(id)).toBe('green')
  })

  it('does nothing for a list that takes no part, and says so', async () => {
    const id = await world.addLinked({ DisplayName: 'Ven' }, {}, 'vendor')
    await world.edit(id, world.set({ phone: '555 0100' }))
    await world.drain()
    expect((await world.contact(id)).refusal?.code).toBe('listIsOff')
    expect(world.calls().update).toBe(0)
  })

  it('loses no edit that comes during the push', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set({ phone: '1', notes: 'first' }))
    let isEdited = false
    const { quickbooks } = world.ports
    const meanwhile = {
      ...world.ports,
      quickbooks: {
        open: (...args: Parameters<typeof quickbooks.open>) => {
          const company = quickbooks.open(...args)
          const update: typeof company.update = async (...call) => {
            const answer = await company.update(...call)
            if (!isEdited) await world.edit(id, world.set({ phone: '2', mobile: '3' }))
            isEdited = true
            return answer
          }
          return { ...company, update }
        },
      },
    }
    await world.drain(meanwhile)
    expect(isEdited).toBe(true)
    expect(world.read(await world.recordId(id))).toMatchObject({
      PrimaryPhone: { FreeFormNumber: '2' },
      Mobile: { FreeFormNumber: '3' },
      Notes: 'first',
    })
    expect(await world.dot(id)).toBe('green')
  })
})

describe('what may be pushed by itself', () => {
  beforeEach(async () => {
    world = await createPushWorld()
  })

  it('is nothing before the first pull has ended', async () => {
    const connection = await world.ports.connections.get(WORKSPACE)
    if (connection === undefined) throw new Error('It is not connected.')
    const { gapFreeSince: _none, ...young } = connection
    await world.ports.connections.update(young, connection.version)
    const id = await world.add({ displayName: 'Ada' })
    expect(await world.drain()).toBe('off')
    expect(world.count()).toBe(0)
    expect((await world.contact(id)).toPushSince).toBeDefined()
  })

  it('is nothing in a workspace that sends only when asked', async () => {
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, push: 'whenAsked' }, version)
    await world.add({ displayName: 'Ada' })
    expect(await world.drain()).toBe('done')
    expect(world.count()).toBe(0)
  })

  it('is the end of a write that had begun before the workspace chose to send only when asked', async () => {
    const id = await world.add({ displayName: 'Ada' })
    world.strike({ kind: 'response-lost' })
    await world.drain()
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, push: 'whenAsked' }, version)
    await world.edit(id, world.set({ displayName: 'Ada', notes: 'Typed since' }))
    await world.drainLater()
    expect(await world.contact(id)).toMatchObject({ link: { entity: 'customer' }, fields: { notes: 'Typed since' } })
    expect(world.read(await world.recordId(id)).Notes).toBeUndefined()
    expect(world.count()).toBe(1)
  })

  it.each([{ isCustomer: false }, { archived: true }])(
    'is no contact that is %o and was never linked',
    async (more) => {
      const id = await world.add({ displayName: 'Ada' }, more)
      await world.drain()
      expect(world.count()).toBe(0)
      expect((await world.contact(id)).toPushSince).toBeUndefined()
      expect(await world.dot(id)).toBe('none')
    },
  )

  it('is nothing that a person has to look at first', async () => {
    const hold = {
      code: 'survivorTaken',
      reason: 'Two contacts, one customer.',
      at: '2026-11-23T10:00:00.000Z',
    } as const
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, (contact) => ({ ...world.set({ phone: '1' })(contact), hold }))
    await world.drain()
    expect(world.calls().update).toBe(0)
    expect(await world.dot(id)).toBe('conflict')
  })
})

describe('a contact that a person asks to send', () => {
  beforeEach(async () => {
    world = await createPushWorld()
  })
  const ask = async (id: string) => {
    const company = await openCompany(world.ports, WORKSPACE)
    const { settings } = await world.ports.settings.get(WORKSPACE)
    return pushContact(world.ports, { workspace: WORKSPACE, company, settings }, id, { actor: 'person-1', asked: true })
  }

  it('is created though it was no customer, and is one from then on', async () => {
    const id = await world.add({ displayName: 'Ada' }, { isCustomer: false })
    expect(await ask(id)).toEqual({ kind: 'created' })
    expect(await world.contact(id)).toMatchObject({ isCustomer: true })
    expect(await world.dot(id)).toBe('green')
    expect(await ask(id)).toMatchObject({ kind: 'unchanged' })
  })

  it('has in its history that it became a customer, and only where it did', async () => {
    const becomes = await world.add({ displayName: 'Ada' }, { isCustomer: false })
    const is = await world.add({ displayName: 'Bob' })
    await ask(becomes)
    await ask(is)
    const became = async (id: string) =>
      (await world.ports.contacts.history(WORKSPACE, id, 10)).rows.filter(({ changes }) =>
        changes.some(({ field }) => field === 'isCustomer'),
      )
    expect(await became(becomes)).toMatchObject([
      { side: 'crm', because: 'created in QuickBooks', changes: [{ field: 'isCustomer', from: false, to: true }] },
    ])
    expect(await became(is)).toEqual([])
  })

  it('stays asked for when it is refused at first', async () => {
    const other = idOf(world.books.create('Employee', { DisplayName: 'Ada' }))
    const id = await world.add({ displayName: 'Ada' }, { isCustomer: false })
    expect(await ask(id)).toMatchObject({ kind: 'refused', refusal: { code: '6240' } })
    world.books.edit('Employee', other, { DisplayName: 'Bob' })
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
  })

  it('is sent at once though its next try is far away', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    world.strike({ kind: 'error', code: '6000', message: 'No' })
    await world.edit(id, world.set({ phone: '1' }))
    await world.drain()
    expect(await world.dot(id)).toBe('red')
    expect(await ask(id)).toEqual({ kind: 'sent' })
    expect(await world.dot(id)).toBe('green')
  })

  it('waits in the table when its worker dies, whether it was marked or not', async () => {
    const id = await world.add({ displayName: 'Ada' }, { isCustomer: false })
    const { toPushSince: _none, ...unmarked } = await world.contact(id)
    await world.ports.ledger.commit(WORKSPACE, [
      { kind: 'contact', contact: unmarked, expectedVersion: unmarked.version },
    ])
    world.strike({ kind: 'response-lost' })
    await expect(ask(id)).rejects.toThrow('quickbooksDown')
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
    expect(world.count()).toBe(1)
  })
})

describe('pushing a family', () => {
  beforeEach(async () => {
    world = await createPushWorld()
  })

  it('creates parents before children, whatever was marked first', async () => {
    const top = await world.add({ displayName: 'Top' })
    const middle = await world.add({ displayName: 'Middle' }, { parentId: top })
    const low = await world.add({ displayName: 'Low' }, { parentId: middle })
    const early = '2026-11-23T09:00:00.000Z'
    await world.edit(low, (contact) => contact)
    const whole = await world.contact(low)
    await world.ports.ledger.commit(WORKSPACE, [
      { kind: 'contact', contact: { ...whole, toPushSince: early }, expectedVersion: whole.version },
    ])
    await world.drain()
    expect(world.read(await world.recordId(low)).FullyQualifiedName).toBe('Top:Middle:Low')
    expect(await Promise.all([top, middle, low].map(world.dot))).toEqual(['green', 'green', 'green'])
    expect(world.calls().create).toBe(3)
  })

  it('brings along a parent that is a customer and was not marked', async () => {
    const top = await world.add({ displayName: 'Top' })
    const { toPushSince: _none, ...unmarked } = await world.contact(top)
    await world.ports.ledger.commit(WORKSPACE, [
      { kind: 'contact', contact: unmarked, expectedVersion: unmarked.version },
    ])
    const job = await world.add({ displayName: 'Job' }, { parentId: top })
    await world.drain()
    expect(world.read(await world.recordId(job)).FullyQualifiedName).toBe('Top:Job')
  })

  it('lets children wait for a parent that is refused, and follow it at once', async () => {
    const top = await world.add({ displayName: 'To:p' })
    const job = await world.add({ displayName: 'Job' }, { parentId: top })
    await world.drain()
    expect((await world.contact(top)).refusal?.code).toBe('nameCharacters')
    expect((await world.contact(job)).refusal).toMatchObject({
      code: 'parentFirst',
      reason: 'Its parent is not in QuickBooks yet, and QuickBooks wants a parent before its jobs.',
    })
    await world.edit(top, world.set({ displayName: 'Top' }))
    await world.drain()
    expect(await Promise.all([top, job].map(world.dot))).toEqual(['green', 'green'])
    expect(world.read(await world.recordId(job)).FullyQualifiedName).toBe('Top:Job')
  })

  it('moves a linked job under a client that was new to QuickBooks', async () => {
    const old = await world.addLinked({ DisplayName: 'Old' })
    const job = await world.addLinked(
      { DisplayName: 'Job', Job: true, ParentRef: { value: await world.recordId(old) } },
      { parentId: old },
    )
    const next = await world.add({ displayName: 'New' }, { isCustomer: false })
    await world.edit(job, (contact) => ({ ...contact, parentId: next }))
    await world.drain()
    expect(world.read(await world.recordId(job)).FullyQualifiedName).toBe('Old:Job')
    await world.edit(next, (contact) => ({ ...contact, isCustomer: true }))
    await world.drain()
    await world.drain()
    expect(world.read(await world.recordId(job)).FullyQualifiedName).toBe('New:Job')
    expect(await world.dot(job)).toBe('green')
  })

  it('makes jobs inactive before their client', async () => {
    world.simulator.switches.set('deactivate-parent', 'refused')
    const top = await world.addLinked({ DisplayName: 'Top' })
    const ref = { Job: true, ParentRef: { value: await world.recordId(top) } }
    const job = await world.addLinked({ DisplayName: 'Job', ...ref }, { parentId: top })
    await world.edit(top, archive)
    await world.edit(job, archive)
    await world.drain()
    expect(world.read(await world.recordId(top)).Active).toBe(false)
    expect(await Promise.all([top, job].map(world.dot))).toEqual(['green', 'green'])
  })
})

describe.each(['refused', 'works'] as const)('a job that becomes a client (sparse un-parenting %s)', (position) => {
  it('is a customer of its own in QuickBooks too', async () => {
    world = await createPushWorld({ 'sparse-unparent': position })
    const top = await world.addLinked({ DisplayName: 'Top' })
    const ref = { Job: true, ParentRef: { value: await world.recordId(top) } }
    const job = await world.addLinked({ DisplayName: 'Job', Notes: 'kept', ...ref }, { parentId: top })
    await world.edit(job, ({ parentId: _top, ...contact }) => ({ ...contact, kind: 'client' }))
    await world.drain()
    expect(world.read(await world.recordId(job))).toMatchObject({ FullyQualifiedName: 'Job', Notes: 'kept' })
    expect(await world.dot(job)).toBe('green')
  })
})

describe.each(['removed', 'stays'] as const)('archiving and back (the mark %s)', (position) => {
  beforeEach(async () => {
    world = await createPushWorld({ 'reactivate-suffix': position })
  })

  it('makes inactive, and active again under the plain name', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, archive)
    await world.drain()
    expect(world.read(await world.recordId(id))).toMatchObject({ Active: false, DisplayName: 'Ada (deleted)' })
    expect(await world.contact(id)).toMatchObject({ archived: true, fields: { displayName: 'Ada' } })
    expect(await world.dot(id)).toBe('green')
    await world.edit(id, restore)
    await world.drain()
    expect(world.read(await world.recordId(id))).toMatchObject({ Active: true, DisplayName: 'Ada' })
    expect(await world.dot(id)).toBe('green')
  })

  it.each(['dashed', 'same', 'numbered'] as const)(
    'keeps the name however often it is made inactive, beside another that was (%s)',
    async (mark) => {
      await world.close()
      world = await createPushWorld({ 'reactivate-suffix': position, 'second-deactivation-name': mark })
      const other = idOf(world.books.create('Customer', { DisplayName: 'Ada' }))
      world.books.deactivate('Customer', other)
      const id = await world.addLinked({ DisplayName: 'Ada' })
      const recordId = await world.recordId(id)
      for (let times = 0; times < 3; times++) {
        for (const done of ['deactivate', 'reactivate'] as const) {
          world.books[done]('Customer', recordId)
          await world.pullIn('customer', [recordId])
          await reconcile(world.ports, WORKSPACE, id, { actor: 'webhook' })
          await world.drainLater()
          const contact = await world.contact(id)
          expect(contact).toMatchObject({ archived: done === 'deactivate', fields: { displayName: 'Ada' } })
          expect(contact.refusal).toBeUndefined()
        }
      }
    },
  )

  it('is refused while another has taken the name, and works once that one is renamed', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, archive)
    await world.drain()
    const other = idOf(world.books.create('Customer', { DisplayName: 'Ada' }))
    await world.edit(id, restore)
    await world.drain()
    expect((await world.contact(id)).refusal).toMatchObject({
      code: '6240',
      reason: 'Another customer in QuickBooks has the name “Ada” already.',
      advice: 'Call this contact “Ada (2)” instead. It is sent again as soon as you have changed it.',
    })
    world.books.edit('Customer', other, { DisplayName: 'Ada Two' })
    await world.pullIn('customer', [other])
    await world.drainLater()
    expect(world.read(await world.recordId(id))).toMatchObject({ Active: true, DisplayName: 'Ada' })
    expect(await world.dot(id)).toBe('green')
  })
})

describe.each(['replaced', 'merged'] as const)('addresses (nested objects %s)', (position) => {
  it('arrive whole, and lose the lines that were taken out', async () => {
    world = await createPushWorld({ 'sparse-nested': position })
    const id = await world.addLinked({ DisplayName: 'Ada', BillAddr: { Line1: '1 Way', Line2: 'Back', City: 'Bern' } })
    await world.edit(id, world.set({ billAddress: { line1: '2 Way', city: 'Bern' }, shipAddress: { line1: 'Shed' } }))
    await world.drain()
    expect(await world.dot(id)).toBe('green')
    const { fields } = await world.snapshot(id)
    expect(fields.billAddress).toEqual({ line1: '2 Way', city: 'Bern' })
    expect((await world.mirrorOf(id))?.snapshot.fields).toMatchObject({
      billAddress: { line1: '2 Way', city: 'Bern' },
      shipAddress: { line1: 'Shed' },
    })
  })

  it('lose them though the answer is lost and what QuickBooks made of them comes in first', async () => {
    world = await createPushWorld({ 'sparse-nested': position })
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, conflicts: 'ask' }, version)
    const id = await world.addLinked({ DisplayName: 'Ada', BillAddr: { Line1: '1 Way', Line2: 'Back', City: 'Bern' } })
    await world.edit(id, world.set({ billAddress: { line1: '2 Way', city: 'Bern' } }))
    world.strike({ kind: 'response-lost' })
    await world.drain()
    await world.pullIn('customer', [await world.recordId(id)])
    await world.drainLater(2)
    expect(await world.dot(id)).toBe('green')
    expect((await world.snapshot(id)).fields.billAddress).toEqual({ line1: '2 Way', city: 'Bern' })
    expect((await world.contact(id)).fields.billAddress).toEqual({ line1: '2 Way', city: 'Bern' })
  })
})

describe('a QuickBooks that keeps the lines of an address which are to go', () => {
  it.each([
    ['a line', 'replaced', { line1: '2 Way', city: 'Bern' }],
    ['a line', 'merged', { line1: '2 Way', city: 'Bern' }],
    ['all of it', 'merged', undefined],
  ] as const)('is told %s a few times, and then the dot is red (nested objects %s)', async (_what, nested, wanted) => {
    world = await createPushWorld({ 'sparse-nested': nested, 'emptied-address': 'stays' })
    const id = await world.addLinked({ DisplayName: 'Ada', BillAddr: { Line1: '1 Way', Line2: 'Back', City: 'Bern' } })
    await world.edit(id, world.set({ billAddress: wanted }))
    await world.drain()
    expect(await world.dot(id)).toBe('red')
    expect((await world.contact(id)).refusal).toMatchObject({
      code: 'dropped',
      reason: 'QuickBooks took the change and did not keep it: billing address.',
    })
    const { update } = world.calls()
    expect(update).toBeLessThanOrEqual(3)
    await world.drain()
    expect(world.calls().update).toBe(update)
    expect((await world.contact(id)).fields.billAddress).toEqual(wanted)
  })
})

it('does not take a phone number that QuickBooks keeps, though it was emptied, for one that somebody typed there', async () => {
  world = await createPushWorld()
  const id = await world.addLinked({ DisplayName: 'Ada', PrimaryPhone: { FreeFormNumber: '555 0100' } })
  world.setTamper((content) => ({ ...content, fields: { ...content.fields, phone: '555 0100' } }))
  await world.edit(id, world.set({ phone: undefined, email: 'ada@mail.example' }))
  await world.drain()
  expect((await world.contact(id)).fields).not.toHaveProperty('phone')
  expect((await world.contact(id)).refusal).toMatchObject({ code: 'dropped' })
})

describe('pushing much', () => {
  beforeEach(async () => {
    world = await createPushWorld()
  })

  it('sends 1,000 edits in 1,000 writes at the pace that QuickBooks allows, and is never throttled', async () => {
    const ids: string[] = []
    for (let number = 0; number < 1_000; number++) ids.push(await world.addLinked({ DisplayName: `C${number}` }))
    for (const id of ids) await world.edit(id, world.set({ phone: '555 0100' }))
    world.time.advance(2 * MINUTE_MS)
    world.simulator.calls.reset()
    const startedMs = world.time.now()
    let hints = 0
    await world.ports.hints.push({ kind: 'contacts', workspace: WORKSPACE }, 'first')
    const { pushes } = world.ports.hints
    for (let taken = pushes.take(); taken !== undefined; taken = pushes.take()) {
      hints += 1
      await servePushHint(world.ports, taken.hint)
      taken.done()
    }
    const { calls, byKind, byStatus } = world.simulator.calls.totals()
    expect({ calls, update: byKind.update, byStatus }).toEqual({
      calls: 1_000,
      update: 1_000,
      byStatus: { 200: 1_000 },
    })
    // 500 calls a minute: the thousandth may go just before two minutes have passed.
    const fewestMs = 60_000 + 49 * 1_000
    expect(fewestMs / (world.time.now() - startedMs)).toBeGreaterThanOrEqual(0.95)
    expect(hints).toBeGreaterThan(10)
    expect(await world.ports.markers.toPush(WORKSPACE, world.time.now(), 1)).toEqual([])
  })
})
