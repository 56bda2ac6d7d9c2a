import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDueBetween, SLOTS_A_DAY, slotAt, slotOf } from '#core/daily-slots'

const workspace = fc.string({ minLength: 1 })
const slot = fc.integer({ min: 1_000_000, max: 3_000_000 })

describe('a workspace’s slot of the day', () => {
  it('comes exactly once in a day, wherever the day begins and however it is cut', () => {
    fc.assert(
      fc.property(workspace, slot, fc.uniqueArray(fc.integer({ min: 1, max: SLOTS_A_DAY - 1 })), (name, from, cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), SLOTS_A_DAY].map((cut) => from + cut)
        const due = ends.filter((to, at) => isDueBetween(name, ends[at - 1] ?? from, to))
        expect(due).toHaveLength(1)
      }),
    )
  })

  it('lies in every span of a day or more, and in none that is empty', () => {
    fc.assert(
      fc.property(workspace, slot, fc.nat(1_000), (name, from, more) => {
        expect(isDueBetween(name, from, from + SLOTS_A_DAY + more)).toBe(true)
        expect(isDueBetween(name, from, from)).toBe(false)
      }),
    )
  })

  it('is at the same time each day', () => {
    fc.assert(
      fc.property(workspace, slot, (name, at) => {
        expect(isDueBetween(name, at - 1, at)).toBe(at % SLOTS_A_DAY === slotOf(name))
      }),
    )
  })

  it('is the same one for ever, so that no day is left out when the code changes', () => {
    expect(['company-1', 'company-2', 'Zürich', ''].map(slotOf)).toEqual([95, 47, 32, 11])
    for (const name of ['company-1', 'company-2', 'Zürich']) {
      const at = 20_000 * SLOTS_A_DAY + slotOf(name)
      expect([at - 1, at, at + 1].map((to) => isDueBetween(name, to - 1, to))).toEqual([false, true, false])
    }
  })

  it('is one of a quarter of an hour, of which each has about as many', () => {
    expect(slotAt(Date.UTC(2026, 0, 2)) - slotAt(Date.UTC(2026, 0, 1))).toBe(SLOTS_A_DAY)
    const counts = new Map<number, number>()
    for (let at = 0; at < 9_600; at++)
      counts.set(slotOf(`company-${at}`), (counts.get(slotOf(`company-${at}`)) ?? 0) + 1)
    expect(counts.size).toBe(SLOTS_A_DAY)
    for (const count of counts.values()) expect(count).toBeLessThan(160)
  })
})
