import type { Entity } from './records.ts'

/** What QuickBooks said when it refused a write. Codes: Intuit, "Error codes" of the Accounting API. */
export type RefusedWrite = Readonly<{ code: string; message: string; detail: string; element?: string }>

/** What was to be written. */
export type RefusedSubject = Readonly<{ entity: Entity; name: string }>

/** `reason`: what is wrong. `advice`: what a person can do, or that nothing needs to be done. */
export type RefusalWords = Readonly<{ reason: string; advice: string }>

/** A refused contact is tried again by itself after these times, each longer than the one before; then daily. */
const MINUTE_MS = 60_000
const TRIES_AFTER_MS = [15 * MINUTE_MS, 60 * MINUTE_MS, 240 * MINUTE_MS, 1_440 * MINUTE_MS] as const
const LONGEST_WAIT_MS = 1_440 * MINUTE_MS

/**
 * How long, in milliseconds, a refused contact waits for its next try. `waitedMs`: how long it waited for the last one
 * with the same reason; 0 when it is refused for this reason for the first time, or somebody changed it since.
 */
export function nextWaitMs(waitedMs: number): number {
  return TRIES_AFTER_MS.find((step) => step > waitedMs) ?? LONGEST_WAIT_MS
}

/** What a refusal means, in the words of somebody who keeps books. Every code has an answer, known or not. */
export function wordsOfRefusal(refused: RefusedWrite, subject: RefusedSubject): RefusalWords {
  // Codes come from outside: `constructor` is no entry of the table.
  const words = Object.hasOwn(WORDS, refused.code) ? WORDS[refused.code] : undefined
  return words === undefined ? unknownCode(refused) : words(refused, subject)
}

/** The property that QuickBooks complains about, as people call it; "a field" when it names none. */
function fieldInWords(element: string | undefined): string {
  const property = (element ?? '').split('.')[0] ?? ''
  const known = Object.hasOwn(FIELD_WORDS, property) ? FIELD_WORDS[property] : undefined
  return known ?? (property === '' ? 'a field' : `the field “${property}”`)
}

type Wording = (refused: RefusedWrite, subject: RefusedSubject) => RefusalWords

const FIELD_WORDS: Readonly<Record<string, string>> = {
  DisplayName: 'the name',
  CompanyName: 'the company name',
  Title: 'the title',
  GivenName: 'the first name',
  MiddleName: 'the middle name',
  FamilyName: 'the last name',
  Suffix: 'the suffix of the name',
  PrintOnCheckName: 'the name to print on checks',
  PrimaryEmailAddr: 'the e-mail address',
  PrimaryPhone: 'the phone number',
  AlternatePhone: 'the alternate phone number',
  Mobile: 'the mobile number',
  Fax: 'the fax number',
  WebAddr: 'the website',
  Notes: 'the notes',
  ResaleNum: 'the resale number',
  CustomerTypeRef: 'the customer type',
  BillAddr: 'the billing address',
  ShipAddr: 'the shipping address',
  ParentRef: 'the parent',
}

const SENT_AGAIN = 'It is sent again as soon as you have changed it.'

const faultOfTandem: Wording = ({ code, message, detail }) => ({
  reason: `QuickBooks did not understand what it was sent: ${sentence(message, detail)} (${code})`,
  advice: 'This is a fault of Tandem, not of your data: please report it, with this code.',
})

/** QuickBooks' own words are the only ones that there are. */
const inItsOwnWords: Wording = ({ code, message, detail }) => ({
  reason: `QuickBooks refused it: ${sentence(message, detail)} (${code})`,
  advice: `Change what QuickBooks complains about, here or there. ${SENT_AGAIN}`,
})

const permission: Wording = () => ({
  reason: 'The person who connected QuickBooks is not allowed to change customers and vendors there.',
  advice: 'Give that person the right in QuickBooks, or let somebody with all rights reconnect the company.',
})

const subscription: Wording = () => ({
  reason: 'The QuickBooks subscription of this company has ended, so that nothing can be changed there.',
  advice: 'Renew the subscription in QuickBooks. What waits here is sent then by itself.',
})

