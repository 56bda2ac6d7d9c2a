import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeConnection } from '#sync/connect'
import { accessToken, renewToken } from '#sync/tokens'
import { dyingPorts } from './dying-ports.ts'
import { createWorld, WORKSPACE } from './world.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

async function stored(world: Awaited<ReturnType<typeof createWorld>>) {
  const tokens = await world.ports.connections.tokens(WORKSPACE)
  if (tokens === undefined) throw new Error('There are no tokens.')
  return tokens
}

describe('access tokens', () => {
  it('are used as they are while they last', async () => {
    const world = await createWorld()
    expect(await accessToken(world.ports, WORKSPACE)).toBe((await stored(world)).accessToken)
    expect(world.intuit.refreshes).toEqual([])
  })

  it('are refreshed five minutes before they run out, and stored before they are used', async () => {
    const world = await createWorld()
    const before = await stored(world)
    await world.clock.sleep(HOUR_MS - 4 * 60_000)
    const token = await accessToken(world.ports, WORKSPACE)
    expect(token).not.toBe(before.accessToken)
    expect((await stored(world)).accessToken).toBe(token)
    expect(world.intuit.refreshes).toEqual([before.refreshToken])
  })

  it('show on the connection until when the grant lasts, the five-year cap included', async () => {
    const world = await createWorld()
    await world.clock.sleep(2 * HOUR_MS)
    await accessToken(world.ports, WORKSPACE)
    const { accessExpiresAt, refreshExpiresAt, hardExpiresAt } = await stored(world)
    expect(hardExpiresAt).toBe('2030-01-01T00:00:00.000Z')
    expect((await describeConnection(world.ports, WORKSPACE)).connection).toMatchObject({
      accessExpiresAt,
      refreshExpiresAt,
      hardExpiresAt,
    })
  })

  it('are refreshed once when many ask at the same time, and all get the same', async () => {
    const world = await createWorld()
    await world.clock.sleep(2 * HOUR_MS)
    const tokens = await Promise.all(Array.from({ length: 10 }, () => accessToken(world.ports, WORKSPACE)))
    expect(new Set(tokens)).toEqual(new Set([(await stored(world)).accessToken]))
    expect(world.intuit.refreshes).toHaveLength(1)
  })

  it('are not refreshed again by a worker that gets the lease just after another one was done', async () => {
    const world = await createWorld()
    await world.clock.sleep(2 * HOUR_MS)
    let others = 0
    const late = {
      ...world.ports,
      connections: {
        ...world.ports.connections,
        takeRefreshLease: async (...args: Parameters<typeof world.ports.connections.takeRefreshLease>) => {
          if (others++ === 0) await accessToken(world.ports, WORKSPACE)
          return world.ports.connections.takeRefreshLease(...args)
        },
      },
    }
    expect(await accessToken(late, WORKSPACE)).toBe((await stored(world)).accessToken)
    expect(world.intuit.refreshes).toHaveLength(1)
    // The lease was given back: nobody has to wait for it.
    const asked = world.clock.now()
    await renewToken(world.ports, WORKSPACE, (await stored(world)).accessToken)
    expect(world.clock.now() - asked).toBeLessThan(1_000)
  })

  it('that were refused are renewed once, also for those who come later with the refused one', async () => {
    const world = await createWorld()
    const { accessToken: refused } = await stored(world)
    const renewed = await Promise.all([1, 2, 3].map(() => renewToken(world.ports, WORKSPACE, refused)))
    expect(new Set(renewed).size).toBe(1)
    expect(await renewToken(world.ports, WORKSPACE, refused)).toBe(renewed[0])
    expect(world.intuit.refreshes).toHaveLength(1)
  })

  it('follow the refresh token when Intuit changes it', async () => {
    const world = await createWorld()
    const first = await stored(world)
    await world.clock.sleep(25 * HOUR_MS)
    await accessToken(world.ports, WORKSPACE)
    const second = await stored(world)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    await world.clock.sleep(2 * HOUR_MS)
    await accessToken(world.ports, WORKSPACE)
    expect(world.intuit.refreshes).toEqual([first.refreshToken, second.refreshToken])
  })

  it('that still last a while are used while another worker refreshes them', async () => {
    const world = await createWorld()
    await world.clock.sleep(HOUR_MS - 4 * 60_000)
    const { accessToken: current } = await stored(world)
    await world.ports.connections.takeRefreshLease(WORKSPACE, 'another', world.clock.now(), world.clock.now() + 60_000)
    expect(await accessToken(world.ports, WORKSPACE)).toBe(current)
    expect(world.intuit.refreshes).toEqual([])
  })

  it('are left alone for as long as a refresh without an answer may still be on its way', async () => {
    const world = await createWorld()
    await world.clock.sleep(2 * HOUR_MS)
    world.intuit.setTrouble({ kind: 'quickbooksDown', reason: 'No answer.' })
    await expect(accessToken(world.ports, WORKSPACE)).rejects.toMatchObject({ problem: { kind: 'quickbooksDown' } })
    world.intuit.setTrouble(undefined)
    const asked = world.clock.now()
    await accessToken(world.ports, WORKSPACE)
    expect(world.clock.now() - asked).toBeGreaterThan(30_000)
    expect(world.intuit.mostAtOnce()).toBe(1)
  })
})

