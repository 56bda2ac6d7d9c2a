import fc from 'fast-check'
import { ADDRESS_FIELDS, type Address, type Fields, type JsonObject, TEXT_FIELDS } from '#core/records'
import { withoutEmpty } from '#core/snapshots'
import { trimmed } from '#core/spelling'
import { asProperties, TYPED_SLOTS } from '../../simulation/people/values.ts'

/** What some query language, template, shell, page or spreadsheet on the way could take for more than text. */
export const AWKWARD = [
  "O'Brien",
  "'",
  "''",
  '\\',
  "\\'",
  '\\\\',
  "' OR 1=1 --",
  "'' OR 1=1 --",
  '") OR ("',
  '%',
  '%25',
  '%27',
  '_',
  '"',
  '<b>',
  '&amp;',
  '&#39;',
  '{{x}}',
  '$(id)',
  '`id`',
  '@@',
  '#?&;=',
  '=1+1',
  '+41',
  '(deleted)',
  'null',
  '__proto__',
  '😀',
  '👩‍🚒',
  'e\u0301',
  'é',
  'ß',
  'İ',
  'שלום',
  '\u202eabc\u202c',
  '\u200f',
  '\u00a0',
  '\u200b',
  '\u2028',
  '中文',
  '𠮷',
  ' ',
  'a',
] as const
/** What notes and addresses may hold, and names may not. */
const ONLY_IN_TEXT = [':', '\t', '\n', '\r', '\r\n'] as const

type Taken = Readonly<Record<string, number>>

/** The longest that QuickBooks takes (Accounting API reference: Customer). */
const NAMES = {
  displayName: 500,
  companyName: 100,
  title: 16,
  givenName: 100,
  middleName: 100,
  familyName: 100,
  suffix: 16,
  printName: 110,
} satisfies Taken
const TEXTS = { phone: 30, alternatePhone: 30, mobile: 30, fax: 30, notes: 2_000, resaleNumber: 16 } satisfies Taken
/** Two lines at their limit and three short ones stay below the 2,000 of all lines together. */
const LINES = {
  line1: 500,
  line2: 500,
  line3: 300,
  line4: 300,
  line5: 300,
  city: 255,
  region: 255,
  postalCode: 30,
  country: 255,
} satisfies Taken

/** At most so many UTF-16 units, without half a character at the end. */
function cut(text: string, most: number): string {
  const short = text.slice(0, most)
  return short.isWellFormed() ? short : short.slice(0, -1)
}

/** A few pieces, or one of them again and again up to the limit. What nobody sees is as good as nothing, and left out. */
function textOf(pieces: readonly string[], most: number): fc.Arbitrary<string> {
  const piece = fc.constantFrom(...pieces)
  return fc
    .oneof(
      { weight: 5, arbitrary: fc.array(piece, { minLength: 1, maxLength: 6 }).map((all) => all.join('')) },
      { weight: 1, arbitrary: piece.map((one) => one.repeat(most)) },
    )
    .map((text) => cut(text, most))
    .filter((text) => trimmed(text) !== '')
}

function allOf<K extends string>(limits: Readonly<Record<K, number>>, pieces: readonly string[]) {
  const entries = Object.entries<number>(limits).map(([name, most]) => [name, textOf(pieces, most)] as const)
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] })
}

const texts = [...AWKWARD, ...ONLY_IN_TEXT]
const address = allOf(LINES, texts).filter((lines) => Object.keys(lines).length > 0)
/** What stands before the @ of an address, and behind the first point of a website. */
const word = textOf(
  AWKWARD.filter((piece) => !/[\s@,"<>()]/u.test(piece)),
  50,
)

/** Everything that a person can type into the text fields of a contact, within QuickBooks' limits. */
export const awkwardFields: fc.Arbitrary<Fields> = fc
  .tuple(
    allOf(NAMES, AWKWARD),
    textOf(AWKWARD, NAMES.displayName),
    allOf(TEXTS, texts),
    fc.record(
      {
        email: word.map((local) => `${local}@mail.example`),
        website: word.map((page) => `https://www.example.com/${page}`),
        billAddress: address,
        shipAddress: address,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([names, displayName, other, rest]) => ({ ...names, displayName, ...other, ...rest }))

/** What our edge makes of what a person types: no blanks around a text, and none of what nobody sees. */
export function asTyped(fields: Fields): Fields {
  const lines = (address: Address | undefined): Address =>
    Object.fromEntries(Object.entries(address ?? {}).map(([line, text]) => [line, trimmed(text)]))
  const texts = TEXT_FIELDS.map((field) => [field, trimmed(fields[field] ?? '')] as const)
  const addresses = ADDRESS_FIELDS.map((field) => [field, lines(fields[field])] as const)
  return withoutEmpty(Object.fromEntries<string | Address>([...texts, ...addresses]))
}

/** The name with a number behind it that no other has, within QuickBooks' limit. */
export function numbered(fields: Fields, number: number): Fields {
  const mark = ` №${number}`
  return { ...fields, displayName: cut(fields.displayName ?? '', 500 - mark.length) + mark }
}

/** The properties in which QuickBooks holds these fields, by a table that the tested code does not know. */
export function propertiesOf(fields: Fields): JsonObject {
  const properties = TYPED_SLOTS.flatMap((slot) => {
    const value = fields[slot]
    return value === undefined ? [] : [asProperties(slot, value)]
  })
  return Object.assign({}, ...properties)
}
