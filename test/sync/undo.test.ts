import { describe, expect, it } from 'vitest'
import type { SyncSettings } from '#core/policies'
import type { Outcome, Run } from '#core/records'
import { moveContact, newJob, updateContact } from '#sync/edit-contact'
import { startImport } from '#sync/import'
import type { Ports } from '#sync/ports'
import { startPull } from '#sync/pull'
import { startContactSync, startSync } from '#sync/sync-run-start'
import { startUndo } from '#sync/undo'
import { addCustomer, edit, failureOf } from './runs-world.ts'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { createWorld, PERSON, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

async function quietWorld(settings: Partial<SyncSettings> = {}): Promise<TwoSides> {
  return createTwoSides(
    (book) => {
      book.add('Ada', { fields: { email: 'ada@example.com', phone: '1' } })
      book.add('Grace', { fields: { email: 'grace@example.com', phone: '2' } })
    },
    { push: 'whenAsked', ...settings },
  )
}

const sync = async (world: World): Promise<Run> => world.finish(await startSync(world.ports, asker))
const undo = async (world: World, runId: string): Promise<Run> =>
  world.finish(await startUndo(world.ports, { ...asker, runId }))
const outcomesOf = async (world: World, runId: string): Promise<readonly Outcome[]> =>
  (await world.ports.runs.outcomes(WORKSPACE, runId, 200)).rows

describe('undoing a sync', () => {
  it('puts the CRM and QuickBooks back, and leaves them so', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, ada.id, { email: 'crm@example.com' })
    world.book.edit('2', { phone: '22' })
    const run = await sync(world)
    expect(world.book.get('1').fields?.email).toBe('crm@example.com')
    expect((await world.contact(grace.id)).fields.phone).toBe('22')

    const undone = await undo(world, run.id)
    expect(undone).toMatchObject({ status: 'done', counts: { undone: 2 } })
    expect(world.book.get('1').fields?.email).toBe('ada@example.com')
    expect((await world.contact(grace.id)).fields.phone).toBe('2')
    // What nobody undid is left: the person's own edit, and the bookkeeper's.
    expect((await world.contact(ada.id)).fields.email).toBe('crm@example.com')
    expect(world.book.get('2').fields?.phone).toBe('22')

    await sync(world)
    await world.settle()
    expect(world.book.get('1').fields?.email).toBe('ada@example.com')
    expect((await world.contact(grace.id)).fields.phone).toBe('2')
    for (const { id } of [ada, grace]) {
      expect((await world.contact(id)).pins).toHaveLength(1)
      expect(await world.contact(id)).not.toHaveProperty('intent')
    }
  })

  it('lets a slot go on its way again once somebody changes it', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { email: 'crm@example.com' })
    await undo(world, (await sync(world)).id)
    await edit(world, ada.id, { email: 'newer@example.com' })
    await sync(world)
    expect(world.book.get('1').fields?.email).toBe('newer@example.com')
    expect(await world.contact(ada.id)).not.toHaveProperty('pins')
  })

  it('puts both values of a decided conflict back', async () => {
    const world = await quietWorld({ conflicts: 'quickbooks' })
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { email: 'crm@example.com' })
    world.book.edit('1', { email: 'books@example.com' })
    const run = await sync(world)
    expect((await world.contact(ada.id)).fields.email).toBe('books@example.com')
    await undo(world, run.id)
    expect((await world.contact(ada.id)).fields.email).toBe('crm@example.com')
    expect(world.book.get('1').fields?.email).toBe('books@example.com')
    await sync(world)
    expect((await world.contact(ada.id)).fields.email).toBe('crm@example.com')
  })

  it('asks again when QuickBooks changes what a decided conflict was about', async () => {
    const world = await quietWorld({ conflicts: 'quickbooks' })
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { email: 'crm@example.com' })
    world.book.edit('1', { email: 'books@example.com' })
    await undo(world, (await sync(world)).id)
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, conflicts: 'ask' }, version)
    await world.clock.sleep(60_000)
    world.book.edit('1', { email: 'newer@example.com' })
    await sync(world)
    expect(await world.contact(ada.id)).toMatchObject({
      fields: { email: 'crm@example.com' },
      conflicts: [{ slot: 'email', crm: 'crm@example.com', quickbooks: 'newer@example.com' }],
    })
    expect(world.book.get('1').fields?.email).toBe('newer@example.com')
  })

  it('skips what was changed since on either side, with the reason, and puts the rest back', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, ada.id, { email: 'crm@example.com', mobile: '77' })
    world.book.edit('2', { phone: '22', email: 'books@example.com' })
    const run = await sync(world)
    world.book.edit('1', { email: 'later@example.com' })
    await edit(world, grace.id, { phone: '222' })
    const undone = await undo(world, run.id)
    expect(undone.counts).toEqual({ undone: 2 })
    const outcomes = new Map((await outcomesOf(world, undone.id)).map((one) => [one.recordId, one]))
    expect(outcomes.get(ada.id)).toMatchObject({
      kind: 'undone',
      code: 'partly',
      details: { skipped: [{ slot: 'email', reason: 'It was changed in QuickBooks since.' }] },
    })
    expect(outcomes.get(grace.id)).toMatchObject({
      details: {
        skipped: [
          { slot: 'phone', reason: expect.stringMatching(/changed in the CRM on .+ by person-1: edited in the CRM/) },
        ],
      },
    })
    expect(world.book.get('1').fields).toMatchObject({ email: 'later@example.com' })
    expect(world.book.get('1').fields?.mobile).toBeUndefined()
    expect((await world.contact(grace.id)).fields).toMatchObject({ phone: '222', email: 'grace@example.com' })
  })

  it('takes a change that was made and taken back for a change', async () => {
    const world = await quietWorld()
    const grace = await world.contactOf('2')
    world.book.edit('2', { phone: '22' })
    const run = await sync(world)
    await edit(world, grace.id, { phone: '222' })
    await edit(world, grace.id, { phone: '22' })
    const undone = await undo(world, run.id)
    expect(await outcomesOf(world, undone.id)).toMatchObject([{ kind: 'skipped', code: 'changedSince' }])
    expect((await world.contact(grace.id)).fields.phone).toBe('22')
  })

  it('brings back who was archived, on the side that the sync archived', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    const { version } = await world.contact(ada.id)
    await updateContact(world.ports, { ...asker, id: ada.id, version, edit: { archived: true } })
    world.book.deactivate('2')
    const run = await sync(world)
    expect([world.book.get('1').active, (await world.contact(grace.id)).archived]).toEqual([false, true])
    await undo(world, run.id)
    expect([world.book.get('1').active, (await world.contact(grace.id)).archived]).toEqual([true, false])
    await sync(world)
    expect([world.book.get('1').active, (await world.contact(grace.id)).archived]).toEqual([true, false])
  })

  it('moves back who was moved', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    world.book.move('2', '1')
    const run = await sync(world)
    expect(await world.contact(grace.id)).toMatchObject({ parentId: ada.id, kind: 'job' })
    await undo(world, run.id)
    expect(await world.contact(grace.id)).not.toHaveProperty('parentId')
    expect((await world.contact(grace.id)).kind).toBe('client')
    expect(world.book.get('2').parent).toBe('1')
    await sync(world)
    expect(await world.contact(grace.id)).not.toHaveProperty('parentId')
  })

  it.each([
    ['its old parent is in another currency', { currency: 'EUR' }, () => {}, 'It is in USD and its parent in EUR'],
    ['its old parent became a project', {}, (two: TwoSides) => two.book.makeProject('1'), 'Its parent is a project'],
  ] as const)('leaves a job where it is if %s, and puts back the rest of it', async (_why, old, since, reason) => {
    const world = await createTwoSides(
      (book) => {
        const usd = { currency: 'USD' }
        const parent = book.add('Ada', { ...usd, ...old })
        book.add('Roof', { parent, fields: { phone: '1' }, ...usd })
        book.add('Grace', usd)
      },
      { push: 'whenAsked' },
    )
    const [ada, roof, grace] = [await world.contactOf('1'), await world.contactOf('2'), await world.contactOf('3')]
    expect(roof.parentId).toBe(ada.id)
    await edit(world, roof.id, { phone: '2' })
    const { version } = await world.contact(roof.id)
    await moveContact(world.ports, { ...asker, id: roof.id, version, parentId: grace.id })
    const run = await sync(world)
    expect(world.book.get('2').parent).toBe('3')
    since(world)
    await world.tell('1')
    await world.settle()
    const undone = await undo(world, run.id)
    expect(await outcomesOf(world, undone.id)).toMatchObject([
      {
        kind: 'undone',
        code: 'partly',
        details: { skipped: [{ slot: 'parent', reason: expect.stringContaining(reason) }] },
      },
    ])
    expect(world.book.get('2')).toMatchObject({ parent: '3', fields: { phone: '1' } })
    await sync(world)
    expect(world.book.get('2').parent).toBe('3')
    expect((await world.contact(roof.id)).parentId).toBe(grace.id)
  })

  it('makes inactive what it created, jobs first, and unlinks it', async () => {
    const world = await quietWorld()
    const parent = await addCustomer(world, { displayName: 'Hedy' })
    const job = await newJob(world.ports, { ...asker, parentId: parent, fields: { displayName: 'Roof' } })
    const run = await sync(world)
    const made = [await world.contact(parent), await world.contact(job.id)].map(({ link }) => link?.recordId ?? '')
    const undone = await undo(world, run.id)
    expect(undone.counts).toEqual({ undone: 2 })
    for (const id of made) {
      expect(world.book.get(id).active).toBe(false)
      expect(await world.mirror(id)).not.toHaveProperty('contactId')
    }
    for (const id of [parent, job.id]) {
      const contact = await world.contact(id)
      expect(contact.archived).toBe(false)
      expect(Object.keys(contact)).not.toEqual(expect.arrayContaining(['link']))
      expect(contact.toPushSince).toBeUndefined()
    }
    await sync(world)
    expect(world.book.ids()).toHaveLength(4)
  })

  it('leaves a created customer that somebody works with, and says why', async () => {
    const world = await quietWorld()
    const [hedy, emmy] = [
      await addCustomer(world, { displayName: 'Hedy' }),
      await addCustomer(world, { displayName: 'Emmy' }),
    ]
    const run = await sync(world)
    const recordOf = async (id: string) => (await world.contact(id)).link?.recordId ?? ''
    world.book.invoice(await recordOf(hedy), 100)
    world.book.edit(await recordOf(emmy), { phone: '9' })
    const undone = await undo(world, run.id)
    const outcomes = new Map((await outcomesOf(world, undone.id)).map((one) => [one.recordId, one]))
    expect(outcomes.get(hedy)).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('balance') })
    expect(outcomes.get(emmy)).toMatchObject({
      kind: 'skipped',
      reason: expect.stringContaining('changed in QuickBooks'),
    })
    expect(world.book.get(await recordOf(hedy)).active).toBe(true)
  })

  describe('leaves a created customer alone', () => {
    /** A sync creates Hedy; then somebody does something, and the sync is undone. */
    async function undoneAfter(work: (world: TwoSides, contactId: string, recordId: string) => Promise<void>) {
      const world = await quietWorld()
      const id = await addCustomer(world, { displayName: 'Hedy', phone: '5550100' })
      const run = await sync(world)
      const { recordId = '' } = (await world.contact(id)).link ?? {}
      await world.clock.sleep(60_000)
      await work(world, id, recordId)
      const undone = await undo(world, run.id)
      const [outcome] = await outcomesOf(world, undone.id)
      return { world, outcome, isActive: world.book.get(recordId).active, contact: await world.contact(id) }
    }

    it('that the bookkeeper has worked on, though all of it came in', async () => {
      const { outcome, isActive, contact } = await undoneAfter(async (world, _id, recordId) => {
        world.book.edit(recordId, { phone: '9', notes: 'Pays late' })
        await world.tell(recordId)
        await world.settle()
      })
      expect(contact).toMatchObject({ fields: { phone: '9', notes: 'Pays late' }, link: {} })
      expect(outcome).toMatchObject({
        kind: 'skipped',
        code: 'changedSince',
        reason: expect.stringMatching(/^It was changed in QuickBooks, which was seen on .+, so it stays\.$/),
      })
      expect(isActive).toBe(true)
    })

    it('that was worked on and put back as it was', async () => {
      const { outcome, isActive } = await undoneAfter(async (world, _id, recordId) => {
        for (const phone of ['9', '5550100']) {
          world.book.edit(recordId, { phone })
          await world.tell(recordId)
          await world.settle()
        }
      })
      expect(outcome).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('in QuickBooks') })
      expect(isActive).toBe(true)
    })

    it('in which something was changed that we do not keep', async () => {
      const { outcome, isActive } = await undoneAfter(async (world, _id, recordId) => world.book.edit(recordId, {}))
      expect(outcome).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('changed in QuickBooks') })
      expect(isActive).toBe(true)
    })

    it('whose contact was edited in the CRM', async () => {
      const { outcome, isActive } = await undoneAfter(async (world, id) => edit(world, id, { mobile: '7' }))
      expect(outcome).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('in the CRM on') })
      expect(isActive).toBe(true)
    })

    it('that has a balance, which QuickBooks makes nobody inactive with', async () => {
      const { outcome } = await undoneAfter(async (world, _id, recordId) => world.book.invoice(recordId, 100))
      expect(outcome).toMatchObject({
        kind: 'skipped',
        reason: expect.stringContaining('QuickBooks makes none inactive'),
      })
    })

    it('and not one that an invoice has only touched', async () => {
      const { outcome, isActive, contact } = await undoneAfter(async (world, _id, recordId) => {
        world.book.touch(recordId)
        await world.tell(recordId)
        await world.settle()
      })
      expect(outcome).toMatchObject({ kind: 'undone' })
      expect(isActive).toBe(false)
      expect(contact).not.toHaveProperty('link')
    })

    it('that it refuses to make inactive, with what has come in this very moment', async () => {
      const { outcome } = await undoneAfter(async (world) => {
        world.company.trouble(({ method }) =>
          method === 'update'
            ? { kind: 'quickbooksRefused', code: '6220', message: 'Delete List Has Balance Error', detail: '' }
            : undefined,
        )
      })
      expect(outcome).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('has a balance') })
    })
  })

  it('takes what QuickBooks made of its own values for its own doing, and puts all of it back', async () => {
    const world = await quietWorld()
    world.company.makeOf((fields) => ({
      ...fields,
      printName: 'Printed',
      ...(fields.website !== undefined && { website: `https://${fields.website}` }),
    }))
    const [ada, hedy] = [await world.contactOf('1'), await addCustomer(world, { displayName: 'Hedy' })]
    await edit(world, ada.id, { website: 'ada.example' })
    const run = await sync(world)
    await world.clock.sleep(60_000)
    const { recordId: made = '' } = (await world.contact(hedy)).link ?? {}
    await world.tell('1', made)
    await world.settle()
    expect((await world.contact(ada.id)).fields).toMatchObject({ website: 'https://ada.example', printName: 'Printed' })
    expect((await world.contact(hedy)).fields.printName).toBe('Printed')
    world.company.makeOf((fields) => fields)
    const undone = await undo(world, run.id)
    expect(undone.counts).toEqual({ undone: 2 })
    for (const { details } of await outcomesOf(world, undone.id)) expect(details?.skipped ?? []).toEqual([])
    expect(world.book.get(made).active).toBe(false)
    expect(world.book.get('1').fields?.website).toBeUndefined()
    expect((await world.contact(ada.id)).fields.website).toBe('ada.example')
  })

  it('says that a value was changed in QuickBooks since, not in the CRM', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { phone: '11' })
    const run = await sync(world)
    await world.clock.sleep(60_000)
    world.book.edit('1', { phone: '12' })
    await world.tell('1')
    await world.settle()
    const undone = await undo(world, run.id)
    expect(await outcomesOf(world, undone.id)).toMatchObject([
      {
        kind: 'skipped',
        reason: expect.stringMatching(/^phone: It was changed in QuickBooks, which was seen on .+Z\.$/),
      },
    ])
    expect([world.book.get('1').fields?.phone, (await world.contact(ada.id)).fields.phone]).toEqual(['12', '12'])
  })

  it('leaves who was made active again and inactive once more', async () => {
    const world = await quietWorld()
    world.book.deactivate('2')
    const grace = await world.contactOf('2')
    const run = await sync(world)
    for (const done of ['activate', 'deactivate'] as const) {
      world.book[done]('2')
      await world.tell('2')
      await world.settle()
    }
    const undone = await undo(world, run.id)
    expect(await outcomesOf(world, undone.id)).toMatchObject([
      { kind: 'skipped', reason: expect.stringContaining('in QuickBooks') },
    ])
    expect((await world.contact(grace.id)).archived).toBe(true)
  })

  it('takes nothing back from the customer that the contact’s own was merged into', async () => {
    const world = await quietWorld({ push: 'automatic' })
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { mobile: '77' })
    const run = await sync(world)
    const survivor = world.book.add('Ada Lovelace', { fields: { mobile: '77' } })
    world.book.deactivate('1')
    await world.tellMerged('1', survivor)
    await world.settle()
    expect((await world.contact(ada.id)).link?.recordId).toBe(survivor)
    const undone = await undo(world, run.id)
    expect(await outcomesOf(world, undone.id)).toMatchObject([
      { kind: 'skipped', reason: expect.stringContaining('linked to another record of QuickBooks') },
    ])
    expect(world.book.get(survivor).fields?.mobile).toBe('77')
  })

  it('undoes the sync of one contact', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { email: 'crm@example.com' })
    const run = await world.finish(await startContactSync(world.ports, { ...asker, contactId: ada.id }))
    expect(run.counts).toEqual({ sent: 1 })
    expect((await undo(world, run.id)).counts).toEqual({ undone: 1 })
    expect(world.book.get('1').fields?.email).toBe('ada@example.com')
  })

  it('says what QuickBooks does not take back', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { displayName: 'Ada L.' })
    const run = await sync(world)
    world.book.add('Ada')
    const undone = await undo(world, run.id)
    expect(await outcomesOf(world, undone.id)).toMatchObject([{ recordId: ada.id, kind: 'failed', code: '6240' }])
    expect(world.book.get('1').name).toBe('Ada L.')
    expect(await world.contact(ada.id)).not.toHaveProperty('intent')
    expect((await world.contact(ada.id)).toPushSince).toBeUndefined()
  })

  it('waits while QuickBooks is down, and goes on by itself', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { email: 'crm@example.com' })
    const run = await sync(world)
    let troubles = 3
    world.company.trouble(({ method }) =>
      method === 'update' && troubles-- > 0 ? { kind: 'quickbooksDown', reason: 'no answer' } : undefined,
    )
    expect(await undo(world, run.id)).toMatchObject({ status: 'done', counts: { undone: 1 } })
    expect(world.book.get('1').fields?.email).toBe('ada@example.com')
  })
})

