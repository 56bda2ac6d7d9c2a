import { describe, expect, it } from 'vitest'
import { describeConnection } from '#sync/connect'
import { startOnce } from '#sync/idempotent'
import { startPull } from '#sync/pull'
import { cancelRun, getRun, listRuns } from '#sync/runs'
import { servePullHint } from '#sync/serve'
import { sweep } from '#sync/sweep'
import { createWorld, PERSON, REALM, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const DAY_MS = 24 * 3_600_000

describe('hints of the pull queue', () => {
  it('are followed by the run’s own continuation until it has ended', async () => {
    const world = await createWorld()
    world.book.addOld(12_000)
    world.company.setLatency(() => 3_000)
    const run = await startPull(world.ports, asker)
    const queue = world.ports.hints.pulls
    let served = 0
    for (let taken = queue.take(); taken !== undefined; taken = queue.take()) {
      await servePullHint(world.ports, taken.hint)
      taken.done()
      served += 1
    }
    expect(served).toBeGreaterThan(1)
    expect(await getRun(world.ports, WORKSPACE, run.id)).toMatchObject({ status: 'done' })
  })

  it('that point at nothing or at an ended run do nothing', async () => {
    const world = await createWorld()
    await servePullHint(world.ports, { kind: 'run', workspace: WORKSPACE, runId: 'none' })
    const run = await world.finish(await startPull(world.ports, asker))
    const calls = world.company.calls.length
    await servePullHint(world.ports, { kind: 'run', workspace: WORKSPACE, runId: run.id })
    expect(world.company.calls).toHaveLength(calls)
    expect(await getRun(world.ports, WORKSPACE, run.id)).toEqual(run)
  })

  it('that cannot be sent fail nobody: the sweep finds the run', async () => {
    const world = await createWorld()
    world.book.addOld(3)
    const hints = {
      ...world.ports.hints,
      pull: async () => {
        throw new Error('The queue is not there.')
      },
    }
    const run = await startPull({ ...world.ports, hints }, asker)
    expect(world.ports.hints.pulls.all()).toEqual([])
    expect(await world.finish(run)).toMatchObject({ status: 'done' })
  })
})

describe('the sweep', () => {
  it('hints what stands still, once however often it looks, and leaves alone what moves or waits', async () => {
    const world = await createWorld()
    const run = await startPull(world.ports, asker)
    world.ports.hints.pulls.take()?.done()
    expect(await sweep(world.ports)).toEqual({ hinted: 0 })
    await world.clock.sleep(6 * 60_000)
    expect(await sweep(world.ports)).toEqual({ hinted: 1 })
    await sweep(world.ports)
    expect(world.ports.hints.pulls.all()).toEqual([{ kind: 'run', workspace: WORKSPACE, runId: run.id }])
    world.company.trouble(() => ({ kind: 'quickbooksThrottled', restMs: 3_600_000 }))
    await servePullHint(world.ports, { kind: 'run', workspace: WORKSPACE, runId: run.id })
    await world.clock.sleep(10 * 60_000)
    expect(await sweep(world.ports)).toEqual({ hinted: 0 })
    await world.clock.sleep(3_600_000)
    expect(await sweep(world.ports)).toEqual({ hinted: 1 })
  })

  it('ends a run that was cancelled while its worker was dead', async () => {
    const world = await createWorld()
    world.book.addOld(20_000)
    world.company.setLatency(() => 3_000)
    const run = await startPull(world.ports, asker)
    world.ports.hints.pulls.take()?.done()
    await servePullHint(
      { ...world.ports, hints: { ...world.ports.hints, pull: async () => undefined } },
      {
        kind: 'run',
        workspace: WORKSPACE,
        runId: run.id,
      },
    )
    expect(await cancelRun(world.ports, WORKSPACE, run.id)).toMatchObject({ status: 'running', cancelRequested: true })
    expect(await world.finish(run)).toMatchObject({ status: 'cancelled', reason: 'Cancelled by a person.' })
  })
})

describe('the daily upkeep', () => {
  it('refreshes a grant that was not used for fifty days, and no younger one', async () => {
    const world = await createWorld()
    await servePullHint(world.ports, { kind: 'upkeep', workspace: WORKSPACE })
    expect(world.intuit.refreshes).toHaveLength(0)
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.companyName).toBe('Craig’s Design')
    await world.clock.sleep(20 * DAY_MS)
    const calls = world.company.calls.length
    await servePullHint(world.ports, { kind: 'upkeep', workspace: WORKSPACE })
    expect(world.company.calls).toHaveLength(calls)
    await world.clock.sleep(31 * DAY_MS)
    await servePullHint(world.ports, { kind: 'upkeep', workspace: WORKSPACE })
    expect(world.intuit.refreshes).toHaveLength(1)
  })

  it('leaves trouble for tomorrow, and an ended grant on the connection', async () => {
    const world = await createWorld()
    await world.clock.sleep(60 * DAY_MS)
    world.intuit.setTrouble({ kind: 'quickbooksDown', reason: 'No answer.' })
    await servePullHint(world.ports, { kind: 'upkeep', workspace: WORKSPACE })
    world.intuit.setTrouble(undefined)
    world.intuit.endGrant()
    await servePullHint(world.ports, { kind: 'upkeep', workspace: WORKSPACE })
    expect((await describeConnection(world.ports, WORKSPACE)).connection).toMatchObject({
      realmId: REALM,
      status: 'reconnectNeeded',
    })
  })
})

describe('an Idempotency-Key', () => {
  const once = { workspace: WORKSPACE, key: 'k', fingerprint: 'body' }

  it('answers with the run that it started', async () => {
    const world = await createWorld()
    const start = () => startPull(world.ports, asker)
    const first = await startOnce(world.ports, once, start)
    expect((await startOnce(world.ports, once, start)).id).toBe(first.id)
    expect((await listRuns(world.ports, WORKSPACE, { limit: 10 })).rows).toHaveLength(1)
  })

  it('starts one run when the same request comes twice at the same time', async () => {
    const world = await createWorld()
    const start = async () => {
      await world.clock.sleep(1_000)
      return startPull(world.ports, asker)
    }
    const [first, second] = await Promise.all([
      startOnce(world.ports, once, start),
      startOnce(world.ports, once, start),
    ])
    expect(first.id).toBe(second.id)
  })

  it('is refused with another body', async () => {
    const world = await createWorld()
    const start = () => startPull(world.ports, asker)
    await startOnce(world.ports, once, start)
    await expect(startOnce(world.ports, { ...once, fingerprint: 'other' }, start)).rejects.toMatchObject({
      problem: { kind: 'idempotencyMismatch', key: 'k' },
    })
  })

  it('may be used again when nothing was started, and when whoever started died', async () => {
    const world = await createWorld()
    const start = () => startPull(world.ports, asker)
    const failing = () => Promise.reject(new Error('not now'))
    await expect(startOnce(world.ports, once, failing)).rejects.toThrow('not now')
    await world.ports.idempotency.begin(WORKSPACE, 'k', 'body', world.clock.now())
    expect((await startOnce(world.ports, once, start)).kind).toBe('pull')
  })

  it('is not needed', async () => {
    const world = await createWorld()
    const run = await startOnce(world.ports, { workspace: WORKSPACE, fingerprint: 'body' }, () =>
      startPull(world.ports, asker),
    )
    expect(run.status).toBe('queued')
  })
})
