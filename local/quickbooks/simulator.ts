import { type App, createApps, DEFAULT_APP } from './apps.ts'
import { createCallLog } from './call-log.ts'
import { type Clock, createRealClock, isMovable } from './clock.ts'
import { type CompanySeed, createCompanies } from './company/companies.ts'
import { type CompanySnapshot, snapshotCompany } from './company/snapshot.ts'
import type { SimulatorContext } from './context.ts'
import type { TokenAuthority } from './gateway/authority.ts'
import { createFaults } from './gateway/faults.ts'
import { createGatewaySettings, type GatewayChanges } from './gateway/gateway-settings.ts'
import { underFaults } from './gateway/under-faults.ts'
import { htmlResponse, type RoutedRequest, type SimulatorRequest, type SimulatorResponse } from './http.ts'
import { createModules, type Modules } from './modules.ts'
import type { GrantsSnapshot } from './oauth/grants.ts'
import { createRandom } from './random.ts'
import { createAccountingApi } from './rest/accounting-api.ts'
import type { KeptAnswer } from './rest/request-ids.ts'
import { createRouter } from './router.ts'
import { type Listening, type ListenOptions, listenOn } from './server.ts'
import { createSwitches, type SwitchOverrides } from './switches.ts'
import type { Send } from './webhooks/delivery-queue.ts'
import { sendOverHttp } from './webhooks/http-sender.ts'

/** The realm of the sample company that is there when no companies are given. */
export const SAMPLE_REALM = '9341452000000001'

const SAMPLE_COMPANIES: readonly CompanySeed[] = [{ realmId: SAMPLE_REALM, kind: 'sample' }]

/** Of a query ("Data queries", MAXRESULTS) and of change data capture alike. */
const MOST_ROWS = 1_000

/** All that a simulator remembers. */
export interface SimulatorSnapshot {
  /** Epoch milliseconds. */
  readonly now: number
  readonly companies: readonly CompanySnapshot[]
  readonly oauth: GrantsSnapshot
  /** What a write that comes again with its requestid is answered. */
  readonly answers: readonly KeptAnswer[]
}

export interface SimulatorOptions {
  /** Everything made up or left to chance follows from it. Default 1. */
  readonly seed?: number | string
  /** Default: real time with an offset. */
  readonly clock?: Clock
  readonly switches?: SwitchOverrides
  /** Default: one sample company. */
  readonly companies?: readonly CompanySeed[]
  /** Default: one app. */
  readonly apps?: readonly App[]
  readonly gateway?: GatewayChanges
  /**
   * The most rows of one answer to a query or to change data capture. Default 1,000, as Intuit has it; fewer make a long
   * list of few records. Records that are named by their Ids come all the same.
   */
  readonly mostRows?: number
  readonly log?: (line: string) => void
  /** Carries webhooks out. Default: HTTP. */
  readonly send?: Send
  /** What an earlier simulator left: its companies stand in for those of `companies` with the same realm. */
  readonly snapshot?: SimulatorSnapshot
  /** Instead of OAuth: decides which bearer tokens are good. For tests of the Accounting API alone. */
  readonly authority?: TokenAuthority
}

export interface Simulator extends SimulatorContext {
  readonly modules: Modules
  /**
   * Answers one request without a socket. What it does is done when the promise resolves; `latencyMs` and `transport`
   * say what the wire would add, and are left to the caller. Never rejects.
   */
  handle(request: SimulatorRequest): Promise<SimulatorResponse>
  /** Companies, grants, answers by requestid and the time, as plain JSON, for a later simulator to go on from. */
  snapshot(): SimulatorSnapshot
  /**
   * Calls back after each request that may have changed something, before it is answered: with a 500, if that throws.
   * The result unsubscribes.
   */
  onWrite(listener: () => void): () => void
  /** Serves over HTTP, with latency and transport faults. Port 0 takes a free one. */
  listen(options: ListenOptions): Promise<Listening>
  /** Stops what modules have running. */
  close(): void
}

const NO_BODY = new Uint8Array()

/** Splits a request into what routes work on; header names become lower case. */
function routed(request: SimulatorRequest): Omit<RoutedRequest, 'params'> {
  const mark = request.path.indexOf('?')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
  return {
    method: request.method.toUpperCase(),
    url: request.path,
    pathname: mark < 0 ? request.path : request.path.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : request.path.slice(mark + 1)),
    headers,
    body:
      request.body === undefined
        ? NO_BODY
        : typeof request.body === 'string'
          ? Buffer.from(request.body)
          : request.body,
  }
}

