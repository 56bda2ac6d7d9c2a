import { adminRoutes } from '#http/admin-routes'
import { connectRoutes } from '#http/connection-routes'
import type { Route } from '#http/declare'
import type { HttpResponse } from '#http/exchange'
import { oauthRoutes } from '#http/oauth-routes'
import { createRouter } from '#http/router'
import { webhookRoutes } from '#http/webhook-routes'
import { faultDetails, problemOfFault } from '#lambda/faults'
import { createMemoryPortsOn } from '#memory/ports'
import { daily } from '#sync/daily'
import type { Hints, Ports, PullHint, PushHint } from '#sync/ports'
import { servePullHint, servePushHint } from '#sync/serve'
import { sweep } from '#sync/sweep'
import { wake } from '#sync/wake'
import { adminUses, connectUses, webhookUses } from '../../functions/compose.ts'
import { type App, DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import type { FaultKind } from '../../local/quickbooks/gateway/faults.ts'
import { createRandom } from '../../local/quickbooks/random.ts'
import { createSimulator } from '../../local/quickbooks/simulator.ts'
import type { Notification } from '../../local/quickbooks/webhooks/notification.ts'
import type { Values } from '../checker/values.ts'
import { createWitness } from '../checker/witness.ts'
import type { Mishap } from './happenings.ts'
import { createLaggingIndexes } from './lagging-indexes.ts'
import { createNewerVersion } from './newer-version.ts'
import { type Ground, portsOf } from './process-ports.ts'
import { createProcesses, type End } from './processes.ts'
import { createQueue } from './queue.ts'
import type { WorldSettings } from './settings.ts'
import { createSightings } from './sightings.ts'
import { createTimeline } from './timeline.ts'
import { createTrace } from './trace.ts'
import { createWakeQueue } from './wake-queue.ts'

export const START_MS = Date.UTC(2026, 10, 23, 8)
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const API_MS = 29_000
const WEBHOOK_MS = 10_000
const SCHEDULE_MS = 50_000
const TURNS = 4
const INTUITS_ROWS = 1_000
const ADDRESSES = { publicUrl: 'https://tandem.simulated' }

/** Two tenants share everything but their data. */
export const TENANTS = [
  { workspace: 'acme', realmId: '9341452000000011', person: 'ada' },
  { workspace: 'bolt', realmId: '9341452000000022', person: 'bob' },
] as const
export type Tenant = (typeof TENANTS)[number]
/** A workspace that nobody may ever find connected: its only person sends links to others and confirms nothing. */
export const LURE = { workspace: 'lure', person: 'mallory' } as const
/** A company of QuickBooks' that no workspace has. */
export const FREE_REALM = '9341452000000033'
type Person = Readonly<{ workspace: string; person: string }>

export type Asked = Readonly<{
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  body?: unknown
  /** What the person wants to be written, for the witness. */
  wanted?: Values
}>

/** What a person's browser got; 'lost' when no answer came. */
export type Answered = Readonly<{
  status: number
  json: Record<string, unknown>
  text: string
  headers: Readonly<Record<string, string>>
}>

export type World = ReturnType<typeof createWorld>

export type Watching = Readonly<{
  /** Takes each event as it comes. */
  print?: ((line: string) => void) | undefined
  /** Puts a fault into Tandem itself, which the checker has to find. */
  sabotage?: ((ports: Ports) => Ports) | undefined
}>

/** The whole of Tandem and of QuickBooks in one process, on one clock. */
export function createWorld(settings: WorldSettings, { print, sabotage = (ports) => ports }: Watching = {}) {
  const random = createRandom(`${settings.seed}/world`)
  const timeline = createTimeline(START_MS)
  const trace = createTrace(print)
  const processes = createProcesses(timeline, random.fork('processes'), trace)
  const witness = createWitness(timeline.now)
  const mostRows = settings.mostRows ?? INTUITS_ROWS
  const redirectUri = DEFAULT_APP.redirectUris[0] ?? ''
  const app: App = { ...DEFAULT_APP, webhookUrl: 'https://tandem.simulated/webhooks/quickbooks' }
  const simulator = createSimulator({
    seed: settings.seed,
    clock: timeline,
    switches: settings.switches,
    apps: [app],
    companies: [
      ...TENANTS.map(({ realmId, workspace }) => ({
        realmId,
        kind: 'empty' as const,
        name: `Books of ${workspace}`,
        currencies: settings.currencies ?? [],
      })),
      { realmId: FREE_REALM, kind: 'empty', name: 'Books of nobody' },
    ],
    gateway: { latency: { fixedMs: settings.latencyMs } },
    mostRows,
    send: (notification) => deliver(notification),
    log: (line) => trace.note(timeline.now(), 'quickbooks', line),
  })
  // Ids and deduplication go by the CRM's clock.
  const memory = createMemoryPortsOn(
    { now: () => timeline.now() + settings.skewMs, sleep: () => Promise.reject(new Error('Only a process sleeps.')) },
    settings.seed,
  )
  // What the checker looks at is the table itself.
  const lagging =
    settings.indexLagMs === undefined
      ? undefined
      : createLaggingIndexes(memory, {
          seed: settings.seed,
          random: createRandom(`${settings.seed}/index`),
          now: timeline.now,
          trace,
        })
  let sentTwice = 0
  const newer = createNewerVersion()
  const hints: Hints = {
    pull: async (hint, dedupe) => pulls.send(hint, dedupe),
    push: async (hint, dedupe) => pushes.send(hint, dedupe),
    pullMany: async (named) => {
      for (const { hint, dedupe } of named) pulls.send(hint, dedupe)
    },
    pushMany: async (named) => {
      for (const { hint, dedupe } of named) pushes.send(hint, dedupe)
    },
    wake: async (wakeUp, delaySeconds) => wakeUps.send(wakeUp, delaySeconds),
  }
  const ground: Ground = {
    memory: lagging?.ports ?? memory,
    hints,
    simulator,
    app,
    redirectUri,
    random: random.fork('store'),
    witness,
    trace,
    lookAt: createSightings(simulator.companies.list(), mostRows, trace.happened),
    mostRows,
    skewMs: settings.skewMs,
    now: timeline.now,
    newer,
    isNewer: (process) => {
      const { newer: beside } = settings
      if (beside === undefined || timeline.now() > START_MS + beside.forMs) return false
      const is = createRandom(`${settings.seed}/newer ${process}`).next() < beside.share
      if (is) trace.happened('a newer version of the code runs beside this one')
      return is
    },
    sentTwice: () => sentTwice,
  }
  const parts = { timeline, processes, random: random.fork('queues'), trace }
  const pulls = createQueue<PullHint>('pull', parts, (process, hint, sentAtMs) =>
    withPorts(process, (ports) => servePullHint(ports, hint, sentAtMs + settings.skewMs)),
  )
  const pushes = createQueue<PushHint>('push', parts, (process, hint, sentAtMs) =>
    withPorts(process, (ports) => servePushHint(ports, hint, sentAtMs + settings.skewMs)),
  )
  // A stream of its own, so that the rest is drawn as ever.
  const wakeUps = createWakeQueue({ ...parts, random: random.fork('wake-ups') }, (process, wakeUp) =>
    withPorts(process, (ports) => wake(ports, wakeUp)),
  )

  // A process that dies never comes to its own end, and what it holds would outlive its world.
  const lines = new Set<() => void>()
  async function withPorts<T>(process: Parameters<typeof portsOf>[1], work: (ports: Ports) => Promise<T>): Promise<T> {
    const { ports, close } = portsOf(ground, process)
    lines.add(close)
    try {
      return await work(sabotage(ports))
    } finally {
      close()
      lines.delete(close)
    }
  }

  /** Every code that a browser was shown. */
  const confirmations = new Set<string>()
  let invoked = 0
  /** Runs one invocation of a function; undefined when it died or ran out of time. */
  function invoke<T>(
    kind: string,
    timeoutMs: number,
    work: (ports: Ports) => Promise<T>,
    wanted?: Values,
  ): Promise<T | undefined> {
    const name = `${kind}#${invoked++}`
    if (wanted !== undefined) witness.expect(name, wanted)
    return new Promise((resolve, reject) => {
      let value: T | undefined
      processes.start(
        name,
        timeoutMs,
        (process) =>
          withPorts(process, async (ports) => {
            value = await work(ports)
          }),
        (end: End) => {
          if (end.kind === 'failed') reject(end.thrown)
          else resolve(end.kind === 'done' ? value : undefined)
        },
      )
    })
  }

  async function request<Uses>(
    routes: readonly Route<Uses>[],
    usesOf: (ports: Ports) => Uses,
    kind: string,
    timeoutMs: number,
    asked: Readonly<{
      method: string
      path: string
      query: URLSearchParams
      headers: Readonly<Record<string, string>>
      body: Uint8Array
      claims?: Readonly<Record<string, unknown>>
    }>,
    wanted?: Values,
  ): Promise<HttpResponse | undefined> {
    return invoke(
      kind,
      timeoutMs,
      (ports) =>
        createRouter(routes, { uses: async () => usesOf(ports), log: ports.log, faultDetails, problemOfFault })({
          ...asked,
          requestId: `request-${invoked}`,
        }),
      wanted,
    )
  }

  async function deliver({ headers, body }: Notification): Promise<{ status: number }> {
    const answer = await request(
      webhookRoutes,
      (ports) => webhookUses(ports, async () => [app.verifierToken]),
      'webhook',
      WEBHOOK_MS,
      { method: 'POST', path: '/webhooks/quickbooks', query: new URLSearchParams(), headers, body: Buffer.from(body) },
    )
    // The gateway answers for a function that died.
    return { status: answer?.status ?? 502 }
  }

  /** A person asks the API. Undefined when no answer came. */
  async function ask(person: Person, method: string, path: string, asked: Asked = {}): Promise<Answered | undefined> {
    const { query = {}, headers = {}, body, wanted } = asked
    const sent = {
      method,
      path,
      query: new URLSearchParams(query),
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
      claims: claimsOf(person),
    }
    const answer =
      path.startsWith('/connection') || path.startsWith('/oauth')
        ? await request(
            [...connectRoutes, ...oauthRoutes],
            (ports) => connectUses(ports, ADDRESSES),
            'oauth',
            API_MS,
            sent,
          )
        : await request(adminRoutes, adminUses, 'admin', API_MS, sent, wanted)
    return answer === undefined ? undefined : read(answer)
  }

  /** Connects by Intuit's own consent page, as a person does in a browser, and confirms. */
  async function connect(tenant: Tenant): Promise<Answered | undefined> {
    const consented = await consent(tenant, tenant.realmId)
    const code = consented?.json.code
    return typeof code === 'string' ? confirm(tenant, code) : consented
  }

  /** The link that this person asked for, opened in a browser, where `realmId` is what is chosen. */
  async function consent(person: Person, realmId: string): Promise<Answered | undefined> {
    const begun = await ask(person, 'POST', '/connection/authorize')
    const url = begun?.json.url
    if (typeof url !== 'string') return begun
    const { pathname, searchParams } = new URL(url)
    const form = new URLSearchParams({
      ...Object.fromEntries(searchParams),
      realmId,
      decision: 'connect',
    })
    const { headers } = await simulator.handle({ method: 'POST', path: pathname, body: form.toString() })
    const back = new URL(headers.location ?? redirectUri)
    const consented = await ask(person, 'GET', '/oauth/callback', { query: Object.fromEntries(back.searchParams) })
    if (typeof consented?.json.code === 'string') confirmations.add(consented.json.code)
    return consented
  }

  function confirm(person: Person, code: string): Promise<Answered | undefined> {
    return ask(person, 'POST', '/connection/confirm', { body: { code } })
  }

  /** Puts what may go wrong in force, or with no faults takes it back. */
  function setFaults({ process, queue, webhooks, intuit, sentTwice: twice, indexLagMs = 0 }: WorldSettings): void {
    processes.setFaults(process)
    pulls.setFaults(queue)
    pushes.setFaults(queue)
    wakeUps.setFaults(queue)
    simulator.modules.webhooks.change(webhooks)
    sentTwice = twice
    lagging?.setMostMs(indexLagMs)
    noteStruck()
    simulator.faults.clear()
    struckAs.clear()
    if (intuit === 0) return
    for (const { fault, weight, path, mishap } of INTUIT_FAULTS) {
      const id = simulator.faults.add({ fault, share: intuit * weight, ...(path !== undefined && { path }) })
      struckAs.set(id, mishap)
    }
  }

  const struckAs = new Map<string, Mishap>()
  function noteStruck(): void {
    for (const { id, struck } of simulator.faults.list()) {
      const mishap = struckAs.get(id)
      if (mishap !== undefined) trace.happened(mishap, struck)
    }
  }

  /** Everything that went wrong so far, and how often. */
  function mishaps(): Readonly<Partial<Record<Mishap, number>>> {
    const { lost, doubled, late, overtaken } = simulator.modules.webhooks.mishaps()
    const all: readonly (readonly [Mishap, number])[] = [
      ...trace.mishaps(),
      ['a notification is lost', lost],
      ['a notification comes twice', doubled],
      ['a notification comes late', late],
      ['a notification overtakes another', overtaken],
      ['the clocks are minutes apart', settings.skewMs === 0 ? 0 : 1],
    ]
    return Object.fromEntries(all.filter(([, times]) => times > 0))
  }

  /** Time goes on until `untilMs`, or until `isOver` says so. */
  async function pass(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    for (;;) {
      await everythingElse()
      if (isOver()) return
      if (processes.step()) continue
      if (await goesOnByItself()) continue
      const nextAt = timeline.nextAt()
      if (nextAt === undefined || nextAt > untilMs) break
      timeline.moveTo(nextAt)
    }
    timeline.moveTo(untilMs)
  }

  /** Libraries put off some of their work by a few turns of the event loop: time stands still until that is done. */
  async function goesOnByItself(): Promise<boolean> {
    const before = trace.count()
    for (let turns = 0; turns < TURNS && processes.alive() > 0; turns++) {
      await everythingElse()
      if (trace.count() !== before || processes.waits()) return true
    }
    return false
  }

  /** Waits for what a person does while time goes on. */
  async function during<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const done = work.finally(() => {
      isOver = true
    })
    // The failure is the caller's; here it only ends the waiting.
    done.catch(() => undefined)
    await pass(timeline.now() + DAY_MS, () => isOver)
    return done
  }

  let everyMs = MINUTE_MS
  const tick = () => {
    void invoke('sweep', SCHEDULE_MS, (ports) => sweep(ports)).catch(() => undefined)
    timeline.setTimer(timeline.now() + everyMs, tick)
  }
  const dailyWork = () => {
    void invoke('daily', SCHEDULE_MS, (ports) => daily(ports)).catch(() => undefined)
    timeline.setTimer(timeline.now() + DAY_MS / 4, dailyWork)
  }
  timeline.setTimer(START_MS + MINUTE_MS, tick)
  timeline.setTimer(START_MS + DAY_MS / 4, dailyWork)

  const broken: string[] = []
  return {
    /** Promises that were found broken on the way. */
    broken,
    timeline,
    trace,
    processes,
    witness,
    newer,
    simulator,
    memory,
    pulls,
    pushes,
    app,
    mishaps,
    invoke,
    ask,
    connect,
    consent,
    confirm,
    confirmations,
    setFaults,
    pass,
    during,
    /** A person waits, on the clock that they share with everybody. */
    wait: (ms: number) => new Promise<void>((resolve) => void timeline.setTimer(timeline.now() + ms, resolve)),
    /** How often the minute's sweep comes; rarer where nothing is left to be found by it soon. */
    sweepEvery: (ms: number) => {
      everyMs = ms
    },
    company: (tenant: Tenant) => {
      const company = simulator.companies.find(tenant.realmId)
      if (company === undefined) throw new Error('The simulator has no such company.')
      return company
    },
    close: () => {
      for (const close of lines) close()
      return simulator.close()
    },
  }
}

