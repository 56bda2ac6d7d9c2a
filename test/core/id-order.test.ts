import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareIds, ordersOf } from '#core/id-order'

describe('the order of ids', () => {
  it('is told by how they come', () => {
    expect(ordersOf(['1', '2', '10'])).toEqual(['number'])
    expect(ordersOf(['1', '10', '2'])).toEqual(['text'])
    expect(ordersOf(['1', '2', '3'])).toEqual(['number', 'text'])
    expect(ordersOf(['2', '1'])).toEqual([])
    expect(ordersOf([])).toEqual(['number', 'text'])
  })

  it('compares numbers of any length', () => {
    expect(compareIds('number', '9007199254740993', '9007199254740992')).toBeGreaterThan(0)
    expect(compareIds('number', '9', '10')).toBeLessThan(0)
    expect(compareIds('text', '9', '10')).toBeGreaterThan(0)
    expect(compareIds('text', '9', '9')).toBe(0)
  })

  it('is none where an id comes twice', () => {
    expect(ordersOf(['1', '1'])).toEqual([])
  })

  it('is found again in whatever order ids were put', () => {
    const ids = fc.uniqueArray(fc.nat({ max: 2_000 }).map(String), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(ids, fc.constantFrom('number', 'text'), (some, order) => {
        const put = [...some].sort((a, b) => compareIds(order, a, b))
        expect(ordersOf(put)).toContain(order)
        expect(ordersOf([...put].reverse())).not.toContain(order)
      }),
    )
  })

  it('of numbers is that of the numbers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), (a, b) => {
        expect(Math.sign(compareIds('number', String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })
})
