import { describe, expect, it } from 'vitest'
import type { SyncSettings } from '#core/policies'
import type { Outcome, Run } from '#core/records'
import type { Ports } from '#sync/ports'
import { listPreview, startPreview } from '#sync/preview'
import { drainPush } from '#sync/push'
import { cancelRun } from '#sync/runs'
import { applyPreview } from '#sync/sync-run-shown'
import { startContactSync, startSync } from '#sync/sync-run-start'
import { startUndo } from '#sync/undo'
import { dyingPorts } from './dying-ports.ts'
import { addCustomer, edit } from './runs-world.ts'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const PASSING = /\(changing names/

/** Customers with these names, each in the CRM; what is sent is sent when somebody asks. */
async function worldOf(names: readonly string[], settings: Partial<SyncSettings> = {}) {
  const world = await createTwoSides(
    (book) => {
      for (const name of names) book.add(name)
    },
    { push: 'whenAsked', ...settings },
  )
  const ids = await Promise.all(names.map(async (_, at) => (await world.contactOf(String(at + 1))).id))
  return { world, ids }
}

const sync = async (world: TwoSides): Promise<Run> => world.finish(await startSync(world.ports, asker))
const undo = async (world: TwoSides, runId: string, using: Ports = world.ports): Promise<Run> =>
  world.finish(await startUndo(world.ports, { ...asker, runId }), using)
const outcomesOf = async (world: TwoSides, runId: string): Promise<readonly Outcome[]> =>
  (await world.ports.runs.outcomes(WORKSPACE, runId, 200)).rows
const inBooks = (world: TwoSides) => world.book.ids().map((id) => world.book.get(id).name)
const inCrm = async (world: TwoSides, ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await world.contact(id)).fields.displayName))

/** Each takes the name of the next, the last that of the first. */
async function exchange(world: TwoSides, ids: readonly string[]): Promise<void> {
  const names = await inCrm(world, ids)
  for (const [at, id] of ids.entries()) await edit(world, id, { displayName: names[(at + 1) % ids.length] ?? '' })
}

async function expectNothingInBetween(world: TwoSides, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    expect(await world.contact(id)).not.toHaveProperty('passing')
    expect(await world.contact(id)).not.toHaveProperty('intent')
    for (const { changes } of await world.journal(id))
      for (const { passing, from, to } of changes)
        if (passing !== true) for (const value of [from, to]) expect(String(value)).not.toMatch(PASSING)
  }
}

describe('undoing a sync that exchanged names', () => {
  it.each([2, 3, 5])(
    'gives the %i customers their names back, by a name in between, and they stay so',
    async (length) => {
      const names = Array.from({ length }, (_, at) => `Name ${at}`)
      const { world, ids } = await worldOf(names)
      await exchange(world, ids)
      const exchanged = await inCrm(world, ids)
      const run = await sync(world)
      expect(inBooks(world)).toEqual(exchanged)

      const undone = await undo(world, run.id)
      expect(await outcomesOf(world, undone.id)).toEqual(
        expect.arrayContaining(ids.map((contactId) => expect.objectContaining({ contactId, kind: 'undone' }))),
      )
      expect(undone.counts).toEqual({ undone: length })
      expect(inBooks(world)).toEqual(names)
      // The person's own edits are not the run's: they stay.
      expect(await inCrm(world, ids)).toEqual(exchanged)
      await expectNothingInBetween(world, ids)
      await sync(world)
      await world.settle()
      expect(inBooks(world)).toEqual(names)
      expect(await inCrm(world, ids)).toEqual(exchanged)
    },
  )

  it('gives a row of names back, whoever is undone first', async () => {
    const { world, ids } = await worldOf(['A', 'B', 'C'])
    const [a = '', b = '', c = ''] = ids
    await edit(world, c, { displayName: 'D' })
    await edit(world, b, { displayName: 'C' })
    await edit(world, a, { displayName: 'B' })
    const run = await sync(world)
    expect(inBooks(world)).toEqual(['B', 'C', 'D'])
    expect((await undo(world, run.id)).counts).toEqual({ undone: 3 })
    expect(inBooks(world)).toEqual(['A', 'B', 'C'])
    await expectNothingInBetween(world, ids)
  })

  it('gives a name back that a customer has whom the same sync created', async () => {
    const { world, ids } = await worldOf(['A'])
    const [a = ''] = ids
    await edit(world, a, { displayName: 'B' })
    const made = await addCustomer(world, { displayName: 'A' })
    const run = await sync(world)
    expect(inBooks(world)).toEqual(['B', 'A'])
    expect((await undo(world, run.id)).counts).toEqual({ undone: 2 })
    expect(world.book.get('1')).toMatchObject({ name: 'A', active: true })
    expect(world.book.get('2').active).toBe(false)
    expect((await world.contact(made)).link).toBeUndefined()
  })

  it('leaves a name with whoever has it where that was changed since, and says so', async () => {
    const { world, ids } = await worldOf(['A', 'B'])
    await exchange(world, ids)
    const run = await sync(world)
    await edit(world, ids[1] ?? '', { displayName: 'Z' })
    const undone = await undo(world, run.id)
    expect((await outcomesOf(world, undone.id)).map(({ contactId, kind }) => [contactId, kind]).sort()).toEqual(
      [
        [ids[0], 'failed'],
        [ids[1], 'skipped'],
      ].sort(),
    )
    expect(inBooks(world)).toEqual(['B', 'A'])
    await expectNothingInBetween(world, ids)
  })

  it.each(['before', 'after'] as const)(
    'comes to the same %s whichever call its worker dies',
    async (when) => {
      for (let last = 1; ; last += 1) {
        const { world, ids } = await worldOf(['A', 'B', 'C'])
        await exchange(world, ids)
        const run = await sync(world)
        const dying = dyingPorts(world.ports, last, when)
        const started = await startUndo(world.ports, { ...asker, runId: run.id })
        const hint = world.ports.hints.pulls.take()
        if (hint === undefined) throw new Error('Nobody is told of the undo.')
        const { servePullHint } = await import('#sync/serve')
        await servePullHint(dying.ports, hint.hint).catch(() => undefined)
        hint.putBack()
        const undone = await world.finish(started)
        const told = `died ${when} call ${last}`
        expect(undone.counts, told).toEqual({ undone: 3 })
        expect(inBooks(world), told).toEqual(['A', 'B', 'C'])
        await expectNothingInBetween(world, ids)
        if (!dying.died()) {
          expect(last).toBeGreaterThan(20)
          return
        }
      }
    },
    120_000,
  )

  it('leaves no name in between where it is cancelled in the middle', async () => {
    const { world, ids } = await worldOf(['A', 'B'])
    await exchange(world, ids)
    const run = await sync(world)
    const started = await startUndo(world.ports, { ...asker, runId: run.id })
    const hint = world.ports.hints.pulls.take()
    const { servePullHint } = await import('#sync/serve')
    world.company.trouble((call) =>
      call.method === 'update' && inBooks(world).some((name) => PASSING.test(name))
        ? { kind: 'quickbooksDown', reason: 'no answer' }
        : undefined,
    )
    if (hint !== undefined) await servePullHint(world.ports, hint.hint)
    expect(inBooks(world).some((name) => PASSING.test(name))).toBe(true)
    await cancelRun(world.ports, WORKSPACE, started.id)
    hint?.done()
    world.company.settle()
    await world.settle()
    for (let hours = 0; hours < 3; hours++) {
      await world.clock.sleep(3_600_000)
      await world.settle()
    }
    expect(inBooks(world).toSorted()).toEqual(['A', 'B'])
    await expectNothingInBetween(world, ids)
  })
})

