import { masked } from './assemble.ts'
import { countryToIso3 } from './countries.ts'
import { FIELDS } from './fields.ts'
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

function kept(state: CompanyState, record: NameRecord, field: string): Json | undefined {
  const value = record.fields[field]
  if (value === undefined) return undefined
  const rule = FIELDS[record.entity].writable.get(field)
  if (rule?.kind === 'address' && isJsonObject(value)) return address(state, value)
  if (rule?.kind === 'masked' && typeof value === 'string') return masked(value)
  return value
}

function metaData(state: CompanyState, record: NameRecord, inQuery: boolean): JsonObject {
  const lags = inQuery && state.switches.get('query-time') === 'last-edit'
  return {
    CreateTime: state.zone.stamp(record.created),
    LastUpdatedTime: state.zone.stamp(lags ? record.edited : record.updated),
  }
}

/** The record as QuickBooks sends it: key order as recorded, nothing that is null. */
export function renderRecord(state: CompanyState, record: NameRecord, inQuery: boolean): JsonObject {
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
        return newer ? String(record.id).padStart(24, '0') : undefined
      case 'domain':
        return 'QBO'
      case 'sparse':
        return false
      case 'Id':
        return String(record.id)
      case 'SyncToken':
        return String(record.syncToken)
      case 'MetaData':
        return metaData(state, record, inQuery)
      case 'FullyQualifiedName':
        return isCustomer ? record.path : undefined
      case 'DisplayName':
        return record.displayName
      case 'Active':
        return record.active
      default:
        return kept(state, record, field)
    }
  }
  const rendered: Record<string, Json> = {}
  for (const field of FIELDS[record.entity].order) {
    const value = computed(field)
    if (value !== undefined) rendered[field] = value
  }
  return rendered
}
