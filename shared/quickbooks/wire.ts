import * as z from 'zod'
import { withoutMark } from '#core/deactivation-mark'
import type { Birth, Entity, JsonObject, Snapshot, SourceRecord } from '#core/records'
import type { Changes } from '#sync/ports'
import { unreadable } from './answers.ts'
import { isJsonObject, readFields, textAt } from './wire-fields.ts'

// Times carry an offset (`2020-09-29T06:02:35-07:00`). One without would be read in this machine's zone.
const time = z
  .string()
  .regex(/(?:Z|[+-]\d{2}:?\d{2})$/, 'without an offset')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'not a time')
  .transform((text) => new Date(text).toISOString())

const number = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined)

const PROPERTIES = { customer: 'Customer', vendor: 'Vendor' } as const
const ENTITY_NAMES = ['customer', 'vendor'] as const

// Only what a record cannot be kept without is demanded. All other properties stay in `raw`, known or not.
const recordSchema = z.object({
  Id: z.string().min(1),
  SyncToken: z.string().min(1),
  MetaData: z.object({ CreateTime: time.nullish(), LastUpdatedTime: time }),
  Active: z.boolean().nullish(),
  Level: z.number().int().min(0).nullish(),
  FullyQualifiedName: z.string().nullish(),
  Balance: number,
  BalanceWithJobs: number,
})

/**
 * A customer as QuickBooks sent it, translated; `raw` is the object itself. Throws Failure quickbooksUnreadable, which
 * names the record's Id and the property, for a record that cannot be kept whole: a row is never left out in silence.
 */
export function customerToRecord(raw: JsonObject): SourceRecord {
  return toRecord('customer', raw)
}

/** A vendor as QuickBooks sent it; see customerToRecord. */
export function vendorToRecord(raw: JsonObject): SourceRecord {
  return toRecord('vendor', raw)
}

/**
 * The synced content of a record as QuickBooks sent it. The mark of an inactive record is no part of its name. Throws TypeError, with the property's name, where a text is not text.
 */
export function snapshotOf(entity: Entity, raw: JsonObject): Snapshot {
  const active = raw.Active !== false
  const { displayName, ...others } = readFields(entity, raw)
  const name = active || displayName === undefined ? displayName : withoutMark(displayName)
  const parentRecordId = entity === 'customer' ? textAt(raw, ['ParentRef', 'value']) : undefined
  return {
    fields: { ...(name !== undefined && name !== '' && { displayName: name }), ...others },
    ...(parentRecordId !== undefined && { parentRecordId }),
    active,
  }
}

/** The rows of a query's answer. An answer without the entity has none: that is how QuickBooks sends an empty page. */
export function rowsOf(body: unknown, property: string): readonly JsonObject[] {
  const { QueryResponse } = parse(queryAnswer, body, 'an answer that is no query answer')
  return parse(rows, QueryResponse[property] ?? [], `a list of ${property} that is no list of objects`)
}

/** The record in the answer to a create or an update. */
export function recordIn(entity: Entity, body: unknown): SourceRecord {
  const what = `no ${entity} in its answer`
  return toRecord(entity, parse(row, parse(row, body, what)[PROPERTIES[entity]], what))
}

/**
 * The records as they are now and the ids that QuickBooks calls deleted, in a CDC answer; `most` objects or more mean
 * that it was cut (Intuit: "Change data capture").
 */
export function changesOf(body: unknown, most: number): Changes {
  const answers = parse(cdcAnswer, body, 'an answer that is no change data capture')
  const parts = answers.CDCResponse.flatMap(({ QueryResponse }) => QueryResponse)
  const told = ENTITY_NAMES.flatMap((entity) =>
    parts.flatMap((part) => rowsOf({ QueryResponse: part }, PROPERTIES[entity]).map((raw) => ({ entity, raw }))),
  )
  return {
    records: told.filter(({ raw }) => !isTombstone(raw)).map(({ entity, raw }) => toRecord(entity, raw)),
    tombstones: told
      .filter(({ raw }) => isTombstone(raw))
      .map(({ entity, raw }) => ({ entity, id: parse(tombstone, raw, `a deleted ${entity} without Id`).Id })),
    cut: told.length >= most,
  }
}

/** The number in a count's answer. */
export function countOf(body: unknown): number {
  return parse(countAnswer, body, 'no count').QueryResponse.totalCount
}

/** The company's own name and its country, as its owner entered them. */
export function companyInfoOf(body: unknown): Readonly<{ name: string; country?: string }> {
  const { CompanyName, Country } = parse(companyInfo, body, 'company info that cannot be read').CompanyInfo
  return { name: CompanyName, ...(Country && { country: Country }) }
}

export function customerTypeOf(raw: JsonObject): Readonly<{ id: string; name: string; active: boolean }> {
  const { Id, Name, Active } = parse(customerType, raw, 'a customer type that cannot be read')
  return { id: Id, name: Name, active: Active !== false }
}

