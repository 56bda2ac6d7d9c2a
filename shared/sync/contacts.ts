import { Failure } from '#core/errors'
import { type ContactList, isListedIn, searchedInContacts } from '#core/list-filters'
import type { Contact, ContactRow, JournalEntry, Mirror } from '#core/records'
import { pageOf } from './list-page.ts'
import type { ListPage, Ports } from './ports.ts'

/**
 * A page of a list of contacts, in order of name, with their dots. 'contacts' are those that are no customers.
 * Throws invalidInput (search), cursorInvalid.
 */
export async function listContacts(
  { contacts }: Pick<Ports, 'contacts'>,
  {
    workspace,
    list,
    includeArchived,
    search,
    limit,
    after,
  }: Readonly<{
    workspace: string
    list: ContactList
    includeArchived: boolean
    search?: string
    limit: number
    after?: string
  }>,
): Promise<ListPage<ContactRow>> {
  return pageOf(
    {
      byName: (rows, from) => contacts.listByName(workspace, rows, from),
      scan: () => contacts.scan(workspace),
      searched: searchedInContacts,
    },
    {
      limit,
      ...(!(list === 'all' && includeArchived) && {
        keep: (row: ContactRow) => isListedIn(list, includeArchived, row),
      }),
      ...(search !== undefined && { search }),
      ...(after !== undefined && { after }),
    },
  )
}

/** Throws notFound. */
export async function getContact(
  { contacts }: Pick<Ports, 'contacts'>,
  workspace: string,
  id: string,
): Promise<Contact> {
  const contact = await contacts.get(workspace, id)
  if (contact === undefined) throw new Failure({ kind: 'notFound', what: 'contact', id })
  return contact
}

/** What changed in a contact, oldest first. Throws notFound. */
export async function contactHistory(
  ports: Pick<Ports, 'contacts'>,
  workspace: string,
  id: string,
  { limit, after }: Readonly<{ limit: number; after?: string }>,
): Promise<ListPage<JournalEntry>> {
  await getContact(ports, workspace, id)
  return ports.contacts.history(workspace, id, limit, after)
}

/** The QuickBooks record of a contact as it was last seen. */
export async function recordOf(
  { mirrors }: Pick<Ports, 'mirrors'>,
  workspace: string,
  { link }: Pick<Contact, 'link'>,
): Promise<Mirror | undefined> {
  return link && mirrors.get(workspace, link.entity, link.recordId)
}
