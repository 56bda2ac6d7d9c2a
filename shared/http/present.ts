/** From what is kept to what is sent; what is not named here stays inside. */
import { dotOf, whyOf } from '#core/dots'
import { listName, recordName } from '#core/names'
import type { Connection, Contact, Mirror, OpenConflict, Run } from '#core/records'
import type { ConflictRow } from '#sync/ports'

/** `timeLeftMs` is absent while there is no estimate. */
export function presentRun(run: Run, timeLeftMs: number | undefined) {
  return {
    ...run,
    timeLeftSeconds: timeLeftMs === undefined ? undefined : Math.ceil(timeLeftMs / 1000),
  }
}

export function presentContact(contact: Contact) {
  const name = listName(contact)
  const conflicts = (contact.conflicts ?? []).map((conflict) => presentOpen(contact.id, name, conflict))
  return { ...contact, name, dot: dotOf(contact), ...whyOf(contact), conflicts }
}

export function presentConflict({ contactId, contactName, ...conflict }: ConflictRow) {
  return presentOpen(contactId, contactName, conflict)
}

/** A contact has one open conflict a slot at most, so that the two name it. */
function presentOpen(contactId: string, contactName: string, conflict: OpenConflict) {
  return { ...conflict, id: `${contactId}~${conflict.slot}`, contactId, contactName }
}

/** `contact` is the one that the mirror is linked to, if any. */
export function presentMirror(mirror: Mirror, contact: Contact | undefined) {
  const { fields, parentRecordId, active } = mirror.snapshot
  return {
    ...mirror,
    name: recordName(fields),
    fields,
    parentRecordId,
    active,
    contact: contact && { id: contact.id, name: listName(contact), dot: dotOf(contact) },
  }
}

export function presentConnection(
  connection: Connection | undefined,
  usage: Readonly<{ month: string; reads: number; writes: number }>,
) {
  return connection === undefined ? { status: 'notConnected' as const, usage } : { ...connection, usage }
}
