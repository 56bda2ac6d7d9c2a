import { describe, expect, it } from 'vitest'
import { startPull } from '#sync/pull'
import { sweep } from '#sync/sweep'
import { createWorld, PERSON, WORKSPACE } from './world.ts'

const MINUTE_MS = 60_000

/** So many more companies, each with a record to be read. */
async function marked(count: number) {
  const world = await createWorld()
  const workspaces = Array.from({ length: count }, (_, at) => `company-${at}`)
  for (const [at, workspace] of workspaces.entries()) {
    await world.connect(workspace, `90${at}`)
    await world.ports.markers.markToRead(workspace, [{ entity: 'customer', id: '1' }], world.clock.now())
  }
  return { ...world, workspaces }
}

describe('the sweep', () => {
  it('tells how things stand before it does anything that may fail', async () => {
    const world = await marked(1)
    await world.connect('lost', '77')
    const lost = await world.ports.connections.get('lost')
    if (lost === undefined) throw new Error('It is not connected.')
    await world.ports.connections.update({ ...lost, status: 'reconnectNeeded' }, lost.version)
    await world.ports.usage.add(WORKSPACE, '2026-01', { reads: 30, writes: 4 })
    await world.ports.usage.add('gone since', '2026-01', { reads: 12, writes: 0 })
    const runs = { ...world.ports.runs, stalled: () => Promise.reject(new Error('The table is not there.')) }
    await expect(sweep({ ...world.ports, runs })).rejects.toThrow('The table')
    const { gauged } = world.ports.metrics
    expect(gauged('ConnectionsNeedingReconnect')).toEqual([1])
    expect(gauged('ReadsThisMonth')).toEqual([42])
    expect(gauged('SweepsEnded')).toEqual([])
    await sweep(world.ports)
    expect(gauged('SweepsEnded')).toEqual([1])
  })

  it('tells how long the one that waits longest has waited, of those that can be helped', async () => {
    const world = await marked(1)
    const [told = ''] = world.workspaces
    await sweep(world.ports)
    await world.clock.sleep(10 * MINUTE_MS)
    await sweep(world.ports)
    const connection = await world.ports.connections.get(told)
    if (connection === undefined) throw new Error('It is not connected.')
    const restUntil = new Date(world.clock.now() + MINUTE_MS).toISOString()
    await world.ports.connections.update({ ...connection, restUntil }, connection.version)
    await sweep(world.ports)
    expect(world.ports.metrics.gauged('OldestDueSeconds')).toEqual([0, 600, 0])
  })

  it('reaches everybody after an outage, in as many hints as there are companies', async () => {
    const world = await marked(800)
    await world.clock.sleep(2 * MINUTE_MS)
    expect(await sweep(world.ports)).toEqual({ hinted: 800 })
    expect(world.ports.hints.pulls.all()).toHaveLength(800)
  })

  it('hints runs that stand still before what is marked, and gives up looking before its time is over', async () => {
    const world = await marked(200)
    const run = await startPull(world.ports, { workspace: WORKSPACE, person: PERSON })
    world.ports.hints.pulls.take()?.done()
    await world.clock.sleep(6 * MINUTE_MS)
    const connections = {
      ...world.ports.connections,
      get: async (workspace: string) => {
        await world.clock.sleep(10_000)
        return world.ports.connections.get(workspace)
      },
    }
    const before = world.clock.now()
    const { hinted } = await sweep({ ...world.ports, connections })
    expect(world.clock.now() - before).toBeLessThan(50_000)
    expect(hinted).toBeGreaterThan(30)
    expect(hinted).toBeLessThan(200)
    expect(world.ports.hints.pulls.all()[0]).toEqual({ kind: 'run', workspace: WORKSPACE, runId: run.id })
    expect(world.ports.metrics.gauged('SweepsEnded')).toEqual([1])
  })

  it('is none the worse for hints that cannot be sent: the next one finds the same', async () => {
    const world = await marked(3)
    await world.clock.sleep(2 * MINUTE_MS)
    const hints = { ...world.ports.hints, pullMany: () => Promise.reject(new Error('The queue is not there.')) }
    await sweep({ ...world.ports, hints })
    expect(world.ports.hints.pulls.all()).toEqual([])
    expect(world.ports.log.lines().map(({ event }) => event)).toContain('sweep.hintsNotSent')
    await sweep(world.ports)
    expect(world.ports.hints.pulls.all()).toHaveLength(3)
  })
})
