import { expect, it } from 'vitest'
import { createContact, moveContact } from '#sync/edit-contact'
import { startImport } from '#sync/import'
import { startPull } from '#sync/pull'
import { startSync } from '#sync/sync-run-start'
import { startUndo } from '#sync/undo'
import { createTwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

/** A building and a client in both, where a person sends changes when asked. */
async function withBuilding() {
  const two = await createTwoSides((book) => book.add('Ada'), { push: 'whenAsked' })
  two.book.add('Tower')
  await two.finish(await startPull(two.ports, asker))
  const select = { ids: ['2'] }
  await two.finish(await startImport(two.ports, { ...asker, as: 'building', select, sameName: 'ask' }))
  const [ada, tower] = [await two.contactOf('1'), await two.contactOf('2')]
  const sync = async () => two.finish(await startSync(two.ports, asker))
  const undo = async (runId: string) => two.finish(await startUndo(two.ports, { ...asker, runId }))
  return { two, ada, tower, sync, undo, kind: async () => (await two.contact(tower.id)).kind }
}

it('a building that a person makes a job, and takes out again, is a building', async () => {
  const { two, ada, tower } = await withBuilding()
  const move = async (id: string, parentId: string | null) =>
    moveContact(two.ports, { ...asker, id, version: (await two.contact(id)).version, parentId })
  const other = await createContact(two.ports, { ...asker, kind: 'building', fields: { displayName: 'Barn' } })
  for (const { id } of [tower, other]) {
    expect((await move(id, ada.id)).kind).toBe('job')
    expect(await move(id, null)).toMatchObject({ kind: 'building' })
  }
})

it('a building that the bookkeeper makes a sub-customer, and takes out again, is a building', async () => {
  const { two, kind, sync } = await withBuilding()
  two.book.move('2', '1')
  await sync()
  expect(await kind()).toBe('job')
  two.book.moveToTop('2')
  await sync()
  expect(await kind()).toBe('building')
})

it('a building is one again when the sync that made it a job is undone', async () => {
  const { two, kind, sync, undo } = await withBuilding()
  two.book.move('2', '1')
  const run = await sync()
  expect(await kind()).toBe('job')
  await undo(run.id)
  expect(await kind()).toBe('building')
})