describe('a preview of names that are exchanged', () => {
  const shown = async (world: TwoSides) => {
    const preview = await world.finish(await startPreview(world.ports, asker))
    return { preview, rows: (await listPreview(world.ports, WORKSPACE, preview.id, { limit: 200 })).rows }
  }

  it('shows the one name in between, and exactly what it shows is done', async () => {
    const { world, ids } = await worldOf(['A', 'B', 'C'])
    await exchange(world, ids)
    const { preview, rows } = await shown(world)
    expect(rows.map(({ kind, quickbooks }) => [kind, quickbooks.map(({ slot, to }) => [slot, to])])).toEqual(
      expect.arrayContaining([
        ['sent', [['displayName', 'B']]],
        ['sent', [['displayName', 'C']]],
        ['sent', [['displayName', 'A']]],
      ]),
    )
    const inBetween = rows.flatMap(({ contactId, passing }) => (passing === undefined ? [] : [{ contactId, passing }]))
    expect(inBetween).toHaveLength(1)
    const applied = await world.finish(await applyPreview(world.ports, { ...asker, previewId: preview.id, except: [] }))
    expect(applied.counts).toEqual({ sent: 3 })
    expect(inBooks(world)).toEqual(['B', 'C', 'A'])
    const done = (await Promise.all(ids.map(world.journal)))
      .flat()
      .flatMap(({ contactId, runId, changes }) =>
        changes.flatMap(({ passing, to }) => (passing === true ? [{ contactId, passing: to, runId }] : [])),
      )
    expect(done).toEqual(inBetween.map((one) => ({ ...one, runId: applied.id })))
    await expectNothingInBetween(world, ids)
  })

  it('changes nobody’s name where one of the ring is taken out, and each says whom it waits for', async () => {
    const { world, ids } = await worldOf(['A', 'B', 'C'])
    await exchange(world, ids)
    const { preview } = await shown(world)
    const applied = await world.finish(
      await applyPreview(world.ports, { ...asker, previewId: preview.id, except: [ids[2] ?? ''] }),
    )
    expect(inBooks(world)).toEqual(['A', 'B', 'C'])
    const outcomes = await outcomesOf(world, applied.id)
    expect(outcomes).toMatchObject([
      { kind: 'failed', code: 'nameAwaited' },
      { kind: 'failed', code: 'nameAwaited' },
    ])
    for (const { reason } of outcomes) expect(reason).toContain('It was not part of this preview, or was taken out.')
    await expectNothingInBetween(world, ids)
  })
})

describe('names that are exchanged where nothing is sent unless somebody asks', () => {
  it('stay as they are while only one of them is asked for, and that one says whom it waits for', async () => {
    const { world, ids } = await worldOf(['A', 'B'])
    await exchange(world, ids)
    await drainPush(world.ports, WORKSPACE)
    expect(inBooks(world)).toEqual(['A', 'B'])
    const [contactId = ''] = ids
    const one = await world.finish(await startContactSync(world.ports, { ...asker, contactId }))
    expect(await outcomesOf(world, one.id)).toMatchObject([{ kind: 'failed', code: 'nameAwaited' }])
    expect(inBooks(world)).toEqual(['A', 'B'])
    expect((await sync(world)).counts).toEqual({ sent: 2 })
    expect(inBooks(world)).toEqual(['B', 'A'])
    await expectNothingInBetween(world, ids)
  })
})
