/**
 * QuickBooks' query language, as far as Tandem speaks it (Intuit: "Data queries"). node-quickbooks' own criteria
 * escape an apostrophe but not a backslash, so that a name which ends in one would break out of its quotes.
 */
import { markedForms } from '#core/deactivation-mark'

/** The most rows that one answer holds. */
export const MOST_ROWS = 1_000

/** A value in single quotes; apostrophes and backslashes are escaped by a backslash. */
function quote(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`
}

/** Criteria for rows `start` (1-based) to `start + size - 1` of all records, active and inactive, in order of Id. */
export function inOrderOfId(start: number, size: number): string {
  return `WHERE ${ANY} ORDERBY Id ${rows(start, size)}`
}

/**
 * Criteria for what was updated at `since` (ISO 8601) or later, oldest first; equal times in order of Id, so that
 * pages do not overlap. QuickBooks keeps whole seconds: `since` is rounded down. Throws RangeError if it is no time.
 */
export function updatedSince(since: string, start: number, size: number): string {
  return `WHERE ${ANY} AND MetaData.LastUpdatedTime >= ${quote(toSecond(since))} ORDERBY MetaData.LastUpdatedTime, Id ${rows(start, size)}`
}

/** A time (ISO 8601) in UTC, rounded down to the whole second that QuickBooks keeps. Throws RangeError if it is none. */
export function toSecond(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** A whole statement for what is active of a short list. */
export function selectAll(from: string, size: number): string {
  return `SELECT * FROM ${from} ${rows(1, size)}`
}

/**
 * A whole statement for up to `size` records of this DisplayName, active and inactive; the inactive ones bear QuickBooks'
 * mark behind it.
 */
export function selectNamed(from: string, displayName: string, size: number): string {
  const names = markedForms(displayName).map(quote)
  return `SELECT * FROM ${from} WHERE DisplayName IN (${names.join(',')}) AND ${ANY} ${rows(1, size)}`
}

/** Criteria for all of a short list, active and inactive, in QuickBooks' own order. */
export function anyRows(start: number, size: number): string {
  return `WHERE ${ANY} ${rows(start, size)}`
}

/** A whole statement for the records of these ids, active and inactive. */
export function selectByIds(from: string, ids: readonly string[]): string {
  return `SELECT * FROM ${from} WHERE Id IN (${ids.map(quote).join(',')}) AND ${ANY} ${rows(1, MOST_ROWS)}`
}

/** A whole statement that counts all records, active and inactive. */
export function selectCount(from: string): string {
  return `SELECT COUNT(*) FROM ${from} WHERE ${ANY}`
}

/** Without it a query of a name list leaves inactive records out. */
const ANY = 'Active IN (true,false)'

function rows(start: number, size: number): string {
  if (!Number.isInteger(start) || start < 1) throw new RangeError('Rows are numbered from 1.')
  if (!Number.isInteger(size) || size < 1 || size > MOST_ROWS)
    throw new RangeError(`A page has 1 to ${MOST_ROWS} rows.`)
  return `STARTPOSITION ${start} MAXRESULTS ${size}`
}
