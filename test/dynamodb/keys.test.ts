import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  activeRunKey,
  childKey,
  contactKey,
  historyKey,
  idempotencyKey,
  idsKey,
  listPks,
  listPlace,
  mirrorKey,
  outcomeKey,
  outcomePks,
  runKey,
  toReadKey,
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

const byIds = ([workspace, id]: readonly [string, string]) =>
  [
    contactKey(workspace, id),
    mirrorKey(workspace, 'customer', id),
    mirrorKey(workspace, 'vendor', id),
    runKey(workspace, id),
    idempotencyKey(workspace, id),
    usageKey(workspace, id),
    outcomeKey(workspace, id, 'x'),
    outcomeKey(workspace, 'x', id),
    idsKey(workspace, id, 'seen', 0),
    idsKey(workspace, 'x', id, 0),
    historyKey(workspace, id, 'at', 'x'),
    historyKey(workspace, 'x', 'at', id),
    childKey(workspace, id, 'x'),
    childKey(workspace, 'x', id),
    activeRunKey(workspace, id),
    toReadKey(workspace, 'customer', id, undefined),
    toReadKey(workspace, 'customer', 'x', id),
  ].map(({ pk, sk }) => JSON.stringify([pk, sk]))

/** The other spellings that somebody could give an id whose separators are escaped: once more, or once less. */
const respelt: readonly ((id: string) => string)[] = [
  (id) => id.replaceAll('%', '%25').replaceAll('#', '%23'),
  (id) => id.replaceAll('#', '%23'),
  (id) => id.replaceAll('%', '%25'),
  (id) => id.replaceAll('%23', '#'),
  (id) => id.replaceAll('%25', '%'),
]

describe('keys', () => {
  it.each(['#', '#C#', '#Q#customer#', '#Q#vendor#', '#RUN#', '#KEY#', '#O#0'])(
    'are another one where a workspace and an id are parted elsewhere, at %s',
    (separator) => {
      fc.assert(
        fc.property(part, part, part, (first, second, third) => {
          const left = byIds([first, `${second}${separator}${third}`])
          const right = byIds([`${first}${separator}${second}`, third])
          expect(left.filter((key) => right.includes(key))).toEqual([])
        }),
      )
    },
  )

  it('are another one for an id that is spelt as another one is escaped', () => {
    fc.assert(
      fc.property(part, part, fc.constantFrom(...respelt), fc.boolean(), (workspace, id, spell, ofWorkspace) => {
        const text = ofWorkspace ? workspace : id
        fc.pre(spell(text) !== text)
        const [a, b] = ofWorkspace
          ? [byIds([workspace, id]), byIds([spell(workspace), id])]
          : [byIds([workspace, id]), byIds([workspace, spell(id)])]
        expect(a.filter((key) => b.includes(key))).toEqual([])
      }),
    )
  })

  it('are another one for every other record, whatever ids are made of', () => {
    fc.assert(
      fc.property(fc.tuple(part, part), fc.tuple(part, part), (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b))
        // An id of `x` is one of those that stand for other ids here.
        fc.pre(a[1] !== 'x' && b[1] !== 'x')
        const [left, right] = [byIds(a), byIds(b)]
        expect(new Set(left).size).toBe(left.length)
        expect(left.filter((key) => right.includes(key))).toEqual([])
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
    const used = new Set(Array.from({ length: 500 }, (_, n) => listPlace('w', 'customer', `Customer ${n}`, '1').gsi1pk))
    expect([...used].sort()).toEqual([...listPks('w', 'customer')].sort())
    const outcomes = new Set(Array.from({ length: 500 }, (_, n) => outcomeKey('w', 'r', String(n)).pk))
    expect([...outcomes].sort()).toEqual([...outcomePks('w', 'r')].sort())
  })
})
