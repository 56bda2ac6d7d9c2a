/** From what is kept to what is sent; what is not named here stays inside. */
import { questionOf } from '#core/contact-index'
import { derivedSlots } from '#core/derived-names'
import { adviceOn, dotOf, whyOf } from '#core/dots'
import { listName, recordName } from '#core/names'
import { peopleOf } from '#core/people'
import type { ConflictRow, Connection, Contact, Mirror, Run } from '#core/records'

/** `timeLeftMs` is absent while there is no estimate. */
export function presentRun(run: Run, timeLeftMs: number | undefined) {
  return {
    ...run,
    timeLeftSeconds: timeLeftMs === undefined ? undefined : Math.ceil(timeLeftMs / 1000),
  }
}

/** `record` is the QuickBooks record that it is linked to, as last seen. */
export function presentContact(contact: Contact, record: Mirror | undefined) {
  const name = listName(contact)
  const who = { kind: 'slot', contactId: contact.id, contactName: name } as const
  const conflicts = (contact.conflicts ?? []).map((conflict) => presentOpen({ ...who, ...conflict }))
  const people = peopleOf(contact)
  const derived = derivedSlots(contact.fields)
  const { currency = contact.currency, isProject } = record ?? {}
  return { ...contact, name, people, derived, currency, isProject, dot: dotOf(contact), ...whyOf(contact), conflicts }
}

export function presentConflict(row: ConflictRow) {
  return row.kind === 'hold' ? { ...row, id: idOf(row), advice: adviceOn(row) } : presentOpen(row)
}

function presentOpen(row: Extract<ConflictRow, { kind: 'slot' }>) {
  return { ...row, id: idOf(row) }
}

/** A contact asks the same only once, so that the two name it. */
function idOf(row: ConflictRow): string {
  return `${row.contactId}~${questionOf(row)}`
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
