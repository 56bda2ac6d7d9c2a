import { listName } from './names.ts'
import type { ConflictRow, Contact, Question } from './records.ts'

/** What else changes with a contact, where it is found by other than its own id. */
export type IndexChanges = Readonly<{
  /** The parent that it is no longer a child of. */
  leaves?: string
  /** The parent that it becomes a child of. */
  joins?: string
  /** Conflicts to list anew or as they are now. */
  opens: readonly ConflictRow[]
  /** Conflicts to list no more. */
  closes: readonly Question[]
  /** What its refusal waits for from now on, and what it does no more. */
  awaits: readonly string[]
  forgets: readonly string[]
}>

/** The difference that a write makes to those who look for the contact by its parent or by its conflicts. */
export function indexChanges(before: Contact | undefined, after: Contact | undefined): IndexChanges {
  const moved = before?.parentId !== after?.parentId
  const listed = new Map(conflictRows(before).map((row) => [questionOf(row), row]))
  const rows = conflictRows(after)
  const open = new Set(rows.map(questionOf))
  const [waited, waits] = [before, after].map((one) => new Set(one?.refusal?.waitsFor))
  return {
    ...(moved && before?.parentId !== undefined && { leaves: before.parentId }),
    ...(moved && after?.parentId !== undefined && { joins: after.parentId }),
    opens: rows.filter((row) => !isSameRow(listed.get(questionOf(row)), row)),
    closes: [...listed.keys()].filter((question) => !open.has(question)),
    awaits: [...(waits ?? [])].filter((what) => waited?.has(what) !== true),
    forgets: [...(waited ?? [])].filter((what) => waits?.has(what) !== true),
  }
}

/** How many items such changes write. */
export function countChanges({ leaves, joins, opens, closes, awaits, forgets }: IndexChanges): number {
  const moves = (leaves === undefined ? 0 : 1) + (joins === undefined ? 0 : 1)
  return moves + opens.length + closes.length + awaits.length + forgets.length
}

/**
 * When a contact that waits to be pushed may next be tried: since it waits, or after a refusal when its next try is
 * due. Undefined when nothing waits.
 */
export function pushDueAt({ toPushSince, refusal }: Readonly<Pick<Contact, 'toPushSince' | 'refusal'>>) {
  return toPushSince === undefined ? undefined : (refusal?.nextTryAt ?? toPushSince)
}

/** What a row asks; a contact asks the same only once, so that the two name the row. */
export function questionOf(row: ConflictRow): Question {
  return row.kind === 'hold' ? 'hold' : row.slot
}

function conflictRows(contact: Contact | undefined): readonly ConflictRow[] {
  if (contact === undefined) return []
  const who = { contactId: contact.id, contactName: listName(contact) }
  const slots = (contact.conflicts ?? []).map((conflict): ConflictRow => ({ kind: 'slot', ...who, ...conflict }))
  if (contact.hold === undefined) return slots
  const { at: openedAt, ...hold } = contact.hold
  return [...slots, { kind: 'hold', ...who, openedAt, ...hold }]
}

function isSameRow(a: ConflictRow | undefined, b: ConflictRow): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