const WORDS: Readonly<Record<string, Wording | undefined>> = {
  // Names
  6240: (_, { name }) => ({
    reason: `A customer, vendor or employee in QuickBooks has the name “${name}” already.`,
    advice: 'Give this contact another name, or link it to the one in QuickBooks that has this name.',
  }),
  6080: () => ({
    reason: 'It has no name that QuickBooks could show it by.',
    advice: `Give it a name. ${SENT_AGAIN}`,
  }),
  2040: ({ element }) => ({
    reason: `${capital(fieldInWords(element))} has a character that QuickBooks does not allow: a colon, a tab or a line break.`,
    advice: `Take it out. ${SENT_AGAIN}`,
  }),
  // Values
  2050: ({ element, detail }) => ({
    reason: `${capital(fieldInWords(element))} is too long for QuickBooks${lengths(detail)}.`,
    advice: `Shorten it. ${SENT_AGAIN}`,
  }),
  2020: ({ element }) => ({
    reason: `QuickBooks wants ${fieldInWords(element)}, and it is empty.`,
    advice: `Fill it in. ${SENT_AGAIN}`,
  }),
  2170: ({ element }) => ({
    reason: `QuickBooks does not know the choice made in ${fieldInWords(element)}.`,
    advice: `Choose another one. ${SENT_AGAIN}`,
  }),
  2200: () => ({
    reason: 'The website is not an address that QuickBooks accepts.',
    advice: `Write it like https://www.example.com. ${SENT_AGAIN}`,
  }),
  2210: () => ({
    reason: 'The e-mail address is not one that QuickBooks accepts.',
    advice: `Write it like name@example.com; several are separated by commas. ${SENT_AGAIN}`,
  }),
  6420: () => ({
    reason: 'QuickBooks is set to e-mail invoices to this customer, and there is no e-mail address.',
    advice: 'Fill in an e-mail address, or change how invoices are delivered in QuickBooks.',
  }),
  2500: () => ({
    reason: 'It uses an entry of a list, such as a customer type, that QuickBooks does not have.',
    advice: `Choose another customer type. ${SENT_AGAIN}`,
  }),
  2600: inItsOwnWords,
  3000: inItsOwnWords,
  // Hierarchy
  6150: () => ({
    reason: 'QuickBooks did not accept the place below its parent: a job needs a parent, and only a job has one.',
    advice: 'Choose the parent again, or make it a contact without a parent.',
  }),
  6180: () => ({
    reason: 'It would lie deeper than the five levels that QuickBooks has.',
    advice: 'Put it under a parent that is higher up.',
  }),
  700: () => ({
    reason: 'The parent does not exist in QuickBooks any more.',
    advice: 'Choose another parent, or send the parent to QuickBooks first.',
  }),
  900: () => ({
    reason: 'In QuickBooks its parent lies below it, so that it cannot be put there.',
    advice: 'Choose another parent.',
  }),
  6130: () => ({
    reason: 'Whether it is billed with its parent cannot change while the parent has open invoices.',
    advice: 'Let the open invoices be paid first, or leave it where it is.',
  }),
  // What it refers to, or what refers to it
  610: () => ({
    reason: 'Something that it uses, most often its parent, is inactive in QuickBooks or is gone.',
    advice: 'Make it active again in QuickBooks, or choose another parent.',
  }),
  620: inItsOwnWords,
  630: inItsOwnWords,
  800: () => ({
    reason: 'Other things in QuickBooks depend on it, so that it cannot be changed like this.',
    advice: 'Look at it in QuickBooks: its transactions and sub-customers show what depends on it.',
  }),
  // Making it inactive
  6220: (_, { entity }) => ({
    reason: `It still has a balance in QuickBooks, and a ${entity} with a balance cannot be made inactive.`,
    advice: 'Bring the balance to zero in QuickBooks, or take the contact out of the archive.',
  }),
  6280: (_, { entity }) => ({
    reason: `It still has charges in QuickBooks that are not billed, and such a ${entity} cannot be made inactive.`,
    advice: 'Bill or delete the charges in QuickBooks, or take the contact out of the archive.',
  }),
  // The company
  6190: subscription,
  5020: permission,
  5030: () => ({
    reason: 'The QuickBooks plan of this company does not have what this needs.',
    advice: 'Switch the feature on in QuickBooks, or take out what needs it.',
  }),
  6000: ({ message, detail }) => ({
    reason: `A rule of QuickBooks forbids it: ${sentence(message, detail).replace(/^Business Validation Error:\s*/i, '')}`,
    advice: 'Do what the sentence asks for, here or in QuickBooks. Then it is sent again by itself.',
  }),
  6250: inItsOwnWords,
  6430: inItsOwnWords,
  // Somebody is always faster
  5010: () => ({
    reason: 'Somebody changes it in QuickBooks all the time, so that no change from here comes through.',
    advice: 'Nothing needs to be done: it is tried again by itself.',
  }),
  // Ours
  500: faultOfTandem,
  600: faultOfTandem,
  1000: faultOfTandem,
  1010: faultOfTandem,
  1020: faultOfTandem,
  2000: faultOfTandem,
  2010: faultOfTandem,
  2030: faultOfTandem,
  2130: faultOfTandem,
  5000: faultOfTandem,
}

function unknownCode(refused: RefusedWrite): RefusalWords {
  return {
    reason: `QuickBooks refused it: ${sentence(refused.message, refused.detail)} (${refused.code || 'no code'})`,
    advice: 'Look at it in QuickBooks. If you cannot see what is wrong, report it with this code.',
  }
}

/** Intuit's details often repeat the message before a colon. */
function sentence(message: string, detail: string): string {
  const words = (detail.startsWith(message) ? detail.slice(message.length).replace(/^[\s:]+/, '') : detail).trim()
  const said = words === '' || words === ': null' ? message.trim() : words
  return said === '' ? 'it gave no reason.' : /[.!?]$/.test(said) ? said : `${said}.`
}

function lengths(detail: string): string {
  const max = /Max:\s*(\d+)/i.exec(detail)?.[1]
  const given = /Supplied length:\s*(\d+)/i.exec(detail)?.[1]
  return max === undefined || given === undefined ? '' : `: it has ${given} characters, and ${max} are allowed`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
