import type { FieldError } from './errors.ts'
import { ADDRESS_FIELDS, type Address, type Fields, TEXT_FIELDS, type TextField } from './records.ts'

/**
 * What QuickBooks takes, by the field tables of the Accounting API reference (Customer; a vendor's are the same).
 * Lengths count UTF-16 units. `isName`: no colon, tab or line break.
 */
type Limit = Readonly<{ most: number; isName?: true; wrong?: (text: string) => string | undefined }>

const PHONE: Limit = { most: 30 }

const LIMITS: Readonly<Record<TextField, Limit>> = {
  displayName: { most: 500, isName: true },
  companyName: { most: 100, isName: true },
  title: { most: 16, isName: true },
  givenName: { most: 100, isName: true },
  middleName: { most: 100, isName: true },
  familyName: { most: 100, isName: true },
  suffix: { most: 16, isName: true },
  printName: { most: 110, isName: true },
  email: { most: 100, wrong: wrongEmail },
  phone: PHONE,
  alternatePhone: PHONE,
  mobile: PHONE,
  fax: PHONE,
  website: { most: 1_000, wrong: wrongWebsite },
  notes: { most: 2_000 },
  resaleNumber: { most: 16 },
  customerTypeId: { most: 30, wrong: wrongId },
}

const LINE_LIMITS: Readonly<Record<keyof Address, number>> = {
  line1: 500,
  line2: 500,
  line3: 500,
  line4: 500,
  line5: 500,
  city: 255,
  region: 255,
  postalCode: 30,
  country: 255,
}
const LINES: readonly (keyof Address)[] = ['line1', 'line2', 'line3', 'line4', 'line5']
const MOST_IN_LINES = 2_000

/** Everything that QuickBooks would not take in these fields, each with its path below `path` and the reason. */
export function fieldErrors(fields: Fields, path: string): readonly FieldError[] {
  return [
    ...TEXT_FIELDS.flatMap((field) => textErrors(fields[field], LIMITS[field], `${path}.${field}`)),
    ...ADDRESS_FIELDS.flatMap((field) => addressErrors(fields[field], `${path}.${field}`)),
  ]
}

function textErrors(text: string | undefined, { most, isName, wrong }: Limit, path: string): readonly FieldError[] {
  if (text === undefined) return []
  const messages = [
    tooLong(text, most),
    isName && /[:\t\n\r]/.test(text)
      ? 'QuickBooks allows no colon, tab or line break in names. Leave it out.'
      : undefined,
    wrong?.(text),
  ]
  return messages.flatMap((message) => (message === undefined ? [] : [{ path, message }]))
}

function addressErrors(address: Address | undefined, path: string): readonly FieldError[] {
  if (address === undefined) return []
  const lengths = Object.entries(LINE_LIMITS).flatMap(([line, most]) => {
    const message = tooLong(Object.entries(address).find(([name]) => name === line)?.[1] ?? '', most)
    return message === undefined ? [] : [{ path: `${path}.${line}`, message }]
  })
  const together = LINES.reduce((sum, line) => sum + (address[line]?.length ?? 0), 0)
  return together <= MOST_IN_LINES
    ? lengths
    : [...lengths, { path, message: `Its lines have ${together} characters together; QuickBooks takes 2000.` }]
}

function tooLong(text: string, most: number): string | undefined {
  return text.length <= most ? undefined : `It has ${text.length} characters; QuickBooks takes ${most}.`
}

/** QuickBooks takes several addresses with commas between them. */
function wrongEmail(text: string): string | undefined {
  const isAddress = (part: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(part.trim())
  return text.split(',').every(isAddress) ? undefined : 'That is no e-mail address, as name@example.com.'
}

function wrongWebsite(text: string): string | undefined {
  return /^\S+\.\S+$/.test(text.trim()) ? undefined : 'That is no web address, as https://example.com.'
}

function wrongId(text: string): string | undefined {
  return /^\d+$/.test(text) ? undefined : 'That is no id of a QuickBooks customer type: it is a number.'
}
