import type { JsonObject } from './json.ts'

export type NameEntity = 'Customer' | 'Vendor' | 'Employee'

/** A customer, vendor or employee as it is kept. Only the store's `change` changes it. */
export interface NameRecord {
  readonly entity: NameEntity
  readonly id: number
  syncToken: number
  active: boolean
  /** Epoch seconds. */
  readonly created: number
  /** LastUpdatedTime, epoch seconds: moves with edits and with invoices. */
  updated: number
  /** The last edit alone, epoch seconds. */
  edited: number
  displayName: string
  /** The display name in lower case, by which names are looked up. */
  lowerName: string
  /** `Parent:Child:Sub`; the display name for vendors and employees. */
  path: string
  parent: NameRecord | undefined
  children: Set<NameRecord> | undefined
  balance: number
  /** Time or expenses not yet billed forbid deactivation (6280). */
  unbilled: boolean
  /** A sub-customer that was made as a project; the Accounting API can make none. */
  readonly project?: boolean
  /** Everything else that can be written, in the order in which it is sent. */
  fields: JsonObject
}

/** "limited to 5 levels": a top-level customer is level 0. */
export const DEEPEST_LEVEL = 4

export const DELETED_SUFFIX = ' (deleted)'

export function levelOf(record: NameRecord): number {
  let level = 0
  for (let up = record.parent; up !== undefined; up = up.parent) level++
  return level
}

/** Levels below the record: 0 without sub-customers. */
export function heightOf(record: NameRecord): number {
  let height = 0
  for (const child of record.children ?? []) height = Math.max(height, heightOf(child) + 1)
  return height
}

/** Whether `record` is `ancestor` or anywhere below it. */
export function isWithin(record: NameRecord, ancestor: NameRecord): boolean {
  for (let up: NameRecord | undefined = record; up !== undefined; up = up.parent) if (up === ancestor) return true
  return false
}

export const pathOf = (parent: NameRecord | undefined, displayName: string): string =>
  parent === undefined ? displayName : `${parent.path}:${displayName}`

/** Balance including that of all sub-customers, in the home currency. */
export function balanceWithJobs(record: NameRecord): number {
  if (record.children === undefined) return record.balance
  let sum = record.balance
  for (const child of record.children) sum += balanceWithJobs(child)
  return Math.round(sum * 100) / 100
}

/** A name as it is spoken: without outer and doubled spaces. */
export const withoutOddSpaces = (name: string): string => name.trim().replace(/\s+/g, ' ')

/** The name without the mark that deactivation put on it. */
export function plainName(displayName: string): string {
  return displayName.replace(/ (?:\(deleted\)(?: \(\d+\))?|\(deleted-\d+\))$/, '')
}
