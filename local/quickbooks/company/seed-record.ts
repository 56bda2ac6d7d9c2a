import { assembleFields } from './assemble.ts'
import type { Json, JsonObject } from './json.ts'
import { DELETED_SUFFIX, type NameEntity, type NameRecord, pathOf } from './record.ts'

/** A record as seed data names it; what is left out gets QuickBooks' defaults. */
export interface SeedRecord {
  readonly entity: NameEntity
  readonly id: number
  /** Without the mark of deactivation. */
  readonly displayName: string
  readonly fields?: JsonObject
  readonly parent?: NameRecord | undefined
  readonly active?: boolean
  readonly balance?: number
  readonly syncToken?: number
  readonly project?: boolean
  /** Epoch seconds. */
  readonly created: number
  readonly updated?: number
}

/** Makes the record; `currency` and the address ids are the company's. */
export function seedRecord(seed: SeedRecord, currency: JsonObject, takeAddressId: () => string): NameRecord {
  const active = seed.active ?? true
  const displayName = active ? seed.displayName : seed.displayName + DELETED_SUFFIX
  const values = new Map<string, Json>()
  for (const [field, value] of Object.entries(seed.fields ?? {})) if (value !== undefined) values.set(field, value)
  if (!values.has('PrintOnCheckName')) {
    values.set('PrintOnCheckName', String(values.get('CompanyName') ?? seed.displayName).slice(0, 110))
  }
  const updated = seed.updated ?? seed.created
  return {
    entity: seed.entity,
    id: seed.id,
    syncToken: seed.syncToken ?? 0,
    active,
    created: seed.created,
    updated,
    edited: updated,
    displayName,
    lowerName: displayName.toLowerCase(),
    path: pathOf(seed.parent, displayName),
    parent: seed.parent,
    children: undefined,
    balance: seed.balance ?? 0,
    unbilled: false,
    ...(seed.project === true && { project: true }),
    fields: assembleFields({
      entity: seed.entity,
      mode: 'create',
      previous: {},
      values,
      mergeNested: false,
      keepsEmptied: false,
      keepsAddressId: false,
      unsaidCurrency: currency,
      takeAddressId,
    }),
  }
}