describe('undoing an import', () => {
  async function imported(sameName: 'ask' | 'link' = 'ask', before?: (ports: Ports) => Promise<void>) {
    const world = await createWorld()
    const parent = world.book.add('Ada')
    world.book.add('Roof', { parent })
    world.book.add('Grace')
    await world.finish(await startPull(world.ports, asker))
    await before?.(world.ports)
    const run = await world.finish(
      await startImport(world.ports, { ...asker, as: 'account', select: { filter: 'all' }, sameName }),
    )
    return { world, run }
  }
  const contacts = async (world: World) => (await world.ports.contacts.listByName(WORKSPACE, 100)).rows

  it('removes what was imported, jobs first, and frees the customers', async () => {
    const { world, run } = await imported()
    expect(await contacts(world)).toHaveLength(3)
    const undone = await undo(world, run.id)
    expect(undone.counts).toEqual({ undone: 3 })
    expect(await contacts(world)).toEqual([])
    for (const id of world.book.ids()) {
      expect(await world.mirror(id)).not.toHaveProperty('contactId')
      expect(world.book.get(id).active).toBe(true)
    }
    const history = await world.ports.contacts.history(
      WORKSPACE,
      (await outcomesOf(world, run.id))[0]?.contactId ?? '',
      10,
    )
    expect(history.rows).toHaveLength(2)
  })

  it('leaves who was changed since, and those whom others lie under', async () => {
    const { world, run } = await imported()
    const rows = await contacts(world)
    const roof = rows.find(({ name }) => name === 'Roof')?.id ?? ''
    await updateContact(world.ports, { ...asker, id: roof, version: 1, edit: { fields: { phone: '9' } } })
    const undone = await undo(world, run.id)
    expect(undone.counts).toEqual({ undone: 1, skipped: 2 })
    const reasons = (await outcomesOf(world, undone.id)).flatMap(({ reason }) => reason ?? [])
    expect(reasons).toEqual(
      expect.arrayContaining([
        expect.stringContaining('It was changed in the CRM on'),
        'Jobs lie under it, so it stays.',
      ]),
    )
    expect((await contacts(world)).map(({ name }) => name)).toEqual(['Ada', 'Roof'])
  })

  it('unlinks what it linked, and gives nothing of it up', async () => {
    const { world, run } = await imported('link', async (ports) => {
      await ports.ledger.commit(WORKSPACE, [
        {
          kind: 'contact',
          contact: {
            id: 'own',
            kind: 'client',
            isCustomer: false,
            fields: { displayName: 'Grace', email: 'own@example.com' },
            archived: false,
            people: [],
            createdAt: '2025-01-01T00:00:00.000Z',
            changedAt: '2025-01-01T00:00:00.000Z',
            version: 1,
          },
          expectedVersion: undefined,
        },
      ])
    })
    expect(run.counts.linked).toBe(1)
    await undo(world, run.id)
    const own = await world.ports.contacts.get(WORKSPACE, 'own')
    expect(own).toMatchObject({ isCustomer: false, fields: { displayName: 'Grace', email: 'own@example.com' } })
    expect(own).not.toHaveProperty('link')
    expect(own).not.toHaveProperty('toPushSince')
  })

  it('takes back what came in by the link, and leaves what was changed since', async () => {
    const own = { id: 'own', kind: 'client', isCustomer: true, archived: false, people: [], version: 1 } as const
    const at = '2025-01-01T00:00:00.000Z'
    const contact = { ...own, fields: { displayName: 'Grace' }, createdAt: at, changedAt: at }
    const world = await createWorld()
    world.book.add('Grace', { fields: { phone: '1', mobile: '2' } })
    await world.finish(await startPull(world.ports, asker))
    await world.ports.ledger.commit(WORKSPACE, [{ kind: 'contact', contact, expectedVersion: undefined }])
    const run = await world.finish(
      await startImport(world.ports, { ...asker, as: 'account', select: { filter: 'all' }, sameName: 'link' }),
    )
    const linked = await world.ports.contacts.get(WORKSPACE, 'own')
    expect(linked).toMatchObject({ fields: { phone: '1', mobile: '2' }, link: { recordId: '1' } })
    const version = linked?.version ?? 0
    await updateContact(world.ports, { ...asker, id: 'own', version, edit: { fields: { mobile: '3' } } })
    const undone = await undo(world, run.id)
    expect(await outcomesOf(world, undone.id)).toMatchObject([
      { kind: 'undone', code: 'unlinked', reason: expect.stringContaining('mobile: It was changed in the CRM') },
    ])
    const after = await world.ports.contacts.get(WORKSPACE, 'own')
    expect(after?.fields).toEqual({ displayName: 'Grace', mobile: '3' })
    expect(after).not.toHaveProperty('link')
    const { rows } = await world.ports.contacts.history(WORKSPACE, 'own', 100)
    expect(rows.at(-1)?.changes).toEqual([
      { field: 'link', from: { entity: 'customer', recordId: '1' } },
      { field: 'phone', from: '1' },
    ])
    expect(world.book.get('1').fields).toMatchObject({ phone: '1' })
  })

  it('leaves whom QuickBooks has changed since', async () => {
    const { world, run } = await imported()
    await world.clock.sleep(60_000)
    world.book.edit('3', { phone: '9' })
    await world.finish(await startPull(world.ports, asker))
    const undone = await undo(world, run.id)
    expect(undone.counts).toEqual({ undone: 2, skipped: 1 })
    expect((await outcomesOf(world, undone.id)).flatMap(({ reason }) => reason ?? [])).toContainEqual(
      expect.stringMatching(/^It was changed in QuickBooks, which was seen on .+, so it stays\.$/),
    )
  })

  it('can be done once a run has ended, and twice without harm', async () => {
    const { world, run } = await imported()
    const first = await startUndo(world.ports, { ...asker, runId: run.id })
    expect(await failureOf(startUndo(world.ports, { ...asker, runId: run.id }))).toEqual({
      kind: 'runInProgress',
      runId: first.id,
    })
    await world.finish(first)
    expect(await undo(world, run.id)).toMatchObject({ status: 'done', counts: { skipped: 3 } })
    expect(await contacts(world)).toEqual([])
  })
})
