import type { FieldError } from './errors.ts'
import type { FieldEdits } from './field-edits.ts'
import type { Address, Contact, ContactPerson } from './records.ts'
import { addressLines, withoutEmpty } from './snapshots.ts'
import { trimmed } from './spelling.ts'
import { typedAddress } from './typed.ts'

const NAME_PARTS = ['title', 'givenName', 'middleName', 'familyName', 'suffix'] as const
type NamePart = (typeof NAME_PARTS)[number]

/**
 * Whom to write to about a building's bills. It is no record of its own but the contact's own fields, as QuickBooks has
 * them, so that there is one at most and it is never out of date.
 */
export type BillingPerson = Readonly<
  { role: 'billing'; name: string; email?: string; cell?: string; address?: Address } & { [K in NamePart]?: string }
>

/** What a person makes of the billing person; what is absent stays, and null empties it, as in fields. */
export type BillingEdit = Readonly<
  { role: 'billing'; name?: string; email?: string | null; cell?: string | null; address?: Address | null } & {
    [K in NamePart]?: string | null
  }
>

export type PersonEdit = BillingEdit | ContactPerson

/** A building's billing person, and those that the CRM alone keeps. */
export function peopleOf(contact: Of & Pick<Contact, 'people'>): readonly (BillingPerson | ContactPerson)[] {
  const billing = billingPersonOf(contact)
  return billing === undefined ? contact.people : [billing, ...contact.people]
}

type Of = Readonly<Pick<Contact, 'kind' | 'kindAtTop' | 'fields'>>

/** The person that QuickBooks names, else the customer itself. Only a building has one, also while it is a job. */
export function billingPersonOf({ kind, kindAtTop, fields }: Of): BillingPerson | undefined {
  if (kind !== 'building' && kindAtTop !== 'building') return undefined
  const { title, givenName, middleName, familyName, suffix, displayName, companyName, email, mobile, billAddress } =
    fields
  const parts = withoutEmpty({ title, givenName, middleName, familyName, suffix })
  const person = Object.values(parts).join(' ')
  return {
    role: 'billing',
    name: person !== '' ? person : (displayName ?? companyName ?? ''),
    ...parts,
    ...(email !== undefined && { email }),
    ...(mobile !== undefined && { cell: mobile }),
    ...(billAddress !== undefined && { address: billAddress }),
  }
}

/** Which field each part of the billing person is. */
const FIELD_OF = [
  ...NAME_PARTS.map((part) => [part, part] as const),
  ['email', 'email'],
  ['cell', 'mobile'],
  ['address', 'billAddress'],
] as const

/**
 * The people that an edit names, taken apart: what it does to the contact's own fields, and those that the CRM alone
 * keeps. `fields`: what the same edit says of fields. Nothing is taken from a billing person that the contact has not.
 */
export function takeApart(
  before: Of,
  fields: FieldEdits,
  people: readonly PersonEdit[],
): Readonly<{ fields: FieldEdits; people: readonly ContactPerson[]; errors: readonly FieldError[] }> {
  const others = people.flatMap((person) => (person.role === 'billing' ? [] : [typedPerson(person)]))
  const billing = people.flatMap((person, index) => (person.role === 'billing' ? [{ person, index }] : []))
  const [first, second] = billing
  const hasOne = billingPersonOf(before) !== undefined
  if (first === undefined) {
    const errors = hasOne ? [{ path: 'people', message: REMOVED }] : []
    return { fields, people: others, errors }
  }
  if (second !== undefined)
    return { fields, people: others, errors: [{ path: `people.${second.index}`, message: ONE_ONLY }] }
  if (!hasOne) return { fields, people: others, errors: [{ path: `people.${first.index}.role`, message: NONE }] }
  const told = FIELD_OF.flatMap(([part, field]) => {
    const value = first.person[part]
    return value === undefined ? [] : [{ part, field, value }]
  })
  const errors = told
    .filter(({ field, value }) => fields[field] !== undefined && !isTypedAlike(fields[field], value))
    .map(({ part, field }) => ({ path: `people.${first.index}.${part}`, message: unlike(`fields.${field}`) }))
  return {
    fields: { ...Object.fromEntries(told.map(({ field, value }) => [field, value])), ...fields },
    people: others,
    errors,
  }
}

/** Whether the name that an edit gave the billing person is what its parts make of it. */
export function nameErrors(after: Of, people: readonly PersonEdit[]): readonly FieldError[] {
  const name = billingPersonOf(after)?.name
  return people.flatMap((person, index) =>
    person.role === 'billing' &&
    person.name !== undefined &&
    name !== undefined &&
    trimmed(person.name) !== trimmed(name)
      ? [{ path: `people.${index}.name`, message: NAME }]
      : [],
  )
}

const REMOVED =
  'The billing person of a building is its own name, e-mail, mobile number and billing address. Change it, or clear the fields.'
const ONE_ONLY = 'A building has one billing person: give the others another role.'
const NONE =
  'Only a building has a billing person. For this one, change its own fields, or give the person another role.'
const NAME =
  'The name of the billing person is made of its title, givenName, middleName, familyName and suffix, and is the contact’s own where it has none. Change those.'
const unlike = (field: string) => `It is the same as ${field}, which is given another value. Give one of the two.`

/** A person of the CRM alone, without the blanks around what was typed. */
function typedPerson({ email, cell, address, ...person }: ContactPerson): ContactPerson {
  const parts = withoutEmpty({
    email: email && trimmed(email),
    cell: cell && trimmed(cell),
    address: address && typedAddress({}, address),
  })
  return { ...person, name: trimmed(person.name), ...parts }
}

/** Whether two values of one edit are the same but for the blanks around them. */
function isTypedAlike(a: string | Address | null | undefined, b: string | Address | null | undefined): boolean {
  const typed = (value: typeof a) => (typeof value === 'string' ? trimmed(value) : value && typedAddress({}, value))
  return isSame(typed(a), typed(b))
}

function isSame(a: string | Address | null | undefined, b: string | Address | null | undefined): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b))
}

function plain(value: string | Address | null | undefined) {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'string') return value
  const lines = addressLines(value).map((line) => (line === '' ? null : line))
  return lines.every((line) => line === null) ? null : lines
}

/** A person as contacts held them when a building's billing person was a copy of its fields, made once. */
export type StoredPerson = ContactPerson | Readonly<Omit<ContactPerson, 'role'> & { role: 'billing' }>

/**
 * The people of a stored contact. A copy of the billing person that is what the fields say is not needed any more; one
 * that says something else may be somebody's own work, and is kept under another role.
 */
export function withoutCopy(contact: Of, people: readonly StoredPerson[]): readonly ContactPerson[] {
  const billing = billingPersonOf(contact)
  return people.flatMap(({ role, ...person }): readonly ContactPerson[] => {
    if (role !== 'billing') return [{ role, ...person }]
    const isCopy =
      billing !== undefined &&
      person.name === billing.name &&
      isSame(person.email, billing.email) &&
      isSame(person.cell, billing.cell) &&
      isSame(person.address, billing.address)
    return isCopy ? [] : [{ role: 'other', ...person }]
  })
}
