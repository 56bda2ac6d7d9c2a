import type { SyncSettings } from '#core/policies'
import { createRandom } from '../local/quickbooks/random.ts'
import { disagreements } from './checker/agreement.ts'
import { exceededLimits } from './checker/calls.ts'
import { type Evidence, gather } from './checker/evidence.ts'
import { overruledLast } from './checker/last-to-act.ts'
import { brokenLinks } from './checker/links.ts'
import { untrueNewest } from './checker/newest.ts'
import { leaks } from './checker/secrets.ts'
import { lostUpdates } from './checker/updates.ts'
import { type Action, type ActionKind, drawActions } from './people/actions.ts'
import { BOOKS_DEEDS, currencyOf } from './people/books.ts'
import { BOTH_DEEDS } from './people/both.ts'
import { CRM_DEEDS, choose, type Deed } from './people/crm.ts'
import { RUN_DEEDS } from './people/runs.ts'
import { STRANGER_DEEDS } from './people/stranger.ts'
import { asProperties, freshValue, TYPED_SLOTS } from './people/values.ts'
import type { Mishap } from './world/happenings.ts'
import { drawSettings, type WorldSettings, withoutFaults } from './world/settings.ts'
import { createWorld, TENANTS, type Watching, type World } from './world/world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A run as data: the same story is the same run, event for event. */
export type Story = Readonly<{ settings: WorldSettings; actions: readonly Action[]; spanMs: number }>

export type Told = Readonly<{
  violations: readonly string[]
  /** What people did and what came of it, in words, in order. */
  lines: readonly string[]
  /** Of the whole trace: two runs with the same digest were the same run. */
  digest: string
  events: number
  simulatedMs: number
  calls: number
  deaths: number
  /** How often each thing that people do took effect. */
  deeds: Readonly<Partial<Record<ActionKind, number>>>
  /** How often each thing went wrong. */
  mishaps: Readonly<Partial<Record<Mishap, number>>>
}>

const DEEDS: Readonly<Record<ActionKind, Deed>> = {
  ...CRM_DEEDS,
  ...RUN_DEEDS,
  ...BOOKS_DEEDS,
  ...BOTH_DEEDS,
  ...STRANGER_DEEDS,
}

/** The story of a seed: `count` actions of people, and everything that goes wrong meanwhile. */
export function drawStory(seed: string, count: number): Story {
  const random = createRandom(`${seed}/story`)
  const spanMs = Math.round((10 + random.next() ** 2 * 600) * MINUTE_MS)
  const settings = drawSettings(seed)
  return { settings, actions: drawActions(random, count, spanMs, settings.mostRows !== undefined), spanMs }
}

/** Lives a story through to its end, lets everything come to rest, and checks the promises. */
export async function live(story: Story, watching: Watching = {}): Promise<Told> {
  const world = createWorld(story.settings, watching)
  // Where Tandem runs, a failure that nobody waits for ends the process.
  const leftAlone = (thrown: unknown) => {
    world.broken.push(`a failure was left alone: ${thrown instanceof Error ? thrown.message : typeof thrown}`)
  }
  process.on('unhandledRejection', leftAlone)
  try {
    const lines: string[] = []
    const deeds: Partial<Record<ActionKind, number>> = {}
    await begin(world, story.settings)
    await rest(world, story.settings)
    await act(world, story, (line, kind) => {
      lines.push(line)
      if (line.endsWith('done')) deeds[kind] = (deeds[kind] ?? 0) + 1
      watching.print?.(`--- ${line}`)
    })
    const violations = await judge(world, story.settings)
    return {
      violations,
      lines,
      digest: world.trace.digest(),
      events: world.trace.count(),
      simulatedMs: world.timeline.now() - START,
      calls: world.simulator.calls.totals().calls,
      deaths: world.processes.deaths(),
      deeds,
      mishaps: world.mishaps(),
    }
  } finally {
    process.off('unhandledRejection', leftAlone)
    world.close()
  }
}

/** How long QuickBooks remembers a request id where a push may be repeated later than that. */
const FORGETFUL: ReadonlySet<string | undefined> = new Set(['never', 'hour'])

const START = Date.UTC(2026, 10, 23, 8)

