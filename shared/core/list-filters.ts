import type { ContactRow, MirrorRow } from './records.ts'

/** Which part of the holding area a person looks at. */
export const HELD_FILTERS = ['notSynced', 'all', 'hidden'] as const
export type HeldFilter = (typeof HELD_FILTERS)[number]

/** Whether a row belongs to what the filter shows; 'hidden' is what is inactive in QuickBooks. */
export function isHeldBy(filter: HeldFilter, row: MirrorRow): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'hidden':
      return !row.active && !row.gone
    case 'notSynced':
      return row.active && !row.gone && row.contactId === undefined
  }
}

/** What a search in the holding area looks into. */
export function searchedInHeld(row: MirrorRow): readonly (string | undefined)[] {
  return [row.name, row.fullName, row.companyName, row.email, row.phone, row.billLine, row.shipLine]
}

export const CONTACT_LISTS = ['customers', 'contacts', 'all'] as const
export type ContactList = (typeof CONTACT_LISTS)[number]

/** Whether a contact belongs to a list: 'contacts' are those that are not (yet) customers. */
export function isListedIn(list: ContactList, includeArchived: boolean, row: ContactRow): boolean {
  if (row.archived && !includeArchived) return false
  return list === 'all' || row.isCustomer === (list === 'customers')
}

/** What a search in the lists of contacts looks into. */
export function searchedInContacts(row: ContactRow): readonly (string | undefined)[] {
  return [row.name, row.phone, row.mobile, row.email, row.billLine]
}
