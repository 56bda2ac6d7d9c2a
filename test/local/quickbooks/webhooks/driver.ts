import { type App, DEFAULT_APP } from '../../../../local/quickbooks/apps.ts'
import { createVirtualClock, type MovableClock } from '../../../../local/quickbooks/clock.ts'
import type { Company } from '../../../../local/quickbooks/company/company.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../../local/quickbooks/simulator.ts'
import type { Notification } from '../../../../local/quickbooks/webhooks/notification.ts'

export const REALM = '4620816365000001'
export const OTHER_REALM = '4620816365000002'
const START = Date.parse('2026-11-23T08:00:00.123Z')
export const APP: App = {
  ...DEFAULT_APP,
  verifierToken: 'the-verifier-token',
  webhookUrl: 'https://app.example.com/hooks',
}

/** What an endpoint does with a delivery: a status, no answer at all, or a broken connection. */
type Reaction = number | 'silent' | 'broken'

export type Driver = {
  readonly simulator: Simulator
  readonly clock: MovableClock
  readonly company: Company
  readonly other: Company
  /** What arrived, oldest first. */
  readonly arrived: readonly Notification[]
  /** How the endpoint reacts from now on; the last one stays. */
  readonly reactTo: (...reactions: readonly Reaction[]) => void
  readonly advance: (ms: number) => Promise<void>
  /** Creates a customer as the bookkeeper does, and gives its id. */
  readonly create: (name: string, company?: Company) => string
}

/** A simulator with two connected companies, whose webhooks arrive at a scripted endpoint in this process. */
export function createDriver(options: SimulatorOptions = {}): Driver {
  const clock = createVirtualClock(START)
  const arrived: Notification[] = []
  let reactions: readonly Reaction[] = [200]
  const simulator = createSimulator({
    clock,
    companies: [
      { realmId: REALM, kind: 'empty' },
      { realmId: OTHER_REALM, kind: 'empty' },
    ],
    apps: [APP],
    send: async (notification) => {
      arrived.push(notification)
      const [reaction = 200, ...rest] = reactions
      if (rest.length > 0) reactions = rest
      if (reaction === 'broken') throw new Error('connection reset')
      return reaction === 'silent' ? new Promise<never>(() => {}) : { status: reaction }
    },
    ...options,
  })
  for (const app of simulator.apps.list()) {
    for (const realmId of [REALM, OTHER_REALM]) simulator.modules.oauth.grant(app.clientId, realmId)
  }
  const companyOf = (realmId: string): Company => {
    const company = simulator.companies.find(realmId)
    if (company === undefined) throw new Error(`no company ${realmId}`)
    return company
  }
  const company = companyOf(REALM)
  return {
    simulator,
    clock,
    company,
    other: companyOf(OTHER_REALM),
    arrived,
    reactTo(...next) {
      reactions = next
    },
    async advance(ms) {
      clock.advance(ms)
      // The endpoint answers by promise, so its answer is there one turn later.
      await new Promise(setImmediate)
    },
    create(name, into = company) {
      const outcome = into.bookkeeper.create('Customer', { DisplayName: name })
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors))
      return String(outcome.record.Id)
    },
  }
}
