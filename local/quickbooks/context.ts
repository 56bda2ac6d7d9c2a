import type { Apps } from './apps.ts'
import type { CallLog } from './call-log.ts'
import type { Clock } from './clock.ts'
import type { Companies } from './company/companies.ts'
import type { Faults } from './gateway/faults.ts'
import type { Gateway } from './gateway/gateway-settings.ts'
import type { Random } from './random.ts'
import type { Switches } from './switches.ts'

/** What every part of the simulator works on. One simulator has one; nothing is global. */
export interface SimulatorContext {
  readonly clock: Clock
  /** Fork it by name (`random.fork('webhooks')`), so that one part's draws never change another's. */
  readonly random: Random
  readonly switches: Switches
  readonly apps: Apps
  readonly companies: Companies
  readonly calls: CallLog
  readonly faults: Faults
  /** Latency, maintenance and limits; changed while it runs. */
  readonly gateway: Gateway
  /** One line for a person who watches; never a token, never a customer's data. */
  readonly log: (line: string) => void
}
