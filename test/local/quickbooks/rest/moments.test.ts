import { describe, expect, it } from 'vitest'
import { drive, START } from '../accounting-driver.ts'

const APART = { switches: { 'write-times': 'apart' } } as const

describe('the time of an answer', () => {
  it('is when the request began: 0.05 to 1.2 s before the LastUpdatedTime of what it wrote', async () => {
    const { call, clock } = drive(APART)
    for (let i = 0; i < 40; i++) {
      clock.advance(1_000)
      const { body } = await call('POST', '/customer', { DisplayName: `A ${i}` })
      const before = clock.now() - Date.parse(body.time)
      expect(before).toBeGreaterThanOrEqual(50)
      expect(before).toBeLessThanOrEqual(1_200)
      expect(Date.parse(body.Customer.MetaData.LastUpdatedTime)).toBeGreaterThan(Date.parse(body.time) - 1_000)
    }
  })

  it('and CreateTime, up to 2 s before LastUpdatedTime, are no sign that nobody has touched the record', async () => {
    const { write, clock } = drive(APART)
    const apart = new Set<number>()
    for (let i = 0; i < 10; i++) {
      clock.advance(1_000)
      const { MetaData } = await write({ DisplayName: `A ${i}` })
      apart.add((Date.parse(MetaData.LastUpdatedTime) - Date.parse(MetaData.CreateTime)) / 1_000)
    }
    expect([...apart].sort()).toEqual([0, 1, 2])
  })

  it('is the moment of the write itself, by switch', async () => {
    const { call } = drive({ switches: { 'write-times': 'one-moment' } })
    const { body } = await call('POST', '/customer', { DisplayName: 'A' })
    expect(Date.parse(body.time)).toBe(START)
    expect(body.Customer.MetaData.CreateTime).toBe(body.Customer.MetaData.LastUpdatedTime)
  })
})
