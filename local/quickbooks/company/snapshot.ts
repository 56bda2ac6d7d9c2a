import type { Invoice } from './bookkeeper.ts'
import type { Company } from './company.ts'
import type { JsonObject } from './json.ts'
import type { CompanyCurrency, CustomerType } from './lists.ts'
import type { NameEntity, NameRecord } from './record.ts'
import type { Tombstone } from './store.ts'

/** A record with its parent by id, so that it is plain JSON. */
export type RecordSnapshot = Omit<NameRecord, 'parent' | 'children' | 'lowerName'> & {
  readonly parentId: number | null
}

/** Everything that a company is, as plain JSON. */
export interface CompanySnapshot {
  readonly realmId: string
  readonly name: string
  readonly zone: string
  readonly country: string
  readonly environment: 'sandbox' | 'production'
  /** Epoch seconds. */
  readonly created: number
  readonly homeCurrency: string
  readonly customerTypes: readonly CustomerType[]
  /** Absent in states that were kept before there were currencies. */
  readonly currencies?: readonly CompanyCurrency[]
  readonly records: readonly RecordSnapshot[]
  readonly tombstones: readonly Tombstone[]
  readonly invoices: readonly Invoice[]
}

const ENTITIES = ['Customer', 'Vendor', 'Employee'] as const satisfies readonly NameEntity[]

function recordSnapshot({ parent, children: _, lowerName: __, ...record }: NameRecord): RecordSnapshot {
  return { ...record, parentId: parent?.id ?? null }
}

/** Takes a company down as it is now. */
export function snapshotCompany(company: Company): CompanySnapshot {
  const { store, homeCurrency, currencies } = company.state
  return {
    realmId: company.realmId,
    name: company.name,
    zone: company.zone,
    country: company.country,
    environment: company.environment,
    created: company.created,
    homeCurrency,
    customerTypes: [...company.customerTypes.values()],
    currencies: [...currencies.values()],
    records: ENTITIES.flatMap((entity) => [...store.index(entity, 'all', 'id').slice(0)].map(recordSnapshot)),
    tombstones: store.tombstones,
    invoices: company.bookkeeper.invoices(),
  }
}

/** The records of a snapshot with their parents; children find their place when the store takes them in. */
export function recordsOfSnapshot(snapshots: readonly RecordSnapshot[]): readonly NameRecord[] {
  const records = new Map<string, NameRecord>()
  for (const { parentId: _, ...record } of snapshots) {
    records.set(`${record.entity} ${record.id}`, {
      ...record,
      lowerName: record.displayName.toLowerCase(),
      parent: undefined,
      children: undefined,
    })
  }
  for (const { entity, id, parentId } of snapshots) {
    const record = records.get(`${entity} ${id}`)
    if (record !== undefined && parentId !== null) record.parent = records.get(`${entity} ${parentId}`)
  }
  return [...records.values()]
}

/** The first number that no address of these records has. */
export function firstFreeAddressId(records: readonly { readonly fields: JsonObject }[]): number {
  let highest = 1
  for (const { fields } of records) {
    for (const address of [fields.BillAddr, fields.ShipAddr]) {
      if (typeof address !== 'object' || address === null || !('Id' in address)) continue
      highest = Math.max(highest, Number(address.Id))
    }
  }
  return highest + 1
}