const INTUIT_FAULTS: readonly Readonly<{ fault: FaultKind; weight: number; path?: string; mishap: Mishap }>[] = [
  { fault: { kind: 'status', status: 500 }, weight: 0.15, mishap: 'QuickBooks answers 500' },
  { fault: { kind: 'fault-in-200' }, weight: 0.1, path: '/v3/', mishap: 'QuickBooks answers 200 with a Fault' },
  { fault: { kind: 'unauthorized' }, weight: 0.1, path: '/v3/', mishap: 'QuickBooks answers 401' },
  { fault: { kind: 'throttled' }, weight: 0.05, path: '/v3/', mishap: 'QuickBooks answers 429' },
  { fault: { kind: 'forbidden' }, weight: 0.08, path: '/v3/', mishap: 'QuickBooks answers 403' },
  { fault: { kind: 'html', status: 503 }, weight: 0.1, mishap: 'QuickBooks answers with a page of HTML' },
  { fault: { kind: 'reset' }, weight: 0.1, mishap: 'QuickBooks resets the connection' },
  { fault: { kind: 'response-lost' }, weight: 0.2, path: '/v3/', mishap: 'an answer is lost after its effect' },
  { fault: { kind: 'timeout-after' }, weight: 0.1, path: '/v3/', mishap: 'an answer times out after its effect' },
  { fault: { kind: 'truncated' }, weight: 0.05, path: '/v3/', mishap: 'half of an answer comes' },
  { fault: { kind: 'delay', ms: 20_000 }, weight: 0.05, path: '/v3/', mishap: 'QuickBooks takes long to answer' },
  { fault: { kind: 'response-lost' }, weight: 0.4, path: '/oauth2/', mishap: 'the answer to a refresh is lost' },
]

function claimsOf({ workspace, person }: Person): Readonly<Record<string, unknown>> {
  return { sub: person, scope: 'tandem/read tandem/write tandem/admin', 'custom:workspace': workspace }
}

function read({ status, headers, body }: HttpResponse): Answered {
  const isJson = (headers['content-type'] ?? '').includes('json')
  const parsed: unknown = isJson && body !== '' ? JSON.parse(body) : {}
  const json = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  return { status, headers, text: body, json }
}

/** Resolves when all that was ready to run has run. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
