import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Switches } from '../switches.ts'
import type { Change } from './change.ts'
import type { CurrencyCenter } from './lists.ts'
import type { Resolve } from './read-fields.ts'
import type { Store } from './store.ts'
import type { Zone } from './zone.ts'

/** What companies need of the simulator around them. */
export interface CompanySurroundings {
  readonly clock: Clock
  readonly random: Random
  readonly switches: Switches
  /** The most rows of one answer. */
  readonly mostRows: number
}

/** What the actions on one company work with. */
export interface CompanyState {
  readonly realmId: string
  readonly store: Store
  readonly clock: Clock
  readonly switches: Switches
  readonly mostRows: number
  readonly zone: Zone
  readonly homeCurrency: string
  /** By id; none in a company without multicurrency. */
  readonly currencies: CurrencyCenter
  readonly resolve: Resolve
  takeAddressId(): string
  /** Whether unpaid invoices are linked to this customer. */
  hasOpenInvoices(customerId: number): boolean
  emit(change: Omit<Change, 'realmId' | 'time'>): void
}

/** Metadata has whole seconds. */
export const nowSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000)
