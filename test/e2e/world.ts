import { expect, vi } from 'vitest'
import type { Cloud } from '../../local/cloud/cloud.ts'
import { BAD, createSky } from '../../local/cloud/weather/weather.ts'
import { isMovable } from '../../local/quickbooks/clock.ts'
import type { CompanySeed } from '../../local/quickbooks/company/companies.ts'
import type { Company } from '../../local/quickbooks/company/company.ts'
import type { JsonObject } from '../../local/quickbooks/company/json.ts'
import type { FaultKind, FaultRule } from '../../local/quickbooks/gateway/faults.ts'
import { fillInConsent } from '../../local/start/consent.ts'
import { type ApiAnswer, startTandem, type Tandem } from '../local/cloud-fixture.ts'
import { findLeaks } from './leaks.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is what the tests look into.
type Body = any

/** A company of the simulator and the workspace of its own that a test connects to it. */
export interface Workspace {
  readonly workspace: string
  readonly realmId: string
  /** The company as its bookkeeper has it. */
  readonly company: Company
  /** Calls the API with a token for this workspace. */
  readonly call: Tandem['call']
  /** Connects the company, as a person does on the pages. Answers with what the last step said. */
  readonly connect: () => Promise<ApiAnswer>
  /** Starts a run and answers with it once nothing is at work any more: ended, or waiting. */
  readonly run: (route: string, json?: object) => Promise<Body>
  /** Connects, if need be, and pulls. */
  readonly pull: () => Promise<Body>
  /** Connects, pulls, and imports these or everything as accounts. Answers with the contact of each record. */
  readonly bringIn: (ids?: readonly string[]) => Promise<(recordId: string) => Promise<Body>>
  /** Every item of a list, page by page. */
  readonly list: (path: string) => Promise<readonly Body[]>
  /** What became of each record of a run, by the id of the record. */
  readonly outcomes: (run: { readonly id: string }) => Promise<Readonly<Record<string, Body>>>
  /** Puts a fault in the way of the next call to this company, or of the next that the rule fits. */
  readonly fault: (fault: FaultKind, rule?: Omit<FaultRule, 'fault' | 'realmId' | 'times'>) => Struck
  /** Keeps QuickBooks' answer to the next call back, of those that a path fits, for as long as is wished. */
  readonly holdBack: (path?: string) => HeldBack
  /** What was asked of this company so far, as its log has it, decoded. */
  readonly asked: () => readonly string[]
}

export interface Struck {
  /** Resolves when the call has come that the fault was put in the way of. */
  readonly struck: () => Promise<void>
}

export interface HeldBack extends Struck {
  /** Lets the answer go, by letting that much time pass on both sides. */
  readonly release: () => void
}

export interface World extends Tandem {
  /** A new workspace with a new company that nobody else sees. */
  readonly newWorkspace: (company?: Partial<CompanySeed>) => Workspace
  /** Disconnects every workspace made so far, so that what is done for all has no more to do for them. */
  readonly retire: () => Promise<void>
  /** Where Intuit's page sends the browser back to, when someone who began in this workspace chooses this company. */
  readonly consent: (workspace: string, realmId: string) => Promise<URL>
  /** Comes back from Intuit's page, and confirms as the person who began. Answers with what the last step said. */
  readonly confirm: (workspace: string, back: URL) => Promise<ApiAnswer>
  /** Lets time pass on both sides, without waiting. */
  readonly passTime: (milliseconds: number) => void
  /** Resolves when QuickBooks has no notification left to send and nothing is at work. */
  readonly settle: () => Promise<void>
  /** Lets a day pass, runs the work of every day, and waits until nothing is at work. */
  readonly daily: () => Promise<void>
  /** Runs the sweep that goes every minute, and waits until nothing is at work. */
  readonly sweep: () => Promise<void>
  /** What the logs of all functions hold of tokens, secrets and personal data. */
  readonly leaks: () => readonly string[]
}

/** Longer than anything takes here, shorter than anyone's patience. */
const DAY = 24 * 60 * 60_000
const HELD_BACK_MS = 20_000

