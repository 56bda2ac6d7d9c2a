import { type App, DEFAULT_APP } from '../../../../local/quickbooks/apps.ts'
import { createVirtualClock, type MovableClock } from '../../../../local/quickbooks/clock.ts'
import type { SimulatorResponse } from '../../../../local/quickbooks/http.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../../local/quickbooks/simulator.ts'

export const REALM = '4620816365000001'
export const OTHER_REALM = '4620816365000002'
export const CALLBACK = 'http://localhost:3000/oauth/callback'
export const APP: App = { ...DEFAULT_APP, redirectUris: [CALLBACK] }
export const OTHER_APP: App = { ...APP, clientId: 'ABotherApp', clientSecret: 'otherSecret', name: 'Other app' }

export const SECOND = 1_000
export const DAY = 86_400 * SECOND
const START = Date.parse('2026-11-23T08:00:00Z')

export type Driver = {
  readonly simulator: Simulator
  readonly clock: MovableClock
  /** `GET /connect/oauth2` with sound parameters, each of which can be replaced, or taken away by undefined. */
  readonly ask: (changes?: Readonly<Record<string, string | undefined>>) => Promise<SimulatorResponse>
  /** Posts the consent form; gives the callback's URL. */
  readonly decide: (changes?: Readonly<Record<string, string | undefined>>) => Promise<URL>
  readonly code: (changes?: Readonly<Record<string, string | undefined>>) => Promise<string>
  readonly token: (
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  readonly exchange: (code: string, app?: App) => Promise<Answer>
  readonly refresh: (refreshToken: string, app?: App) => Promise<Answer>
  readonly connect: (app?: App) => Promise<TokenBody>
  readonly revoke: (token: string, app?: App) => Promise<SimulatorResponse>
  readonly opens: (accessToken: string, realmId?: string) => boolean
}

type TokenBody = {
  readonly [field: string]: unknown
  readonly access_token: string
  readonly refresh_token: string
}
type Answer = {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
  readonly tokens: TokenBody
}

export const basic = ({ clientId, clientSecret }: App): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`

function form(fields: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) params.set(name, value)
  return params
}

/** A simulator with two companies and two apps on a clock that stands still, and the ways that an app goes. */
export function createDriver(options: SimulatorOptions = {}): Driver {
  const clock = createVirtualClock(START)
  const simulator = createSimulator({
    clock,
    companies: [
      { realmId: REALM, kind: 'empty', name: 'Ada & Sons' },
      { realmId: OTHER_REALM, kind: 'empty', name: 'Zoë "Z" Ltd' },
    ],
    apps: [APP, OTHER_APP],
    ...options,
  })
  const parameters = (changes: Readonly<Record<string, string | undefined>>): URLSearchParams =>
    form({
      client_id: APP.clientId,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'com.intuit.quickbooks.accounting',
      state: 'opaque',
      ...changes,
    })
  const ask: Driver['ask'] = (changes = {}) =>
    simulator.handle({ method: 'GET', path: `/connect/oauth2?${parameters(changes)}` })
  const decide: Driver['decide'] = async (changes = {}) => {
    const body = parameters({ realmId: REALM, decision: 'connect', ...changes }).toString()
    const { headers } = await simulator.handle({ method: 'POST', path: '/connect/oauth2', body })
    return new URL(headers.location ?? 'about:blank')
  }
  const code: Driver['code'] = async (changes) => (await decide(changes)).searchParams.get('code') ?? ''
  const token: Driver['token'] = async (fields, headers = { authorization: basic(APP) }) => {
    const path = '/oauth2/v1/tokens/bearer'
    const answer = await simulator.handle({ method: 'POST', path, headers, body: form(fields).toString() })
    return { status: answer.status, text: answer.body, headers: answer.headers, tokens: JSON.parse(answer.body) }
  }
  const exchange: Driver['exchange'] = (value, app = APP) =>
    token({ grant_type: 'authorization_code', code: value, redirect_uri: CALLBACK }, { authorization: basic(app) })
  const refresh: Driver['refresh'] = (refreshToken, app = APP) =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken }, { authorization: basic(app) })
  return {
    simulator,
    clock,
    ask,
    decide,
    code,
    token,
    exchange,
    refresh,
    connect: async (app = APP) => (await exchange(await code({ client_id: app.clientId }), app)).tokens,
    revoke: (value, app = APP) =>
      simulator.handle({
        method: 'POST',
        path: '/v2/oauth2/tokens/revoke',
        headers: { authorization: basic(app), 'content-type': 'application/json' },
        body: JSON.stringify({ token: value }),
      }),
    opens: (accessToken, realmId = REALM) =>
      simulator.modules.authority.authorize(accessToken, realmId, clock.now()).ok,
  }
}