const queryAnswer = z.looseObject({ QueryResponse: z.looseObject({}) })
const row = z.custom<JsonObject>(isJsonObject)
const rows = z.array(row)
const cdcAnswer = z.looseObject({ CDCResponse: z.array(z.looseObject({ QueryResponse: z.array(row) })) })
const tombstone = z.looseObject({ Id: z.string().min(1) })
const countAnswer = z.looseObject({ QueryResponse: z.looseObject({ totalCount: z.number().int().min(0) }) })
const companyInfo = z.looseObject({
  CompanyInfo: z.looseObject({ CompanyName: z.string().min(1), Country: z.string().nullish() }),
})
const preferences = z.looseObject({
  CurrencyPrefs: z.looseObject({
    HomeCurrency: z.looseObject({ value: z.string().min(1) }),
    MultiCurrencyEnabled: z.boolean().nullish(),
  }),
})
const companyCurrency = z.looseObject({ Code: z.string().min(1), Active: z.boolean().nullish() })
const customerType = z.looseObject({ Id: z.string().min(1), Name: z.string(), Active: z.boolean().nullish() })

function toRecord(entity: Entity, raw: JsonObject): SourceRecord {
  const named = `a ${entity}${typeof raw.Id === 'string' ? ` (Id ${raw.Id})` : ''} that cannot be read`
  const record = parse(recordSchema, raw, named)
  const { CreateTime, LastUpdatedTime } = record.MetaData
  const snapshot = readable(() => snapshotOf(entity, raw), named)
  const fullName = record.FullyQualifiedName || (readable(() => textAt(raw, ['DisplayName']), named) ?? '')
  return {
    entity,
    id: record.Id,
    revision: record.SyncToken,
    snapshot,
    fullName,
    // Level is absent at the top; a name holds no colon, so that each one in the path is a step down.
    level: record.Level ?? (snapshot.parentRecordId === undefined ? 0 : fullName.split(':').length - 1),
    ...(record.Balance !== undefined && { balance: record.Balance }),
    ...(record.BalanceWithJobs !== undefined && { balanceWithJobs: record.BalanceWithJobs }),
    ...readable(() => birthOf(entity, raw), named),
    ...(raw.IsProject === true && { isProject: true }),
    ...(CreateTime && { createdAt: CreateTime }),
    updatedAt: LastUpdatedTime,
    raw,
  }
}

/**
 * What a record was given at its creation. A default tax code counts for nothing where the customer is not taxable, and
 * queries leave it out of some records (recorded), so that without one nothing is known.
 */
function birthOf(entity: Entity, raw: JsonObject): Birth {
  const currency = textAt(raw, ['CurrencyRef', 'value'])
  const codeId = textAt(raw, ['DefaultTaxCodeRef', 'value'])
  const exemptionReasonId = textAt(raw, ['TaxExemptionReasonId'])
  const taxable = typeof raw.Taxable === 'boolean' ? raw.Taxable : undefined
  const hasTax = entity === 'customer' && [taxable, codeId, exemptionReasonId].some((each) => each !== undefined)
  return {
    ...(currency !== undefined && { currency }),
    ...(hasTax && {
      tax: {
        ...(taxable !== undefined && { taxable }),
        ...(codeId !== undefined && { codeId }),
        ...(exemptionReasonId !== undefined && { exemptionReasonId }),
      },
    }),
  }
}

/**
 * The company's currencies, in the answers for its preferences and for its list of currencies, of which the second is
 * asked for only where multicurrency is on. Whether that list holds the home currency too is not documented.
 */
export function preferencesOf(body: unknown): Readonly<{ home: string; isMulti: boolean }> {
  const [prefs] = rowsOf(body, 'Preferences')
  const what = 'preferences that cannot be read'
  const { CurrencyPrefs } = parse(preferences, parse(row, prefs, what), what)
  return { home: CurrencyPrefs.HomeCurrency.value, isMulti: CurrencyPrefs.MultiCurrencyEnabled === true }
}

export function activeCurrenciesOf(body: unknown): readonly string[] {
  return rowsOf(body, 'CompanyCurrency')
    .map((raw) => parse(companyCurrency, raw, 'a currency that cannot be read'))
    .flatMap(({ Code, Active }) => (Active === false ? [] : [Code]))
}

function isTombstone(raw: JsonObject): boolean {
  return raw.status === 'Deleted'
}

/** What the schema makes of the value. `what` says what it is if not that: only property names follow, no values. */
function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const places = result.error.issues.map((issue) => issue.path.join('.')).filter((place) => place !== '')
  throw unreadable(places.length === 0 ? what : `${what}: ${[...new Set(places)].join(', ')}`)
}

function readable<T>(read: () => T, what: string): T {
  try {
    return read()
  } catch (thrown) {
    throw thrown instanceof TypeError ? unreadable(`${what}: ${thrown.message}`) : thrown
  }
}
