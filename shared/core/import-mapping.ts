import type { Contact, ContactKind, Mirror } from './records.ts'

/** As what a top-level customer enters the CRM. Sub-customers always become jobs. */
export const IMPORT_KINDS = ['account', 'building'] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

/** The kind of contact that a record becomes. */
export function importedKind(mirror: Readonly<Pick<Mirror, 'snapshot'>>, as: ImportKind): ContactKind {
  if (mirror.snapshot.parentRecordId !== undefined) return 'job'
  return as === 'account' ? 'client' : 'building'
}

/**
 * The new contact that a QuickBooks customer or vendor becomes, linked to it and agreeing with it in every field. The fields
 * are taken whole: a building's physical address is its shipping address, and where it has none, views show the
 * billing address; whom to write to about its bills is a view of them, too (people.ts).
 *
 * `parentId` is the contact that the record's parent is linked to; only jobs have one.
 */
export function contactOf(
  mirror: Mirror,
  as: ImportKind,
  made: Readonly<{ id: string; at: string; parentId?: string }>,
): Contact {
  const { snapshot } = mirror
  const kind = importedKind(mirror, as)
  return {
    id: made.id,
    kind,
    isCustomer: mirror.entity === 'customer',
    fields: snapshot.fields,
    ...(made.parentId !== undefined && { parentId: made.parentId }),
    archived: !snapshot.active,
    people: [],
    link: {
      entity: mirror.entity,
      recordId: mirror.id,
      base: snapshot,
      ownSpelling: {},
      revision: mirror.revision,
      linkedAt: made.at,
    },
    createdAt: made.at,
    changedAt: made.at,
    version: 1,
  }
}
