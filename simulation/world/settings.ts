import type { SyncSettings } from '#core/policies'
import { createRandom, type Random } from '../../local/quickbooks/random.ts'
import { createSwitches, type SwitchOverrides } from '../../local/quickbooks/switches.ts'
import type { WebhookChanges } from '../../local/quickbooks/webhooks/settings.ts'
import type { ProcessFaults } from './processes.ts'
import type { QueueFaults } from './queue.ts'

/** Everything about a run that is not an action: what goes wrong and how often, and how QuickBooks is set. */
export type WorldSettings = Readonly<{
  seed: string
  switches: SwitchOverrides
  process: ProcessFaults
  queue: QueueFaults
  webhooks: WebhookChanges
  /** Share of calls to Intuit that something happens to. */
  intuit: number
  /** Share of conditional writes that are sent twice. */
  sentTwice: number
  /** The CRM's clocks are this far ahead of QuickBooks'. */
  skewMs: number
  latencyMs: number
  /** Customers that each company has at first. */
  customers: number
  /** Vendors that each company has at first; where it has any, both lists take part. */
  vendors?: number
  /** Foreign currencies that the companies work with at first; with none, multicurrency is off. */
  currencies?: readonly string[]
  /** The most rows of QuickBooks' answers, where they are fewer than Intuit's: a short list then is a long one. */
  mostRows?: number
  /** So long nothing happens before people act: after a day, the next refresh brings another refresh token. */
  quietMs?: number
  /** For so long a newer version of the code runs beside this one, in this share of processes; then it is rolled back. */
  newer?: Readonly<{ share: number; forMs: number }>
  /** The indexes of the table have a write up to so long after the table itself. */
  indexLagMs?: number
  /** What is done with conflicts at first, where it is not the default. */
  conflicts?: SyncSettings['conflicts']
}>

const MINUTE_MS = 60_000

/** Switches of which each position is a different QuickBooks; the rest would only change what nobody looks at. */
export function drawSettings(seed: string): WorldSettings {
  const random = createRandom(`${seed}/settings`)
  // Streams of their own, so that the rest is drawn as ever.
  const crowd = createRandom(`${seed}/crowd`)
  const tokens = createRandom(`${seed}/tokens`)
  const policies = createRandom(`${seed}/policies`)
  const isCrowded = crowd.next() < 0.1
  const rough = random.next()
  const share = (most: number) => (random.next() < 0.5 ? 0 : random.next() * most * rough)
  return {
    seed,
    switches: drawSwitches(seed),
    process: { yields: 0.1 + random.next() * 0.5, dies: share(0.02), fails: share(0.02), ...drawRefreshing(tokens) },
    queue: { lost: share(0.3), twice: share(0.3), late: share(0.5), lateMs: 20 * MINUTE_MS },
    webhooks: {
      delayMs: { min: 0, max: random.integer(60) * 1_000 },
      gatherMs: random.pick([0, 0, 5_000, 30_000]),
      lossShare: share(0.5),
      duplicateShare: share(0.5),
      reorderShare: share(0.5),
    },
    intuit: share(0.15),
    sentTwice: share(0.1),
    skewMs: random.next() < 0.5 ? 0 : (random.integer(10) - 5) * MINUTE_MS,
    latencyMs: random.pick([0, 50, 200, 1_500]),
    customers: 2 + random.integer(10) + (isCrowded ? 16 + crowd.integer(16) : 0),
    ...(isCrowded && { mostRows: 4 + crowd.integer(6) }),
    ...(policies.next() < 0.5 && { conflicts: policies.pick(['ask', 'ask', 'quickbooks', 'crm'] as const) }),
    ...(tokens.next() < 0.25 && { quietMs: 25 * 60 * MINUTE_MS }),
    ...drawNewer(createRandom(`${seed}/newer`)),
    ...drawIndexLag(createRandom(`${seed}/index lag`)),
    // A stream of its own, so that the rest is drawn as ever.
    vendors: createRandom(`${seed}/vendors`).pick([0, 0, 1, 4]),
    currencies: createRandom(`${seed}/currencies`).pick([[], [], ['EUR'], ['EUR', 'GBP']]),
  }
}

/** Mostly some milliseconds, a second at worst. */
function drawIndexLag(random: Random): Pick<WorldSettings, 'indexLagMs'> {
  return random.next() < 0.3 ? { indexLagMs: random.pick([20, 200, 1_000, 1_000]) } : {}
}

function drawNewer(random: Random): Pick<WorldSettings, 'newer'> {
  if (random.next() >= 0.25) return {}
  return { newer: { share: 0.2 + random.next() * 0.6, forMs: (20 + random.integer(240)) * MINUTE_MS } }
}

/** In some worlds it is between two pairs of tokens that processes like to die. */
function drawRefreshing(random: Random): Pick<ProcessFaults, 'diesRefreshing'> {
  return random.next() < 0.2 ? { diesRefreshing: random.next() * 0.3 } : {}
}

/** The same world without anything going wrong. */
export function withoutFaults(settings: WorldSettings): WorldSettings {
  return {
    ...settings,
    process: { yields: settings.process.yields, dies: 0, fails: 0 },
    queue: { lost: 0, twice: 0, late: 0, lateMs: 0 },
    webhooks: { delayMs: { min: 0, max: 0 }, gatherMs: 0, lossShare: 0, duplicateShare: 0, reorderShare: 0 },
    intuit: 0,
    sentTwice: 0,
    ...(settings.indexLagMs !== undefined && { indexLagMs: 0 }),
  }
}

/** The two sides cannot come to the same where QuickBooks keeps what is taken out of an address. */
export const NOT_DRAWN: ReadonlySet<string> = new Set(['emptied-address'])

/** Each switch has a stream of its own, so that a new one leaves every other where it was. */
function drawSwitches(seed: string): SwitchOverrides {
  const drawn: Record<string, string> = {}
  for (const { name, positions } of createSwitches().list()) {
    if (NOT_DRAWN.has(name)) continue
    const random = createRandom(`${seed}/switch ${name}`)
    if (random.next() < 0.3) drawn[name] = random.pick(positions)
  }
  // Every entry names a switch and one of its positions, as just listed.
  return drawn as SwitchOverrides
}