describe('a refresh whose worker dies', () => {
  it.each(['before', 'after'] as const)(
    'costs the connection nothing %s whichever call it died, while Intuit keeps the refresh token',
    async (when) => {
      for (let last = 1; ; last++) {
        const world = await createWorld()
        await world.clock.sleep(2 * HOUR_MS)
        const dying = dyingPorts(world.ports, last, when)
        await accessToken(dying.ports, WORKSPACE).catch(() => undefined)
        if (!dying.died()) {
          expect(last).toBeGreaterThan(5)
          return
        }
        const token = await accessToken(world.ports, WORKSPACE)
        expect((await stored(world)).accessToken).toBe(token)
        expect(world.intuit.mostAtOnce()).toBe(1)
      }
    },
  )

  it('loses the grant only in the one case that Intuit’s rules leave: a new refresh token that nobody received', async () => {
    for (let last = 1; ; last++) {
      const world = await createWorld()
      await world.clock.sleep(25 * HOUR_MS)
      const dying = dyingPorts(world.ports, last, 'after')
      await accessToken(dying.ports, WORKSPACE).catch(() => undefined)
      if (!dying.died()) return
      const sent = world.intuit.refreshes.length
      const wasStored = (await stored(world)).refreshToken !== world.intuit.refreshes[0]
      const token = await accessToken(world.ports, WORKSPACE).catch(() => undefined)
      const { connection } = await describeConnection(world.ports, WORKSPACE)
      if (sent === 0 || wasStored) {
        expect(token).toBeDefined()
        expect(connection?.status).toBe('connected')
      } else {
        expect(token).toBeUndefined()
        expect(connection).toMatchObject({ status: 'reconnectNeeded', reason: 'The refresh token is not valid.' })
      }
    }
  })

  it('never sends a refresh token twice at once, whoever asks and dies when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            afterMs: fc.integer({ min: 0, max: 3 * DAY_MS }),
            asking: fc.integer({ min: 1, max: 5 }),
            dies: fc.option(fc.integer({ min: 1, max: 12 })),
            latencyMs: fc.integer({ min: 0, max: 29_000 }),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        async (steps) => {
          const world = await createWorld()
          for (const { afterMs, asking, dies, latencyMs } of steps) {
            await world.clock.sleep(afterMs)
            world.intuit.setLatency(latencyMs)
            const one = dies === null ? world.ports : dyingPorts(world.ports, dies, 'after').ports
            await Promise.allSettled([
              accessToken(one, WORKSPACE),
              ...Array.from({ length: asking }, () => accessToken(world.ports, WORKSPACE)),
            ])
          }
          expect(world.intuit.mostAtOnce()).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('a grant that Intuit ended', () => {
  it('puts the connection into reconnect needed, with since when and why, and counts it', async () => {
    const world = await createWorld()
    world.intuit.endGrant()
    await world.clock.sleep(2 * HOUR_MS)
    await expect(accessToken(world.ports, WORKSPACE)).rejects.toMatchObject({
      problem: { kind: 'reconnectNeeded', reason: 'The refresh token is not valid.' },
    })
    const { connection } = await describeConnection(world.ports, WORKSPACE)
    expect(connection?.status).toBe('reconnectNeeded')
    expect(Date.parse(connection?.since ?? '')).toBeLessThanOrEqual(world.clock.now())
    expect(world.ports.metrics.total('ConnectionsLost')).toBe(1)
    await expect(accessToken(world.ports, WORKSPACE)).rejects.toMatchObject({ problem: { kind: 'reconnectNeeded' } })
    expect(world.intuit.refreshes).toHaveLength(1)
  })

  it('names the five-year cap when that is why', async () => {
    const world = await createWorld()
    await world.clock.sleep(Date.UTC(2030, 0, 2) - world.clock.now())
    world.intuit.endGrant()
    await expect(accessToken(world.ports, WORKSPACE)).rejects.toMatchObject({
      problem: { reason: expect.stringContaining('five years') },
    })
  })

  it('is not taken for ended when another worker has stored a newer refresh token meanwhile', async () => {
    const world = await createWorld()
    await world.clock.sleep(25 * HOUR_MS)
    const slow = {
      ...world.ports,
      consent: {
        ...world.ports.consent,
        refresh: async (token: string) => {
          // This worker is frozen for longer than its lease, and another one refreshes.
          await world.clock.sleep(61_000)
          await accessToken(world.ports, WORKSPACE)
          return world.ports.consent.refresh(token)
        },
      },
    }
    expect(await accessToken(slow, WORKSPACE)).toBe((await stored(world)).accessToken)
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.status).toBe('connected')
  })

  it('is not lost when a worker is frozen with the answer in hand until its lease is over', async () => {
    const world = await createWorld()
    await world.clock.sleep(25 * HOUR_MS)
    const slow = {
      ...world.ports,
      consent: {
        ...world.ports.consent,
        refresh: async (token: string) => {
          const tokens = await world.ports.consent.refresh(token)
          await world.clock.sleep(61_000)
          await world.ports.connections.takeRefreshLease(WORKSPACE, 'dead', world.clock.now(), world.clock.now() + 10)
          await world.clock.sleep(20)
          return tokens
        },
      },
    }
    const token = await accessToken(slow, WORKSPACE)
    expect((await stored(world)).accessToken).toBe(token)
  })
})
