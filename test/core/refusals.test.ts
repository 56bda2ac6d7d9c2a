import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextWaitMs, wordsOfRefusal } from '#core/refusals'

const ADA = { entity: 'customer', name: 'Ada' } as const

/** Codes that mean one thing alone, so that Tandem's own words say it. */
const KNOWN = [
  ...['6240', '6080', '2040', '2050', '2020', '2170', '2200', '2210', '6420', '2500', '6150', '6180', '700', '900'],
  ...['6130', '610', '800', '6220', '6280', '6190', '5020', '5030', '5010'],
]

describe('a refusal in words', () => {
  it.each([
    ['6240', 'has the name “Ada” already'],
    ['6080', 'no name'],
    ['2040', 'a colon, a tab or a line break'],
    ['2020', 'it is empty'],
    ['2170', 'does not know the choice'],
    ['2200', 'website'],
    ['2210', 'e-mail address'],
    ['2500', 'customer type'],
    ['6150', 'a job needs a parent'],
    ['6180', 'five levels'],
    ['700', 'does not exist'],
    ['900', 'lies below it'],
    ['610', 'inactive'],
    ['800', 'depend on it'],
    ['6220', 'a customer with a balance cannot be made inactive'],
    ['6280', 'not billed'],
    ['6190', 'subscription'],
    ['5020', 'not allowed'],
    ['5010', 'all the time'],
    ['2010', 'did not understand'],
    ['2030', 'did not understand'],
  ])('says for %s that … %s', (code, words) => {
    expect(wordsOfRefusal({ code, message: 'Message', detail: 'Detail' }, ADA).reason).toContain(words)
  })

  it('says which field is too long, and by how much', () => {
    const detail =
      'String length specified does not match the supported length. Min:0 Max:30 supported. Supplied length:45'
    expect(wordsOfRefusal({ code: '2050', message: 'Length', detail, element: 'PrimaryPhone' }, ADA)).toEqual({
      reason: 'The phone number is too long for QuickBooks: it has 45 characters, and 30 are allowed.',
      advice: 'Shorten it. It is sent again as soon as you have changed it.',
    })
  })

  it('names the part of an address by the address', () => {
    const { reason } = wordsOfRefusal({ code: '2050', message: '', detail: '', element: 'BillAddr.Line1' }, ADA)
    expect(reason).toBe('The billing address is too long for QuickBooks.')
  })

  it('gives QuickBooks’ own words for a rule of its own, without its preamble', () => {
    const detail = 'Business Validation Error: The currency cannot be changed once it is set.'
    expect(wordsOfRefusal({ code: '6000', message: 'A business validation error', detail }, ADA).reason).toBe(
      'A rule of QuickBooks forbids it: The currency cannot be changed once it is set.',
    )
  })

  it.each([
    ['DisplayName', 'the name'],
    ['CompanyName', 'the company name'],
    ['Title', 'the title'],
    ['GivenName', 'the first name'],
    ['MiddleName', 'the middle name'],
    ['FamilyName', 'the last name'],
    ['Suffix', 'the suffix of the name'],
    ['PrintOnCheckName', 'the name to print on checks'],
    ['PrimaryEmailAddr', 'the e-mail address'],
    ['PrimaryPhone', 'the phone number'],
    ['AlternatePhone', 'the alternate phone number'],
    ['Mobile', 'the mobile number'],
    ['Fax', 'the fax number'],
    ['WebAddr', 'the website'],
    ['Notes', 'the notes'],
    ['ResaleNum', 'the resale number'],
    ['CustomerTypeRef', 'the customer type'],
    ['BillAddr', 'the billing address'],
    ['ShipAddr.City', 'the shipping address'],
    ['ParentRef', 'the parent'],
    ['SomethingNew', 'the field “SomethingNew”'],
    ['constructor', 'the field “constructor”'],
    ['', 'a field'],
    [undefined, 'a field'],
  ])('calls %s %s', (element, words) => {
    const said = (code: string) =>
      wordsOfRefusal({ code, message: '', detail: '', ...(element !== undefined && { element }) }, ADA).reason
    expect(said('2020')).toBe(`QuickBooks wants ${words}, and it is empty.`)
    expect(said('2170')).toContain(`in ${words}.`)
    expect(said('2040')).toContain(`${words.charAt(0).toUpperCase()}${words.slice(1)} has a character`)
  })

  it.each(KNOWN)('has whole sentences for %s, and says what somebody can do', (code) => {
    const { reason, advice } = wordsOfRefusal({ code, message: 'Message', detail: 'Message: Detail' }, ADA)
    expect(reason).toMatch(/^[A-Z].{20,}[.)]$/)
    expect(advice).toMatch(/^[A-Z].{15,}\.$/)
    expect(reason).not.toContain('Message')
    expect(advice).not.toBe(wordsOfRefusal({ code: 'unknown', message: '', detail: '' }, ADA).advice)
  })

  it('says for a vendor that it is one', () => {
    const vendor = { entity: 'vendor', name: 'Ada' } as const
    for (const code of ['6220', '6280'])
      expect(wordsOfRefusal({ code, message: '', detail: '' }, vendor).reason).toMatch(/a vendor/)
  })

  it.each([
    ['Odd', 'Odd', 'Odd.'],
    ['Odd', 'Odd: it is so', 'it is so.'],
    ['Odd', 'Odd :  it is so!', 'it is so!'],
    ['Odd', '  it is so?', 'it is so?'],
    ['Odd', ': null', 'Odd.'],
    ['Odd', 'Odd: null', 'null.'],
    [' Odd ', '', 'Odd.'],
    ['', '', 'it gave no reason.'],
    ['', 'So.', 'So.'],
  ])('makes of %j and %j the sentence %j', (message, detail, sentence) => {
    expect(wordsOfRefusal({ code: '7777', message, detail }, ADA).reason).toBe(
      `QuickBooks refused it: ${sentence} (7777)`,
    )
  })

  it('says that there is no code where there is none', () => {
    expect(wordsOfRefusal({ code: '', message: 'Odd', detail: '' }, ADA)).toEqual({
      reason: 'QuickBooks refused it: Odd. (no code)',
      advice: expect.stringMatching(/^Look at it in QuickBooks\..+\.$/),
    })
  })

  it.each([
    ['Max:30 supported. Supplied length:45', ': it has 45 characters, and 30 are allowed'],
    ['max: 30, supplied LENGTH: 45', ': it has 45 characters, and 30 are allowed'],
    ['Max:30', ''],
    ['Supplied length:45', ''],
    ['', ''],
  ])('reads lengths out of %j', (detail, words) => {
    expect(wordsOfRefusal({ code: '2050', message: '', detail, element: 'Notes' }, ADA).reason).toBe(
      `The notes is too long for QuickBooks${words}.`,
    )
  })

  it.each(['500', '600', '1000', '1010', '1020', '2000', '2010', '2030', '2130', '5000'])('owns up to %s', (code) => {
    expect(wordsOfRefusal({ code, message: 'Odd', detail: '' }, ADA)).toEqual({
      reason: `QuickBooks did not understand what it was sent: Odd. (${code})`,
      advice: 'This is a fault of Tandem, not of your data: please report it, with this code.',
    })
  })

  it.each(['2600', '3000', '620', '630', '6250', '6430'])('passes on QuickBooks’ own words for %s', (code) => {
    expect(wordsOfRefusal({ code, message: 'Odd', detail: 'It is so' }, ADA)).toEqual({
      reason: `QuickBooks refused it: It is so. (${code})`,
      advice: expect.stringMatching(/^Change what QuickBooks complains about.+\.$/),
    })
  })

  it('has a reason and an advice for any code whatever', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (code, message, detail, element) => {
        const { reason, advice } = wordsOfRefusal({ code, message, detail, element }, ADA)
        expect(reason).toMatch(/[.)]|[!?]$/)
        expect(advice).not.toBe('')
      }),
    )
  })

  it.each(['constructor', '__proto__', 'valueOf'])('takes the code %s for an unknown one', (code) => {
    expect(wordsOfRefusal({ code, message: 'Odd', detail: 'Odd' }, ADA).reason).toContain(code)
  })

  it('keeps the code of what it does not know', () => {
    expect(wordsOfRefusal({ code: '7777', message: 'New Error', detail: 'New Error : Odd' }, ADA).reason).toBe(
      'QuickBooks refused it: Odd. (7777)',
    )
  })
})

describe('the next try', () => {
  it('waits longer each time that the same is refused, and never more than a day', () => {
    const waits = [nextWaitMs(0)]
    for (let tries = 0; tries < 5; tries++) waits.push(nextWaitMs(waits.at(-1) ?? 0))
    expect(waits.map((ms) => ms / 60_000)).toEqual([15, 60, 240, 1_440, 1_440, 1_440])
  })
})
