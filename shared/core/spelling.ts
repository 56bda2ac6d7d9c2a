import type { Slot, SlotValue } from './records.ts'
import { addressLines } from './snapshots.ts'

/** Blanks, and what takes no place on the screen: no-break spaces are blanks already, zero-width ones are not. */
const OUTER_BLANKS = /^[\s\u180e\u200b-\u200d\u2060\ufeff]+|[\s\u180e\u200b-\u200d\u2060\ufeff]+$/gu

/** Marks of direction, joiners and the like mean something beside letters; alone they show nothing. */
const NOTHING_TO_SEE = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u

/** The text without the blanks around it, seen or unseen. One in which nothing is to be seen is empty. */
export function trimmed(text: string): string {
  return NOTHING_TO_SEE.test(text) ? '' : text.replace(OUTER_BLANKS, '')
}

/** Whether two values are the same letter for letter: what says that somebody changed one. */
export function sameAsTyped(a: SlotValue, b: SlotValue): boolean {
  if (typeof a !== 'object' && typeof b !== 'object') return (a === '' ? undefined : a) === (b === '' ? undefined : b)
  return typedAddress(a) === typedAddress(b)
}

function typedAddress(value: SlotValue): string | undefined {
  if (typeof value !== 'object') return value === undefined ? undefined : String(value)
  const lines = addressLines(value).map((line) => line ?? '')
  return lines.every((line) => line === '') ? undefined : JSON.stringify(lines)
}

/**
 * Whether two values mean the same to a person: phone numbers by their digits, extension and star codes, e-mail addresses
 * without case, text without outer space and with one form for composed characters and line ends. It only says whether
 * somebody has to be asked, whether QuickBooks kept what it was sent, and how like two records are; what was changed is
 * said by `sameAsTyped`.
 */
export function sameMeaning(slot: Slot, a: SlotValue, b: SlotValue): boolean {
  return meaning(slot, a) === meaning(slot, b)
}

function meaning(slot: Slot, value: SlotValue): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'object') {
    const lines = addressLines(value).map((line) => (line === null ? '' : squeeze(line)))
    return lines.every((line) => line === '') ? undefined : JSON.stringify(lines)
  }
  const text = meaningOfText(slot, value)
  return text === '' ? undefined : text
}

function meaningOfText(slot: Slot, value: string): string {
  switch (slot) {
    case 'phone':
    case 'alternatePhone':
    case 'mobile':
    case 'fax':
      return meaningOfNumber(value)
    case 'email':
      return squeeze(value).toLowerCase()
    case 'notes':
      return trimmed(value.normalize('NFC').replace(/\r\n?/g, '\n'))
    default:
      return squeeze(value)
  }
}

/** What only groups the digits of a number, so that it is read more easily. */
const GROUPING = /[\s\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff().\-\u2010-\u2015\u2212]/u
/** Says that an extension follows: in letters, with the sign, or by waiting for it as a telephone does. */
const EXTENSION =
  /(?:\b|(?<=\d))(?:extension|extn|ext|xtn|x)\s*[.:=]?\s*(?=\d)|(?<=\d[\s).]*)(?:[,;]+\s*(?:ext\s*=\s*)?|#\s*)(?=\d)/gu
const STAR_CODE = /\*\d+/gu

/**
 * A telephone number without what only groups its digits. Letters (vanity numbers), a plus and whatever else is in it
 * belong to it, and so does where an extension and where a star code ends: the same digits, parted in another way, are
 * another number.
 */
function meaningOfNumber(value: string): string {
  const text = squeeze(value).toLowerCase()
  const marked = text.replace(EXTENSION, '\u0001').replace(STAR_CODE, '$&\u0002')
  const key = [...marked].filter((letter) => !GROUPING.test(letter)).join('')
  return key === '' ? text : key
}

function squeeze(text: string): string {
  return trimmed(text.normalize('NFC')).replace(/\s+/gu, ' ')
}
