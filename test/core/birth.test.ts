import { describe, expect, it } from 'vitest'
import { birthOf, PLACES, placeRefusal } from '#core/birth'

const swiss = { home: 'CHF', isMulti: true, active: ['EUR', 'USD'] }
const single = { ...swiss, isMulti: false }
const tax = { taxable: false }

describe('what a customer is created with', () => {
  it('is nothing of its own where nobody chose, or chose the home currency', () => {
    expect(birthOf(undefined, undefined, swiss)).toStrictEqual({ birth: {} })
    expect(birthOf('CHF', undefined, swiss)).toStrictEqual({ birth: {} })
    expect(birthOf('CHF', undefined, single)).toStrictEqual({ birth: {} })
  })

  it('is the currency that was chosen, if the company has it', () => {
    expect(birthOf('EUR', undefined, swiss)).toStrictEqual({ birth: { currency: 'EUR' } })
    expect(birthOf('JPY', undefined, swiss)).toEqual({
      refused: {
        code: 'currencyNotActive',
        reason: 'JPY is not among the currencies of the QuickBooks company.',
        advice: 'Add it in QuickBooks under Currencies, or choose another one.',
      },
    })
    expect(birthOf('EUR', undefined, single)).toEqual({
      refused: {
        code: 'noMulticurrency',
        reason: 'The QuickBooks company works with one currency only: multicurrency is not switched on.',
        advice: 'Switch it on in QuickBooks, or choose no currency here. It cannot be switched off again.',
      },
    })
  })

  it('is its parent’s currency and tax status, if it is a job', () => {
    expect(birthOf(undefined, { currency: 'EUR', tax }, swiss)).toStrictEqual({ birth: { currency: 'EUR', tax } })
    expect(birthOf('EUR', { currency: 'EUR' }, swiss)).toStrictEqual({ birth: { currency: 'EUR' } })
    expect(birthOf(undefined, { currency: 'CHF', isProject: false }, swiss)).toStrictEqual({ birth: {} })
    expect(birthOf('EUR', {}, swiss)).toStrictEqual({ birth: {} })
  })

  it('is refused where its parent has a currency that the company has no more, whoever chose it', () => {
    for (const chosen of [undefined, 'JPY']) {
      expect(birthOf(chosen, { currency: 'JPY', tax }, swiss)).toEqual({
        refused: {
          code: 'currencyNotActive',
          reason:
            'Its parent is in JPY, which is not among the active currencies of the QuickBooks company, and a job has its parent’s currency.',
          advice: 'Make JPY active again in QuickBooks under Currencies, or put the job under another parent.',
        },
      })
    }
    // The home currency need not be listed, nor multicurrency on.
    expect(birthOf(undefined, { currency: 'CHF', tax }, { ...single, active: [] })).toStrictEqual({ birth: { tax } })
  })

  it('cannot be another currency than its parent’s', () => {
    const answer = birthOf('EUR', { currency: 'USD' }, swiss)
    expect(answer).toEqual({
      refused: {
        code: 'otherCurrency',
        reason:
          'It is in EUR and its parent in USD: a job has its parent’s currency, and QuickBooks never changes a currency.',
        advice: 'Put it under a parent in EUR, or make a new job under this one.',
      },
    })
  })

  it('is nothing below a project, whatever the currency', () => {
    expect(birthOf('EUR', { currency: 'EUR', isProject: true }, swiss)).toEqual({
      refused: {
        code: 'parentIsProject',
        reason: 'Its parent is a project in QuickBooks, and a project has no jobs of its own.',
        advice: 'Put it under the project’s customer, beside the project.',
      },
    })
  })
})

describe('a place under a parent', () => {
  it('is refused below a project and in another currency, in words that name both', () => {
    expect(placeRefusal({}, { isProject: true })).toMatchObject({ code: 'parentIsProject' })
    expect(placeRefusal({ currency: 'EUR' }, { currency: 'USD' })).toMatchObject({
      code: 'otherCurrency',
      reason: expect.stringContaining('It is in EUR and its parent in USD'),
    })
    expect([...PLACES].sort()).toEqual(['otherCurrency', 'parentIsProject'])
  })

  it.each([
    ['both are in the same currency', { currency: 'EUR' }, { currency: 'EUR', isProject: false }],
    ['the parent’s currency is not known', { currency: 'EUR' }, {}],
    ['its own is not known', {}, { currency: 'EUR' }],
    ['the parent is not known', { currency: 'EUR' }, undefined],
  ] as const)('is free where %s', (_where, record, parent) => {
    expect(placeRefusal(record, parent)).toBeUndefined()
  })
})
