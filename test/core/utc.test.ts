import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '#core/utc'

describe('a time in UTC', () => {
  it('is read as the clock reads it', () => {
    const times = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(times, (time) => {
        expect(epochMs(time.toISOString())).toBe(time.getTime())
        expect(epochMs(time.toISOString().replace(/\.\d+Z$/, 'Z'))).toBe(Math.floor(time.getTime() / 1000) * 1000)
      }),
    )
  })

  it('is none where it says another zone, or nothing', () => {
    expect(epochMs('2026-11-23T10:00:00-07:00')).toBeNaN()
    expect(epochMs('')).toBeNaN()
  })
})

it.each(['at 2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z.', '2026-11-23T10:00:00', '12026-11-23T10:00:00Z'])(
  '%s is no time',
  (text) => {
    expect(epochMs(text)).toBeNaN()
  },
)
