import type { ChangeListener } from './change.ts'
import type { Company } from './company.ts'

/** A company to begin with. */
export interface CompanySeed {
  readonly realmId: string
  /** `sample`: some 40 customers with everything that is awkward. `generated`: `customers` of them. `empty`: none. */
  readonly kind: 'sample' | 'generated' | 'empty'
  readonly customers?: number
  readonly name?: string
  /** Default America/Los_Angeles. */
  readonly zone?: string
  /** ISO-2, default US. */
  readonly country?: string
  /** Default sandbox. */
  readonly environment?: 'sandbox' | 'production'
}

export interface Companies {
  /** Adds a company; throws if the realm is taken. */
  add(seed: CompanySeed): Company
  find(realmId: string): Company | undefined
  list(): readonly Company[]
  /** Changes of all companies, those added later too. The result unsubscribes. */
  onChange(listener: ChangeListener): () => void
}
