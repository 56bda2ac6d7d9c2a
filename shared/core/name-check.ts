import type { Fields, TextField } from './records.ts'
import { trimmed } from './spelling.ts'

/** The longest DisplayName (Accounting API: "Customer", DisplayName). */
export const LONGEST_NAME = 500

/** Names in which QuickBooks allows no colon, tab or line break (same source), in the words of people. */
const NAMES: readonly (readonly [TextField, string])[] = [
  ['displayName', 'name'],
  ['companyName', 'company name'],
  ['title', 'title'],
  ['givenName', 'first name'],
  ['middleName', 'middle name'],
  ['familyName', 'last name'],
  ['suffix', 'suffix'],
  ['printName', 'name to print on checks'],
]

const FORBIDDEN = /[:\t\n\r]/
/** More namesakes than this are no accident that a number should go on from. */
const MOST_SUGGESTIONS = 30

/** Why QuickBooks would refuse the names, and a name that it would take in place of the one that is wrong. */
export type NameProblem = Readonly<{
  code: 'nameMissing' | 'nameCharacters' | 'nameTooLong'
  field: TextField
  reason: string
  suggestion?: string
}>

/**
 * What is wrong with the names of a record, before anybody asks whether they are taken; undefined when nothing is.
 * QuickBooks is never told again what it holds itself, so that nothing is wrong with the names that are in `held`.
 */
export function nameProblem(fields: Fields, held: Fields = {}): NameProblem | undefined {
  const name = fields.displayName ?? ''
  if (trimmed(name) === '' && (name === '' || name !== held.displayName)) {
    const suggestion = nameFromParts(fields)
    return {
      code: 'nameMissing',
      field: 'displayName',
      reason: 'It has no name that QuickBooks could show it by.',
      ...(suggestion !== undefined && { suggestion }),
    }
  }
  for (const [field, words] of NAMES) {
    const value = fields[field] ?? ''
    if (!FORBIDDEN.test(value) || value === held[field]) continue
    const suggestion = allowedName(value)
    return {
      code: 'nameCharacters',
      field,
      reason: `Its ${words} has a colon, a tab or a line break, which QuickBooks does not allow in names.`,
      ...(suggestion !== '' && { suggestion }),
    }
  }
  if (name.length <= LONGEST_NAME || name === held.displayName) return undefined
  return {
    code: 'nameTooLong',
    field: 'displayName',
    reason: `Its name has ${name.length} characters, and QuickBooks allows ${LONGEST_NAME}.`,
    suggestion: cut(name, LONGEST_NAME),
  }
}

/** Names to take instead of one that is taken, the nearest first: “Ada (2)”, “Ada (3)” … */
export function namesInstead(name: string): readonly string[] {
  const numbered = /^(.*\S) \((\d{1,3})\)$/s.exec(name)
  const [plain, from] = numbered === null ? [name, 2] : [numbered[1] ?? name, Number(numbered[2]) + 1]
  return Array.from({ length: MOST_SUGGESTIONS }, (_, index) => {
    const mark = ` (${from + index})`
    return cut(plain, LONGEST_NAME - mark.length) + mark
  })
}

/** The name without what QuickBooks does not allow in it. */
function allowedName(name: string): string {
  const allowed = name
    .replace(/\s*:\s*/g, ' - ')
    .replace(/[\t\n\r]+/g, ' ')
    .replace(/^[\s-]+|[\s-]+$/g, '')
  return cut(allowed, LONGEST_NAME)
}

function nameFromParts({ companyName, title, givenName, middleName, familyName, suffix }: Fields): string | undefined {
  const person = [title, givenName, middleName, familyName, suffix].filter((part) => part !== undefined).join(' ')
  const name = allowedName(companyName ?? person)
  return name === '' ? undefined : name
}

/** At most `most` UTF-16 units, which QuickBooks counts, without half a character at the end. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const end = text.charCodeAt(most - 1)
  const isHalf = end >= 0xd800 && end <= 0xdbff
  return text.slice(0, isHalf ? most - 1 : most).trimEnd()
}
