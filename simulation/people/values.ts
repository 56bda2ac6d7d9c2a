import type { JsonObject } from '../../local/quickbooks/company/json.ts'
import type { Value } from '../checker/values.ts'

/** The slots that people type into. */
export const TYPED_SLOTS = [
  'displayName',
  'companyName',
  'title',
  'givenName',
  'middleName',
  'familyName',
  'suffix',
  'printName',
  'email',
  'phone',
  'alternatePhone',
  'mobile',
  'fax',
  'website',
  'notes',
  'resaleNumber',
  'billAddress',
  'shipAddress',
] as const
export type TypedSlot = (typeof TYPED_SLOTS)[number]

export type Typed = string | Readonly<Record<string, string>>

/** Names of the kind that a query language, a header, a program or a file format trips over. */
const AWKWARD = [
  '',
  "'s",
  '\\',
  '"',
  ' & Söhne',
  '%',
  ' <b>',
  ' 名前',
  ' {{x}}',
  " \\'",
  ' OR 1=1',
  ' ,;',
  " ' OR 1=1 --",
  ' %25%00',
  ' _%',
  ' 😀👩‍👩‍👧',
  ' e\u0301',
  ' \u202Eשלום',
  ' __proto__',
  ' &amp;#x27;',
  ' =1+1',
  ' $(id)',
  " ''",
]

/** What slips in around what is typed or pasted. */
const SLIPS = ['', '', '', ' ', '\u00a0', '\u200b', '  ']

/** What somebody types in the CRM, with blanks around it now and then, seen or unseen. */
export function slipped(typed: Typed, number: number): Typed {
  const [before = '', after = ''] = [SLIPS[number % SLIPS.length], SLIPS[(number >> 3) % SLIPS.length]]
  if (typeof typed === 'string') return before + typed + after
  return Object.fromEntries(Object.entries(typed).map(([part, text]) => [part, before + text + after]))
}

/**
 * A value that nobody has typed before, and from which the workspace can be told; `number` is unlike any other in the
 * run. All of them are such that QuickBooks takes them as they are.
 */
export function freshValue(slot: TypedSlot, workspace: string, number: number): Typed {
  const awkward = AWKWARD[number % AWKWARD.length] ?? ''
  const digits = String(number).padStart(6, '0')
  switch (slot) {
    case 'displayName':
      return `${workspace} ${number}${awkward} Ltd`
    case 'title':
    case 'suffix':
      return `${workspace} ${number}`
    case 'email':
      return `${workspace}.${number}@example.test`
    case 'phone':
    case 'alternatePhone':
    case 'mobile':
    case 'fax':
      return `+1 (555) ${digits} ${workspace}`
    case 'website':
      return `https://${workspace}-${number}.example.test`
    case 'resaleNumber':
      return `R${number}-${workspace}`
    case 'billAddress':
    case 'shipAddress':
      return {
        line1: `${number} ${workspace} Street${awkward}`,
        ...(number % 3 === 0 && { line2: `Floor ${number % 40}` }),
        city: 'Springfield',
        region: 'CA',
        postalCode: digits,
      }
    default:
      return `${slot} ${number}${awkward} of ${workspace}`
  }
}

const PROPERTIES: Readonly<Record<TypedSlot, readonly [property: string, inner?: string]>> = {
  displayName: ['DisplayName'],
  companyName: ['CompanyName'],
  title: ['Title'],
  givenName: ['GivenName'],
  middleName: ['MiddleName'],
  familyName: ['FamilyName'],
  suffix: ['Suffix'],
  printName: ['PrintOnCheckName'],
  email: ['PrimaryEmailAddr', 'Address'],
  phone: ['PrimaryPhone', 'FreeFormNumber'],
  alternatePhone: ['AlternatePhone', 'FreeFormNumber'],
  mobile: ['Mobile', 'FreeFormNumber'],
  fax: ['Fax', 'FreeFormNumber'],
  website: ['WebAddr', 'URI'],
  notes: ['Notes'],
  resaleNumber: ['ResaleNum'],
  billAddress: ['BillAddr'],
  shipAddress: ['ShipAddr'],
}
const PARTS: Readonly<Record<string, string>> = {
  line1: 'Line1',
  line2: 'Line2',
  line3: 'Line3',
  line4: 'Line4',
  line5: 'Line5',
  city: 'City',
  region: 'CountrySubDivisionCode',
  postalCode: 'PostalCode',
  country: 'Country',
}

/** What is typed, as QuickBooks' own screens would write it. Undefined empties the slot. */
export function asProperties(slot: TypedSlot, typed: Typed | undefined): JsonObject {
  const [property, inner] = PROPERTIES[slot]
  if (typed === undefined) return { [property]: null }
  if (typeof typed !== 'string') {
    return { [property]: Object.fromEntries(Object.entries(typed).map(([part, text]) => [PARTS[part] ?? part, text])) }
  }
  return { [property]: inner === undefined ? typed : { [inner]: typed } }
}

/** The same as the checker reads it once the CRM has taken the blanks off its ends. */
export function asSeen(typed: Typed | undefined): Value {
  if (typed === undefined || typeof typed === 'string') return withoutOuterBlanks(typed)
  const parts = ['line1', 'line2', 'line3', 'city', 'region', 'postalCode'].map(
    (part) => withoutOuterBlanks(typed[part]) ?? '',
  )
  return parts.join(' | ')
}

const OUTER_BLANKS = /^[\s\u200b]+|[\s\u200b]+$/g

function withoutOuterBlanks(text: string | undefined): string | undefined {
  return text?.replace(OUTER_BLANKS, '')
}

/** The same value spelled in another way, as somebody would correct it; the same letters where there is nothing to correct. */
export function respelled(slot: TypedSlot, value: string, number: number): string {
  const way = number % 3
  if (slot === 'email') return way === 0 ? value.toUpperCase() : value.toLowerCase()
  if (slot === 'website') return value
  if (PHONES.has(slot)) return value.replace(/[ -]+/g, way === 0 ? ' ' : way === 1 ? '-' : '  ')
  if (way === 0) return value.normalize(value.normalize('NFC') === value ? 'NFD' : 'NFC')
  return way === 1 ? value.replace(/ +/, '   ') : value.replace(/ +/g, ' ')
}

const PHONES: ReadonlySet<TypedSlot> = new Set<TypedSlot>(['phone', 'alternatePhone', 'mobile', 'fax'])
