import type { Random } from '../random.ts'
import type { JsonObject } from './json.ts'
import { DEEPEST_LEVEL, levelOf, type NameRecord } from './record.ts'
import { seedRecord } from './seed-record.ts'

const GIVEN = [
  'Ada',
  'Ben',
  'Carla',
  'Dmitri',
  'Eun-ji',
  'Fatima',
  'Gustavo',
  'Hélène',
  'Ivan',
  'Jörg',
  'Keiko',
  'Liam',
]
const FAMILY = ['Nguyen', "O'Brien", 'García', 'Smith', 'Kowalski', 'Tanaka', 'Öztürk', 'Johnson', 'Müller', 'Okafor']
const TRADE = [
  'Plumbing',
  'Fire Protection',
  'Roofing',
  'Electric',
  'Gardens',
  'Bakery',
  'Dental',
  'Logistics',
  'Storage',
]
const STREETS = ['Main St.', 'Ocean Dr.', 'Elm Ave.', 'Market St.', 'Harbor Way', 'Hill Rd.']
const CITIES = [
  ['Bayshore', 'CA', '94326'],
  ['Half Moon Bay', 'CA', '94213'],
  ['Middlefield', 'CA', '94482'],
  ['Tucson', 'AZ', '85719'],
  ['Austin', 'TX', '78701'],
] as const
const JOBS = ['Kitchen', 'Annual inspection', 'Backflow test', 'Warehouse', 'Phase 1', 'Repair']

const THREE_YEARS_SECONDS = 3 * 365 * 86_400

function personFields(random: Random, n: number): { readonly name: string; readonly fields: JsonObject } {
  const given = random.pick(GIVEN)
  const family = random.pick(FAMILY)
  const isCompany = random.next() < 0.6
  const company = `${family} ${random.pick(TRADE)} ${n}`
  const [city, state, zip] = random.pick(CITIES)
  const address = {
    Line1: `${1 + random.integer(9999)} ${random.pick(STREETS)}`,
    City: city,
    CountrySubDivisionCode: state,
    PostalCode: zip,
  }
  const fields: JsonObject = {
    GivenName: given,
    FamilyName: family,
    ...(isCompany ? { CompanyName: company } : {}),
    PrimaryPhone: { FreeFormNumber: `(650) 555-${String(random.integer(10_000)).padStart(4, '0')}` },
    PrimaryEmailAddr: { Address: `customer${n}@example.com` },
    BillAddr: address,
    ...(random.next() < 0.3 ? { ShipAddr: address } : {}),
    ...(random.next() < 0.1 ? { CustomerTypeRef: { value: String(1 + random.integer(3)) } } : {}),
  }
  return { name: isCompany ? company : `${given} ${family} ${n}`, fields }
}

/**
 * A company of any size: `count` customers, one in five a job (down to five levels), one in twenty inactive. The same
 * seed and moment give the same company.
 */
export function generatedRecords(
  count: number,
  nowSeconds: number,
  random: Random,
  currency: JsonObject,
  takeAddressId: () => string,
): readonly NameRecord[] {
  const records: NameRecord[] = []
  for (let id = 1; id <= count; id++) {
    const candidate = random.next() < 0.2 ? records[Math.max(0, records.length - 1 - random.integer(20))] : undefined
    const parent = candidate?.active === true && levelOf(candidate) < DEEPEST_LEVEL ? candidate : undefined
    const created = nowSeconds - THREE_YEARS_SECONDS + Math.floor(((id - 1) / count) * (THREE_YEARS_SECONDS - 86_400))
    const edits = random.integer(4)
    const updated = edits === 0 ? created : created + random.integer(nowSeconds - 3600 - created)
    const person = parent === undefined ? personFields(random, id) : undefined
    records.push(
      seedRecord(
        {
          entity: 'Customer',
          id,
          displayName: person?.name ?? `${random.pick(JOBS)} ${id}`,
          fields: person?.fields ?? {},
          parent,
          active: random.next() >= 0.05,
          balance: random.next() < 0.2 ? random.integer(100_000) / 100 : 0,
          syncToken: edits,
          created,
          updated,
        },
        currency,
        takeAddressId,
      ),
    )
  }
  return records
}
