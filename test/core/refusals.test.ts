import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextWaitMs, wordsOfRefusal } from '#core/refusals'

const ADA = { entity: 'customer', name: 'Ada' } as const

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
