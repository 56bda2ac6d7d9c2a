import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers, type GapFree, gapFreeAfter, gapFreeOf } from '#core/gap-free'
import type { Entity } from '#core/records'

const anEntityList = fc.constantFrom<readonly Entity[]>(['customer'], ['vendor'], ['customer', 'vendor'])
const aProof: fc.Arbitrary<GapFree> = fc.record({
  since: fc.integer({ min: 1, max: 28 }).map((day) => `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`),
  entities: anEntityList,
})

/** Whether a proof says that nothing of a list is missing up to a moment. */
function says(proof: GapFree | undefined, entity: Entity, moment: string): boolean {
  return covers(proof, [entity]) && (proof?.since ?? '') >= moment
}

describe('what is proven to be free of gaps', () => {
  it('never says more than one of the proofs that it was made of', () => {
    fc.assert(
      fc.property(fc.option(aProof, { nil: undefined }), aProof, aProof, (known, proven, asked) => {
        const after = gapFreeAfter(known, proven)
        for (const entity of asked.entities) {
          if (says(after, entity, asked.since)) {
            expect(says(known, entity, asked.since) || says(proven, entity, asked.since)).toBe(true)
          }
        }
      }),
    )
  })

  it('says of every list that was just proven that it is', () => {
    fc.assert(
      fc.property(fc.option(aProof, { nil: undefined }), aProof, (known, proven) => {
        expect(covers(gapFreeAfter(known, proven), proven.entities)).toBe(true)
      }),
    )
  })

  it('goes back to the moment of an older proof only for a list that this one adds', () => {
    const customers: GapFree = { since: '2026-11-20T10:00:00.000Z', entities: ['customer'] }
    const older = { since: '2026-11-19T10:00:00.000Z', entities: ['customer'] as const }
    expect(gapFreeAfter(customers, older)).toEqual(customers)
    expect(gapFreeAfter(customers, { ...older, entities: ['vendor'] })).toEqual({
      since: older.since,
      entities: ['customer', 'vendor'],
    })
  })

  it('is of customers alone where a connection names no list, and of nothing where it names no moment', () => {
    expect(gapFreeOf({ gapFreeSince: '2026-11-20T10:00:00.000Z' })?.entities).toEqual(['customer'])
    expect(gapFreeOf({})).toBeUndefined()
    expect(covers(undefined, ['customer'])).toBe(false)
    const customers = { since: '2026-11-20T10:00:00.000Z', entities: ['customer'] as const }
    expect(covers(customers, ['customer', 'vendor'])).toBe(false)
  })

  it('is of fewer lists from then on where one proven in the same moment leaves one out', () => {
    const both: GapFree = { since: '2026-11-20T10:00:00.000Z', entities: ['customer', 'vendor'] }
    expect(gapFreeAfter(both, { ...both, entities: ['customer'] })).toEqual({ ...both, entities: ['customer'] })
  })
})
