import { describe, expect, it } from 'vitest'
import { drawStory, live } from '../../simulation/run.ts'

const ACTIONS = 50

describe('the whole engine under seeded faults', () => {
  it('lives the same seed the same way, event for event', async () => {
    const story = drawStory('7', ACTIONS)
    const first = await live(story)
    const second = await live(story)
    expect(second.events).toBeGreaterThan(1_000)
    expect(second).toEqual(first)
  })

  it('lives another seed another way', async () => {
    const digests = await Promise.all(['7', '8'].map(async (seed) => (await live(drawStory(seed, 5))).digest))
    expect(new Set(digests).size).toBe(2)
  })
})
