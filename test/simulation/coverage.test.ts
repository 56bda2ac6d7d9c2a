import { beforeAll, describe, expect, it } from 'vitest'
import { createSwitches } from '../../local/quickbooks/switches.ts'
import { DRAWN_KINDS } from '../../simulation/people/actions.ts'
import { drawStory } from '../../simulation/run.ts'
import { type Lived, liveSeeds } from '../../simulation/workers.ts'
import { MISHAPS } from '../../simulation/world/happenings.ts'
import { NOT_DRAWN } from '../../simulation/world/settings.ts'

const SEEDS = Array.from({ length: 160 }, (_, index) => 4_134 + index)
const stories = SEEDS.map((seed) => drawStory(String(seed), 50))

/** Those that are missing among what happened in any of the runs. */
const never = (wanted: readonly string[], happened: (one: Lived) => object, all: readonly Lived[]) => {
  const seen = new Set(all.flatMap((one) => Object.keys(happened(one))))
  return wanted.filter((one) => !seen.has(one))
}

describe('a fixed set of seeds', () => {
  const all: Lived[] = []
  beforeAll(async () => {
    await liveSeeds(
      { first: 4_134, end: 4_134 + SEEDS.length, actions: 50, seconds: Number.POSITIVE_INFINITY },
      (one) => {
        all.push(one)
        return true
      },
    )
  }, 240_000)

  it('keeps every promise', () => {
    expect(all).toHaveLength(SEEDS.length)
    expect(all.filter(({ violations }) => violations.length > 0)).toEqual([])
  })

  it('has people do everything that they can do', () => {
    expect(never(DRAWN_KINDS, ({ deeds }) => deeds, all)).toEqual([])
  })

  it('meets everything that can go wrong', () => {
    expect(never(MISHAPS, ({ mishaps }) => mishaps, all)).toEqual([])
  })

  it('pulls long lists under edits, and has changes cut, in the same run', () => {
    const both = all.filter(
      ({ mishaps }) =>
        mishaps['change data capture is cut'] !== undefined &&
        mishaps['a list changes between two of its pages'] !== undefined,
    )
    expect(both.length).toBeGreaterThan(0)
  })

  it('turns every switch of QuickBooks to each of its positions', () => {
    const turned = new Set(stories.flatMap(({ settings }) => Object.entries(settings.switches).map(String)))
    const isMissing = createSwitches()
      .list()
      .filter(({ name }) => !NOT_DRAWN.has(name))
      .flatMap(({ name, positions }) => positions.map((position) => String([name, position])))
      .filter((one) => !turned.has(one))
    expect(isMissing).toEqual([])
  })
})
