import type { Contact, Fields } from './records.ts'
import { trimmed } from './spelling.ts'

/** Longest part of a name that takes part in sorting, in code points: a DynamoDB sort key holds 1,024 bytes. */
const SORTED_CODE_POINTS = 200

/** The name by which lists show a contact: a job by its own name, others by company, else by customer name. */
export function listName(contact: Readonly<Pick<Contact, 'kind' | 'fields'>>): string {
  const { companyName, displayName } = contact.fields
  return (contact.kind === 'job' ? displayName : (companyName ?? displayName)) ?? ''
}

/** The name by which the holding area shows a record: company name, else customer name. */
export function recordName(fields: Fields): string {
  return fields.companyName ?? fields.displayName ?? ''
}

/** Drops case and accents, so that `muller` finds `Müller`. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC')
}

/** Equal for names that QuickBooks takes for the same one: it ignores case, and accents count. */
export function ignoringCase(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/** What takes no place within a name, and changes nothing in how it is written. */
const UNSEEN = /[\u00ad\u180e\u200b\u2060\ufeff]/gu

/** The name as a person sees it: without what is not seen, and with one blank where there are more. */
function asSeen(name: string): string {
  return trimmed(name.normalize('NFC').replace(UNSEEN, '')).replace(/\s+/gu, ' ')
}

/** Equal for names that people take for the same one: spaces, composed characters and case do not tell them apart. */
export function alikeName(name: string): string {
  return ignoringCase(asSeen(name))
}

/** The key that lists are ordered by: folded name first, id to tell equal names apart. Names that are alike are together. */
export function sortKey(name: string, id: string): string {
  return sortKeyOf(asSeen(name), id)
}

/** The same before names with other blanks came together: contacts that were stored so are there until they change. */
export function oldSortKey(name: string, id: string): string {
  return sortKeyOf(name, id)
}

function sortKeyOf(name: string, id: string): string {
  return `${[...fold(name)].slice(0, SORTED_CODE_POINTS).join('')}\u0001${id}`
}

/** Orders sort keys by code point, which is how DynamoDB orders UTF-8 keys (UTF-16 order differs beyond the BMP). */
export function compareKeys(a: string, b: string): number {
  const left = a[Symbol.iterator]()
  const right = b[Symbol.iterator]()
  for (;;) {
    const l = left.next()
    const r = right.next()
    if (l.done || r.done) return l.done ? (r.done ? 0 : -1) : 1
    if (l.value !== r.value) return (l.value.codePointAt(0) ?? 0) - (r.value.codePointAt(0) ?? 0)
  }
}
