import { dotOf, whyOf } from './dots.ts'
import { listName, recordName } from './names.ts'
import { mergedInto } from './observe.ts'
import type { Contact, ContactRow, Mirror, MirrorRow } from './records.ts'
import { addressLine } from './snapshots.ts'

/** The compact row of a contact, as kept in the list index. */
export function contactRow(contact: Contact): ContactRow {
  const { phone, mobile, email, billAddress } = contact.fields
  return defined({
    id: contact.id,
    name: listName(contact),
    kind: contact.kind,
    isCustomer: contact.isCustomer,
    archived: contact.archived,
    parentId: contact.parentId,
    phone,
    mobile,
    email,
    billLine: addressLine(billAddress),
    dot: dotOf(contact),
    ...whyOf(contact),
  })
}

/** The compact row of a mirror, as kept in the list index. */
export function mirrorRow(mirror: Mirror): MirrorRow {
  const { fields, parentRecordId, active } = mirror.snapshot
  return defined({
    entity: mirror.entity,
    id: mirror.id,
    name: recordName(fields),
    fullName: mirror.fullName,
    level: mirror.level,
    parentRecordId,
    companyName: fields.companyName,
    email: fields.email,
    phone: fields.phone,
    billLine: addressLine(fields.billAddress),
    shipLine: addressLine(fields.shipAddress),
    balance: mirror.balance,
    currency: mirror.currency,
    isProject: mirror.isProject,
    active,
    gone: mirror.goneAt !== undefined,
    mergedIntoId: mergedInto(mirror),
    contactId: mirror.contactId,
  })
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

function defined<T extends object>(row: T): Defined<T> {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(row)) if (value !== undefined) kept[key] = value
  // The loop forgets which keys it was given; what it keeps is exactly what Defined<T> says.
  return kept as Defined<T>
}
