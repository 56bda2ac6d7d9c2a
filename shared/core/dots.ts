import type { Contact, Dot } from './records.ts'

/** What a list shows for a contact; a conflict outweighs a refusal, a refusal outweighs waiting to be pushed. */
export function dotOf(
  contact: Readonly<Pick<Contact, 'link' | 'refusal' | 'conflicts' | 'hold' | 'toPushSince'>>,
): Dot {
  if (contact.hold !== undefined || (contact.conflicts !== undefined && contact.conflicts.length > 0)) return 'conflict'
  if (contact.refusal !== undefined) return 'red'
  if (contact.link === undefined) return 'none'
  return contact.toPushSince === undefined ? 'green' : 'orange'
}
