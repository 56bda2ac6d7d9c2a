import { describe, expect, it } from 'vitest'
import type { SyncSettings } from '#core/policies'
import type { Outcome, Run } from '#core/records'
import { createContact, newJob } from '#sync/edit-contact'
import { cancelRun } from '#sync/runs'
import { getSettings, saveSettings } from '#sync/settings'
import { startContactSync, startSync } from '#sync/sync-run-start'
import { addCustomer, edit, failureOf } from './runs-world.ts'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { createWorld, PERSON, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

async function quietWorld(settings: Partial<SyncSettings> = {}, customers = 2): Promise<TwoSides> {
  return createTwoSides(
    (book) => {
      for (let id = 1; id <= customers; id++) book.add(`Customer ${id}`, { fields: { email: `${id}@example.com` } })
    },
    { push: 'whenAsked', ...settings },
  )
}

const sync = async (world: World): Promise<Run> => world.finish(await startSync(world.ports, asker))
const syncOne = async (world: World, contactId: string): Promise<Run> =>
  world.finish(await startContactSync(world.ports, { ...asker, contactId }))
const outcomesOf = async (world: World, { id }: Run): Promise<readonly Outcome[]> =>
  (await world.ports.runs.outcomes(WORKSPACE, id, 200)).rows

describe('a sync of the workspace', () => {
  it('brings both sides in step, and says what became of each', async () => {
    const world = await quietWorld()
    const [one, two] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, one.id, { phone: '1' })
    world.book.edit('2', { phone: '2' })
    const ada = await addCustomer(world, { displayName: 'Ada' })
    const run = await sync(world)
    expect(run).toMatchObject({ status: 'done', counts: { sent: 1, stored: 1, created: 1 } })
    const kinds = new Map((await outcomesOf(world, run)).map(({ recordId, kind }) => [recordId, kind]))
    expect(Object.fromEntries(kinds)).toEqual({ [one.id]: 'sent', [two.id]: 'stored', [ada]: 'created' })
    expect(world.book.get('1').fields?.phone).toBe('1')
    expect((await world.contact(two.id)).fields.phone).toBe('2')
    const entries = await world.journal(two.id)
    expect(entries.at(-1)).toMatchObject({ runId: run.id, actor: PERSON, because: 'only QuickBooks changed it' })
    expect((await sync(world)).counts).toEqual({})
  })

  it('makes one reading call for all that changed', async () => {
    const world = await quietWorld({}, 30)
    for (let id = 1; id <= 20; id++) world.book.edit(String(id), { phone: String(id) })
    const before = world.company.calls.length
    expect((await sync(world)).counts).toEqual({ stored: 20 })
    expect(world.callsSince(before)).toEqual(['changes'])
  })

  it('goes on past a contact that is refused', async () => {
    const world = await quietWorld()
    const ada = await addCustomer(world, { displayName: 'Customer 1' })
    const eve = await addCustomer(world, { displayName: 'Eve' })
    const outcomes = new Map((await outcomesOf(world, await sync(world))).map((one) => [one.recordId, one]))
    expect(outcomes.get(ada)).toMatchObject({ kind: 'failed', code: '6240', reason: expect.stringContaining('name') })
    expect(outcomes.get(eve)).toMatchObject({ kind: 'created' })
  })

  it('leaves to a person what only a person can decide', async () => {
    const world = await quietWorld({ conflicts: 'ask' })
    const one = await world.contactOf('1')
    await edit(world, one.id, { email: 'crm@example.com' })
    world.book.edit('1', { email: 'books@example.com' })
    expect(await outcomesOf(world, await sync(world))).toMatchObject([{ recordId: one.id, kind: 'conflict' }])
    expect((await world.contact(one.id)).conflicts).toHaveLength(1)
  })

  it('archives nobody by itself when suspiciously many became inactive at once', async () => {
    const world = await quietWorld({}, 20)
    for (let id = 1; id <= 15; id++) world.book.deactivate(String(id))
    const run = await sync(world)
    expect(run.counts).toEqual({ conflict: 15 })
    expect((await world.contactOf('1')).archived).toBe(false)
  })

  it('only brings in before the first pull', async () => {
    const world = await createWorld()
    world.book.add('Ada')
    const run = await sync(world)
    expect(run).toMatchObject({ status: 'failed', reason: expect.stringContaining('pulled first') })
    expect(world.company.calls.every(({ method }) => method !== 'create' && method !== 'update')).toBe(true)
  })

  it('waits while QuickBooks asks for a rest, and then goes on where it was', async () => {
    const world = await quietWorld()
    for (const id of ['1', '2']) await edit(world, (await world.contactOf(id)).id, { phone: id })
    let refused = false
    world.company.trouble(({ method }) => {
      if (method !== 'update' || refused) return undefined
      refused = true
      return { kind: 'quickbooksThrottled', restMs: 60_000 }
    })
    expect(await sync(world)).toMatchObject({ status: 'done', counts: { sent: 2 } })
  })

  it('can be cancelled, and is one at a time', async () => {
    const world = await quietWorld()
    const run = await startSync(world.ports, asker)
    expect(await failureOf(startSync(world.ports, asker))).toEqual({ kind: 'runInProgress', runId: run.id })
    await cancelRun(world.ports, WORKSPACE, run.id)
    expect(await world.finish(run)).toMatchObject({ status: 'cancelled' })
  })
})

