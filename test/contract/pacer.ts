import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { BATCH_LIMITS, type Limits, REST_LIMITS } from '#core/pacing'
import type { Pacer } from '#sync/ports'

const NOW = Date.UTC(2026, 10, 23)

/** The most calls that fall into any stretch of `withinMs`. */
function busiest(times: readonly number[], withinMs: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  const from = (start: number) => sorted.filter((time) => time >= start && time < start + withinMs).length
  return Math.max(0, ...sorted.map(from))
}

function expectWithin(limits: Limits, times: readonly number[]): void {
  for (const { calls, withinMs } of limits) expect(busiest(times, withinMs)).toBeLessThanOrEqual(calls)
}

/** What every pacer does. `open` answers with another worker's pacer of the same store each time it is called. */
export function pacerContract(open: () => Pacer): void {
  const aRealm = () => `realm-${randomUUID()}`

  describe('the pacer', () => {
    it('lets the first call go at once, ten within a second, and answers in order', async () => {
      const at = await open().reserve(aRealm(), 'read', 12, NOW)
      expect(at).toHaveLength(12)
      expect(at[0]).toBe(NOW)
      expect(at.slice(0, 10).every((time) => time < NOW + 1_000)).toBe(true)
      expect([...at].sort((a, b) => a - b)).toEqual(at)
      expectWithin(REST_LIMITS, at)
    })

    it('keeps to the limits when many workers reserve at the same moment, reads and writes alike', async () => {
      const realm = aRealm()
      const workers = Array.from({ length: 8 }, open)
      const reserve = (pacer: Pacer, n: number) =>
        pacer.reserve(realm, n % 2 === 0 ? 'read' : 'write', 1 + (n % 3), NOW)
      const answers = await Promise.all([...workers, ...workers, ...workers].map(reserve))
      const at = answers.flat()
      expect(at).toHaveLength(answers.reduce((sum, _, n) => sum + 1 + (n % 3), 0))
      expectWithin(REST_LIMITS, at)
    })

    it('keeps to the limit of a minute', async () => {
      const realm = aRealm()
      const [pacer, another] = [open(), open()]
      const at = [
        ...(await pacer.reserve(realm, 'read', 480, NOW)),
        ...(await another.reserve(realm, 'write', 80, NOW)),
      ]
      expectWithin(REST_LIMITS, at)
      expect(at.at(-1)).toBeGreaterThan(NOW + 60_000)
    })

    it('counts batches by their own limit', async () => {
      const realm = aRealm()
      const pacer = open()
      const batches = [
        ...(await pacer.reserve(realm, 'batch', 30, NOW)),
        ...(await pacer.reserve(realm, 'batch', 15, NOW)),
      ]
      expectWithin(BATCH_LIMITS, batches)
      expect(await pacer.reserve(realm, 'read', 1, NOW)).toEqual([NOW])
    })

    it('lets companies not wait for each other', async () => {
      const pacer = open()
      await pacer.reserve(aRealm(), 'read', 100, NOW)
      expect(await pacer.reserve(aRealm(), 'read', 1, NOW)).toEqual([NOW])
    })

    it('has forgotten by and by what no limit counts any more', async () => {
      const realm = aRealm()
      const pacer = open()
      await pacer.reserve(realm, 'read', 500, NOW)
      const later = NOW + 10 * 60_000
      const anew = await open().reserve(aRealm(), 'read', 10, later)
      expect(await pacer.reserve(realm, 'read', 10, later)).toEqual(anew)
    })
  })
}
