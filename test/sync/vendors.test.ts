import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import type { Contact } from '#core/records'
import { getContact } from '#sync/contacts'
import { createContact, updateContact } from '#sync/edit-contact'
import { getHeld, listHeld } from '#sync/holding-area'
import { startImport } from '#sync/import'
import { takeDelivery } from '#sync/intake'
import type { Ports } from '#sync/ports'
import { startPull } from '#sync/pull'
import { servePullHint, servePushHint } from '#sync/serve'
import { getSettings, saveSettings } from '#sync/settings'
import { startUndo } from '#sync/undo'
import { unlinkContact } from '#sync/unlink'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'
import { dyingPorts } from './dying-ports.ts'
import { idOf } from './push-world.ts'
import { failureOf } from './runs-world.ts'
import { REALM, type SimulatedWorld, simulatedWorld } from './simulated-world.ts'
import { finishRun, PERSON, sliceOf, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const BOTH: Partial<SyncSettings> = { entities: ['customer', 'vendor'] }
const worlds: SimulatedWorld[] = []

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

/** A connected company with three vendors and two customers. */
async function withVendors(settings: Partial<SyncSettings>, switches: SwitchOverrides = {}) {
  const world = await simulatedWorld({ kind: 'empty' }, switches)
  worlds.push(world)
  await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, ...settings }, 0)
  const book = world.company.bookkeeper
  const [wood, nails, glass] = ['Wood', 'Nails', 'Glass'].map((DisplayName) =>
    idOf(book.create('Vendor', { DisplayName, PrimaryEmailAddr: { Address: `${DisplayName}@example.com` } })),
  )
  for (const DisplayName of ['Ann', 'Bob']) book.create('Customer', { DisplayName })
  if (wood === undefined || nails === undefined || glass === undefined) throw new Error('There are three.')
  await world.connect()
  return { ...world, book, wood, nails, glass, ...around(world.ports) }
}

function around(ports: SimulatedWorld['ports']) {
  const finish = (run: Readonly<{ id: string }>, using: Ports = ports) => finishRun(using, ports.hints.pulls, run.id)
  return {
    finish,
    pull: async () => finish(await startPull(ports, asker)),
    importAll: async (entity: 'customer' | 'vendor') =>
      finish(await startImport(ports, { ...asker, entity, as: 'account', sameName: 'ask', select: { filter: 'all' } })),
    held: async (filter: 'notSynced' | 'all' | 'hidden' = 'all') =>
      (await listHeld(ports, { workspace: WORKSPACE, entity: 'vendor', filter, limit: 50 })).rows.map(
        ({ name }) => name,
      ),
    contactOf: async (vendorId: string): Promise<Contact> => {
      const { contactId = '' } = (await ports.mirrors.get(WORKSPACE, 'vendor', vendorId)) ?? {}
      const contact = await ports.contacts.get(WORKSPACE, contactId)
      if (contact === undefined) throw new Error(`Vendor ${vendorId} is linked to no contact.`)
      return contact
    },
    serve: async () => {
      for (let taken = ports.hints.pulls.take(); taken !== undefined; taken = ports.hints.pulls.take()) {
        await servePullHint(ports, taken.hint)
        taken.done()
      }
      for (let taken = ports.hints.pushes.take(); taken !== undefined; taken = ports.hints.pushes.take()) {
        await servePushHint(ports, taken.hint)
        taken.done()
      }
    },
    gapFree: async () => (await ports.connections.get(WORKSPACE))?.gapFreeEntities,
  }
}

