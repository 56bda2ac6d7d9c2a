import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes } from '../../../../local/quickbooks/company/byte-order.ts'
import { createSortedIndex } from '../../../../local/quickbooks/company/sorted-index.ts'

const byNumber = (a: number, b: number): number => a - b
const distinct = fc.uniqueArray(fc.integer({ min: 0, max: 100_000 }), { maxLength: 2_000 })

describe('a sorted index', () => {
  it('holds what a sorted list would, whatever is added and removed', () => {
    fc.assert(
      fc.property(distinct, distinct, (filled, added) => {
        const index = createSortedIndex(byNumber)
        index.fill(filled)
        const there = new Set(filled)
        for (const each of added) {
          if (there.delete(each)) index.remove(each)
          else {
            index.add(each)
            there.add(each)
          }
        }
        const expected = [...there].sort(byNumber)
        expect(index.size).toBe(expected.length)
        expect([...index.slice(0)]).toEqual(expected)
        expect([...index.sliceBackwards(0)]).toEqual(expected.toReversed())
      }),
      { numRuns: 50 },
    )
  })

  it('slices and ranks as the list does', () => {
    fc.assert(
      fc.property(distinct, fc.nat(2_100), fc.nat(2_100), fc.nat(100_000), (entries, from, to, bound) => {
        const index = createSortedIndex(byNumber)
        for (const each of entries) index.add(each)
        const sorted = entries.toSorted(byNumber)
        expect([...index.slice(from, to)]).toEqual(sorted.slice(from, Math.max(from, to)))
        expect([...index.sliceBackwards(from, to)]).toEqual(sorted.slice(from, Math.max(from, to)).toReversed())
        expect(index.rank((each) => each < bound)).toBe(sorted.filter((each) => each < bound).length)
      }),
      { numRuns: 50 },
    )
  })

  it('says so when an entry was changed while it was in the index', () => {
    const index = createSortedIndex<{ key: number }>((a, b) => a.key - b.key)
    const entry = { key: 1 }
    index.add(entry)
    index.add({ key: 5 })
    entry.key = 9
    expect(() => index.remove(entry)).toThrow(/changed while it was in the index/)
  })
})

describe('the order of names', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
    )
  })
})
