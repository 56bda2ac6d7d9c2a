import { describe, expect, it } from 'vitest'
import type { Run } from '#core/records'
import { newJob } from '#sync/edit-contact'
import type { Ports } from '#sync/ports'
import { previewSlice, startPreview } from '#sync/preview'
import { syncSlice } from '#sync/sync-run'
import { startSync } from '#sync/sync-run-start'
import { startUndo, undoSlice } from '#sync/undo'
import { dyingPorts } from './dying-ports.ts'
import { addCustomer, edit } from './runs-world.ts'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const SLICES = { sync: syncSlice, undo: undoSlice, preview: previewSlice }

/** Something of everything is to do on both sides. */
async function busyWorld(): Promise<TwoSides> {
  const world = await createTwoSides(
    (book) => {
      book.add('Ada', { fields: { email: 'ada@example.com' } })
      book.add('Grace', { fields: { email: 'grace@example.com' } })
    },
    { push: 'whenAsked', conflicts: 'crm' },
  )
  await edit(world, (await world.contactOf('1')).id, { email: 'crm@example.com', phone: '1' })
  await edit(world, (await world.contactOf('2')).id, { mobile: '2' })
  const hedy = await addCustomer(world, { displayName: 'Hedy' })
  await newJob(world.ports, { ...asker, parentId: hedy, fields: { displayName: 'Roof' } })
  world.book.edit('1', { email: 'books@example.com' })
  world.book.edit('2', { phone: '22' })
  return world
}

/** What people see of both sides and of the run, without ids and times. */
async function seen(world: TwoSides, { id }: Run) {
  const rows = (await world.ports.contacts.listByName(WORKSPACE, 100)).rows
  const crm = await Promise.all(
    rows.map(async (row) => {
      const { fields, archived, link, pins, intent, toPushSince } = await world.contact(row.id)
      return { fields, archived, recordId: link?.recordId, pins, intent, waits: toPushSince !== undefined }
    }),
  )
  const books = world.book.ids().map((record) => {
    const { name, fields, active, parent } = world.book.get(record)
    return { name, fields, active, parent }
  })
  const run = await world.ports.runs.get(WORKSPACE, id)
  const outcomes = (await world.ports.runs.outcomes(WORKSPACE, id, 100)).rows
  const kinds = outcomes.map(({ name, kind, code }) => `${name} ${kind} ${code ?? ''}`).sort()
  return { crm, books, status: run?.status, counts: run?.counts, kinds }
}

/** A world in which the run of that kind is about to be served. */
async function started(kind: keyof typeof SLICES): Promise<Readonly<{ world: TwoSides; run: Run }>> {
  const world = await busyWorld()
  if (kind === 'preview') return { world, run: await startPreview(world.ports, asker) }
  const sync = await startSync(world.ports, asker)
  if (kind === 'sync') return { world, run: sync }
  await world.finish(sync)
  return { world, run: await startUndo(world.ports, { ...asker, runId: sync.id }) }
}

async function dieAt(kind: keyof typeof SLICES, call: number, when: 'before' | 'after') {
  const { world, run } = await started(kind)
  const dying = dyingPorts(world.ports, call, when)
  const served: Ports = dying.ports
  await SLICES[kind](served, WORKSPACE, run.id).catch(() => undefined)
  await world.finish(run)
  return { died: dying.died(), seen: await seen(world, run) }
}

describe.each(['preview', 'sync', 'undo'] as const)('a worker that dies in the middle of a run: %s', (kind) => {
  it.each(['before', 'after'] as const)('leaves it to the next one, %s any call took effect', async (when) => {
    const { world, run } = await started(kind)
    await world.finish(run)
    const whole = await seen(world, run)
    expect(whole.status).toBe('done')
    let deaths = 0
    for (let call = 1; ; call++) {
      const end = await dieAt(kind, call, when)
      expect(end.seen, `died at call ${call}`).toEqual(whole)
      if (!end.died) break
      deaths += 1
    }
    expect(deaths).toBeGreaterThan(20)
  })
})
