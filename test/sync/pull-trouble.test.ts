import { describe, expect, it } from 'vitest'
import { describeConnection, disconnect } from '#sync/connect'
import { startImport } from '#sync/import'
import { startPull } from '#sync/pull'
import { getRun } from '#sync/runs'
import { createWorld, PERSON, sliceOf, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

async function begun(customers: number) {
  const world = await createWorld()
  world.book.addOld(customers)
  return { world, run: await startPull(world.ports, asker) }
}

async function expectAllHeld({ book, mirror }: World) {
  for (const id of book.ids()) expect(await mirror(id)).toBeDefined()
}

describe('a pull in trouble', () => {
  it('rests for a minute after a 429, and so does the whole company', async () => {
    const { world, run } = await begun(5_000)
    world.company.trouble((_call, number) =>
      number === 4 ? { kind: 'quickbooksThrottled', restMs: 60_000 } : undefined,
    )
    expect(await sliceOf(world.ports, run)).toBe('waiting')
    const waiting = await getRun(world.ports, WORKSPACE, run.id)
    expect(waiting.status).toBe('waiting')
    expect(waiting.reason).toContain('rest')
    const until = Date.parse(waiting.waitUntil ?? '')
    expect(until - world.clock.now()).toBeGreaterThanOrEqual(60_000)
    const { connection } = await describeConnection(world.ports, WORKSPACE)
    expect(Date.parse(connection?.restUntil ?? '') - world.clock.now()).toBeGreaterThan(59_000)
    const calls = world.company.calls.length
    expect(await sliceOf(world.ports, run)).toBe('waiting')
    expect(world.company.calls).toHaveLength(calls)
    expect(await world.finish(run)).toMatchObject({ status: 'done', counts: { stored: 5_000 } })
    await expectAllHeld(world)
  })

  it('rests the company for other runs, too', async () => {
    const { world, run } = await begun(10)
    await world.finish(run)
    world.company.trouble(() => ({ kind: 'quickbooksThrottled', restMs: 60_000 }))
    const pull = await startPull(world.ports, asker)
    await sliceOf(world.ports, pull)
    world.company.settle()
    const calls = world.company.calls.length
    const select = { filter: 'all' as const }
    const other = await startImport(world.ports, { ...asker, as: 'account', sameName: 'ask', select })
    expect(await sliceOf(world.ports, other)).toBe('waiting')
    expect(world.company.calls).toHaveLength(calls)
    expect(await world.finish(other)).toMatchObject({ status: 'done', counts: { imported: 10 } })
  })

  it('reads on with another token when one is refused in mid-page, and refreshes once for all pages', async () => {
    const { world, run } = await begun(8_000)
    world.company.afterCall((call, number) => {
      if (number === 3) world.company.refuseToken(call.token)
    })
    expect(await world.finish(run)).toMatchObject({ status: 'done', counts: { stored: 8_000 } })
    expect(world.intuit.refreshes).toHaveLength(1)
  })

  it('fails and asks to reconnect when Intuit has ended the grant', async () => {
    const { world, run } = await begun(3_000)
    world.intuit.endGrant()
    world.company.afterCall(({ token }) => {
      world.company.refuseToken(token)
    })
    const ended = await world.finish(run)
    expect(ended.status).toBe('failed')
    expect(ended.reason).toContain('renewed by a person')
    expect((await describeConnection(world.ports, WORKSPACE)).connection).toMatchObject({
      status: 'reconnectNeeded',
      reason: 'The refresh token is not valid.',
    })
    await expect(startPull(world.ports, asker)).rejects.toMatchObject({ problem: { kind: 'reconnectNeeded' } })
  })

  it('waits longer each time while QuickBooks is down, and ends well when it is back', async () => {
    const { world, run } = await begun(3_000)
    world.company.trouble(() => ({ kind: 'quickbooksDown', reason: 'No answer.' }))
    const waits: number[] = []
    for (let i = 0; i < 9; i++) {
      expect(await sliceOf(world.ports, run)).toBe('waiting')
      const { waitUntil = '' } = await getRun(world.ports, WORKSPACE, run.id)
      waits.push((Date.parse(waitUntil) - world.clock.now()) / 1_000)
      await world.clock.sleep(Date.parse(waitUntil) - world.clock.now())
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800])
    world.company.settle()
    const ended = await world.finish(run)
    expect(ended.status).toBe('done')
    expect(ended.reason).toBeUndefined()
    expect(ended.waitUntil).toBeUndefined()
  })

  it('gives up after a day of no answer, and says so', async () => {
    const { world, run } = await begun(10)
    const from = world.clock.now()
    world.company.trouble(() => ({ kind: 'quickbooksDown', reason: 'No answer.' }))
    const ended = await world.finish(run)
    expect(ended.status).toBe('failed')
    expect(ended.reason).toContain('It stayed so for a day')
    expect((world.clock.now() - from) / 3_600_000).toBeCloseTo(24, -1)
  })

  it('gives up on answers that stay unreadable', async () => {
    const { world, run } = await begun(10)
    world.company.trouble(() => ({ kind: 'quickbooksUnreadable', reason: 'QuickBooks sent HTML.' }))
    const ended = await world.finish(run)
    expect(ended.status).toBe('failed')
    expect(ended.reason).toContain('QuickBooks sent HTML.')
  })

  it('keeps the pages that were read when one of those side by side fails', async () => {
    const { world, run } = await begun(8_000)
    world.company.trouble(({ row }, number) =>
      row === 2_998 && number < 20 ? { kind: 'quickbooksDown', reason: 'Reset.' } : undefined,
    )
    await sliceOf(world.ports, run)
    const { progress } = await getRun(world.ports, WORKSPACE, run.id)
    expect(progress.pages).toBeGreaterThanOrEqual(4)
    world.company.settle()
    const before = world.company.calls.length
    await world.finish(run)
    const rows = world.company.calls.slice(before).flatMap(({ method, row }) => (method === 'page' ? [row] : []))
    expect(rows).toContain(2_998)
    expect(rows.length).toBe(9 - progress.pages)
  })

  it('fails with a clear reason when the reads of the month are used up, and never passes them', async () => {
    const { world, run } = await begun(20_000)
    const ended = await world.finish(run, { ...world.ports, readsPerMonth: 10 })
    expect(ended.status).toBe('failed')
    expect(ended.reason).toContain('used all its reads from QuickBooks for 2026-01')
    expect(world.company.calls.length).toBe(10)
    expect((await describeConnection(world.ports, WORKSPACE)).usage).toEqual({ month: '2026-01', reads: 10, writes: 0 })
  })

  it('asks for a reconnect when QuickBooks lets the app in no more', async () => {
    const { world, run } = await begun(10)
    world.company.trouble(() => ({ kind: 'quickbooksForbidden', reason: 'The app was removed.' }))
    expect((await world.finish(run)).status).toBe('failed')
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.status).toBe('reconnectNeeded')
  })

  it('is cancelled when the company is disconnected', async () => {
    const { world, run } = await begun(20_000)
    world.company.afterCall(async (_call, number) => {
      if (number === 6) await disconnect(world.ports, asker)
    })
    const ended = await world.finish(run)
    expect(ended.status).toBe('cancelled')
    expect(ended.reason).toContain('disconnected')
  })

  it('puts nothing that a person typed into the log', async () => {
    const { world, run } = await begun(3)
    world.book.rename('1', 'Secret Name')
    world.company.trouble((_call, number) =>
      number === 2
        ? { kind: 'quickbooksRefused', code: '6000', message: 'Secret Name', detail: 'Secret Name' }
        : undefined,
    )
    await world.finish(run)
    expect(world.ports.log.lines().length).toBeGreaterThan(0)
    expect(JSON.stringify(world.ports.log.lines())).not.toContain('Secret')
  })
})
