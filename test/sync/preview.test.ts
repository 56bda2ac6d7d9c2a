import { describe, expect, it } from 'vitest'
import type { SyncSettings } from '#core/policies'
import type { Fields, Outcome, Run } from '#core/records'
import { moveContact, newJob, updateContact } from '#sync/edit-contact'
import type { Ports } from '#sync/ports'
import { listPreview, startPreview } from '#sync/preview'
import type { PreviewItem } from '#sync/preview-item'
import { storeRecords } from '#sync/store-read'
import { applyPreview } from '#sync/sync-run-shown'
import { startContactSync, startSync } from '#sync/sync-run-start'
import { addCustomer, edit, failureOf } from './runs-world.ts'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

/** Two customers that are linked, and nothing is sent before somebody asks. */
async function quietWorld(settings: Partial<SyncSettings> = {}): Promise<TwoSides> {
  return createTwoSides(
    (book) => {
      book.add('Ada', { fields: { email: 'ada@example.com', notes: 'old' } })
      book.add('Grace', { fields: { email: 'grace@example.com' } })
    },
    { push: 'whenAsked', ...settings },
  )
}

async function preview(world: TwoSides): Promise<Readonly<{ run: Run; items: ReadonlyMap<string, PreviewItem> }>> {
  const run = await world.finish(await startPreview(world.ports, asker))
  const { rows } = await listPreview(world.ports, WORKSPACE, run.id, { limit: 200 })
  return { run, items: new Map(rows.map((item) => [item.contactId, item])) }
}

const apply = (world: TwoSides, previewId: string, except: readonly string[] = []) =>
  applyPreview(world.ports, { ...asker, previewId, except })

const outcomesOf = async (world: World, runId: string): Promise<readonly Outcome[]> =>
  (await world.ports.runs.outcomes(WORKSPACE, runId, 200)).rows

/** A bookkeeper changes Grace, and the notification has just been taken in. */
async function takeIn(world: TwoSides, fields: Fields): Promise<void> {
  world.book.edit('2', fields)
  await storeRecords(world.ports, WORKSPACE, 'customer', [world.company.record('2')])
}

describe('a preview', () => {
  it('shows field by field what each side would get, and does nothing of it', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { phone: '555-0100' })
    world.book.edit('1', { email: 'ada@example.org' })
    const { run, items } = await preview(world)
    expect(run).toMatchObject({ status: 'done', counts: { sent: 1 } })
    expect([...items.values()]).toMatchObject([
      {
        contactId: ada.id,
        kind: 'sent',
        crm: [{ slot: 'email', from: 'ada@example.com', to: 'ada@example.org', because: 'only QuickBooks changed it' }],
        quickbooks: [{ slot: 'phone', to: '555-0100', because: 'only the CRM changed it' }],
      },
    ])
    expect((await world.contact(ada.id)).fields.email).toBe('ada@example.com')
    expect(world.book.get('1').fields?.phone).toBeUndefined()
  })

  it('shows nothing where both sides agree', async () => {
    const { run, items } = await preview(await quietWorld())
    expect(run.status).toBe('done')
    expect(items.size).toBe(0)
  })

  it('shows what would be created, with its jobs, and what would be archived', async () => {
    const world = await quietWorld()
    const parent = await addCustomer(world, { displayName: 'Hedy' })
    const job = await newJob(world.ports, { ...asker, parentId: parent, fields: { displayName: 'Roof' } })
    world.book.deactivate('2')
    const { items } = await preview(world)
    expect(items.get(parent)).toMatchObject({ kind: 'created', quickbooks: expect.arrayContaining([]) })
    expect(items.get(job.id)).toMatchObject({ kind: 'created', underNewParent: true })
    const grace = await world.contactOf('2')
    expect(items.get(grace.id)).toMatchObject({ kind: 'archived', crm: [{ slot: 'active', from: true, to: false }] })
  })

  it('shows which conflicts would be opened, and which names QuickBooks would refuse', async () => {
    const world = await quietWorld({ conflicts: 'ask' })
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { email: 'crm@example.com' })
    world.book.edit('1', { email: 'books@example.com' })
    const twin = await addCustomer(world, { displayName: 'Grace' })
    const { items } = await preview(world)
    expect(items.get(ada.id)).toMatchObject({ kind: 'conflict', asks: [{ slot: 'email', crm: 'crm@example.com' }] })
    expect(items.get(twin)).toMatchObject({ kind: 'failed', code: '6240' })
  })

  it('shows what QuickBooks, whose clock is minutes behind, says it changed before it was last asked', async () => {
    const world = await quietWorld()
    const { gapFreeSince = '' } = (await world.ports.connections.get(WORKSPACE)) ?? {}
    world.book.edit('1', { phone: '555-0100' })
    world.company.dateBack('1', Date.parse(gapFreeSince) - 4 * 60_000)
    const { items } = await preview(world)
    expect([...items.values()]).toMatchObject([{ crm: [{ slot: 'phone', to: '555-0100' }] }])
  })

  it('wants a full pull first where nobody can tell what differs', async () => {
    const world = await quietWorld()
    await world.clock.sleep(40 * 24 * 3_600_000)
    const { run } = await preview(world)
    expect(run).toMatchObject({ status: 'failed', reason: expect.stringContaining('pulled first') })
    expect((await world.ports.runs.list(WORKSPACE, 1)).rows[0]).toMatchObject({ kind: 'pull' })
  })

  it('is made once at a time', async () => {
    const world = await quietWorld()
    const first = await startPreview(world.ports, asker)
    expect(await failureOf(startPreview(world.ports, asker))).toEqual({ kind: 'runInProgress', runId: first.id })
  })
})

