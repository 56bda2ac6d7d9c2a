import { describe, expect, it } from 'vitest'
import { createMemoryPorts } from '#memory/ports'
import { createCallSlots } from '#sync/call-slots'

const SECOND_MS = 1_000

/** The most calls that left within any second. */
function mostInASecond(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + SECOND_MS).length))
}

describe('places in the rate limit', () => {
  it('let ten calls of a second go, however many ask at once and whoever else works for the company', async () => {
    const ports = createMemoryPorts({ clockMoves: 'whenIdle' })
    const workers = [1, 2, 3].map(() => createCallSlots(ports, '1'))
    const left: number[] = []
    await Promise.all(
      workers.flatMap((slot) =>
        Array.from({ length: 15 }, async () => {
          await slot('read')
          left.push(ports.clock.now())
        }),
      ),
    )
    expect(left).toHaveLength(45)
    expect(mostInASecond(left)).toBe(10)
  })

  it('are kept by a worker that is too busy to send on time', async () => {
    const { pacer, clock } = createMemoryPorts({ clockMoves: 'whenIdle' })
    // It wakes 700 ms late from its first ten waits: it was parsing.
    let late = 10
    const busy = {
      now: clock.now,
      sleep: async (ms: number) => clock.sleep(ms + (late-- > 0 ? 700 : 0)),
    }
    await pacer.reserve('1', 'read', 10, clock.now())
    const slot = createCallSlots({ pacer, clock: busy }, '1')
    const left: number[] = []
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        await slot('read')
        left.push(clock.now())
      }),
    )
    expect(mostInASecond(left)).toBeLessThanOrEqual(10)
  })

  it('reserve once for all who ask at the same time', async () => {
    const { pacer, clock } = createMemoryPorts({ clockMoves: 'whenIdle' })
    const asked: number[] = []
    const watching = {
      reserve: async (...args: Parameters<typeof pacer.reserve>) => {
        asked.push(args[2])
        return pacer.reserve(...args)
      },
    }
    const slot = createCallSlots({ pacer: watching, clock }, '1')
    await Promise.all(Array.from({ length: 8 }, () => slot('read')))
    expect(asked).toEqual([8])
  })

  it('fail the calls that cannot get one, and no later ones', async () => {
    const { pacer, clock } = createMemoryPorts({ clockMoves: 'whenIdle' })
    let broken = true
    const failing = {
      reserve: async (...args: Parameters<typeof pacer.reserve>) => {
        if (broken) throw new Error('The table is not there.')
        return pacer.reserve(...args)
      },
    }
    const slot = createCallSlots({ pacer: failing, clock }, '1')
    await expect(slot('read')).rejects.toThrow('The table is not there.')
    broken = false
    await slot('read')
  })
})