describe('a sync of one contact', () => {
  it('creates who is no customer yet, as somebody asked for exactly that', async () => {
    const world = await quietWorld()
    const { id } = await createContact(world.ports, {
      ...asker,
      kind: 'client',
      isCustomer: false,
      fields: { displayName: 'Ada' },
    })
    expect((await sync(world)).counts).toEqual({})
    expect((await syncOne(world, id)).counts).toEqual({ created: 1 })
    expect((await world.contact(id)).link).toBeDefined()
  })

  it('creates the parents that have to be there first', async () => {
    const world = await quietWorld()
    const parent = await addCustomer(world, { displayName: 'Ada' })
    const job = await newJob(world.ports, { ...asker, parentId: parent, fields: { displayName: 'Roof' } })
    const run = await syncOne(world, job.id)
    expect(run.counts).toEqual({ created: 1 })
    expect(await outcomesOf(world, run)).toHaveLength(2)
    expect(world.book.get((await world.contact(job.id)).link?.recordId ?? '').parent).toBe(
      (await world.contact(parent)).link?.recordId,
    )
  })

  it('reads its customer first, and touches nobody else', async () => {
    const world = await quietWorld()
    const [one, two] = [await world.contactOf('1'), await world.contactOf('2')]
    await edit(world, two.id, { phone: '2' })
    world.book.edit('1', { phone: '1' })
    expect((await syncOne(world, one.id)).counts).toEqual({ stored: 1 })
    expect((await world.contact(one.id)).fields.phone).toBe('1')
    expect(world.book.get('2').fields?.phone).toBeUndefined()
  })

  it('tries at once what was refused and waits for its next try', async () => {
    const world = await quietWorld({ push: 'automatic' })
    world.company.trouble(({ method }) =>
      method === 'create'
        ? { kind: 'quickbooksRefused', code: '6000', message: 'It is not valid', detail: '' }
        : undefined,
    )
    const ada = await addCustomer(world, { displayName: 'Ada' })
    await world.settle()
    expect((await world.contact(ada)).refusal).toMatchObject({ code: '6000' })
    world.company.settle()
    expect((await syncOne(world, ada)).counts).toEqual({ created: 1 })
    expect(await world.contact(ada)).not.toHaveProperty('refusal')
  })

  it('says so when there is nothing to do', async () => {
    const world = await quietWorld()
    const one = await world.contactOf('1')
    expect(await outcomesOf(world, await syncOne(world, one.id))).toMatchObject([
      { recordId: one.id, kind: 'unchanged', reason: 'Both sides agree.' },
    ])
  })

  it('is of a contact that is there', async () => {
    const world = await quietWorld()
    const asked = startContactSync(world.ports, { ...asker, contactId: 'nobody' })
    expect(await failureOf(asked)).toEqual({ kind: 'notFound', what: 'contact', id: 'nobody' })
  })
})

describe('the settings', () => {
  it('are saved under the version that was seen, and send at once what waited for somebody to ask', async () => {
    const world = await quietWorld()
    await edit(world, (await world.contactOf('1')).id, { phone: '1' })
    expect(world.book.get('1').fields?.phone).toBeUndefined()
    const { settings, version } = await getSettings(world.ports, WORKSPACE)
    const request = {
      workspace: WORKSPACE,
      person: 'ada',
      settings: { ...settings, push: 'automatic' as const },
      version,
    }
    expect(await saveSettings(world.ports, request)).toMatchObject({ version: version + 1 })
    expect(await failureOf(saveSettings(world.ports, request))).toMatchObject({
      kind: 'versionMoved',
      what: 'settings',
    })
    await world.settle()
    expect(world.book.get('1').fields?.phone).toBe('1')
  })
})
