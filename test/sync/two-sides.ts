import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import type { Contact } from '#core/records'
import { startImport } from '#sync/import'
import { type ChangeEvent, takeDelivery } from '#sync/intake'
import type { Ports } from '#sync/ports'
import { startPull } from '#sync/pull'
import { servePullHint, servePushHint } from '#sync/serve'
import { sweep } from '#sync/sweep'
import { createWorld, PERSON, REALM, WORKSPACE, type World } from './world.ts'

const MINUTE_MS = 60_000
/** Minutes of quiet work after which something goes round in circles. */
const PATIENCE_MINUTES = 60

export type TwoSides = Awaited<ReturnType<typeof createTwoSides>>

/** A company whose customers are all in the CRM, linked; an hour has passed since. */
export async function createTwoSides(
  setUp: (book: World['book']) => void,
  settings: Partial<SyncSettings> = {},
): Promise<World & ReturnType<typeof around>> {
  const world = await createWorld()
  await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, ...settings }, 0)
  setUp(world.book)
  await world.finish(await startPull(world.ports, { workspace: WORKSPACE, person: PERSON }))
  if (world.book.ids().length > 0) {
    const select = { filter: 'all' } as const
    const run = await startImport(world.ports, {
      workspace: WORKSPACE,
      person: PERSON,
      as: 'account',
      select,
      sameName: 'ask',
    })
    await world.finish(run)
  }
  const both = { ...world, ...around(world) }
  await both.settle()
  await world.clock.sleep(60 * MINUTE_MS)
  return both
}

function around(world: World) {
  const { ports, mirror } = world
  let told = 0
  return {
    /** The contact that a record is linked to. */
    contactOf: async (recordId: string): Promise<Contact> => {
      const { contactId = '' } = (await mirror(recordId)) ?? {}
      const contact = await ports.contacts.get(WORKSPACE, contactId)
      if (contact === undefined) throw new Error(`Customer ${recordId} is linked to no contact.`)
      return contact
    },
    contact: async (id: string): Promise<Contact> => {
      const contact = await ports.contacts.get(WORKSPACE, id)
      if (contact === undefined) throw new Error(`There is no contact ${id}.`)
      return contact
    },
    /** QuickBooks notifies of changes in these records. */
    tell: (...ids: readonly string[]) => tellOf(ports, ...ids.map((id) => eventOf(id, `event-${told++}`))),
    /** QuickBooks notifies of a merge. */
    tellMerged: (loser: string, survivor: string) =>
      tellOf(ports, { ...eventOf(survivor, `event-${told++}`), mergedFromId: loser }),
    /** Both workers serve every hint and the sweep looks around, until there is nothing left to do. */
    settle: (using: Ports = ports) => settle(world, using),
    journal: async (contactId: string) => (await ports.contacts.history(WORKSPACE, contactId, 1_000)).rows,
    /** Calls to QuickBooks since `from`, by method. */
    callsSince: (from: number) => world.company.calls.slice(from).map(({ method }) => method),
  }
}

export function tellOf(ports: Ports, ...events: readonly ChangeEvent[]): Promise<void> {
  return takeDelivery(ports, { events, unreadable: 0 })
}

export function eventOf(recordId: string, eventId: string): ChangeEvent {
  return { eventId, realmId: REALM, entity: 'customer', recordId }
}

async function settle({ ports: { hints, clock, markers } }: World, ports: Ports): Promise<void> {
  for (let minutes = 0; minutes < PATIENCE_MINUTES; minutes++) {
    for (;;) {
      const pull = hints.pulls.take()
      const push = hints.pushes.take()
      if (pull === undefined && push === undefined) break
      if (pull !== undefined) await servePullHint(ports, pull.hint)
      pull?.done()
      if (push !== undefined) await servePushHint(ports, push.hint)
      push?.done()
    }
    const toRead = await markers.toRead(WORKSPACE, 1)
    const toPush = await markers.toPush(WORKSPACE, clock.now(), 1)
    if (toRead.length + toPush.length === 0) return
    await clock.sleep(MINUTE_MS)
    await sweep(ports)
  }
  throw new Error('It never came to rest.')
}
