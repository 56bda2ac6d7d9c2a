import type { MemoryPorts } from '#memory/ports'
import { createQuickBooks } from '#quickbooks/client'
import { createConsent } from '#quickbooks/oauth'
import type { Clock, Hints, Ports } from '#sync/ports'
import type { App } from '../../local/quickbooks/apps.ts'
import type { Random } from '../../local/quickbooks/random.ts'
import type { Simulator } from '../../local/quickbooks/simulator.ts'
import type { Witness } from '../checker/witness.ts'
import { openLine } from './intuit-wire.ts'
import type { NewerVersion } from './newer-version.ts'
import type { Process } from './processes.ts'
import type { LookAt } from './sightings.ts'
import type { Trace } from './trace.ts'

/** What every process of a run stands on. */
export type Ground = Readonly<{
  memory: MemoryPorts<Clock>
  hints: Hints
  simulator: Simulator
  app: App
  redirectUri: string
  random: Random
  witness: Witness
  trace: Trace
  /** Looks at what QuickBooks answers. */
  lookAt: LookAt
  /** The most rows that QuickBooks puts into an answer. */
  mostRows: number
  /** The CRM's clocks are this far ahead of QuickBooks'. */
  skewMs: number
  now: () => number
  /** The newer version of the code, and whether a process is of it. */
  newer: NewerVersion
  isNewer: (process: string) => boolean
  /** The share of conditional writes that the SDK sends twice, because the first answer was lost. */
  sentTwice: () => number
}>

/** Stored ports: everything that a process asks of them is a call that may fail, or be its last. */
const STORED = [
  'connections',
  'pendingConsents',
  'pacer',
  'usage',
  'mirrors',
  'contacts',
  'ledger',
  'markers',
  'conflicts',
  'settings',
  'adminActs',
  'runs',
  'idempotency',
  'dailyProgress',
] as const

/**
 * Conditional writes outside of transactions. The SDK repeats one whose answer was lost, and the condition is then
 * false because of the first: it is told that it lost, to itself.
 */
const CONDITIONAL: ReadonlySet<string> = new Set([
  'connections.update',
  'connections.storeRefreshed',
  'connections.takeRefreshLease',
  'connections.freeRefreshLease',
  'mirrors.put',
  'settings.save',
  'runs.save',
  'runs.create',
  'markers.clearToRead',
])

/** So much of a call's arguments is shown to whoever reads along. */
const DETAILS = 600

/** The ports as one process sees them, with a client of QuickBooks of its own. */
export function portsOf(ground: Ground, process: Process): Readonly<{ ports: Ports; close: () => void }> {
  const { memory, app, redirectUri, simulator, lookAt, mostRows } = ground
  const clock: Clock = { now: () => ground.now() + ground.skewMs, sleep: process.sleep }
  const line = openLine({ simulator, process, lookAt })
  const wire = { environment: app.environment, simulatorUrl: line.url } as const
  const { newer, witness } = ground
  const isNewer = ground.isNewer(process.name)
  const effects = {
    ...memory,
    ledger: witness.ledgerOf(isNewer ? newer.ledgerOf(memory.ledger) : memory.ledger, process.name),
    mirrors: witness.mirrorsOf(memory.mirrors),
    settings: witness.settingsOf(isNewer ? newer.settingsOf(memory.settings) : memory.settings),
  }
  const stored = Object.fromEntries(STORED.map((name) => [name, watched(ground, process, name, effects[name])]))
  const ports = {
    ...memory,
    ...stored,
    hints: watched(ground, process, 'hints', ground.hints),
    clock,
    quickbooks: createQuickBooks({ ...wire, mostRows }),
    consent: createConsent({ ...wire, credentials: async () => app, redirectUri, clock }),
  }
  return { ports, close: line.close }
}

function watched<Port extends object>(
  { random, sentTwice, trace }: Ground,
  process: Process,
  name: string,
  port: Port,
): Port {
  const calls = Object.entries(port).map(([method, effect]: [string, (...args: unknown[]) => unknown]) => {
    const label = `${name}.${method}`
    if (method === 'scan') return [method, (...args: unknown[]) => scanned(process, label, effect, args)]
    const isConditional = CONDITIONAL.has(label)
    return [
      method,
      (...args: unknown[]) =>
        process.call(
          label,
          async () => {
            if (isConditional && random.next() < sentTwice()) {
              trace.happened('a conditional write is sent twice')
              await effect(...args)
            }
            const end = await effect(...args)
            noteLoss(trace, label, end)
            return end
          },
          () => JSON.stringify(args).slice(0, DETAILS),
        ),
    ]
  })
  // The same methods under the same names, which TypeScript cannot follow through entries.
  return Object.fromEntries(calls) as Port
}

function noteLoss(trace: Trace, label: string, end: unknown): void {
  if (end === 'moved' || end === 'leaseLost') trace.happened('a conditional write loses')
  if (label === 'ledger.commit' && end !== 'committed') trace.happened('a transaction is cancelled')
  if (label === 'connections.takeRefreshLease' && end === false)
    trace.happened('two want to refresh the tokens at once')
}

/** Chunk by chunk, so that others may write between two of them. */
async function* scanned(process: Process, label: string, effect: (...args: unknown[]) => unknown, args: unknown[]) {
  // Every scan of a port is an async iterable.
  const iterator = (effect(...args) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  for (;;) {
    const next = await process.call(label, () => iterator.next())
    if (next.done === true) return
    yield next.value
  }
}
