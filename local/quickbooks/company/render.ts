import { createHash } from 'node:crypto'
import { masked } from './assemble.ts'
import { countryToIso3 } from './countries.ts'
import { FIELDS, UNKNOWN_PROPERTY, unknownValue } from './fields.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { balanceWithJobs, levelOf, type NameRecord } from './record.ts'
import type { CompanyState } from './state.ts'

function address(state: CompanyState, value: JsonObject): JsonObject {
  const iso3 = state.switches.get('country-iso') === 'iso3'
  const geo = state.switches.get('address-geo') === 'returned'
  if (!iso3 && !geo) return value
  return {
    ...value,
    ...(iso3 && typeof value.Country === 'string' ? { Country: countryToIso3(value.Country) } : {}),
    ...(geo ? { Lat: 'INVALID', Long: 'INVALID' } : {}),
  }
}

/** 38 hexadecimal digits that begin so, as recorded. */
function pseudonymOf(state: CompanyState, record: NameRecord): string {
  return `002098${createHash('sha256').update(`${state.realmId} ${record.id}`).digest('hex').slice(0, 32)}`
}

/** What asks for a record: a read and the answer to a write show what queries and CDC may leave out, and the reverse. */
export type Asking = 'read' | 'query' | 'write'

/** Recorded of some records only, and not of others in the same hour. */
function isLeftOut(state: CompanyState, record: NameRecord, field: string, asking: Asking): boolean {
  if (state.switches.get('answers-differ') === 'no' || record.id % 3 === 0) return false
  if (record.entity === 'Customer') return asking === 'query' && field === 'DefaultTaxCodeRef'
  return record.entity === 'Vendor' && asking === 'read' && (field === 'BillRate' || field === 'V4IDPseudonym')
}

function unknown(state: CompanyState, record: NameRecord): Json | undefined {
  if (record.entity !== 'Customer' || state.switches.get('unknown-properties') === 'none') return undefined
  const value = record.fields[UNKNOWN_PROPERTY]
  return value === undefined ? unknownValue(record.id) : (value ?? undefined)
}

function kept(state: CompanyState, record: NameRecord, field: string): Json | undefined {
  const value = record.fields[field]
  if (value === undefined) return undefined
  const rule = FIELDS[record.entity].writable.get(field)
  if (rule?.kind === 'address' && isJsonObject(value)) return address(state, value)
  if (rule?.kind === 'masked' && typeof value === 'string') return masked(value)
  return value
}

function metaData(state: CompanyState, record: NameRecord, asking: Asking): JsonObject {
  const lags = asking === 'query' && state.switches.get('query-time') === 'last-edit'
  return {
    CreateTime: state.zone.stamp(record.created),
    LastUpdatedTime: state.zone.stamp(lags ? record.edited : record.updated),
  }
}

/** The record as QuickBooks sends it: key order as recorded, nothing that is null. */
export function renderRecord(state: CompanyState, record: NameRecord, asking: Asking): JsonObject {
  const isCustomer = record.entity === 'Customer'
  const newer = state.switches.get('newer-fields') === 'returned'
  const computed = (field: string): Json | undefined => {
    switch (field) {
      case 'Job':
        return record.parent !== undefined
      case 'ParentRef':
        return record.parent === undefined ? undefined : { value: String(record.parent.id) }
      case 'Level':
        return record.parent === undefined ? undefined : levelOf(record)
      case 'Balance':
        return record.balance
      case 'BalanceWithJobs':
        return balanceWithJobs(record)
      case 'IsProject':
        return record.project === true ? true : newer ? false : undefined
      case 'ClientEntityId':
        return newer ? '0' : undefined
      case 'V4IDPseudonym':
        return newer ? pseudonymOf(state, record) : undefined
      case 'domain':
        return 'QBO'
      case 'sparse':
        return false
      case 'Id':
        return String(record.id)
      case 'SyncToken':
        return String(record.syncToken)
      case 'MetaData':
        return metaData(state, record, asking)
      case 'FullyQualifiedName':
        return isCustomer ? record.path : undefined
      case 'DisplayName':
        return record.displayName
      case 'Active':
        return record.active
      case UNKNOWN_PROPERTY:
        return unknown(state, record)
      default:
        return kept(state, record, field)
    }
  }
  const rendered: Record<string, Json> = {}
  for (const field of FIELDS[record.entity].order) {
    const value = isLeftOut(state, record, field, asking) ? undefined : computed(field)
    if (value !== undefined) rendered[field] = value
  }
  return rendered
}
