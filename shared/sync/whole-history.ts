import type { JournalEntry } from '#core/records'
import type { Ports } from './ports.ts'

const ENTRIES_A_PAGE = 200

/** All that the journal holds of the contact, oldest first. */
export async function wholeHistory(
  { contacts }: Pick<Ports, 'contacts'>,
  workspace: string,
  contactId: string,
): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = []
  let after: string | undefined
  do {
    const page = await contacts.history(workspace, contactId, ENTRIES_A_PAGE, after)
    entries.push(...page.rows)
    after = page.next
  } while (after !== undefined)
  return entries
}