/** Less than a test has: what is still at work after this long is named, instead of a test that took too long. */
const LONGEST_MS = 20_000

/** `WEATHER=bad npx vitest run test/e2e/both-ways.test.ts` lives the same tests in the weather of local/README.md. */
export const isBadWeather = (): boolean => process.env.WEATHER === 'bad'

/** In so many looks of the sweep, a minute apart, whatever the weather kept back is done. */
const ROUNDS_IN_BAD_WEATHER = 3
const ROUND_MS = 60_000

let made = 0

export interface WorldSettings {
  /** Whether QuickBooks tells of changes. False: they are found only when they are looked for. */
  readonly webhooks: boolean
}

/** Starts Tandem on its local cloud with the QuickBooks simulator, all in this process and on free ports. */
export async function startWorld({ webhooks }: WorldSettings): Promise<World> {
  const tandem = await startTandem(isBadWeather() ? { sky: createSky(BAD, 1) } : {}, { companies: [] })
  const { simulator } = tandem
  const calmIdle: Cloud['idle'] = (options) => tandem.cloud.idle({ timeout: LONGEST_MS, ...options })
  /** In bad weather some things are done only once the index has come to them, or by the next sweep: time passes. */
  const idle: Cloud['idle'] = async (options) => {
    await calmIdle(options)
    for (let round = 0; isBadWeather() && round < ROUNDS_IN_BAD_WEATHER; round += 1) {
      passTime(ROUND_MS)
      await tandem.cloud.runSchedule('Sweep')
      await calmIdle({ passVisibilityTimeout: true, ...options })
    }
  }
  const cloud: Cloud = { ...tandem.cloud, idle }
  if (!webhooks) {
    for (const { webhookUrl: _told, ...app } of simulator.apps.list()) simulator.apps.register(app)
  }
  const minted = new Set<string>()
  const active = new Set<string>()

  const passTime = (milliseconds: number): void => {
    cloud.passTime(milliseconds)
    if (isMovable(simulator.clock)) simulator.clock.advance(milliseconds)
  }

  const call: Tandem['call'] = (route, request = {}) => patiently(() => tandem.call(route, request))

  const consent: World['consent'] = async (workspace, realmId) => {
    const { body } = await call('POST /connection/authorize', { workspace })
    const page = await fetch(body.url)
    const { action, fields } = fillInConsent(await page.text(), body.url)
    fields.set('realmId', realmId)
    const decided = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' })
    const back = new URL(decided.headers.get('location') ?? '')
    for (const name of ['state', 'code']) minted.add(back.searchParams.get(name) ?? '')
    return back
  }

  const confirm: World['confirm'] = async (workspace, back) => {
    const consented = await visit(back)
    if (consented.status !== 200) return consented
    minted.add(consented.body.code)
    return call('POST /connection/confirm', { workspace, json: { code: consented.body.code } })
  }

  const scheduled = async (name: string): Promise<void> => {
    const ran = await cloud.runSchedule(name)
    if (ran?.ok !== true && !isBadWeather()) throw new Error(`${name} failed: ${JSON.stringify(ran)}`)
    await cloud.idle()
  }

  const newWorkspace: World['newWorkspace'] = (seed = {}) => {
    made += 1
    const workspace = `w${made}`
    active.add(workspace)
    const realmId = `93414530000${10_000 + made}`
    const company = simulator.companies.add({ realmId, kind: 'sample', ...seed })
    const callHere: Tandem['call'] = (route, request) => call(route, { workspace, ...request })
    const connect = async () => confirm(workspace, await consent(workspace, realmId))
    const run: Workspace['run'] = async (route, json) => {
      const started = await callHere(route, json === undefined ? {} : { json })
      if (started.status !== 202) throw new Error(`${route}: ${started.status} ${JSON.stringify(started.body)}`)
      await cloud.idle()
      return (await callHere(`GET /runs/${started.body.id}`)).body
    }
    const list: Workspace['list'] = async (path) => {
      const items: Body[] = []
      // Lists are as the index has them, which may lag.
      if (isBadWeather()) passTime(BAD.indexLagMs)
      let next: string | undefined
      do {
        const at = new URL(path, 'http://any')
        if (next !== undefined) at.searchParams.set('cursor', next)
        const { status, body } = await callHere(`GET ${at.pathname}${at.search}`)
        if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
        items.push(...body.items)
        next = body.next
      } while (next !== undefined)
      return items
    }
    const outcomes: Workspace['outcomes'] = async ({ id }) => {
      const all = await list(`/runs/${id}/outcomes?limit=200`)
      return Object.fromEntries(all.map((outcome) => [outcome.recordId, outcome]))
    }
    const fault: Workspace['fault'] = (kind, rule = {}) => {
      const id = simulator.faults.add({ fault: kind, realmId, times: 1, ...rule })
      const waits = () => simulator.faults.list().some((active) => active.id === id)
      return { struck: () => vi.waitFor(() => expect(waits()).toBe(false), { timeout: LONGEST_MS, interval: 5 }) }
    }
    const pull: Workspace['pull'] = async () => {
      if ((await callHere('GET /connection')).body.status !== 'connected') await connect()
      return run('POST /pulls')
    }
    return {
      workspace,
      realmId,
      company,
      call: callHere,
      connect,
      run,
      pull,
      bringIn: async (ids) => {
        await pull()
        const select = ids === undefined ? { filter: 'all' } : { ids }
        const of = await outcomes(await run('POST /imports', { as: 'account', select }))
        return async (recordId) => (await callHere(`GET /contacts/${of[recordId]?.contactId}`)).body
      },
      list,
      outcomes,
      fault,
      holdBack: (path) => ({
        ...fault({ kind: 'delay', ms: HELD_BACK_MS }, path === undefined ? {} : { path }),
        release: () => passTime(HELD_BACK_MS),
      }),
      asked: () => {
        const here = simulator.calls.recent().filter((each) => each.realmId === realmId)
        return here.map(({ path }) => decodeURIComponent(path.replaceAll('+', ' ')).toLowerCase())
      },
    }
  }

  return {
    ...tandem,
    cloud,
    call,
    newWorkspace,
    retire: async () => {
      await Promise.all([...active].map((workspace) => call('POST /connection/disconnect', { workspace })))
      active.clear()
    },
    consent,
    confirm,
    passTime,
    settle: async () => {
      const nothing = { deliveries: 0, events: 0 }
      const { webhooks: sender } = simulator.modules
      const isTold = (): void => {
        // When time was passed while a delivery was on its way, QuickBooks takes it for late, and tells it again later.
        sender.retryNow()
        expect(sender.waiting()).toEqual(nothing)
      }
      await vi.waitFor(isTold, { timeout: LONGEST_MS, interval: 5 })
      await cloud.idle()
    },
    daily: async () => {
      passTime(DAY)
      await scheduled('Daily')
    },
    sweep: () => scheduled('Sweep'),
    leaks: () => {
      const names = cloud.functions.facts().map(({ logicalId }) => logicalId)
      const logs = names.map((name) => ({ name, lines: cloud.functions.log(name) }))
      return findLeaks(logs, simulator, [...minted])
    },
  }
}

/** As a program that calls a real API: what the API itself refused, before anything was done, is asked for again. */
async function patiently(ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (;;) {
    const answer = await ask()
    const isRefusedByApi = [429, 503].includes(answer.status) && answer.body?.type === undefined
    if (!isRefusedByApi) return answer
  }
}

/** Opens an address as a program does, which gets JSON where a browser gets a page. */
export const visit = (url: URL): Promise<ApiAnswer> => patiently(() => visitOnce(url))

async function visitOnce(url: URL): Promise<ApiAnswer> {
  const response = await fetch(url)
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** What the bookkeeper's screens answered, which has to have worked. */
export function done(outcome: { readonly ok: boolean; readonly record?: JsonObject }): {
  readonly id: string
  readonly record: JsonObject
} {
  if (outcome.record === undefined) throw new Error(`The simulator refused: ${JSON.stringify(outcome)}`)
  return { id: String(outcome.record.Id), record: outcome.record }
}
