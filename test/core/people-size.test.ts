import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { peopleChanged, peopleSizeErrors } from '#core/people-size'
import type { ContactPerson } from '#core/records'
import { utf8Length } from '#core/utf8'

const person = fc.record({
  role: fc.constantFrom('site' as const, 'manager' as const),
  name: fc.constantFrom('Ada', 'Bea', 'Cleo', 'Zoë'),
})
const people = fc.array(person, { maxLength: 8 })
const named = (count: number, length: number): ContactPerson[] =>
  Array.from({ length: count }, (_, index) => ({ role: 'site', name: `${index}`.padEnd(length, 'x') }))
const sorted = (some: readonly ContactPerson[]) => some.map((one) => JSON.stringify(one)).sort()

describe('the people that changed', () => {
  it('are those that left and those that came, so that the one state follows from the other', () => {
    fc.assert(
      fc.property(people, people, (before, after) => {
        const changed = peopleChanged(before, after)
        if (changed === undefined) {
          expect(after).toEqual(before)
          return
        }
        const kept = [...sorted(before)]
        for (const left of sorted(changed.from)) kept.splice(kept.indexOf(left), 1)
        expect([...kept, ...sorted(changed.to)].sort()).toEqual(sorted(after))
        const isOrder = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after))
        if (isOrder) expect(changed).toEqual({ from: before, to: after })
        else expect(sorted(changed.from).filter((one) => sorted(changed.to).includes(one))).toEqual([])
      }),
    )
  })
})

it('whose properties are in another order are the same', () => {
  const [one, other] = [
    { role: 'site' as const, name: 'Ada', address: { city: 'Bern', line1: '1' } },
    { address: { line1: '1', city: 'Bern' }, name: 'Ada', role: 'site' as const },
  ]
  expect(peopleChanged([one], [other])).toBeUndefined()
  expect(peopleChanged([one], [{ ...other, address: { city: 'Bern' } }])).toMatchObject({ from: [one] })
})

describe('the size of the people', () => {
  it('may be 64,000 bytes, whoever was there before', () => {
    expect(peopleSizeErrors([], named(50, 1_200))).toEqual([])
    expect(peopleSizeErrors(named(50, 1_200), named(49, 1_250))).toEqual([])
  })

  it('may be no more, and the reason says so', () => {
    const [error, ...others] = peopleSizeErrors([], named(50, 1_300))
    expect(others).toEqual([])
    expect(error).toMatchObject({ path: 'people', message: expect.stringMatching(/64000 bytes.*Leave some out/) })
    // As many letters, but each takes three bytes.
    expect(peopleSizeErrors([], [{ role: 'site', name: '語'.repeat(30_000) }])).toHaveLength(1)
  })

  it('that was more before may become less, step by step, or stay', () => {
    const large = named(50, 7_000)
    expect(peopleSizeErrors(large, large)).toEqual([])
    expect(peopleSizeErrors(large, large.slice(20))).toEqual([])
    expect(peopleSizeErrors(large, [])).toMatchObject([{ message: expect.stringContaining('one edit') }])
    expect(peopleSizeErrors(large, [...large].reverse())).toHaveLength(1)
  })
})

it('the length in UTF-8 is what it says', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 0x10_ff_ff })), (points) => {
      const text = String.fromCodePoint(...points.filter((point) => point < 0xd8_00 || point > 0xdf_ff))
      expect(utf8Length(text)).toBe(Buffer.byteLength(text))
    }),
  )
})
