import { listName } from './names.ts'
import type { Contact, OpenConflict, Slot } from './records.ts'

/** An open conflict with what a list of conflicts shows of its contact. */
type ConflictRow = Readonly<{ contactId: string; contactName: string } & OpenConflict>

/** What else changes with a contact, where it is found by other than its own id. */
export type IndexChanges = Readonly<{
  /** The parent that it is no longer a child of. */
  leaves?: string
  /** The parent that it becomes a child of. */
  joins?: string
  /** Conflicts to list anew or as they are now. */
  opens: readonly ConflictRow[]
  /** Conflicts to list no more. */
  closes: readonly Slot[]
}>

/** The difference that a write makes to those who look for the contact by its parent or by its conflicts. */
export function indexChanges(before: Contact | undefined, after: Contact | undefined): IndexChanges {
  const moved = before?.parentId !== after?.parentId
  const listed = new Map(conflictRows(before).map((row) => [row.slot, row]))
  const rows = conflictRows(after)
  const open = new Set(rows.map(({ slot }) => slot))
  return {
    ...(moved && before?.parentId !== undefined && { leaves: before.parentId }),
    ...(moved && after?.parentId !== undefined && { joins: after.parentId }),
    opens: rows.filter((row) => !isSameRow(listed.get(row.slot), row)),
    closes: [...listed.keys()].filter((slot) => !open.has(slot)),
  }
}

/** How many items such changes write. */
export function countChanges({ leaves, joins, opens, closes }: IndexChanges): number {
  return (leaves === undefined ? 0 : 1) + (joins === undefined ? 0 : 1) + opens.length + closes.length
}

/**
 * When a contact that waits to be pushed may next be tried: since it waits, or after a refusal when its next try is
 * due. Undefined when nothing waits.
 */
export function pushDueAt({ toPushSince, refusal }: Readonly<Pick<Contact, 'toPushSince' | 'refusal'>>) {
  return toPushSince === undefined ? undefined : (refusal?.nextTryAt ?? toPushSince)
}

function conflictRows(contact: Contact | undefined): readonly ConflictRow[] {
  if (contact === undefined) return []
  const contactName = listName(contact)
  return (contact.conflicts ?? []).map((conflict) => ({ contactId: contact.id, contactName, ...conflict }))
}

function isSameRow(a: ConflictRow | undefined, b: ConflictRow): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b)
}
