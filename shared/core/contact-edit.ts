import { DERIVED_SLOTS, isDerived, withFollowing } from './derived-names.ts'
import type { FieldError } from './errors.ts'
import type { FieldEdits } from './field-edits.ts'
import { fieldErrors } from './field-limits.ts'
import type { PersonEdit } from './people.ts'
import { peopleChanged } from './people-size.ts'
import {
  ADDRESS_FIELDS,
  type Address,
  type Contact,
  type Fields,
  type JournalChange,
  type Slot,
  TEXT_FIELDS,
} from './records.ts'
import { addressLines, withoutEmpty } from './snapshots.ts'
import { trimmed } from './spelling.ts'
import { typedAddress, typedText } from './typed.ts'

/** What a person changes in a contact; what is absent stays, null takes the parent away. */
export type ContactEdit = Readonly<{
  fields?: FieldEdits
  isCustomer?: boolean
  archived?: boolean
  parentId?: string | null
  people?: readonly PersonEdit[]
  /** Null takes the choice back. */
  currency?: string | null
}>

/** The fields after an edit. Addresses are replaced as wholes; what is derived follows what it is derived from. */
export function editedFields(before: Fields, edits: FieldEdits): Fields {
  const typed = new Set([...TEXT_FIELDS, ...ADDRESS_FIELDS].filter((field) => edits[field] !== undefined))
  return withFollowing(before, typedFields(before, edits), typed)
}

function typedFields(before: Fields, edits: FieldEdits): Fields {
  const texts = TEXT_FIELDS.map((field) => {
    const edit = edits[field]
    if (edit === undefined || edit === null) return [field, edit === undefined ? before[field] : undefined] as const
    return [field, typedText(before[field], edit)] as const
  })
  const addresses = ADDRESS_FIELDS.map((field) => {
    const edit = edits[field]
    return [field, edit === undefined ? before[field] : typedAddress(before[field] ?? {}, edit ?? {})] as const
  })
  return {
    ...fieldsOfNewerCode(before),
    ...withoutEmpty(Object.fromEntries<string | Address | undefined>([...texts, ...addresses])),
  }
}

const KNOWN: ReadonlySet<string> = new Set([...TEXT_FIELDS, ...ADDRESS_FIELDS])

/** Newer code, which runs beside this at every deployment, may have stored fields that this does not know. */
function fieldsOfNewerCode(before: Fields): Fields {
  return Object.fromEntries(Object.entries(before).filter(([name]) => !KNOWN.has(name)))
}

/**
 * What is wrong with the values that an edit changes. A value that stood before is not complained of: it may have come
 * from QuickBooks itself.
 */
export function editErrors(before: Fields, after: Fields): readonly FieldError[] {
  const changed = withoutEmpty(
    Object.fromEntries(changedFields(before, after).map((field) => [field, after[field]] as const)),
  )
  const name = after.displayName ?? ''
  // A name that nobody sees may have come from QuickBooks itself; nobody can type one.
  const named = trimmed(name) !== '' || (name !== '' && name === before.displayName)
  return [...(named ? [] : [{ path: 'fields.displayName', message: NAME_NEEDED }]), ...fieldErrors(changed, 'fields')]
}

const NAME_NEEDED = 'A contact needs a name to be shown by: a display name, a part of a person’s name, or a company.'

/** Everything that differs between two states of a contact, as the journal tells it; of its people, those that do. */
export function contactChanges(before: Contact, after: Contact): readonly JournalChange[] {
  const fields = changedFields(before.fields, after.fields).map((field) => ({
    ...journalChange(field, before.fields[field], after.fields[field]),
    ...(isDerivedIn(field, after.fields) && { derived: true }),
  }))
  const others = (['kind', 'isCustomer', 'archived', 'parentId', 'currency'] as const)
    .filter((name) => before[name] !== after[name])
    .map((name) => journalChange(name, before[name], after[name]))
  const people = peopleChanged(before.people, after.people)
  return [...fields, ...others, ...(people === undefined ? [] : [journalChange('people', people.from, people.to)])]
}

function isDerivedIn(field: keyof Fields, fields: Fields): boolean {
  return DERIVED_SLOTS.some((slot) => slot === field && isDerived(slot, fields))
}

/** The slots in which two states of a contact differ, as typed. */
export function changedSlots(before: Contact, after: Contact): readonly Slot[] {
  return [
    ...changedFields(before.fields, after.fields),
    ...(before.parentId === after.parentId ? [] : (['parent'] as const)),
    ...(before.archived === after.archived ? [] : (['active'] as const)),
  ]
}

type Told = NonNullable<JournalChange['from']> | undefined

function journalChange(field: string, from: Told, to: Told): JournalChange {
  return { field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

function changedFields(before: Fields, after: Fields): readonly (keyof Fields)[] {
  return [
    ...TEXT_FIELDS.filter((field) => before[field] !== after[field]),
    ...ADDRESS_FIELDS.filter(
      (field) => JSON.stringify(addressLines(before[field])) !== JSON.stringify(addressLines(after[field])),
    ),
  ]
}
