import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startPull } from '#sync/pull'
import { dyingPorts } from './dying-ports.ts'
import { createWorld, PERSON, sliceOf, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

/** A company that was pulled once and in which a little happened since. */
async function worldBeforeSecondPull() {
  const world = await createWorld()
  world.book.addOld(1_100)
  await world.finish(await startPull(world.ports, asker))
  await world.clock.sleep(3_600_000)
  for (const id of ['1', '998', '999', '1000', '1100']) world.book.rename(id, `Renamed ${id}`)
  world.book.merge('500')
  world.book.merge('1050')
  return world
}

async function expectWhole({ ports, book, company, mirror }: World) {
  for (const id of book.ids()) {
    expect((await mirror(id))?.snapshot).toEqual(company.record(id).snapshot)
  }
  expect(await ports.runs.unfinished(WORKSPACE)).toEqual([])
}

describe('a pull whose worker dies', () => {
  it.each(['before', 'after'] as const)('ends whole and well counted, %s whichever call it died', async (when) => {
    for (let last = 1; ; last++) {
      const world = await worldBeforeSecondPull()
      const run = await startPull(world.ports, asker)
      const dying = dyingPorts(world.ports, last, when)
      await sliceOf(dying.ports, run).catch(() => undefined)
      if (!dying.died()) {
        expect(last).toBeGreaterThan(20)
        return
      }
      const ended = await world.finish(run)
      expect(ended, `died at call ${last}`).toMatchObject({
        status: 'done',
        progress: { rows: 1_098 },
        counts: { stored: 5, unchanged: 1_093, gone: 2 },
      })
      await expectWhole(world)
    }
  })

  it('counts a row as stored that was stored before it died, whatever changes on its page since', async () => {
    const world = await createWorld()
    world.book.addOld(10)
    const run = await startPull(world.ports, asker)
    const mirrors = {
      ...world.ports.mirrors,
      put: async (...args: Parameters<typeof world.ports.mirrors.put>) => {
        await world.ports.mirrors.put(...args)
        throw new Error('died')
      },
    }
    await expect(sliceOf({ ...world.ports, mirrors }, run)).rejects.toThrow('died')
    world.book.rename('3', 'Renamed')
    expect(await world.finish(run)).toMatchObject({ counts: { stored: 10, unchanged: 0, gone: 0 } })
  })

  it('ends whole and well counted however often workers die, while people go on working', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('before' as const, 'after' as const)), {
          maxLength: 6,
        }),
        fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 14 }),
            fc.integer({ min: 1, max: 2_500 }),
            fc.constantFrom('rename', 'deactivate', 'merge', 'invoice'),
          ),
          {
            maxLength: 8,
          },
        ),
        async (deaths, edits) => {
          const world = await createWorld()
          world.book.addOld(2_200)
          world.company.afterCall((_call, number) => {
            for (const [at, id, edit] of edits) {
              if (at !== number || !world.book.has(String(id))) continue
              if (edit === 'rename') world.book.rename(String(id), `Renamed at ${number}`)
              else if (edit === 'deactivate') world.book.deactivate(String(id))
              else if (edit === 'merge') world.book.merge(String(id))
              else world.book.invoice(String(id), 1)
            }
          })
          const run = await startPull(world.ports, asker)
          for (const [last, when] of deaths)
            await sliceOf(dyingPorts(world.ports, last, when).ports, run).catch(() => undefined)
          const ended = await world.finish(run)
          expect(ended.status).toBe('done')
          expect(ended.reason).toBeUndefined()
          for (const id of world.book.ids()) expect(await world.mirror(id)).toBeDefined()
          const { stored = 0, unchanged = 0 } = ended.counts
          expect(stored).toBe(ended.progress.rows)
          expect(unchanged).toBe(0)
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)
})
