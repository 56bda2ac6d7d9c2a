import type { SourceRecord } from './records.ts'

/** Digits of the longest revision that is compared as a number: more than a SyncToken or an EditSequence ever has. */
const DIGITS = 20

/** A revision as a text that orders as revisions do: '9' before '10'. */
export function revisionKey(revision: string): string {
  return /^\d+$/.test(revision) ? revision.padStart(DIGITS, '0') : revision
}

type Seen = Readonly<Pick<SourceRecord, 'revision' | 'updatedAt'>>

/**
 * Whether `a` was read from QuickBooks at a later state than `b`: a higher revision, or as high a one with a later
 * LastUpdatedTime (an invoice moves the time but not the SyncToken).
 */
export function isNewer(a: Seen, b: Seen): boolean {
  const left = revisionKey(a.revision)
  const right = revisionKey(b.revision)
  return left === right ? a.updatedAt > b.updatedAt : left > right
}