describe('vendors that take part', () => {
  it('are pulled after the customers, in one run that counts both', async () => {
    const { pull, held, gapFree, ports, glass } = await withVendors(BOTH)
    expect(await pull()).toMatchObject({
      status: 'done',
      progress: { rows: 5, rowsTotal: 5, pages: 2, pagesTotal: 2 },
      counts: { stored: 5, unchanged: 0, gone: 0 },
    })
    expect(await held()).toEqual(['Glass', 'Nails', 'Wood'])
    expect(await getHeld(ports, WORKSPACE, 'vendor', glass)).toMatchObject({ entity: 'vendor', id: glass })
    expect(await failureOf(getHeld(ports, WORKSPACE, 'customer', glass))).toMatchObject({ kind: 'notFound' })
    expect(await gapFree()).toEqual(['customer', 'vendor'])
  })

  it('are left alone where only customers do', async () => {
    const { pull, held, gapFree } = await withVendors({})
    expect(await pull()).toMatchObject({ counts: { stored: 2 } })
    expect(await held()).toEqual([])
    expect(await gapFree()).toEqual(['customer'])
  })

  it('are marked as gone when they were merged away, and as changed when they were changed', async () => {
    const { pull, book, wood, nails, glass, ports } = await withVendors(BOTH, { 'merged-record': 'gone' })
    await pull()
    await ports.clock.sleep(3_600_000)
    book.merge('Vendor', wood, nails)
    book.edit('Vendor', glass, { CompanyName: 'Glass & Sons' })
    expect(await pull()).toMatchObject({ status: 'done', counts: { stored: 1, unchanged: 3, gone: 1 } })
    expect((await ports.mirrors.get(WORKSPACE, 'vendor', nails))?.goneAt).toBeDefined()
  })

  it.each(['before', 'after'] as const)(
    'are pulled whole and counted well, %s whichever call the worker died',
    async (when) => {
      for (let last = 1; ; last++) {
        const world = await withVendors(BOTH, { 'merged-record': 'gone' })
        await world.pull()
        await world.ports.clock.sleep(3_600_000)
        world.book.merge('Vendor', world.wood, world.nails)
        world.book.edit('Customer', world.ids()[0] ?? '', { Notes: 'Called' })
        const run = await startPull(world.ports, asker)
        const dying = dyingPorts(world.ports, last, when)
        await sliceOf(dying.ports, run).catch(() => undefined)
        const ended = dying.died() ? await world.finish(run) : await world.ports.runs.get(WORKSPACE, run.id)
        expect(ended, `died at call ${last}`).toMatchObject({
          status: 'done',
          progress: { rows: 4 },
          counts: { stored: 1, unchanged: 3, gone: 1 },
        })
        await world.close()
        worlds.pop()
        if (!dying.died()) {
          expect(last).toBeGreaterThan(30)
          return
        }
      }
    },
    60_000,
  )

  it('are pulled by themselves once a workspace chooses them, before their changes are trusted', async () => {
    const { pull, held, gapFree, ports, serve, finish } = await withVendors({})
    await pull()
    await ports.clock.sleep(3_600_000)
    const { settings, version } = await getSettings(ports, WORKSPACE)
    await saveSettings(ports, { workspace: WORKSPACE, person: 'ada', settings: { ...settings, ...BOTH }, version })
    expect(await held()).toEqual([])
    await serve()
    for (const run of await ports.runs.unfinished(WORKSPACE)) await finish(run)
    expect(await held()).toEqual(['Glass', 'Nails', 'Wood'])
    expect(await gapFree()).toEqual(['customer', 'vendor'])
  })
})

