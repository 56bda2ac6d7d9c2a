import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../local/quickbooks/random.ts'

const draws = (seed: number | string) => {
  const random = createRandom(seed)
  return [random.next(), random.integer(1000), random.pick(['a', 'b', 'c']), random.uuid()]
}

describe('chance', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(draws(7)).toEqual(draws(7))
    expect(draws(7)).not.toEqual(draws(8))
  })

  it('forks without changing what the source gives next', () => {
    const forked = createRandom(7)
    forked.fork('webhooks').next()
    expect(forked.next()).toBe(createRandom(7).next())
    expect(createRandom(7).fork('a').next()).not.toBe(createRandom(7).fork('b').next())
  })

  it('keeps whole numbers within their bound', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1e6 }), (seed, max) => {
        const drawn = createRandom(seed).integer(max)
        expect(drawn).toBeGreaterThanOrEqual(0)
        expect(drawn).toBeLessThan(max)
      }),
    )
  })

  it('makes UUIDs of version 4', () => {
    expect(createRandom(1).uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
