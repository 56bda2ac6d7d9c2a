import { describe, expect, it } from 'vitest'
import { createRealClock, createVirtualClock } from '../../../local/quickbooks/clock.ts'

describe('the virtual clock', () => {
  it('stands still until it is advanced', () => {
    const clock = createVirtualClock(1000)
    expect(clock.now()).toBe(1000)
    clock.advance(500)
    expect(clock.now()).toBe(1500)
  })

  it('runs timers in the order of their moments, then of their creation, each at its own moment', () => {
    const clock = createVirtualClock(0)
    const ran: string[] = []
    clock.setTimer(20, () => ran.push(`b at ${clock.now()}`))
    clock.setTimer(10, () => ran.push(`a at ${clock.now()}`))
    clock.setTimer(20, () => ran.push(`c at ${clock.now()}`))
    clock.advance(15)
    expect(ran).toEqual(['a at 10'])
    clock.advance(15)
    expect(ran).toEqual(['a at 10', 'b at 20', 'c at 20'])
    expect(clock.now()).toBe(30)
  })

  it('runs a timer that a timer sets, if it falls due on the way', () => {
    const clock = createVirtualClock(0)
    const ran: number[] = []
    clock.setTimer(10, () => clock.setTimer(15, () => ran.push(clock.now())))
    clock.advance(20)
    expect(ran).toEqual([15])
  })

  it('forgets a cancelled timer', () => {
    const clock = createVirtualClock(0)
    let ran = false
    const cancel = clock.setTimer(10, () => {
      ran = true
    })
    cancel()
    clock.advance(100)
    expect(ran).toBe(false)
  })
})

describe('the real clock', () => {
  it('reads real time plus what it was advanced by', () => {
    const clock = createRealClock()
    const before = Date.now()
    clock.advance(86_400_000)
    expect(clock.now() - before).toBeGreaterThanOrEqual(86_400_000)
    clock.set(Date.parse('2028-10-01T00:00:00Z'))
    expect(new Date(clock.now()).getUTCFullYear()).toBe(2028)
  })

  it('runs a timer once it is advanced past it', async () => {
    const clock = createRealClock()
    const ran = new Promise<void>((resolve) => clock.setTimer(clock.now() + 3_600_000, resolve))
    clock.advance(3_600_001)
    await expect(ran).resolves.toBeUndefined()
  })
})
