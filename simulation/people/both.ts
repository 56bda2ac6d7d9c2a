import type { Tenant, World } from '../world/world.ts'
import type { Action } from './actions.ts'
import { BOOKS_DEEDS, editRecord } from './books.ts'
import { CRM_DEEDS, type Deed, editContact, pickContact } from './crm.ts'
import { awaited, begun, RUN_DEEDS } from './runs.ts'
import { TYPED_SLOTS, type TypedSlot } from './values.ts'

const MINUTE_MS = 60_000
/** The most time between two things that a bookkeeper does while a pull runs. */
const MEANWHILE_MS = 250
/** Two who write the same within so long cannot know of each other. */
const CLASH_MS = 3_000

/** What a person in the CRM and a bookkeeper do at the same time. */
export const BOTH_DEEDS = {
  'crm.clash': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick, ({ link }) => link?.entity === 'customer')
    if (contact?.link === undefined) return 'finds no linked contact'
    const { recordId } = contact.link
    const inBooks = world.wait(action.other * CLASH_MS).then(() => editRecord(world, tenant, recordId, action))
    await world.wait((1 - action.other) * CLASH_MS)
    const inCrm = await editContact(world, tenant, contact, action)
    return `${inCrm}, while the bookkeeper ${await inBooks}`
  },
  'crm.apart': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick, ({ link }) => link?.entity === 'customer')
    if (contact?.link === undefined) return 'finds no linked contact'
    const { recordId } = contact.link
    const end = outage(world, tenant, action.number % 30 === 0)
    const minutes = 1 + Math.floor(action.other * 12)
    const told: string[] = []
    const inCrm = async (did: Action) => {
      const now = await world.memory.contacts.get(tenant.workspace, contact.id)
      if (now !== undefined) told.push(await editContact(world, tenant, now, did))
    }
    const inBooks = async (did: Action) => void told.push(`the bookkeeper ${editRecord(world, tenant, recordId, did)}`)
    const [first, last] = action.number % 20 === 0 ? [inCrm, inBooks] : [inBooks, inCrm]
    await first(action)
    await world.wait(minutes * MINUTE_MS)
    await last({ ...action, number: action.number + 1 })
    // Whoever was first goes on with something else, which makes the older value no newer.
    await world.wait(minutes * MINUTE_MS)
    if (action.pick < 0.5) await first({ ...action, number: action.number + 3, slots: [otherThan(action.slots)] })
    end()
    return `${told.join(', then ')}, ${minutes} minutes apart, while QuickBooks cannot be reached: ${told[1]?.endsWith('done') ? 'done' : 'in part'}`
  },
  'crm.undoMade': async (world, tenant, action) => {
    await CRM_DEEDS['crm.create'](world, tenant, { ...action, other: 0 })
    const sync = await begun(world, tenant, '/syncs')
    if (sync === undefined) return 'makes a contact and wants to sync, and may not'
    await awaited(world, tenant, sync)
    // The newest customer is mostly the one that was just made.
    const work = { ...action, number: action.number + 1, pick: 0.9999 }
    const worked = action.other < 0.7 ? await BOOKS_DEEDS['books.edit'](world, tenant, work) : 'does nothing'
    await world.wait(action.pick * 10 * 60_000)
    return `makes a contact and syncs; the bookkeeper ${worked}; then ${await RUN_DEEDS['crm.undo'](world, tenant, { ...action, pick: 0 })}`
  },
  'books.onOff': async (world, tenant, action) => {
    const ends: string[] = []
    for (let times = 0; times < 3; times++) {
      ends.push(await BOOKS_DEEDS['books.deactivate'](world, tenant, action))
      await world.wait(action.other * 60_000)
      if (times < 2 || action.other < 0.5) await BOOKS_DEEDS['books.reactivate'](world, tenant, action)
      await world.wait(action.other * 30_000)
    }
    return `makes a customer inactive and active again, three times; the last time, it ${ends.at(-1)}`
  },
  'crm.pullMeanwhile': async (world, tenant, action) => {
    const pull = await begun(world, tenant, '/pulls', { body: {} })
    if (pull === undefined) return 'wants to pull, and may not'
    await running(world, tenant, pull)
    for (const deed of meanwhile(action)) {
      await world.wait(deed.other * MEANWHILE_MS)
      await BOOKS_DEEDS[deed.kind](world, tenant, deed)
    }
    const end = await awaited(world, tenant, pull)
    return `pulls while the bookkeeper goes on working: ${end?.status ?? 'it does not end'}`
  },
} satisfies Readonly<Record<string, Deed>>

/** For a company, QuickBooks answers nothing but 429 or 503. Answers how to end it. */
function outage({ simulator }: World, { realmId }: Tenant, isThrottled: boolean): () => void {
  const fault = isThrottled ? ({ kind: 'throttled' } as const) : ({ kind: 'html', status: 503 } as const)
  const id = simulator.faults.add({ fault, path: '/v3/', realmId })
  return () => void simulator.faults.remove(id)
}

function otherThan(slots: readonly TypedSlot[]): TypedSlot {
  return TYPED_SLOTS.find((slot) => slot !== 'displayName' && !slots.includes(slot)) ?? 'title'
}

/** What the bookkeeper does while a pull runs: what goes near the top of the list moves all the rest of it. */
function meanwhile(action: Action) {
  const kinds = ['books.merge', 'books.edit', 'books.deactivate', 'books.merge', 'books.edit', 'books.merge'] as const
  return kinds.map((kind, index) => ({
    ...action,
    kind,
    // So that nothing is typed twice.
    number: action.number + index,
    pick: ((action.pick + index * 0.37) % 1) * (kind === 'books.merge' ? 0.4 : 1),
    other: (action.other + index * 0.61) % 1,
    slots: action.slots.slice(0, 1),
  }))
}

/** Waits until a worker has taken a run up, for a minute or two. */
async function running(world: World, { workspace }: Tenant, runId: string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    const run = await world.memory.runs.get(workspace, runId)
    if (run?.status !== 'queued') return
    await world.wait(100)
  }
}