/** A call that a fault kept from its module, which would have put it into the log. */
function logUnrun(
  { calls, clock }: SimulatorContext,
  { method, pathname }: Omit<RoutedRequest, 'params'>,
  response: SimulatorResponse & { readonly fault?: string },
): void {
  calls.record({
    at: clock.now(),
    method,
    path: pathname,
    kind: 'oauth',
    status: response.status,
    meteredReads: 0,
    rows: 0,
    latencyMs: response.latencyMs ?? 0,
    ...(response.fault === undefined ? {} : { fault: response.fault }),
  })
}

/** Creates a simulator with its companies seeded; nothing listens yet. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const clock = options.clock ?? createRealClock()
  const switches = createSwitches(options.switches)
  const log = options.log ?? (() => {})
  const { snapshot } = options
  const seed = options.seed ?? 1
  // A later life draws anew: ids and tokens of the earlier one must not come again.
  const random = createRandom(snapshot === undefined ? seed : `${seed}/${snapshot.now}`)
  // A clock that a person moved ahead must not fall back, or what was stored would lie in the future.
  if (snapshot !== undefined && isMovable(clock) && clock.now() < snapshot.now) clock.set(snapshot.now)
  const writeListeners = new Set<() => void>()
  const context: SimulatorContext = {
    clock,
    random,
    switches,
    apps: createApps(options.apps ?? [DEFAULT_APP]),
    companies: createCompanies(
      { clock, random: createRandom(seed), switches, mostRows: options.mostRows ?? MOST_ROWS },
      [],
    ),
    calls: createCallLog(),
    faults: createFaults(random.fork('faults')),
    gateway: createGatewaySettings(options.gateway),
    log,
  }
  const modules = createModules(context, options.send ?? sendOverHttp)
  for (const company of snapshot?.companies ?? []) context.companies.restore(company)
  for (const company of options.companies ?? SAMPLE_COMPANIES) {
    if (context.companies.find(company.realmId) === undefined) context.companies.add(company)
  }
  const { routes, requestIds } = createAccountingApi(context, options.authority ?? modules.authority)
  if (snapshot !== undefined) {
    modules.oauth.restore(snapshot.oauth)
    requestIds.restore(snapshot.answers)
  }
  const router = createRouter()
  router.add(routes)
  for (const module of modules.all) router.add(module.routes)

  const answer = async (request: SimulatorRequest): Promise<SimulatorResponse> => {
    const parts = routed(request)
    const match = router.match(parts.method, parts.pathname)
    if (match === undefined) return htmlResponse(404, '<html><body><h1>404 Not Found</h1></body></html>')
    if (match === 'wrong-method') return htmlResponse(405, '<html><body><h1>405 Method Not Allowed</h1></body></html>')
    const run = async (): Promise<SimulatorResponse> => match.handler({ ...parts, params: match.params })
    // The Accounting API knows the app of a call only after its own check of the token, so it puts faults in itself;
    // the control API is not QuickBooks and never fails on purpose.
    const isControl = parts.pathname === '/' || parts.pathname.startsWith('/control')
    if (isControl || parts.pathname.startsWith('/v3/')) return run()
    let hasRun = false
    const response = await underFaults(context, { method: parts.method, url: parts.pathname }, () => {
      hasRun = true
      return run()
    })
    if (!hasRun) logUnrun(context, parts, response)
    return response
  }
  const answerAndTell = async (request: SimulatorRequest): Promise<SimulatorResponse> => {
    try {
      return await answer(request)
    } finally {
      if (request.method.toUpperCase() !== 'GET') for (const listener of writeListeners) listener()
    }
  }
  const simulator: Simulator = {
    ...context,
    modules,
    async handle(request) {
      try {
        return await answerAndTell(request)
      } catch (error) {
        log(`The simulator failed on ${request.method}: ${error instanceof Error ? error.stack : String(error)}`)
        return htmlResponse(500, '<html><body><h1>500: the simulator itself failed; see its log</h1></body></html>')
      }
    },
    snapshot: () => ({
      now: clock.now(),
      companies: context.companies.list().map(snapshotCompany),
      oauth: modules.oauth.snapshot(),
      answers: requestIds.snapshot(),
    }),
    onWrite(listener) {
      writeListeners.add(listener)
      return () => writeListeners.delete(listener)
    },
    listen: (to) => listenOn(simulator.handle, clock, to),
    close() {
      for (const module of modules.all) module.close?.()
    },
  }
  return simulator
}
