import { slotsOf } from './entity-slots.ts'
import { baseOfContact } from './link-base.ts'
import type { SyncSettings } from './policies.ts'
import type { Contact } from './records.ts'
import { sameAsTyped } from './spelling.ts'

/** The code of a contact whose QuickBooks list takes no part in the sync. */
export const LIST_IS_OFF = 'listIsOff'

/** Whether something may go to QuickBooks from now on that the settings kept back before. */
export function letsMoreThrough(before: SyncSettings, after: SyncSettings): boolean {
  const isListAdded = after.entities.some((entity) => !before.entities.includes(entity))
  return isListAdded || (after.pushNotes && !before.pushNotes)
}

/**
 * Whether a contact rests beside its record with something that these settings would send. One that waits already is
 * planned when its turn comes.
 */
export function isKeptApart(contact: Contact, { pushNotes }: SyncSettings): boolean {
  const { link, fields, toPushSince, hold } = contact
  if (link === undefined || toPushSince !== undefined || hold !== undefined) return false
  return (
    pushNotes &&
    slotsOf(link.entity).includes('notes') &&
    !sameAsTyped(fields.notes, baseOfContact(link, contact).fields.notes)
  )
}

/** Whether a contact waits for a later try only because of a list that these settings let take part. */
export function waitsForItsList({ link, refusal }: Contact, { entities }: SyncSettings): boolean {
  // Who has no record yet becomes a customer.
  const isOn = entities.includes(link?.entity ?? 'customer')
  return isOn && refusal?.code === LIST_IS_OFF && refusal.nextTryAt !== undefined
}
