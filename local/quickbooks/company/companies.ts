import type { ChangeListener } from './change.ts'
import { type Company, createCompany } from './company.ts'
import { currencyCenterOf } from './currencies.ts'
import { generatedRecords } from './generate.ts'
import { CURRENCIES, type CustomerType } from './lists.ts'
import type { NameRecord } from './record.ts'
import { sampleRecords } from './sample.ts'
import { type CompanySnapshot, firstFreeAddressId, recordsOfSnapshot } from './snapshot.ts'
import { type CompanySurroundings, nowSeconds } from './state.ts'

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
  readonly customerTypes?: readonly string[]
  /** Codes of foreign currencies; any turn multicurrency on. Default none. */
  readonly currencies?: readonly string[]
}

export interface Companies {
  /** Adds a company; throws if the realm is taken. */
  add(seed: CompanySeed): Company
  /** Adds a company as it was taken down; throws if the realm is taken. */
  restore(snapshot: CompanySnapshot): Company
  find(realmId: string): Company | undefined
  list(): readonly Company[]
  /** Changes of all companies, those added later too. The result unsubscribes. */
  onChange(listener: ChangeListener): () => void
}

const HOME_CURRENCIES: Readonly<Record<string, string>> = { US: 'USD', CA: 'CAD', GB: 'GBP', AU: 'AUD' }
const CUSTOMER_TYPES = ['Residential', 'Commercial', 'Government', 'Property management']
/** Real companies have ids of both kinds: small ones, and 19 digits, which no JavaScript number holds. */
const LARGE_TYPE_ID = 5_000_000_000_000_003_466n
const KIND_NAMES = { sample: 'Sandbox Company_US_1', generated: 'Generated Company', empty: 'Empty Company' } as const

function customerTypes(names: readonly string[], now: number): readonly CustomerType[] {
  return names.map((name, i) => ({
    id: i < 3 ? String(i + 1) : String(LARGE_TYPE_ID + BigInt(i - 3)),
    name,
    active: true,
    syncToken: 0,
    created: now - 400 * 86_400,
    updated: now - 400 * 86_400,
  }))
}

/** Creates the companies of a simulator. */
export function createCompanies(surroundings: CompanySurroundings, seeds: readonly CompanySeed[]): Companies {
  const companies = new Map<string, Company>()
  const listeners = new Set<ChangeListener>()

  const recordsOf = (
    seed: CompanySeed,
    currency: { readonly value: string; readonly name: string },
    takeAddressId: () => string,
  ) => {
    const now = nowSeconds(surroundings.clock)
    const make: Record<CompanySeed['kind'], () => readonly NameRecord[]> = {
      sample: () => sampleRecords(now, currency, takeAddressId),
      generated: () =>
        generatedRecords(
          seed.customers ?? 1000,
          now,
          surroundings.random.fork(`company ${seed.realmId}`),
          currency,
          takeAddressId,
        ),
      empty: () => [],
    }
    return make[seed.kind]()
  }
  const refuseTaken = (realmId: string): void => {
    if (companies.has(realmId)) throw new Error(`There is a company with realm ${realmId} already.`)
    if (!/^\d{1,30}$/.test(realmId)) throw new Error(`A realm is a number, not "${realmId}".`)
  }
  const open = (company: Company): Company => {
    companies.set(company.realmId, company)
    company.onChange((change) => {
      for (const listener of listeners) listener(change)
    })
    return company
  }
  const restore = (snapshot: CompanySnapshot): Company => {
    refuseTaken(snapshot.realmId)
    const records = recordsOfSnapshot(snapshot.records)
    const facts = { ...snapshot, firstAddressId: firstFreeAddressId(records) }
    return open(createCompany(facts, records, surroundings, snapshot))
  }
  const add = (seed: CompanySeed): Company => {
    refuseTaken(seed.realmId)
    const country = seed.country ?? 'US'
    const home = HOME_CURRENCIES[country] ?? 'USD'
    const currency = CURRENCIES.get(home) ?? { value: home, name: home }
    let addressId = 2
    const records = recordsOf(seed, currency, () => String(addressId++))
    const now = nowSeconds(surroundings.clock)
    const company = createCompany(
      {
        realmId: seed.realmId,
        name: seed.name ?? KIND_NAMES[seed.kind],
        zone: seed.zone ?? 'America/Los_Angeles',
        country,
        environment: seed.environment ?? 'sandbox',
        created: now - 401 * 86_400,
        homeCurrency: currency.value,
        customerTypes: customerTypes(seed.customerTypes ?? CUSTOMER_TYPES, now),
        currencies: currencyCenterOf(seed.currencies ?? [], now),
        firstAddressId: addressId,
      },
      records,
      surroundings,
    )
    return open(company)
  }
  for (const seed of seeds) add(seed)
  return {
    add,
    restore,
    find: (realmId) => companies.get(realmId),
    list: () => [...companies.values()],
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
