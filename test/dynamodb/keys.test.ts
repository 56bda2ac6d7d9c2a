import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contactKey,
  historyKey,
  idempotencyKey,
  idsKey,
  listPkOf,
  listPks,
  mirrorKey,
  outcomeKey,
  outcomePks,
  runKey,
  usageKey,
} from '#dynamodb/keys'

// Ids as an attacker would choose them: made of the keys' own parts.
const part = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc
    .array(fc.constantFrom('#', '%', '%23', 'W', 'C', 'Q', 'a', 'customer', 'RUN', 'O', '0', 'contacts'), {
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
)

describe('keys', () => {
  it('are another one for every other record, whatever ids are made of', () => {
    fc.assert(
      fc.property(fc.tuple(part, part), fc.tuple(part, part), (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b))
        const all = ([workspace, id]: readonly [string, string]) =>
          [
            contactKey(workspace, id),
            mirrorKey(workspace, 'customer', id),
            mirrorKey(workspace, 'vendor', id),
            runKey(workspace, id),
            idempotencyKey(workspace, id),
            usageKey(workspace, id),
            outcomeKey(workspace, id, 'x'),
            idsKey(workspace, id, 'seen', 0),
            historyKey(workspace, id, 'at', 'x'),
          ].map(({ pk, sk }) => JSON.stringify([pk, sk]))
        expect(new Set([...all(a), ...all(b)]).size).toBe(18)
      }),
      { numRuns: 2_000 },
    )
  })

  it('stay within what DynamoDB takes, however long ids are', () => {
    const long = '\u{1F3D7}'.repeat(5_000)
    for (const { pk, sk } of [
      contactKey(long, long),
      mirrorKey(long, 'customer', long),
      outcomeKey(long, long, long),
      idsKey(long, long, long, 9_999),
      historyKey(long, long, long, long),
    ]) {
      expect(Buffer.byteLength(pk)).toBeLessThanOrEqual(2_048)
      expect(Buffer.byteLength(sk)).toBeLessThanOrEqual(1_024)
    }
  })

  it('spread one company’s list and one run’s outcomes over all their partitions', () => {
    const used = new Set(Array.from({ length: 500 }, (_, n) => listPkOf('w', 'customer', `Customer ${n}`)))
    expect([...used].sort()).toEqual([...listPks('w', 'customer')].sort())
    const outcomes = new Set(Array.from({ length: 500 }, (_, n) => outcomeKey('w', 'r', String(n)).pk))
    expect([...outcomes].sort()).toEqual([...outcomePks('w', 'r')].sort())
  })
})
