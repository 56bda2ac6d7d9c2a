import { join } from 'node:path'
import { type Cloud, type CloudSettings, startCloud } from '../../local/cloud/cloud.ts'
import type { TokenRequest } from '../../local/cloud/services/issuer.ts'
import { synthesize } from '../../local/cloud/template/synthesize.ts'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../local/quickbooks/simulator.ts'
import { fillInConsent } from '../../local/start/consent.ts'
import type { SimulatedApp } from '../../local/start/simulator.ts'

const root = join(import.meta.dirname, '..', '..')

/**
 * Starts the laptop cloud with this repository's own stack, in memory and on free ports. The stack is synthesized once
 * for each state of the sources, whichever test asks first. Schedules run only when asked to (`runSchedule`), unless
 * the test gives a clock. Whoever starts it closes it.
 */
export async function startTestCloud(settings: Partial<CloudSettings> = {}): Promise<Cloud> {
  const { template } = await synthesize(root, { stage: 'laptop', intuitEnvironment: 'sandbox' })
  return startCloud({ template, schedules: settings.clock !== undefined, ...settings })
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  // Whatever the API said, which is what tests look into.
  // biome-ignore lint/suspicious/noExplicitAny: the shape differs with every route.
  readonly body: any
}

export interface ApiRequest extends TokenRequest {
  /** Sent as JSON. */
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What a person does with a running cloud. */
export interface Caller {
  /**
   * Calls Tandem's API with a token for the workspace `w1` and all scopes, unless the request says otherwise.
   * @param route method and path: `POST /pulls`
   */
  readonly call: (route: string, request?: ApiRequest) => Promise<ApiAnswer>
  /** Connects the simulator's first company, as a person would on its pages. Answers with what the last step said. */
  readonly connect: (workspace?: string) => Promise<ApiAnswer>
}

export interface Tandem extends Caller {
  readonly cloud: Cloud
  readonly simulator: Simulator
  readonly simulatorUrl: string
  readonly close: () => Promise<void>
}

/**
 * Starts this repository's own stack with the QuickBooks simulator at the other end, which sends its webhooks to it.
 * `simulatorOptions` are the simulator's own; its app is the sample one.
 */
export async function startTandem(
  settings: Partial<CloudSettings> = {},
  simulatorOptions: SimulatorOptions = {},
): Promise<Tandem> {
  const simulator = createSimulator(simulatorOptions)
  const listening = await simulator.listen({ port: 0 })
  const cloud = await startTestCloud({
    simulatorUrl: listening.url,
    secrets: secretsOf(DEFAULT_APP),
    ...settings,
  })
  simulator.apps.register({
    ...DEFAULT_APP,
    redirectUris: [`${cloud.apiUrl}/oauth/callback`],
    webhookUrl: `${cloud.apiUrl}/webhooks/quickbooks`,
  })
  return {
    cloud,
    simulator,
    simulatorUrl: listening.url,
    ...callerOf(cloud),
    close: async () => {
      await cloud.close()
      simulator.close()
      await listening.close()
    },
  }
}

/** The secrets of a cloud whose app at Intuit this is. */
export function secretsOf({ clientId, clientSecret, verifierToken }: SimulatedApp): Readonly<Record<string, string>> {
  return {
    IntuitClientSecret: JSON.stringify({ clientId, clientSecret }),
    WebhookVerifierSecret: JSON.stringify({ verifierTokens: [verifierToken] }),
  }
}

export function callerOf(cloud: Cloud): Caller {
  const call: Caller['call'] = async (route, { json, headers = {}, ...token } = {}) => {
    const [method = 'GET', path = '/'] = route.split(' ')
    const bearer = await cloud.mintToken({ workspace: 'w1', scopes: allScopes, person: 'ann', ...token })
    const response = await fetch(`${cloud.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    return answerOf(response)
  }
  return {
    call,
    connect: async (workspace = 'w1') => {
      const { body } = await call('POST /connection/authorize', { workspace })
      const page = await fetch(body.url)
      const { action, fields } = fillInConsent(await page.text(), body.url)
      const decided = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' })
      const consented = await answerOf(await fetch(decided.headers.get('location') ?? ''))
      if (consented.status !== 200) return consented
      return call('POST /connection/confirm', { workspace, json: { code: consented.body.code } })
    },
  }
}

const allScopes = ['tandem/read', 'tandem/write', 'tandem/admin']

async function answerOf(response: Response): Promise<ApiAnswer> {
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}
