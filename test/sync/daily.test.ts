import { describe, expect, it } from 'vitest'
import { slotAt, slotOf } from '#core/daily-slots'
import { DEFAULT_SETTINGS } from '#core/policies'
import { daily } from '#sync/daily'
import { createWorld, WORKSPACE } from './world.ts'

const SLOT_MS = 15 * 60_000
const DAY_MS = 24 * 60 * 60_000

/** So many connected companies beside the first. */
async function many(count: number) {
  const world = await createWorld()
  const workspaces = Array.from({ length: count }, (_, at) => `company ${at}`)
  for (const [at, workspace] of workspaces.entries()) await world.connect(workspace, `90${at}`)
  return { ...world, all: [WORKSPACE, ...workspaces] }
}

type Many = Awaited<ReturnType<typeof many>>

/** Takes all hints out, and answers whose changes are to be read. */
function hinted({ ports }: Many): readonly string[] {
  const found: string[] = []
  for (let taken = ports.hints.pulls.take(); taken !== undefined; taken = ports.hints.pulls.take()) {
    if (taken.hint.kind === 'changes') found.push(taken.hint.workspace)
    taken.done()
  }
  return found
}

describe('the daily work', () => {
  it('comes to each connection that works once a day: its upkeep, its changes, and what waits to be pushed', async () => {
    const world = await createWorld()
    await world.connect('lost', '88')
    const lost = await world.ports.connections.get('lost')
    if (lost === undefined) throw new Error('It is not connected.')
    await world.ports.connections.update({ ...lost, status: 'reconnectNeeded' }, lost.version)
    expect(await daily(world.ports)).toEqual({ hinted: 1 })
    expect(await daily(world.ports)).toEqual({ hinted: 0 })
    expect(world.ports.hints.pulls.all()).toEqual([
      { kind: 'upkeep', workspace: WORKSPACE },
      { kind: 'changes', workspace: WORKSPACE },
    ])
    expect(world.ports.hints.pushes.all()).toEqual([{ kind: 'contacts', workspace: WORKSPACE }])
  })

  it('looks once for what had begun to be sent, of each connection, whoever sends only when asked too', async () => {
    const world = await createWorld()
    await world.connect('workspace-2', '77')
    await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, push: 'whenAsked' }, 0)
    await daily(world.ports)
    await daily(world.ports)
    expect(world.ports.hints.pushes.all()).toEqual(
      [WORKSPACE, 'workspace-2'].map((workspace) => ({ kind: 'contacts', workspace })),
    )
  })

  it('is spread over the day, each company at its own time, and all of them within it', async () => {
    const world = await many(300)
    await daily(world.ports)
    hinted(world)
    const times = new Map<string, number>()
    for (let slot = 0; slot < 96; slot++) {
      await world.clock.sleep(SLOT_MS)
      await daily(world.ports)
      const now = hinted(world)
      expect(now.length).toBeLessThan(15)
      for (const workspace of now) {
        expect(times.has(workspace)).toBe(false)
        times.set(workspace, slotAt(world.clock.now()) % 96)
      }
    }
    expect([...times.keys()].sort()).toEqual([...world.all].sort())
    for (const [workspace, slot] of times) expect(slot).toBe(slotOf(workspace))
  })

  it('makes up for what was missed, and for no more than a day of it', async () => {
    const world = await many(100)
    await daily(world.ports)
    hinted(world)
    await world.clock.sleep(9 * DAY_MS)
    expect(await daily(world.ports)).toEqual({ hinted: 101 })
    expect(hinted(world)).toHaveLength(101)
  })

  it('goes on where it stopped when its time was over, so that the last has its turn too', async () => {
    const world = await many(450)
    const slow = {
      ...world.ports,
      connections: {
        ...world.ports.connections,
        connectedWorkspaces: async (after?: string) => {
          await world.clock.sleep(20_000)
          return world.ports.connections.connectedWorkspaces(after)
        },
      },
    }
    const rounds: (readonly string[])[] = []
    for (let round = 0; round < 3; round++) {
      await daily(slow)
      rounds.push(hinted(world))
    }
    expect(rounds.map(({ length }) => length)).toEqual([200, 200, 51])
    expect(rounds.flat().sort()).toEqual([...world.all].sort())
    expect(await daily(slow)).toEqual({ hinted: 0 })
  })

  it('does again what it had not noted when it died, and what could not be hinted', async () => {
    const world = await many(250)
    const broken = {
      ...world.ports.hints,
      pullMany: async () => {
        throw new Error('The queue is not there.')
      },
    }
    await expect(daily({ ...world.ports, hints: broken })).rejects.toThrow('The queue')
    await daily(world.ports)
    expect([...hinted(world)].sort()).toEqual([...world.all].sort())
  })
})
