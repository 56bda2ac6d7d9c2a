import { createVirtualClock, type MovableClock } from '../../../local/quickbooks/clock.ts'
import type { Change } from '../../../local/quickbooks/company/change.ts'
import type { Company } from '../../../local/quickbooks/company/company.ts'
import type { SimulatorResponse } from '../../../local/quickbooks/http.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../local/quickbooks/simulator.ts'

export const REALM = '9341452000000001'
/** Five in the morning in California. */
export const START = Date.parse('2026-11-23T13:00:00Z')

/** Parsed JSON; answers are looked into by path, and a wrong path fails the test. */
type Loose = ReturnType<typeof JSON.parse>

export interface Answer {
  readonly status: number
  readonly body: Loose
  readonly response: SimulatorResponse
}

export interface Driver {
  readonly simulator: Simulator
  readonly clock: MovableClock
  readonly company: Company
  readonly changes: readonly Change[]
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  read(id: string, entity?: string): Promise<Loose>
  query(statement: string): Promise<Answer>
  /** Posts a customer and gives the entity, or fails with what came instead. */
  write(body: unknown, entity?: string): Promise<Loose>
  /** Posts a customer that is to be refused, and gives the first error. */
  refusal(body: unknown, entity?: string): Promise<Loose>
}

const UNLIMITED = {
  limits: {
    perSecondPerApp: Number.POSITIVE_INFINITY,
    perMinutePerRealm: Number.POSITIVE_INFINITY,
    batchPerMinutePerApp: Number.POSITIVE_INFINITY,
    batchPerMinutePerRealm: Number.POSITIVE_INFINITY,
  },
}

/** A simulator whose tokens are all good and whose clock stands still; without limits unless they are asked for. */
export function drive(options: SimulatorOptions = {}): Driver {
  const clock = createVirtualClock(START)
  const simulator = createSimulator({
    clock,
    gateway: UNLIMITED,
    authority: { authorize: () => ({ ok: true, appId: 'app-1' }) },
    companies: [{ realmId: REALM, kind: 'empty' }],
    send: async () => ({ status: 200 }),
    ...options,
    // So that a test can name a moment; what lies apart at Intuit is looked at in one place (rest/moments).
    switches: { 'write-times': 'one-moment', 'version-headers': 'always', ...options.switches },
  })
  const company = simulator.companies.find(REALM)
  if (company === undefined) throw new Error('the driver’s company is missing')
  const changes: Change[] = []
  company.onChange((change) => changes.push(change))
  const call: Driver['call'] = async (method, path, body, headers = {}) => {
    const response = await simulator.handle({
      method,
      path: path.startsWith('/v3/') ? path : `/v3/company/${REALM}${path}`,
      headers: {
        authorization: 'Bearer token',
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    })
    const isJson = response.headers['content-type']?.includes('json') === true
    return { status: response.status, body: isJson ? JSON.parse(response.body) : response.body, response }
  }
  return {
    simulator,
    clock,
    company,
    changes,
    call,
    async read(id, entity = 'Customer') {
      const { body } = await call('GET', `/${entity.toLowerCase()}/${id}`)
      return body[entity] ?? body.Fault.Error[0]
    },
    query: (statement) => call('GET', `/query?query=${encodeURIComponent(statement)}`),
    async write(body, entity = 'Customer') {
      const answer = await call('POST', `/${entity.toLowerCase()}`, body)
      if (answer.status !== 200) throw new Error(`refused: ${answer.response.body}`)
      return answer.body[entity]
    },
    async refusal(body, entity = 'Customer') {
      const answer = await call('POST', `/${entity.toLowerCase()}`, body)
      if (answer.status !== 400) throw new Error(`expected 400, came ${answer.status}: ${answer.response.body}`)
      return answer.body.Fault.Error[0]
    },
  }
}
