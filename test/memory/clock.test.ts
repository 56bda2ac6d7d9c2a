import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '#memory/clock'

/** Notes the time at which each sleeper woke. */
const sleepers = (clock: ReturnType<typeof createVirtualClock>, ...lengths: readonly number[]) => {
  const woken: string[] = []
  const all = Promise.all(
    lengths.map(async (ms) => {
      await clock.sleep(ms)
      woken.push(`${ms} at ${clock.now()}`)
    }),
  )
  return { woken, all }
}

describe('a clock moved by hand', () => {
  it('stands still until it is moved', async () => {
    const clock = createVirtualClock(1_000)
    const { woken } = sleepers(clock, 10)
    await clock.advance(9)
    expect(clock.now()).toBe(1_009)
    expect(woken).toEqual([])
    expect(clock.sleepers()).toBe(1)
    await clock.advance(1)
    expect(woken).toEqual(['10 at 1010'])
    expect(clock.sleepers()).toBe(0)
  })

  it('wakes in order of time, each at its own time', async () => {
    const clock = createVirtualClock(0)
    const { woken } = sleepers(clock, 30, 10, 20)
    await clock.advance(100)
    expect(woken).toEqual(['10 at 10', '20 at 20', '30 at 30'])
    expect(clock.now()).toBe(100)
  })

  it('wakes those who went to sleep again on the way', async () => {
    const clock = createVirtualClock(0)
    const times: number[] = []
    const loop = async () => {
      for (let round = 0; round < 5; round++) {
        await clock.sleep(10)
        times.push(clock.now())
      }
    }
    const done = loop()
    await clock.advance(50)
    await done
    expect(times).toEqual([10, 20, 30, 40, 50])
  })

  it('moves on to the next sleeper, and says when there is none', async () => {
    const clock = createVirtualClock(0)
    const { woken } = sleepers(clock, 3_600_000)
    expect(await clock.advanceToNext()).toBe(true)
    expect(woken).toEqual(['3600000 at 3600000'])
    expect(await clock.advanceToNext()).toBe(false)
  })
})

describe('a clock that moves when nobody has anything left to do', () => {
  it('lets hours pass at once, and sleepers at the same time sleep side by side', async () => {
    const clock = createVirtualClock(0, 'whenIdle')
    const { woken, all } = sleepers(clock, 7_200_000, 3_600_000, 3_600_000)
    await all
    expect(woken).toEqual(['3600000 at 3600000', '3600000 at 3600000', '7200000 at 7200000'])
    expect(clock.now()).toBe(7_200_000)
  })

  it('does not move for who does not sleep', async () => {
    const clock = createVirtualClock(5, 'whenIdle')
    await clock.sleep(0)
    await clock.sleep(-1)
    expect(clock.now()).toBe(5)
  })
})
