import { describe, expect, it } from 'vitest'
import { peopleOf } from '#core/people'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Contact, Outcome } from '#core/records'
import { contactHistory, getContact, listContacts } from '#sync/contacts'
import { startImport } from '#sync/import'
import { startPull } from '#sync/pull'
import { getRun, listOutcomes } from '#sync/runs'
import { dyingPorts } from './dying-ports.ts'
import { createWorld, PERSON, sliceOf, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
type Request = Omit<Parameters<typeof startImport>[1], 'workspace' | 'person'>

/** A world whose company was pulled. */
async function pulledWorld(fill: (world: World) => void) {
  const world = await createWorld()
  fill(world)
  await world.finish(await startPull(world.ports, asker))
  return world
}

function request(select: Request['select'], rest: Partial<Request> = {}) {
  return { ...asker, as: 'account' as const, sameName: 'ask' as const, select, ...rest }
}

async function imported(world: World, select: Request['select'], rest: Partial<Request> = {}) {
  const run = await world.finish(await startImport(world.ports, request(select, rest)))
  const { rows } = await listOutcomes(world.ports, WORKSPACE, run.id, { limit: 1_000 })
  return { run, outcomes: new Map(rows.map((outcome) => [outcome.recordId, outcome])) }
}

async function allContacts({ ports }: World) {
  const { rows } = await listContacts(ports, {
    workspace: WORKSPACE,
    list: 'all',
    includeArchived: true,
    limit: 10_000,
  })
  return rows
}

async function contactOf(world: World, outcome: Outcome | undefined): Promise<Contact> {
  return getContact(world.ports, WORKSPACE, outcome?.contactId ?? 'none')
}

async function addContact({ ports }: World, contact: Partial<Contact> & { id: string }) {
  const at = '2025-01-01T00:00:00.000Z'
  const whole: Contact = {
    kind: 'client',
    isCustomer: false,
    fields: {},
    archived: false,
    people: [],
    createdAt: at,
    changedAt: at,
    version: 1,
    ...contact,
  }
  expect(await ports.ledger.commit(WORKSPACE, [{ kind: 'contact', contact: whole, expectedVersion: undefined }])).toBe(
    'committed',
  )
}

describe('an import', () => {
  it('makes an account of a customer, with every field, linked and journalled', async () => {
    const fields = {
      companyName: 'Acme',
      email: 'a@acme.example',
      billAddress: { line1: '1 Main St', city: 'Town' },
      notes: 'Rings twice',
      customerTypeId: '5',
    }
    const world = await pulledWorld(({ book }) => book.add('Acme, Inc.', { fields }))
    const { run, outcomes } = await imported(world, { ids: ['1'] })
    expect(run).toMatchObject({
      status: 'done',
      counts: { imported: 1, linked: 0, skipped: 0, failed: 0 },
      progress: { rows: 1, rowsTotal: 1 },
    })
    const contact = await contactOf(world, outcomes.get('1'))
    const mirror = await world.mirror('1')
    expect(contact).toMatchObject({
      kind: 'client',
      isCustomer: true,
      archived: false,
      fields: { displayName: 'Acme, Inc.', ...fields },
      people: [],
      link: { entity: 'customer', recordId: '1', base: mirror?.snapshot, revision: '0' },
    })
    expect(mirror?.contactId).toBe(contact.id)
    expect(await allContacts(world)).toMatchObject([{ name: 'Acme', dot: 'green' }])
    const { rows } = await contactHistory(world.ports, WORKSPACE, contact.id, { limit: 10 })
    expect(rows).toMatchObject([
      { because: 'imported from QuickBooks as account', actor: PERSON, runId: run.id, side: 'crm' },
    ])
    expect(rows[0]?.changes).toContainEqual({ field: 'notes', to: 'Rings twice' })
  })

  it('makes a building with both addresses and a person for its bills', async () => {
    const billAddress = { line1: '1 Main St' }
    const shipAddress = { line1: '2 Side St' }
    const world = await pulledWorld(({ book }) =>
      book.add('Tower', {
        fields: {
          givenName: 'Ann',
          familyName: 'Lee',
          email: 'ann@x.example',
          mobile: '555',
          billAddress,
          shipAddress,
        },
      }),
    )
    const { outcomes } = await imported(world, { ids: ['1'] }, { as: 'building' })
    const tower = await contactOf(world, outcomes.get('1'))
    expect(tower).toMatchObject({ kind: 'building', fields: { billAddress, shipAddress }, people: [] })
    expect(peopleOf(tower)).toMatchObject([
      { role: 'billing', name: 'Ann Lee', email: 'ann@x.example', cell: '555', address: billAddress },
    ])
  })

  it('archives what is inactive in QuickBooks', async () => {
    const world = await pulledWorld(({ book }) => book.add('Old', { active: false }))
    const { outcomes } = await imported(world, { ids: ['1'] })
    expect(await contactOf(world, outcomes.get('1'))).toMatchObject({ archived: true, fields: { displayName: 'Old' } })
  })

  it('brings sub-customers as jobs under their parents, whatever order they were selected in', async () => {
    const world = await pulledWorld(({ book }) => {
      let parent = book.add('Level 0')
      for (let level = 1; level < 5; level++) parent = book.add(`Level ${level}`, { parent })
    })
    const { run, outcomes } = await imported(world, { ids: ['5', '3', '1', '4', '2'] }, { as: 'building' })
    expect(run.counts).toMatchObject({ imported: 5, failed: 0 })
    expect((await contactOf(world, outcomes.get('1'))).kind).toBe('building')
    for (const id of ['2', '3', '4', '5']) {
      const job = await contactOf(world, outcomes.get(id))
      expect(job).toMatchObject({ kind: 'job', parentId: outcomes.get(String(Number(id) - 1))?.contactId })
    }
  })

  it('brings a job under a parent that it was moved to since the pull and that comes later', async () => {
    const world = await pulledWorld(({ book }) => {
      book.add('A')
      book.add('Job', { parent: '1' })
      book.add('B', { parent: '1' })
      book.add('C', { parent: '3' })
    })
    world.book.move('2', '4')
    const { run, outcomes } = await imported(world, { ids: ['1', '2', '3', '4'] })
    expect(run.counts).toMatchObject({ imported: 4, failed: 0 })
    expect((await contactOf(world, outcomes.get('2'))).parentId).toBe(outcomes.get('4')?.contactId)
  })

  it('fails a job whose parent is not in the CRM, by the parent’s name, and goes on', async () => {
    const world = await pulledWorld(({ book }) => {
      book.add('Parent')
      book.add('Job', { parent: '1' })
      book.add('Sub', { parent: '2' })
      book.add('Other')
    })
    const { run, outcomes } = await imported(world, { ids: ['2', '3', '4'] })
    expect(run).toMatchObject({ status: 'done', counts: { imported: 1, linked: 0, skipped: 0, failed: 2 } })
    expect(outcomes.get('2')).toMatchObject({ kind: 'failed', code: 'parentNotImported' })
    expect(outcomes.get('2')?.reason).toContain('“Parent”')
    expect(outcomes.get('3')?.reason).toContain('“Job”')
    expect(run.progress.rows).toBe(3)
  })

  it('says "already linked" the second time, and makes no duplicate', async () => {
    const world = await pulledWorld(({ book }) => book.add('Acme'))
    await imported(world, { ids: ['1'] })
    const calls = world.company.calls.length
    const { run, outcomes } = await imported(world, { ids: ['1'] })
    expect(run.counts).toEqual({ imported: 0, linked: 0, skipped: 1, failed: 0 })
    expect(outcomes.get('1')).toMatchObject({ code: 'alreadyLinked', reason: 'already linked to “Acme”' })
    expect(await allContacts(world)).toHaveLength(1)
    expect(world.company.calls).toHaveLength(calls)
  })

  it('asks about an unlinked contact of exactly the same name, and of no other', async () => {
    const world = await pulledWorld(({ book }) => {
      book.add('Racer, Speed')
      book.add('Speed Racer')
    })
    await addContact(world, { id: 'c1', fields: { displayName: 'Speed Racer' } })
    const { run, outcomes } = await imported(world, { ids: ['1', '2'] })
    expect(run.counts).toEqual({ imported: 1, linked: 0, skipped: 1, failed: 0 })
    expect(outcomes.get('2')).toMatchObject({
      kind: 'skipped',
      code: 'nameExists',
      contactId: 'c1',
      reason: 'a contact of this exact name exists: link it?',
    })
    expect((await world.mirror('2'))?.contactId).toBeUndefined()
  })

  it.each([
    ['Cust ', 'Cust'],
    ['Cust', ' Cust\u00a0'],
    ['Cust\u200b', 'Cust'],
    ['Cust Bau', 'Cust  bau'],
    ['Zo\u00eb', 'Zoe\u0308'],
  ])('asks about %j beside the unlinked contact %j, and links the two when told to', async (theirs, ours) => {
    const world = await pulledWorld(({ book }) => book.add(theirs))
    await addContact(world, { id: 'c1', fields: { displayName: ours } })
    expect((await imported(world, { ids: ['1'] })).outcomes.get('1')).toMatchObject({
      kind: 'skipped',
      code: 'nameExists',
      contactId: 'c1',
      reason: 'a contact of this name, but for its spelling, exists: link it?',
    })
    const { outcomes } = await imported(world, { ids: ['1'] }, { sameName: 'link' })
    expect(outcomes.get('1')).toMatchObject({ kind: 'linked', contactId: 'c1' })
    expect(await allContacts(world)).toHaveLength(1)
  })

  it('prefers the contact of exactly the name to those that are alike', async () => {
    const world = await pulledWorld(({ book }) => book.add('Cust'))
    await addContact(world, { id: 'c1', fields: { displayName: 'cust ' } })
    await addContact(world, { id: 'c2', fields: { displayName: 'Cust' } })
    expect((await imported(world, { ids: ['1'] })).outcomes.get('1')).toMatchObject({
      contactId: 'c2',
      reason: 'a contact of this exact name exists: link it?',
    })
  })

  it('links that contact when told to: what one side alone holds is taken over, where they differ a person is asked', async () => {
    const world = await pulledWorld(({ book }) =>
      book.add('Acme', { fields: { email: 'q@x.example', phone: '1', mobile: '2' } }),
    )
    await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, conflicts: 'ask' }, 0)
    await addContact(world, { id: 'c1', fields: { displayName: 'Acme', email: 'c@x.example', phone: '1', fax: '9' } })
    const { run, outcomes } = await imported(world, { ids: ['1'] }, { sameName: 'link' })
    expect(run.counts).toEqual({ imported: 0, linked: 1, skipped: 0, failed: 0 })
    expect(await contactOf(world, outcomes.get('1'))).toMatchObject({
      id: 'c1',
      isCustomer: true,
      fields: { email: 'c@x.example', fax: '9', mobile: '2' },
      conflicts: [{ slot: 'email', crm: 'c@x.example', quickbooks: 'q@x.example' }],
      toPushSince: expect.any(String),
      link: { recordId: '1', base: { fields: { displayName: 'Acme', phone: '1', mobile: '2' }, active: true } },
    })
    const base = (await contactOf(world, outcomes.get('1'))).link?.base.fields
    expect(Object.keys(base ?? {}).sort()).toEqual(['displayName', 'mobile', 'phone'])
    expect(await allContacts(world)).toMatchObject([{ dot: 'conflict' }])
    expect(world.ports.hints.pushes.all()).toEqual([{ kind: 'contacts', workspace: WORKSPACE }])
    expect((await world.mirror('1'))?.contactId).toBe('c1')
  })

  it.each([
    ['in the commit that links it', { fax: '9' }, true],
    ['never where both hold the same', {}, false],
  ])('marks what only the CRM holds to be sent, %s', async (_when, more, isMarked) => {
    const world = await pulledWorld(({ book }) => book.add('Acme', { fields: { phone: '1' } }))
    await addContact(world, { id: 'c1', fields: { displayName: 'Acme', phone: '1', ...more } })
    const linking: Contact[] = []
    const ledger: typeof world.ports.ledger = {
      commit: async (workspace, writes) => {
        if (writes.some(({ kind }) => kind === 'claim')) {
          linking.push(...writes.flatMap((write) => (write.kind === 'contact' ? [write.contact] : [])))
        }
        return world.ports.ledger.commit(workspace, writes)
      },
    }
    const run = await startImport(world.ports, request({ ids: ['1'] }, { sameName: 'link' }))
    await world.finish(run, { ...world.ports, ledger })
    // The worker may die right after it: nothing else would ever look at this contact.
    expect(linking.map(({ id, toPushSince }) => [id, toPushSince !== undefined])).toEqual([['c1', isMarked]])
  })

  it('links none where more than one contact has the name, and says so', async () => {
    const world = await pulledWorld(({ book }) => book.add('Acme'))
    await addContact(world, { id: 'c1', fields: { displayName: 'Acme' } })
    await addContact(world, { id: 'c2', fields: { companyName: 'Acme', displayName: 'X' } })
    const { outcomes } = await imported(world, { ids: ['1'] }, { sameName: 'link' })
    expect(outcomes.get('1')).toMatchObject({ kind: 'skipped', code: 'nameAmbiguous' })
    expect(outcomes.get('1')?.reason).toContain('2 contacts')
  })

  it('imports two customers of one company name as two contacts', async () => {
    const world = await pulledWorld(({ book }) => {
      book.add('Acme North', { fields: { companyName: 'Acme' } })
      book.add('Acme South', { fields: { companyName: 'Acme' } })
    })
    expect((await imported(world, { ids: ['1', '2'] })).run.counts).toMatchObject({ imported: 2 })
  })

  it('does not take another parent’s job of the same name for this one', async () => {
    const world = await pulledWorld(({ book }) => {
      book.add('A')
      book.add('Roof', { parent: '1' })
    })
    await addContact(world, { id: 'c1', fields: { displayName: 'Elsewhere' } })
    await addContact(world, { id: 'c2', kind: 'job', parentId: 'c1', fields: { displayName: 'Roof' } })
    expect((await imported(world, { ids: ['1', '2'] })).run.counts).toMatchObject({ imported: 2, skipped: 0 })
  })

  it('fails unknown ids and what vanished in QuickBooks meanwhile, and imports the rest as it is now', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(3))
    world.book.merge('2')
    world.book.rename('3', 'New name')
    const { run, outcomes } = await imported(world, { ids: ['1', '2', '3', '99', "x'y"] })
    expect(run.counts).toEqual({ imported: 2, linked: 0, skipped: 0, failed: 3 })
    expect(outcomes.get('2')).toMatchObject({
      code: 'gone',
      reason: 'It is no longer in QuickBooks: merged or deleted since the pull.',
    })
    expect(outcomes.get('99')).toMatchObject({ code: 'unknown' })
    expect(outcomes.get("x'y")).toMatchObject({ code: 'unknown' })
    expect((await contactOf(world, outcomes.get('3'))).fields.displayName).toBe('New name')
    expect((await world.mirror('2'))?.goneAt).toBeDefined()
  })

  it('imports all that a filter and a search find, beyond the page, but what was taken out', async () => {
    const world = await pulledWorld(({ book }) => {
      for (let i = 0; i < 450; i++) book.add(`Smith ${i}`)
      book.add('Smíth & Söhne')
      book.add('Jones')
      book.add('Smith, gone', { active: false })
    })
    const { run } = await imported(world, { filter: 'notSynced', search: '*smith*', except: ['1', '2'] })
    expect(run).toMatchObject({ counts: { imported: 449 }, progress: { rows: 449, rowsTotal: 449, pages: 3 } })
    expect((await imported(world, { filter: 'notSynced' })).run.counts).toMatchObject({ imported: 3 })
    expect((await imported(world, { filter: 'hidden' })).run.counts).toMatchObject({ imported: 1 })
    expect((await imported(world, { filter: 'all' })).run.counts).toMatchObject({ imported: 0, skipped: 453 })
  })

  it('is refused when nothing is selected, when the search finds everything, and without a connection', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(1))
    const refused = (select: Request['select']) => startImport(world.ports, request(select))
    await expect(refused({ ids: [] })).rejects.toMatchObject({ problem: { fields: [{ path: 'select.ids' }] } })
    await expect(refused({ filter: 'all', search: ' * ' })).rejects.toMatchObject({
      problem: { kind: 'invalidInput', fields: [{ path: 'search', message: expect.stringContaining('everything') }] },
    })
    const lone = await createWorld({ connected: false })
    await expect(startImport(lone.ports, request({ ids: ['1'] }))).rejects.toMatchObject({
      problem: { kind: 'notConnected' },
    })
  })

  it('waits while QuickBooks cannot be reached, and then ends well', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(5))
    world.company.trouble(() => ({ kind: 'quickbooksDown', reason: 'No answer.' }))
    const run = await startImport(world.ports, request({ filter: 'all' }))
    expect(await sliceOf(world.ports, run)).toBe('waiting')
    expect(await getRun(world.ports, WORKSPACE, run.id)).toMatchObject({ status: 'waiting' })
    world.company.settle()
    expect(await world.finish(run)).toMatchObject({ status: 'done', counts: { imported: 5 } })
  })

  it('marks a row that fails for no known reason, and goes on', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(3))
    const run = await startImport(world.ports, request({ filter: 'all' }))
    const ledger: typeof world.ports.ledger = {
      commit: async (workspace, writes) => {
        if (writes.some((write) => write.kind === 'claim' && write.recordId === '2')) throw new Error('too large')
        return world.ports.ledger.commit(workspace, writes)
      },
    }
    const ended = await world.finish(run, { ...world.ports, ledger })
    expect(ended).toMatchObject({ status: 'done', counts: { imported: 2, failed: 1 } })
  })

  it('gives its message back when nothing can be stored at all', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(3))
    const run = await startImport(world.ports, request({ filter: 'all' }))
    const ledger = {
      commit: async () => {
        throw new Error('The table is not there.')
      },
    }
    await expect(sliceOf({ ...world.ports, ledger }, run)).rejects.toThrow('The table is not there.')
    expect(await world.finish(run)).toMatchObject({ status: 'done', counts: { imported: 3 } })
  })

  it('makes one contact of a customer that two imports take at the same time', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(30))
    const first = await startImport(world.ports, request({ filter: 'all' }))
    const second = await startImport(world.ports, request({ filter: 'all' }))
    await Promise.all([sliceOf(world.ports, first), sliceOf(world.ports, second)])
    expect(await allContacts(world)).toHaveLength(30)
    const counts = await Promise.all([first, second].map(async (run) => (await world.finish(run)).counts))
    expect(counts.reduce((sum, { imported: many = 0 }) => sum + many, 0)).toBe(30)
    expect(counts.reduce((sum, { skipped = 0 }) => sum + skipped, 0)).toBe(30)
  })

  it.each(['before', 'after'] as const)(
    'makes no duplicate and counts each row once, %s whichever call its worker died',
    async (when) => {
      for (let last = 1; ; last++) {
        const world = await pulledWorld(({ book }) => {
          book.add('A')
          book.add('A1', { parent: '1' })
          book.add('Same')
          book.add('Gone')
          book.add('Lone', { parent: book.add('Not selected') })
        })
        await addContact(world, { id: 'c1', fields: { displayName: 'Same' } })
        world.book.merge('4')
        const run = await startImport(world.ports, request({ ids: ['2', '1', '3', '4', '6'] }, { sameName: 'link' }))
        const dying = dyingPorts(world.ports, last, when)
        await sliceOf(dying.ports, run).catch(() => undefined)
        const ended = await world.finish(run)
        expect(ended, `died at call ${last}`).toMatchObject({
          status: 'done',
          counts: { imported: 2, linked: 1, skipped: 0, failed: 2 },
          progress: { rows: 5, rowsTotal: 5 },
        })
        const { rows } = await listOutcomes(world.ports, WORKSPACE, run.id, { limit: 100 })
        expect(rows).toHaveLength(5)
        expect(await allContacts(world)).toHaveLength(3)
        if (!dying.died()) {
          expect(last).toBeGreaterThan(20)
          return
        }
      }
    },
  )
})