describe('vendors that are imported', () => {
  it('become linked accounts that are in no customer list, and no second ones when imported again', async () => {
    const { pull, importAll, held, contactOf, wood } = await withVendors(BOTH)
    await pull()
    expect(await importAll('vendor')).toMatchObject({ counts: { imported: 3, linked: 0, skipped: 0, failed: 0 } })
    expect(await contactOf(wood)).toMatchObject({
      kind: 'client',
      isCustomer: false,
      fields: { displayName: 'Wood', email: 'Wood@example.com' },
      link: { entity: 'vendor', recordId: wood },
    })
    expect(await held('notSynced')).toEqual([])
    expect(await importAll('vendor')).toMatchObject({ counts: { imported: 0, skipped: 3 } })
  })

  it('are no buildings', async () => {
    const { pull, ports, wood } = await withVendors(BOTH)
    await pull()
    const request = { ...asker, entity: 'vendor', as: 'building', sameName: 'ask', select: { ids: [wood] } } as const
    expect(await failureOf(startImport(ports, request))).toMatchObject({
      kind: 'invalidInput',
      fields: [{ path: 'as' }],
    })
  })

  it('are not found among the customers', async () => {
    const { pull, ports, finish, wood } = await withVendors(BOTH)
    await pull()
    const request = { ...asker, as: 'account', sameName: 'ask', select: { ids: [wood] } } as const
    const run = await finish(await startImport(ports, request))
    expect(run).toMatchObject({ counts: { imported: 0, failed: 1 } })
  })

  it.each(['gone', 'inactive'] as const)(
    'keep their contact when they are merged, whatever becomes of the other (%s) and though one hears of it late',
    async (position) => {
      const switches = { 'merged-record': position }
      const { pull, importAll, contactOf, book, ports, serve, wood, nails } = await withVendors(BOTH, switches)
      await pull()
      await importAll('vendor')
      const [stays, goes] = [await contactOf(wood), await contactOf(nails)]
      await ports.clock.sleep(3_600_000)
      book.merge('Vendor', wood, nails)
      const event = { realmId: REALM, entity: 'vendor' } as const
      await takeDelivery(ports, { events: [{ ...event, eventId: 'a', recordId: nails }], unreadable: 0 })
      await serve()
      const merged = { ...event, eventId: 'b', recordId: wood, mergedFromId: nails }
      await takeDelivery(ports, { events: [merged], unreadable: 0 })
      await serve()
      expect(await getContact(ports, WORKSPACE, goes.id)).toMatchObject({
        archived: false,
        hold: { code: 'survivorTaken', survivorId: wood },
      })
      await unlinkContact(ports, WORKSPACE, stays.id, { actor: PERSON, because: 'it is the other one' })
      await takeDelivery(ports, { events: [{ ...merged, eventId: 'c' }], unreadable: 0 })
      await serve()
      expect(await contactOf(wood)).toMatchObject({ id: goes.id, archived: false, fields: { displayName: 'Wood' } })
    },
  )

  it('are kept in step both ways, and archived with what becomes inactive', async () => {
    const { pull, importAll, contactOf, book, company, ports, serve, wood, nails } = await withVendors(BOTH)
    await pull()
    await importAll('vendor')
    await ports.clock.sleep(3_600_000)

    book.edit('Vendor', wood, { PrimaryPhone: { FreeFormNumber: '555 0100' } })
    book.edit('Vendor', nails, { Active: false })
    const told = [wood, nails].map((recordId) => ({ eventId: recordId, realmId: REALM, entity: 'vendor', recordId }))
    await takeDelivery(ports, { events: told, unreadable: 0 })
    await serve()
    expect((await contactOf(wood)).fields.phone).toBe('555 0100')
    expect((await contactOf(nails)).archived).toBe(true)

    const { id, version } = await contactOf(wood)
    await updateContact(ports, { ...asker, id, version, edit: { fields: { mobile: '555 0199' } } })
    await serve()
    expect(company.read('Vendor', wood)).toMatchObject({
      Mobile: { FreeFormNumber: '555 0199' },
      PrimaryPhone: { FreeFormNumber: '555 0100' },
    })
  })

  it('have no jobs in QuickBooks: a job below one says so, and is created once it is moved to the top', async () => {
    const { pull, importAll, contactOf, ports, serve, wood } = await withVendors(BOTH)
    await pull()
    await importAll('vendor')
    const parent = await contactOf(wood)
    const fields = { displayName: 'Beams' }
    const { id } = await createContact(ports, { ...asker, kind: 'job', isCustomer: true, fields, parentId: parent.id })
    await serve()
    const refused = await ports.contacts.get(WORKSPACE, id)
    expect(refused?.refusal).toMatchObject({ reason: expect.stringContaining('is a vendor in QuickBooks') })
    expect(refused?.link).toBeUndefined()

    await updateContact(ports, { ...asker, id, version: refused?.version ?? 0, edit: { parentId: null } })
    await serve()
    expect(await ports.contacts.get(WORKSPACE, id)).toMatchObject({ link: { entity: 'customer' } })
  })

  it('are taken out again by an undo of their import', async () => {
    const { pull, importAll, held, ports, finish } = await withVendors(BOTH)
    await pull()
    const run = await importAll('vendor')
    expect(await finish(await startUndo(ports, { ...asker, runId: run.id }))).toMatchObject({ counts: { undone: 3 } })
    expect(await held('notSynced')).toEqual(['Glass', 'Nails', 'Wood'])
  })
})
