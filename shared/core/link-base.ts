import { ADDRESS_FIELDS, type Contact, type Fields, type Link, SLOTS, type Snapshot, TEXT_FIELDS } from './records.ts'
import { slotValue, withSlot } from './slots.ts'
import { sameAsTyped, sameMeaning } from './spelling.ts'

/**
 * The base of a link between a contact and a record that both stood already: only what both hold letter for
 * letter. Whatever differs is left out, so that a later plan sees it as held by one side alone or as a conflict,
 * and never drops it. Where one side is active and the other not, the base is active: whoever archived is then the
 * side that changed.
 */
export function agreedBase(contact: Snapshot, record: Snapshot): Snapshot {
  const nothing: Snapshot = { fields: {}, active: contact.active || record.active }
  return SLOTS.filter(
    (slot) => slot !== 'active' && sameAsTyped(slotValue(contact, slot), slotValue(record, slot)),
  ).reduce((base, slot) => withSlot(base, slot, slotValue(contact, slot)), nothing)
}

/**
 * Values that the contact holds in its own spelling since both sides agreed, which are no change of it. A link without
 * any comes from the time when spelling did not count: the base has QuickBooks' letters there, and what the contact
 * spells otherwise may be older. What a person spelled anew since then has a time of its own.
 */
export function ownSpelling(
  { base, ownSpelling: kept }: Pick<Link, 'base' | 'ownSpelling'>,
  { fields, slotTimes = {} }: Pick<Contact, 'fields' | 'slotTimes'>,
): Fields {
  const isOwn = (field: keyof Fields) => {
    const [own, agreed] = [fields[field], base.fields[field]]
    if (sameAsTyped(own, agreed)) return false
    if (kept !== undefined) return kept[field] !== undefined && sameAsTyped(kept[field], own)
    return slotTimes[field] === undefined && sameMeaning(field, own, agreed)
  }
  return Object.fromEntries(
    [...TEXT_FIELDS, ...ADDRESS_FIELDS].filter(isOwn).map((field) => [field, fields[field]] as const),
  )
}

/** The base of a link in the contact's own letters: where the contact holds the same, it has not changed. */
export function baseOfContact(link: Pick<Link, 'base' | 'ownSpelling'>, contact: Contact): Snapshot {
  return { ...link.base, fields: { ...link.base.fields, ...ownSpelling(link, contact) } }
}
