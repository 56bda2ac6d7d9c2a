import { describe, expect, it } from 'vitest'
import { startPull } from '#sync/pull'
import { servePullHint } from '#sync/serve'
import { sliceEnd } from '#sync/slice-end'
import { createWorld, PERSON, WORKSPACE } from './world.ts'

describe('a slice', () => {
  it('lasts as long as it may, and no longer than its process', () => {
    const clock = { now: () => 1_000, sleep: async () => undefined }
    expect(sliceEnd({ clock }, 5_000)).toBe(6_000)
    expect(sliceEnd({ clock, stopAtMs: 3_000 }, 5_000)).toBe(3_000)
    expect(sliceEnd({ clock, stopAtMs: 9_000 }, 5_000)).toBe(6_000)
  })

  it('of a process with little time left takes less up, and another one goes on where it stopped', async () => {
    const calls = async (leftMs: number | undefined) => {
      const world = await createWorld()
      world.book.addOld(30_000)
      const run = await startPull(world.ports, { workspace: WORKSPACE, person: PERSON })
      const before = world.clock.now()
      const stopAtMs = leftMs === undefined ? {} : { stopAtMs: before + leftMs }
      await servePullHint({ ...world.ports, ...stopAtMs }, { kind: 'run', workspace: WORKSPACE, runId: run.id })
      const first = (await world.ports.runs.get(WORKSPACE, run.id))?.progress.pages ?? 0
      const end = await world.finish(run)
      return { first, status: end.status, rows: end.progress.rows }
    }
    const [whole, cut] = [await calls(undefined), await calls(1)]
    expect(cut.first).toBeLessThan(whole.first)
    expect(cut).toMatchObject({ status: 'done', rows: whole.rows })
  })
})