describe('applying a preview', () => {
  it('does exactly what it showed, on both sides, but for those taken out', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, ada.id, { phone: '555-0100' })
    await edit(world, grace.id, { phone: '555-0200' })
    world.book.edit('1', { email: 'ada@example.org' })
    const { run } = await preview(world)
    const sync = await world.finish(await apply(world, run.id, [grace.id]))
    expect(sync).toMatchObject({ kind: 'sync', status: 'done', counts: { sent: 1 } })
    expect((await world.contact(ada.id)).fields).toMatchObject({ email: 'ada@example.org', phone: '555-0100' })
    expect(world.book.get('1').fields).toMatchObject({ email: 'ada@example.org', phone: '555-0100' })
    expect(world.book.get('2').fields?.phone).toBeUndefined()
    expect(await outcomesOf(world, sync.id)).toMatchObject([{ recordId: ada.id, kind: 'sent' }])
  })

  it('creates parents before their jobs', async () => {
    const world = await quietWorld()
    const parent = await addCustomer(world, { displayName: 'Hedy' })
    const job = await newJob(world.ports, { ...asker, parentId: parent, fields: { displayName: 'Roof' } })
    const { run } = await preview(world)
    const sync = await world.finish(await apply(world, run.id))
    expect(sync.counts).toEqual({ created: 2 })
    const link = (await world.contact(job.id)).link
    expect(world.book.get(link?.recordId ?? '').parent).toBe((await world.contact(parent)).link?.recordId)
  })

  it('leaves a job whose parent was taken out, and says why', async () => {
    const world = await quietWorld()
    const parent = await addCustomer(world, { displayName: 'Hedy' })
    const job = await newJob(world.ports, { ...asker, parentId: parent, fields: { displayName: 'Roof' } })
    const { run } = await preview(world)
    const sync = await world.finish(await apply(world, run.id, [parent]))
    expect(await outcomesOf(world, sync.id)).toMatchObject([{ recordId: job.id, kind: 'failed', code: 'parentFirst' }])
    expect((await world.contact(parent)).link).toBeUndefined()
  })

  it('refuses when a contact moved since, and makes a new preview', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { phone: '555-0100' })
    const { run } = await preview(world)
    await edit(world, ada.id, { phone: '555-0199' })
    const problem = await failureOf(apply(world, run.id))
    expect(problem).toMatchObject({ kind: 'previewMoved' })
    if (problem?.kind !== 'previewMoved') throw new Error('It was applied.')
    await world.finish({ id: problem.previewId })
    const { rows } = await listPreview(world.ports, WORKSPACE, problem.previewId, { limit: 10 })
    expect(rows).toMatchObject([{ quickbooks: [{ slot: 'phone', to: '555-0199' }] }])
    expect(world.book.get('1').fields?.phone).toBeUndefined()
  })

  it('refuses when the settings changed since, even where they would decide the same', async () => {
    const world = await quietWorld()
    const ada = await world.contactOf('1')
    await edit(world, ada.id, { phone: '555-0100' })
    await addCustomer(world, { displayName: 'Hedy' })
    const { run, items } = await preview(world)
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, conflicts: 'crm' }, version)
    // Each of the two alone makes it move.
    for (const only of items.keys()) {
      const except = [...items.keys()].filter((id) => id !== only)
      expect(await failureOf(apply(world, run.id, except))).toMatchObject({ kind: 'previewMoved' })
    }
    expect(items.size).toBe(2)
  })

  it.each<[string, (world: TwoSides, id: string) => Promise<unknown>]>([
    ['was edited', (world, id) => edit(world, id, { phone: '555-0100' })],
    [
      'was moved below another',
      async (world, id) => {
        const [{ version }, parent] = [await world.contact(id), await world.contactOf('1')]
        return moveContact(world.ports, { ...asker, id, version, parentId: parent.id })
      },
    ],
    [
      'was archived',
      async (world, id) => {
        const { version } = await world.contact(id)
        return updateContact(world.ports, { ...asker, id, version, edit: { archived: true } })
      },
    ],
  ])('refuses when a contact that is to be created %s since', async (_what, change) => {
    const world = await quietWorld()
    const hedy = await addCustomer(world, { displayName: 'Hedy' })
    const { run } = await preview(world)
    await change(world, hedy)
    expect(await failureOf(apply(world, run.id))).toMatchObject({ kind: 'previewMoved' })
    expect((await world.contact(hedy)).link).toBeUndefined()
  })

  it('refuses when a job that is to be created was moved below another that is to be created', async () => {
    const world = await quietWorld()
    const [from, to] = [await addCustomer(world, { displayName: 'A' }), await addCustomer(world, { displayName: 'B' })]
    const { id, version } = await newJob(world.ports, { ...asker, parentId: from, fields: { displayName: 'Roof' } })
    const { run } = await preview(world)
    await moveContact(world.ports, { ...asker, id, version, parentId: to })
    expect(await failureOf(apply(world, run.id))).toMatchObject({ kind: 'previewMoved' })
  })

  it('refuses when the parent of a job that is to be created got into QuickBooks since', async () => {
    const world = await quietWorld()
    const parent = await addCustomer(world, { displayName: 'Hedy' })
    await newJob(world.ports, { ...asker, parentId: parent, fields: { displayName: 'Roof' } })
    const { run } = await preview(world)
    await world.finish(await startContactSync(world.ports, { ...asker, contactId: parent }))
    expect((await world.contact(parent)).link).toBeDefined()
    expect(await failureOf(apply(world, run.id, [parent]))).toMatchObject({ kind: 'previewMoved' })
  })

  it('does nothing at all when QuickBooks moved since, and says where the new preview is', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, ada.id, { phone: '555-0100' })
    await edit(world, grace.id, { phone: '555-0200' })
    const { run } = await preview(world)
    world.book.edit('2', { email: 'grace@example.org' })
    const sync = await world.finish(await apply(world, run.id))
    expect(sync).toMatchObject({ status: 'failed', reason: expect.stringContaining('nothing was done') })
    expect(world.book.get('1').fields?.phone).toBeUndefined()
    expect(world.book.get('2').fields?.phone).toBeUndefined()
  })

  it('skips the one that moves while it is being applied, and does the rest', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, ada.id, { phone: '555-0100' })
    await edit(world, grace.id, { phone: '555-0200' })
    const { run } = await preview(world)
    const started = await apply(world, run.id)
    let edited = false
    world.company.afterCall(async ({ method }) => {
      if (method !== 'update' || edited) return
      edited = true
      for (const [id, recordId] of [
        [ada.id, '1'],
        [grace.id, '2'],
      ] as const) {
        if (world.book.get(recordId).fields?.phone !== undefined) continue
        const { version } = await world.contact(id)
        await updateContact(world.ports, { ...asker, id, version, edit: { fields: { mobile: '555-9999' } } })
      }
    })
    const sync = await world.finish(started)
    const outcomes = await outcomesOf(world, sync.id)
    const books = ['1', '2'].map((id) => world.book.get(id).fields)
    expect(books.some((fields) => fields?.mobile !== undefined)).toBe(false)
    expect(books.filter((fields) => fields?.phone !== undefined).length).toBeGreaterThanOrEqual(1)
    for (const { kind } of outcomes) expect(['sent', 'skipped']).toContain(kind)
  })

  it.each<[string, Fields, Fields, (world: TwoSides, id: string) => Promise<unknown>]>([
    ['stores no other value', {}, { email: 'b@x.example' }, (world) => takeIn(world, { email: 'c@x.example' })],
    ['stores no other field', {}, { email: 'b@x.example' }, (world) => takeIn(world, { fax: '1' })],
    ['sends no other value', { phone: '1' }, {}, (world, id) => edit(world, id, { phone: '2' })],
    ['sends no other field', { phone: '1' }, {}, (world, id) => edit(world, id, { fax: '1' })],
    ['asks no other question', { phone: '1' }, {}, (world) => takeIn(world, { phone: '2' })],
  ])('%s than it showed where something moves after the last look', async (_what, ours, theirs, move) => {
    const world = await quietWorld({ conflicts: 'ask' })
    const grace = await world.contactOf('2')
    await edit(world, grace.id, ours)
    world.book.edit('2', theirs)
    const { run } = await preview(world)
    const started = await apply(world, run.id)
    let moved: readonly unknown[] = []
    const bothSides = async () => [(await world.contact(grace.id)).fields, world.book.get('2').fields]
    const runs: Ports['runs'] = {
      ...world.ports.runs,
      // All was looked at, and what is to be done is noted.
      putIds: async (...list) => {
        await world.ports.runs.putIds(...list)
        await move(world, grace.id)
        moved = await bothSides()
      },
    }
    const sync = await world.finish(started, { ...world.ports, runs })
    expect(await outcomesOf(world, sync.id)).toMatchObject([{ recordId: grace.id, kind: 'skipped', code: 'moved' }])
    expect(await bothSides()).toEqual(moved)
    expect((await world.contact(grace.id)).conflicts).toBeUndefined()
  })

  it('is refused for what is no finished preview', async () => {
    const world = await quietWorld()
    const going = await startPreview(world.ports, asker)
    expect(await failureOf(apply(world, going.id))).toEqual({ kind: 'runUnfinished', runId: going.id })
    await world.finish(going)
    const sync = await startSync(world.ports, asker)
    expect(await failureOf(apply(world, sync.id))).toMatchObject({ kind: 'notFound', what: 'preview' })
    expect(await failureOf(apply(world, going.id))).toEqual({ kind: 'runInProgress', runId: sync.id })
  })

  it('refuses after a move in the hierarchy, too', async () => {
    const world = await quietWorld()
    const [ada, grace] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, ada.id, { phone: '555-0100' })
    const { run } = await preview(world)
    const { version } = await world.contact(ada.id)
    await moveContact(world.ports, { ...asker, id: ada.id, version, parentId: grace.id })
    expect(await failureOf(apply(world, run.id))).toMatchObject({ kind: 'previewMoved' })
  })
})
