import { createMemoryPortsOn } from '#memory/ports'
import { createQuickBooks } from '#quickbooks/client'
import { createConsent } from '#quickbooks/oauth'
import { daily } from '#sync/daily'
import { startImport } from '#sync/import'
import type { Clock, Ports } from '#sync/ports'
import { startPull } from '#sync/pull'
import { servePullHint, servePushHint } from '#sync/serve'
import { sweep } from '#sync/sweep'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import type { CallLog } from '../../local/quickbooks/call-log.ts'
import { createVirtualClock } from '../../local/quickbooks/clock.ts'
import { createSimulator } from '../../local/quickbooks/simulator.ts'

export const WORKSPACE = 'bench'
export const PERSON = 'bench'
export const REALM = '9341452000000077'
const START = Date.parse('2026-11-02T12:00:00Z')
const MINUTE_MS = 60_000
/** Minutes of quiet work after which something goes round in circles. */
const PATIENCE_MINUTES = 120

/** Some of the ports, in place of those in memory. */
export type OtherPorts = (clock: Clock) => Partial<Ports>

export type TwoSides = Awaited<ReturnType<typeof openTwoSides>>

/**
 * A company whose customers are all in the CRM, linked: the use cases over the real client and HTTP, against the
 * QuickBooks simulator with its limits and no latency. Both live on one clock, which moves only when somebody sleeps,
 * so that a month costs nothing and times say what was waited for.
 */
export async function openTwoSides(customers: number, otherPorts: OtherPorts = () => ({})) {
  const time = createVirtualClock(START)
  const clock: Clock = {
    now: time.now,
    sleep: async (ms) => {
      const until = time.now() + ms
      // Whoever sleeps beside this one falls asleep first, so that the clock moves for both at once.
      await new Promise((resolve) => setImmediate(resolve))
      if (until > time.now()) time.advance(until - time.now())
    },
  }
  const simulator = createSimulator({ clock: time, companies: [{ realmId: REALM, kind: 'generated', customers }] })
  const company = simulator.companies.find(REALM)
  if (company === undefined) throw new Error('The simulator has no such company.')
  const listening = await simulator.listen({ port: 0 })
  const wire = { environment: 'sandbox', simulatorUrl: listening.url } as const
  const { clientId } = DEFAULT_APP
  const memory = createMemoryPortsOn(clock)
  const ports: Ports = {
    ...memory,
    ...otherPorts(clock),
    quickbooks: createQuickBooks(wire),
    consent: createConsent({ ...wire, credentials: async () => DEFAULT_APP, redirectUri: '', clock }),
  }

  const settle = async (): Promise<void> => {
    for (let minutes = 0; minutes < PATIENCE_MINUTES; minutes++) {
      await serveAll()
      const [toRead, toPush, runs] = await Promise.all([
        ports.markers.toRead(WORKSPACE, 1),
        ports.markers.toPush(WORKSPACE, clock.now(), 1),
        ports.runs.unfinished(WORKSPACE),
      ])
      if (toRead.length + toPush.length + runs.length === 0) return
      await clock.sleep(MINUTE_MS)
      await sweep(ports)
    }
    throw new Error('It never came to rest.')
  }
  const serveAll = async (): Promise<void> => {
    const { pulls, pushes } = memory.hints
    for (;;) {
      const [pull, push] = [pulls.take(), pushes.take()]
      if (pull === undefined && push === undefined) return
      if (pull !== undefined) await servePullHint(ports, pull.hint)
      pull?.done()
      if (push !== undefined) await servePushHint(ports, push.hint)
      push?.done()
    }
  }
  const bringIn = async (): Promise<void> => {
    await startPull(ports, { workspace: WORKSPACE, person: PERSON })
    await settle()
    const select = { filter: 'all' } as const
    await startImport(ports, { workspace: WORKSPACE, person: PERSON, as: 'account', select, sameName: 'link' })
    await settle()
    // What is done once only, such as reading the company's name.
    await daily(ports)
    await settle()
    await clock.sleep(60 * MINUTE_MS)
  }

  await connect(ports, simulator.modules.oauth.grant(clientId, REALM))
  await bringIn()
  return {
    ports,
    clock,
    simulator,
    company,
    /** Ids of all active customers. */
    customers: () =>
      company.list({ entity: 'Customer', active: true, limit: 1_000_000 }).rows.map(({ Id }) => String(Id)),
    /** A bookkeeper edits a customer. Throws an Error when QuickBooks does not let them. */
    editThere: (id: string, notes: string): void => {
      const outcome = company.bookkeeper.edit('Customer', id, { Notes: notes })
      if (!outcome.ok) throw new Error(`The simulator refused: ${JSON.stringify(outcome.errors)}`)
    },
    /** The contact that a customer is linked to. */
    contactOf: async (id: string) => {
      const { contactId = '' } = (await ports.mirrors.get(WORKSPACE, 'customer', id)) ?? {}
      const contact = await ports.contacts.get(WORKSPACE, contactId)
      if (contact === undefined) throw new Error(`Customer ${id} is linked to no contact.`)
      return contact
    },
    /** Everything that waits is done, as the queues and the sweep would have it done. */
    settle,
    serveAll,
    /** Calls since a moment of the log, as the simulator counted them. */
    countingCalls: () => countingCalls(simulator.calls),
    close: async () => {
      simulator.close()
      await listening.close()
    },
  }
}

/** Begins to count. The result tells what was called since. */
export function countingCalls(calls: CallLog, realmId: string = REALM) {
  const before = calls.totals({ realmId })
  return () => {
    const { byKind, byStatus } = calls.totals({ realmId })
    const since = (kind: keyof typeof byKind) => byKind[kind] - before.byKind[kind]
    return {
      reads: since('read') + since('query') + since('cdc') + since('other') + since('batch'),
      cdc: since('cdc'),
      writes: since('create') + since('update'),
      throttled: (byStatus['429'] ?? 0) - (before.byStatus['429'] ?? 0),
    }
  }
}

type Grant = Readonly<{
  accessToken: string
  expiresIn: number
  refreshExpiresIn: number
  grant: Readonly<{ refreshToken: string }>
}>

async function connect({ connections, clock }: Pick<Ports, 'connections' | 'clock'>, grant: Grant): Promise<void> {
  const after = (seconds: number) => new Date(clock.now() + seconds * 1_000).toISOString()
  const [now, refreshExpiresAt] = [after(0), after(grant.refreshExpiresIn)]
  const connection = {
    workspace: WORKSPACE,
    realmId: REALM,
    status: 'connected',
    since: now,
    connectedBy: PERSON,
    connectedAt: now,
    refreshExpiresAt,
    version: 1,
  } as const
  const tokens = {
    accessToken: grant.accessToken,
    refreshToken: grant.grant.refreshToken,
    accessExpiresAt: after(grant.expiresIn),
    refreshExpiresAt,
  }
  const stored = await connections.connect(connection, tokens, undefined)
  if (stored !== 'stored') throw new Error(`The connection was not stored: ${stored}.`)
}
