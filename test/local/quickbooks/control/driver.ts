import { createVirtualClock, type MovableClock } from '../../../../local/quickbooks/clock.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../../local/quickbooks/simulator.ts'
import { APP } from '../webhooks/driver.ts'

export const REALM = '4620816365000001'

export type Driver = {
  readonly simulator: Simulator
  readonly clock: MovableClock
  /** Calls the control API; gives the status and the JSON of the answer. */
  readonly control: (
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ readonly status: number; readonly json: Json }>
}

/** What a test looks into by the names that it expects. */
interface Json {
  readonly [name: string]: Json
}

/** A simulator with one empty company and one app, steered by its control API alone. */
export function createDriver(options: SimulatorOptions = {}): Driver {
  const clock = createVirtualClock(Date.parse('2026-11-23T08:00:00Z'))
  const simulator = createSimulator({
    clock,
    companies: [{ realmId: REALM, kind: 'empty', name: 'Ada & Sons' }],
    apps: [APP],
    send: async () => ({ status: 200 }),
    ...options,
  })
  return {
    simulator,
    clock,
    async control(method, path, body) {
      const answer = await simulator.handle({
        method,
        path: `/control${path}`,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return { status: answer.status, json: answer.body === '' ? undefined : JSON.parse(answer.body) }
    },
  }
}