/** Two companies with some customers, connected, pulled, and for the most part imported. */
async function begin(world: World, settings: WorldSettings): Promise<void> {
  const random = createRandom(`${settings.seed}/begin`)
  for (const tenant of TENANTS) {
    const company = world.company(tenant)
    const ids: string[] = []
    for (let n = 0; n < settings.customers; n++) {
      const fields = TYPED_SLOTS.filter((slot) => slot === 'displayName' || random.next() < 0.5).map((slot, index) =>
        asProperties(slot, freshValue(slot, tenant.workspace, 10_000 + n * 50 + index)),
      )
      const parent = random.next() < 0.3 ? ids.at(-1) : undefined
      const place = parent === undefined ? {} : { Job: true, ParentRef: { value: parent } }
      const [currency] = settings.currencies ?? []
      const own = n % 3 === 0 && currency !== undefined ? { CurrencyRef: { value: currency } } : {}
      const money = parent === undefined ? own : currencyOf(company, parent)
      const made = company.bookkeeper.create('Customer', { ...Object.assign({}, ...fields), ...place, ...money })
      if (made.ok) ids.push(String(made.record.Id))
    }
    for (let n = 0; n < (settings.vendors ?? 0); n++) {
      const name = freshValue('displayName', tenant.workspace, 20_000 + n * 50)
      company.bookkeeper.create('Vendor', {
        ...asProperties('displayName', name),
        ...asProperties('phone', freshValue('phone', tenant.workspace, 20_001 + n * 50)),
      })
    }
    world.witness.watch(tenant.workspace, company)
  }
  world.setFaults(withoutFaults(settings))
  await world.during(Promise.all(TENANTS.map((tenant) => world.connect(tenant))))
  const chosen: Partial<SyncSettings> = {
    ...((settings.vendors ?? 0) > 0 && { entities: ['customer', 'vendor'] }),
    ...(settings.conflicts !== undefined && { conflicts: settings.conflicts }),
  }
  if (Object.keys(chosen).length > 0)
    await world.during(Promise.all(TENANTS.map((tenant) => choose(world, tenant, chosen))))
  await world.during(Promise.all(TENANTS.map((tenant) => world.ask(tenant, 'POST', '/pulls'))))
  await world.pass(world.timeline.now() + 2 * MINUTE_MS)
  if (random.next() < 0.9) {
    const as = random.next() < 0.3 ? 'building' : 'account'
    const body = { as, select: { filter: 'notSynced' }, sameName: 'ask' }
    await world.during(Promise.all(TENANTS.map((tenant) => world.ask(tenant, 'POST', '/imports', { body }))))
    await world.pass(world.timeline.now() + 2 * MINUTE_MS)
    if ((settings.vendors ?? 0) === 0) return
    const vendors = { ...body, entity: 'vendor' }
    await world.during(Promise.all(TENANTS.map((tenant) => world.ask(tenant, 'POST', '/imports', { body: vendors }))))
    await world.pass(world.timeline.now() + 2 * MINUTE_MS)
  }
}

/** Nothing happens for so long as the settings say. */
async function rest(world: World, { quietMs = 0 }: WorldSettings): Promise<void> {
  if (quietMs === 0) return
  world.sweepEvery(30 * MINUTE_MS)
  await world.pass(world.timeline.now() + quietMs)
  world.sweepEvery(MINUTE_MS)
}

async function act(
  world: World,
  { settings, actions, spanMs }: Story,
  tell: (line: string, kind: ActionKind) => void,
): Promise<void> {
  const beganMs = world.timeline.now()
  world.setFaults(settings)
  const underway = new Set<Promise<void>>()
  for (const action of actions) {
    world.timeline.setTimer(beganMs + action.atMs, () => {
      const tenant = TENANTS[action.tenant]
      const who = action.kind.startsWith('crm') ? tenant.person : `the bookkeeper of ${tenant.workspace}`
      const at = clockOf(world.timeline.now() - beganMs)
      const deed = DEEDS[action.kind](world, tenant, action)
        .then((what) => tell(`${at} ${who} ${what}`, action.kind))
        .finally(() => underway.delete(deed))
      underway.add(deed)
    })
  }
  await world.pass(beganMs + spanMs + 5 * MINUTE_MS)
  await world.during(Promise.all(underway))
}

function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':')
}

/** Nothing goes wrong any more; two rounds later both sides agree, and a third one changes nothing. */
async function judge(world: World, settings: WorldSettings): Promise<readonly string[]> {
  world.setFaults(withoutFaults(settings))
  world.sweepEvery(10 * MINUTE_MS)
  for (let quarters = 0; quarters < 2; quarters++) {
    await world.pass(world.timeline.now() + 15 * MINUTE_MS)
    await answer(world)
  }
  // What is left to come back comes back by the hour, or by the day.
  world.sweepEvery(30 * MINUTE_MS)
  for (let days = 0, rounds = 0; rounds < 2 && days < MOST_DAYS; days++) {
    await world.pass(world.timeline.now() + DAY_MS)
    rounds = (await answer(world)) ? 0 : rounds + 1
  }

  const all: Evidence[] = []
  for (const tenant of TENANTS) all.push(await gather(world, tenant))
  const violations = [
    ...world.broken,
    ...world.witness.misdeeds(),
    ...all.flatMap((evidence) => [
      ...disagreements(evidence, world.witness),
      ...brokenLinks(evidence, world.witness, FORGETFUL.has(settings.switches['requestid-retention'])),
      ...lostUpdates(evidence, world.witness, settings.switches['sparse-nested'] === 'merged'),
      ...world.newer.lost(evidence.tenant.workspace, evidence.contacts, evidence.settings),
      ...untrueNewest(evidence, world.witness, Math.abs(settings.skewMs)),
      ...overruledLast(evidence, world.witness, settings.skewMs),
    ]),
    ...exceededLimits(world),
    ...leaks(world, all),
  ]
  const before = world.witness.seen().length
  await world.pass(world.timeline.now() + DAY_MS)
  for (const { side, id, slot, workspace } of world.witness.seen().slice(before))
    violations.push(`${workspace}: ${slot} of ${side} ${id} still changes though nobody touches it`)
  return violations
}

/** Whoever is asked for something still after so many days is asked for ever. */
const MOST_DAYS = 6

/**
 * Whoever lost the connection connects again, and whoever is asked whether so much is gone says that it is. Answers
 * whether anybody was asked.
 */
async function answer(world: World): Promise<boolean> {
  let isAsked = false
  for (const tenant of TENANTS) {
    const connection = await world.memory.connections.get(tenant.workspace)
    const { rows } = await world.memory.runs.list(tenant.workspace, 100)
    const isUnsure = rows.find(({ kind }) => kind === 'pull')?.reason?.includes('pull again and confirm') === true
    if (connection?.status !== 'connected') await world.during(world.connect(tenant))
    else if (isUnsure) await world.during(world.ask(tenant, 'POST', '/pulls', { body: { confirmGone: true } }))
    else continue
    isAsked = true
  }
  return isAsked
}
