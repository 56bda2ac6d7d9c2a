import { describe, expect, it } from 'vitest'
import { createZone, parseTime } from '../../../../local/quickbooks/company/zone.ts'

describe('times', () => {
  it('are written in local time with the offset of that moment', () => {
    const pacific = createZone('America/Los_Angeles')
    expect(pacific.stamp(Date.parse('2020-09-29T12:58:16Z') / 1000)).toBe('2020-09-29T05:58:16-07:00')
    expect(pacific.stampMs(Date.parse('2020-12-29T12:58:16.187Z'))).toBe('2020-12-29T04:58:16.187-08:00')
    expect(createZone('Asia/Kathmandu').stamp(0)).toBe('1970-01-01T05:30:00+05:30')
    expect(createZone('UTC').stamp(0)).toBe('1970-01-01T00:00:00+00:00')
  })

  it('are read with an offset, and without one as Pacific', () => {
    expect(parseTime('2026-11-23T05:00:00-08:00')).toBe(Date.parse('2026-11-23T13:00:00Z'))
    expect(parseTime('2026-11-23T13:00:00Z')).toBe(Date.parse('2026-11-23T13:00:00Z'))
    expect(parseTime('2026-11-23T05:00:00')).toBe(Date.parse('2026-11-23T13:00:00Z'))
    expect(parseTime('2026-07-01')).toBe(Date.parse('2026-07-01T07:00:00Z'))
    expect(parseTime('2015-10-05T14:42:19-0700')).toBe(Date.parse('2015-10-05T21:42:19Z'))
  })

  it.each(['', 'yesterday', '2026-13-01', '2026-11-23 05:00', '11/23/2026'])('are not what %j says', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })
})
