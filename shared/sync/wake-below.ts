import type { Contact, Refusal } from '#core/records'
import { linkedBelow } from './linked-below.ts'
import type { Ports, Write } from './ports.ts'

/** The code of a contact that waits for its parent to be in QuickBooks. */
export const PARENT_FIRST = 'parentFirst'

/** Contacts that are woken in the same commit as the link above them; a transaction holds 100 writes. */
export const WOKEN_AT_ONCE = 90

/**
 * Those that waited for a contact to be linked, as they are stored once they are due: its children in the CRM, which
 * are to lie below its record, and, where `isLate`, the contacts whose records somebody has put below it in QuickBooks
 * before the two were linked. To be committed with the link; looking for the latter reads the whole index.
 */
export async function wokenBelow(
  { contacts, mirrors }: Pick<Ports, 'contacts' | 'mirrors'>,
  workspace: string,
  linked: Readonly<{ contactId: string; recordId: string }>,
  { at, isLate }: Readonly<{ at: string; isLate: boolean }>,
): Promise<readonly Contact[]> {
  const children = await contacts.children(workspace, linked.contactId)
  const below = isLate ? await linkedBelow({ mirrors }, workspace, 'customer', new Set([linked.recordId])) : []
  const ids = new Set([...children, ...below.flatMap(({ contactId }) => contactId ?? [])])
  ids.delete(linked.contactId)
  const waiting = ids.size === 0 ? [] : await contacts.getMany(workspace, [...ids])
  return waiting.flatMap((contact): readonly Contact[] => {
    const { nextTryAt: _now, ...due } = contact.refusal ?? NOT_REFUSED
    const waits = due.code === PARENT_FIRST
    const isInPlace = contact.link?.base.parentRecordId === linked.recordId && contact.parentId === linked.contactId
    const moves = contact.link?.entity === 'customer' && !isInPlace
    if (!waits && !moves) return []
    return [{ ...contact, toPushSince: contact.toPushSince ?? at, ...(waits && { refusal: due }) }]
  })
}

/** A contact as it is stored when nobody has changed it meanwhile. */
export function wake(contact: Contact): Write {
  return { kind: 'contact', contact, expectedVersion: contact.version }
}

const NOT_REFUSED: Refusal = { code: '', reason: '', at: '' }
