import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNewer, revisionKey } from '#core/revisions'

const number = fc.bigInt({ min: 0n, max: 10n ** 20n - 1n })
const times = ['2026-11-01T08:00:00.000Z', '2026-11-02T08:00:00.000Z', '2026-11-03T08:00:00.000Z'] as const
const seen = fc.record({
  revision: fc.constantFrom('0', '9', '10', '99', '1000', 'x', 'y'),
  updatedAt: fc.constantFrom(...times),
})

describe('the key of a revision', () => {
  it('orders revisions as numbers, however many digits they have', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(revisionKey(String(a)) < revisionKey(String(b))).toBe(a < b)
      }),
    )
  })

  it.each(['x', '', '1a', 'a1', '-1'])('leaves %j as it is, which is no number', (revision) => {
    expect(revisionKey(revision)).toBe(revision)
  })
})

describe('a newer reading', () => {
  it.each([
    ['10', times[0], '9', times[1], true],
    ['9', times[1], '10', times[0], false],
    ['9', times[1], '9', times[0], true],
    ['9', times[0], '9', times[0], false],
    ['9', times[0], '9', times[1], false],
  ])('is %s at %s rather than %s at %s: %s', (revision, updatedAt, other, otherAt, newer) => {
    expect(isNewer({ revision, updatedAt }, { revision: other, updatedAt: otherAt })).toBe(newer)
  })

  it('is one of two that differ, and none of two that do not', () => {
    fc.assert(
      fc.property(seen, seen, (a, b) => {
        const differ = a.revision !== b.revision || a.updatedAt !== b.updatedAt
        expect([isNewer(a, b), isNewer(b, a)].filter(Boolean)).toHaveLength(differ ? 1 : 0)
      }),
    )
  })
})
