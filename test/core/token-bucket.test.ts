import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bucket, isFull, takeOne } from '#core/token-bucket'

const RATE = { perSecond: 20, burst: 100 }

describe('a bucket that fills again', () => {
  it('gives never more than what it holds and what came in meanwhile, in whatever rhythm it is asked', () => {
    const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 100 }) })
    const pauses = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 300 })
    fc.assert(
      fc.property(rates, pauses, (rate, all) => {
        let bucket: Bucket | undefined
        const taken: number[] = []
        let nowMs = 1_000_000
        for (const pauseMs of all) {
          nowMs += pauseMs
          const one = takeOne(bucket, rate, nowMs)
          bucket = one.bucket
          if (one.waitMs === 0) taken.push(nowMs)
        }
        for (const [first, from] of taken.entries()) {
          for (const [last, until] of taken.entries()) {
            if (last < first) continue
            // A millionth for what binary fractions cannot say.
            expect(last - first + 1).toBeLessThanOrEqual(rate.burst + ((until - from) * rate.perSecond) / 1_000 + 1e-6)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('gives again to whoever waited as long as they were told, and not a millisecond before', () => {
    let bucket: Bucket | undefined
    for (let n = 0; n < 100; n++) bucket = takeOne(bucket, RATE, 0).bucket
    const { waitMs } = takeOne(bucket, RATE, 0)
    expect(waitMs).toBe(50)
    expect(takeOne(bucket, RATE, 49).waitMs).toBeGreaterThan(0)
    expect(takeOne(bucket, RATE, 50).waitMs).toBe(0)
  })

  it('is as if it had never been asked once it is full', () => {
    const { bucket } = takeOne(undefined, RATE, 0)
    expect(isFull(bucket, RATE, 49)).toBe(false)
    expect(isFull(bucket, RATE, 50)).toBe(true)
  })

  it('fills by no clock that goes back', () => {
    let bucket: Bucket | undefined
    for (let n = 0; n < 100; n++) bucket = takeOne(bucket, RATE, 10_000).bucket
    expect(takeOne(bucket, RATE, 0).waitMs).toBe(50)
  })
})
