/** What people type into a contact. Names that QuickBooks would refuse are told by the use cases, in words. */
import * as z from 'zod'
import { PERSON_ROLES, TEXT_FIELDS } from '#core/records'

/** Control characters but tab and line ends: neither XML nor QuickBooks holds them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are looked for.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

/** What comes back as it was typed, but for blanks around it. Half a character would be stored as another one. */
const kept = (most: number) =>
  z
    .string()
    .max(most)
    .refine((typed) => typed.isWellFormed() && !CONTROL.test(typed), {
      error: 'holds a control character, or half a character, which neither side can keep: take it out',
    })

const line = kept(500)
const text = kept(4_000)

const AddressInput = addressOf(line).meta({ id: 'AddressInput' })

/** `null` empties a field; what is absent stays. Addresses are replaced as wholes. */
export const FieldsInput = z
  .strictObject({
    ...fields(TEXT_FIELDS, text.nullable().exactOptional()),
    billAddress: AddressInput.nullable().exactOptional(),
    shipAddress: AddressInput.nullable().exactOptional(),
  })
  .meta({ id: 'FieldsInput', description: 'null empties a field; what is absent stays' })

const emptied = line.nullable().exactOptional()

const BillingPersonInput = z
  .strictObject({
    role: z.literal('billing'),
    name: line.exactOptional().meta({ description: 'If given, what the parts of the name make after the change' }),
    title: emptied,
    givenName: emptied,
    middleName: emptied,
    familyName: emptied,
    suffix: emptied,
    email: emptied,
    cell: emptied,
    address: AddressInput.nullable().exactOptional(),
  })
  .meta({
    id: 'BillingPersonInput',
    description:
      'The same as the building’s own fields: changing it changes them. null empties a field; what is absent stays.',
  })

const OtherPersonInput = z
  .strictObject({
    role: z.enum(PERSON_ROLES),
    name: line,
    email: line.exactOptional(),
    cell: line.exactOptional(),
    address: AddressInput.exactOptional(),
  })
  .meta({ id: 'OtherPersonInput' })

export const PeopleInput = z
  .array(z.discriminatedUnion('role', [BillingPersonInput, OtherPersonInput]))
  .max(50)
  .meta({
    description:
      'All of them, in place of those that there are; at most 64,000 bytes together. A building keeps its one billing person.',
  })

/** A value that a person types where both sides changed a slot; null is empty. */
export const ValueInput = z.union([text, z.boolean(), AddressInput]).nullable()

/** A value that a person was shown: QuickBooks may hold what nobody could type here. */
export const SeenValue = z
  .union([z.string(), z.boolean(), addressOf(z.string()).meta({ id: 'AddressSeen' })])
  .nullable()

function addressOf<S extends z.ZodType>(each: S) {
  return z.strictObject({
    line1: each.exactOptional(),
    line2: each.exactOptional(),
    line3: each.exactOptional(),
    line4: each.exactOptional(),
    line5: each.exactOptional(),
    city: each.exactOptional(),
    region: each.exactOptional(),
    postalCode: each.exactOptional(),
    country: each.exactOptional(),
  })
}

function fields<K extends string, S extends z.ZodType>(names: readonly K[], schema: S): { [N in K]: S } {
  // fromEntries forgets which keys it was given: they are exactly `names`.
  return Object.fromEntries(names.map((name) => [name, schema])) as { [N in K]: S }
}
