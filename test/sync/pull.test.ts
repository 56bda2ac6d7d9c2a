import { describe, expect, it } from 'vitest'
import { startPull } from '#sync/pull'
import { cancelRun, getRun, timeLeftMs } from '#sync/runs'
import { createWorld, PERSON, sliceOf, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

async function pulled(world: World) {
  return world.finish(await startPull(world.ports, asker))
}

/** Every customer is held exactly as QuickBooks has it now, and nothing else is held as being there. */
async function expectTwin({ ports, company, book, mirror }: World) {
  for (const id of book.ids()) {
    const held = await mirror(id)
    const { updatedAt: _updated, raw: _raw, ...record } = company.record(id)
    expect(held).toMatchObject(record)
    expect(held?.goneAt).toBeUndefined()
  }
  for await (const rows of ports.mirrors.scan(WORKSPACE, 'customer')) {
    for (const row of rows) expect(row.gone || book.has(row.id)).toBe(true)
  }
}

describe('a pull of an undisturbed company', () => {
  it.each([0, 1, 999, 1_000, 1_001, 1_998, 1_999, 2_500])('holds all of %i customers', async (count) => {
    const world = await createWorld()
    world.book.addOld(count)
    const run = await pulled(world)
    expect(run).toMatchObject({
      status: 'done',
      progress: { rows: count, rowsTotal: count },
      counts: { stored: count, unchanged: 0, gone: 0 },
    })
    expect(run.reason).toBeUndefined()
    await expectTwin(world)
  })

  it.each([0, 1, 999, 1_000, 1_001, 2_000, 9_990, 10_000])(
    'needs at most two calls more than counting and reading the pages of %i customers',
    async (count) => {
      const world = await createWorld()
      world.book.addOld(count)
      const run = await pulled(world)
      expect(world.company.calls.length).toBeLessThanOrEqual(Math.ceil(count / 1_000) + 1 + 2)
      expect(run.progress.calls).toBe(world.company.calls.length)
    },
  )

  it('counts what Intuit meters', async () => {
    const world = await createWorld()
    world.book.addOld(2_500)
    await pulled(world)
    expect(await world.ports.usage.get(WORKSPACE, '2026-01')).toEqual({ reads: world.company.calls.length, writes: 0 })
  })

  it('takes two round trips for a thousand customers', async () => {
    const world = await createWorld()
    world.book.addOld(1_000)
    world.company.setLatency((rows) => 200 + rows / 10)
    const begun = world.clock.now()
    await pulled(world)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(2 * 300)
  })

  it('takes at most half as long again as a bare loop over the same pages, eight at a time', async () => {
    const world = await createWorld()
    world.book.addOld(30_000)
    world.company.setLatency((rows) => 200 + rows / 10)
    const begun = world.clock.now()
    await pulled(world)
    // Ten calls a second: 32 pages and the count leave within 3.3 s, and the last one takes 0.3 s.
    const bareMs = 200 + 3_300 + 300
    expect(world.clock.now() - begun).toBeLessThanOrEqual(1.5 * bareMs)
  })

  it('shows since when it is gap-free: since it began', async () => {
    const world = await createWorld()
    world.book.addOld(5)
    const begun = new Date(world.clock.now()).toISOString()
    world.company.setLatency(() => 500)
    await pulled(world)
    expect((await world.ports.connections.get(WORKSPACE))?.gapFreeSince).toBe(begun)
  })
})

describe('a second pull', () => {
  it('writes nothing when nothing has changed', async () => {
    const world = await createWorld()
    world.book.addOld(2_500)
    await pulled(world)
    world.mirrorWrites.length = 0
    const run = await pulled(world)
    expect(world.mirrorWrites).toEqual([])
    expect(run.counts).toEqual({ stored: 0, unchanged: 2_500, gone: 0 })
  })

  it('writes nothing for a customer of whom only LastUpdatedTime moved', async () => {
    const world = await createWorld()
    world.book.addOld(3)
    await pulled(world)
    await world.clock.sleep(60_000)
    world.book.touch('2')
    world.mirrorWrites.length = 0
    await pulled(world)
    expect(world.mirrorWrites).toEqual([])
  })

  it('stores a new balance, but does not take it for a change of content', async () => {
    const world = await createWorld()
    world.book.addOld(3)
    await pulled(world)
    const before = await world.mirror('2')
    await world.clock.sleep(60_000)
    world.book.invoice('2', 100)
    const run = await pulled(world)
    expect(run.counts).toEqual({ stored: 1, unchanged: 2, gone: 0 })
    expect(await world.mirror('2')).toMatchObject({ balance: 100, changedAt: before?.changedAt })
  })

  it('notes when the content changed, whatever invoices came before and after', async () => {
    const world = await createWorld()
    world.book.addOld(3)
    await pulled(world)
    await world.clock.sleep(60_000)
    world.book.rename('2', 'Renamed')
    const renamed = world.company.record('2').updatedAt
    await pulled(world)
    await world.clock.sleep(60_000)
    world.book.invoice('2', 100)
    await pulled(world)
    expect(await world.mirror('2')).toMatchObject({ changedAt: renamed, balance: 100 })
  })

  it('marks what was merged away as gone, and finds it again if it comes back', async () => {
    const world = await createWorld()
    world.book.addOld(20)
    await pulled(world)
    world.book.merge('7')
    const run = await pulled(world)
    expect(run).toMatchObject({ status: 'done', counts: { stored: 0, unchanged: 19, gone: 1 } })
    expect((await world.mirror('7'))?.goneAt).toBeDefined()
    const third = await pulled(world)
    expect(third.counts).toEqual({ stored: 0, unchanged: 19, gone: 0 })
  })

  it('stops instead of marking very many as gone, until a person says that it is right', async () => {
    const world = await createWorld()
    world.book.addOld(50)
    await pulled(world)
    for (const id of world.book.ids().slice(0, 11)) world.book.merge(id)
    const run = await pulled(world)
    expect(run.status).toBe('failed')
    expect(run.reason).toContain('no longer lists 11 of the 50 customers')
    expect((await world.mirror('1'))?.goneAt).toBeUndefined()
    const confirmed = await world.finish(await startPull(world.ports, { ...asker, confirmGone: true }))
    expect(confirmed).toMatchObject({ status: 'done', counts: { gone: 11 } })
  })

  it('marks ten of few as gone without asking', async () => {
    const world = await createWorld()
    world.book.addOld(20)
    await pulled(world)
    for (const id of world.book.ids().slice(0, 10)) world.book.merge(id)
    expect(await pulled(world)).toMatchObject({ status: 'done', counts: { gone: 10 } })
  })
})

describe('a pull while people work in QuickBooks', () => {
  const edits = {
    'is renamed': (world: World, id: string) => world.book.rename(id, `AAA ${id}`),
    'is deactivated': (world: World, id: string) => world.book.deactivate(id),
    'is edited': (world: World, id: string) => world.book.edit(id, { notes: `changed ${id}` }),
    'gets an invoice': (world: World, id: string) => world.book.invoice(id, 5),
  }
  it.each(Object.entries(edits))(
    'loses no row when after each page a neighbour of its border %s',
    async (_what, edit) => {
      const world = await createWorld()
      world.book.addOld(5_200)
      world.company.afterCall(({ method, row = 1 }) => {
        if (method === 'page') edit(world, String(Math.min(5_200, row + 998)))
      })
      expect(await pulled(world)).toMatchObject({ status: 'done', progress: { rows: 5_200 } })
      world.company.settle()
      await expectTwin(world)
    },
  )

  it('loses no row when after every call somebody is merged away in front', async () => {
    const world = await createWorld()
    world.book.addOld(5_200)
    let next = 1
    world.company.afterCall(() => world.book.merge(String(next++)))
    const run = await pulled(world)
    expect(run.reason).toBeUndefined()
    world.company.settle()
    for (const id of world.book.ids()) expect(await world.mirror(id)).toBeDefined()
  })

  it('loses no row when seen ones are merged away in the moment when the count cannot tell', async () => {
    const world = await createWorld()
    world.book.addOld(2_500)
    // The first page has been read with both in it, the second has not.
    let merged = false
    world.company.afterCall(({ method }) => {
      if (method !== 'page' || merged) return
      merged = true
      world.book.merge('1')
      world.book.merge('2')
    })
    await pulled(world)
    for (const id of world.book.ids()) expect(await world.mirror(id)).toBeDefined()
  })

  it('loses no row when hundreds are merged away at once', async () => {
    const world = await createWorld()
    world.book.addOld(5_000)
    let merged = false
    world.company.afterCall(({ method, row }) => {
      if (method !== 'page' || row !== 1 || merged) return
      merged = true
      for (let id = 1; id <= 450; id++) world.book.merge(String(id))
    })
    const run = await pulled(world)
    expect(run.reason).toBeUndefined()
    for (const id of world.book.ids()) expect(await world.mirror(id)).toBeDefined()
  })

  it('reads a list whose ids are ordered as text just as well', async () => {
    const world = await createWorld()
    world.book.addOld(3_000)
    world.company.orderBy((a, b) => (a < b ? -1 : 1))
    let next = 1
    world.company.afterCall(({ method }) => {
      if (method === 'page') world.book.merge(String(next++))
    })
    const run = await pulled(world)
    expect(run.reason).toBeUndefined()
    for (const id of world.book.ids()) expect(await world.mirror(id)).toBeDefined()
  })

  it('holds what is created meanwhile', async () => {
    const world = await createWorld()
    world.book.addOld(2_500)
    let created = 0
    world.company.afterCall(({ method }) => {
      if (method === 'page' && created < 5) world.book.add(`New ${++created}`)
    })
    const run = await pulled(world)
    expect(run.reason).toBeUndefined()
    await expectTwin(world)
    expect(run.progress.rows).toBe(world.book.ids().length)
  })

  it('gives no proof of a list that comes in no order, but keeps what it read', async () => {
    const world = await createWorld()
    world.book.addOld(1_500)
    world.company.orderBy((a, b) => (Number(a) % 7) - (Number(b) % 7))
    const run = await pulled(world)
    expect(run.status).toBe('done')
    expect(run.reason).toContain('no order')
    expect((await world.ports.connections.get(WORKSPACE))?.gapFreeSince).toBeUndefined()
    expect(await world.mirror('1')).toBeDefined()
  })

  it('goes on from the last time seen when thousands changed meanwhile', async () => {
    const world = await createWorld()
    world.book.addOld(4_000)
    let edited = false
    world.company.afterCall(async ({ method }) => {
      if (method !== 'page' || edited) return
      edited = true
      for (let id = 1; id <= 3_500; id++) {
        if (id % 500 === 0) await world.clock.sleep(1_000)
        world.book.rename(String(id), `Renamed ${id}`)
      }
    })
    await pulled(world)
    await expectTwin(world)
  })

  it('sees what changed behind it though QuickBooks’ clock is minutes behind', async () => {
    const world = await createWorld()
    world.book.addOld(2_500)
    const begunMs = world.clock.now()
    let edited = false
    world.company.afterCall(({ method }) => {
      if (method !== 'page' || edited) return
      edited = true
      for (let id = 1; id <= 2_500; id++) {
        world.book.rename(String(id), `Renamed ${id}`)
        world.company.dateBack(String(id), begunMs - 4 * 60_000)
      }
    })
    await pulled(world)
    await expectTwin(world)
  })

  it('goes on by position when thousands changed in one second', async () => {
    const world = await createWorld()
    world.book.addOld(4_000)
    let edited = false
    world.company.afterCall(({ method }) => {
      if (method !== 'page' || edited) return
      edited = true
      for (let id = 1; id <= 3_500; id++) world.book.rename(String(id), `Renamed ${id}`)
    })
    await pulled(world)
    await expectTwin(world)
  })
})

describe('a pull and its run', () => {
  it('is refused while another one is unfinished', async () => {
    const world = await createWorld()
    const first = await startPull(world.ports, asker)
    await expect(startPull(world.ports, asker)).rejects.toMatchObject({
      problem: { kind: 'runInProgress', runId: first.id },
    })
  })

  it('is started once when two people start it in the same moment', async () => {
    const world = await createWorld()
    const started = await Promise.allSettled([startPull(world.ports, asker), startPull(world.ports, asker)])
    expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await world.ports.runs.unfinished(WORKSPACE)).toHaveLength(1)
  })

  it('is refused without a connection', async () => {
    const world = await createWorld({ connected: false })
    await expect(startPull(world.ports, asker)).rejects.toMatchObject({ problem: { kind: 'notConnected' } })
  })

  it('works in slices of a few seconds and tells how long it still takes', async () => {
    const world = await createWorld()
    world.book.addOld(20_000)
    world.company.setLatency(() => 3_000)
    const run = await startPull(world.ports, asker)
    const begun = world.clock.now()
    expect(await sliceOf(world.ports, run)).toBe('again')
    expect(world.clock.now() - begun).toBeLessThan(10_000)
    const half = await getRun(world.ports, WORKSPACE, run.id)
    expect(half.status).toBe('running')
    expect(half.progress.pagesTotal).toBe(21)
    expect(half.progress.pages).toBeGreaterThan(5)
    const left = timeLeftMs(half, world.clock.now()) ?? 0
    expect(left).toBeGreaterThan(2_000)
    expect(left).toBeLessThan(15_000)
    expect(await world.finish(run)).toMatchObject({ status: 'done', counts: { stored: 20_000 } })
  })

  it('can be cancelled before it begins', async () => {
    const world = await createWorld()
    world.book.addOld(10)
    const run = await startPull(world.ports, asker)
    expect(await cancelRun(world.ports, WORKSPACE, run.id)).toMatchObject({ status: 'cancelled' })
    expect(await sliceOf(world.ports, run)).toBe('finished')
    expect(world.company.calls).toEqual([])
  })

  it('can be cancelled while a worker is at it, and keeps what it read', async () => {
    const world = await createWorld()
    world.book.addOld(20_000)
    const run = await startPull(world.ports, asker)
    world.company.afterCall(async (_call, number) => {
      if (number === 5) await cancelRun(world.ports, WORKSPACE, run.id)
    })
    expect(await sliceOf(world.ports, run)).toBe('finished')
    expect(await getRun(world.ports, WORKSPACE, run.id)).toMatchObject({
      status: 'cancelled',
      reason: 'Cancelled by a person.',
    })
    expect(world.company.calls.length).toBeLessThan(20)
    expect(await world.mirror('1')).toBeDefined()
    await expect(cancelRun(world.ports, WORKSPACE, run.id)).rejects.toMatchObject({ problem: { kind: 'runFinished' } })
  })
})
