import { describe, expect, it } from 'vitest'
import type { ContactEdit } from '#core/contact-edit'
import { problemOf } from '#core/errors'
import { peopleOf } from '#core/people'
import { createContact, moveContact, updateContact } from '#sync/edit-contact'
import { resolveHold } from '#sync/holds'
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

describe('a building’s billing person', () => {
  const edit = async ({ two, tower }: Awaited<ReturnType<typeof withBuilding>>, change: ContactEdit) =>
    updateContact(two.ports, { ...asker, id: tower.id, version: (await two.contact(tower.id)).version, edit: change })
  const billing = async ({ two, tower }: Awaited<ReturnType<typeof withBuilding>>) =>
    peopleOf(await two.contact(tower.id))[0]

  it('is what the bookkeeper changes, and what a person changes goes to QuickBooks', async () => {
    const world = await withBuilding()
    world.two.book.edit('2', { givenName: 'Ann', familyName: 'Lee', email: 'ann@example.com' })
    await world.sync()
    expect(await billing(world)).toMatchObject({ name: 'Ann Lee', email: 'ann@example.com' })

    await edit(world, {
      people: [
        { role: 'billing', familyName: 'Low', cell: '555' },
        { role: 'site', name: 'Bea' },
      ],
    })
    await world.sync()
    expect(world.two.book.get('2').fields).toMatchObject({ givenName: 'Ann', familyName: 'Low', mobile: '555' })
    expect((await world.two.contact(world.tower.id)).people).toEqual([{ role: 'site', name: 'Bea' }])
  })

  it('and the fields cannot be given two values at once, nor can it be removed', async () => {
    const world = await withBuilding()
    const people = [{ role: 'billing', email: 'a@example.com' }] as const
    const twice = edit(world, { fields: { email: 'b@example.com' }, people })
    expect(await twice.catch(problemOf)).toMatchObject({ kind: 'invalidInput', fields: [{ path: 'people.0.email' }] })
    const removed = edit(world, { people: [] })
    expect(await removed.catch(problemOf)).toMatchObject({ kind: 'invalidInput', fields: [{ path: 'people' }] })
    expect((await world.two.contact(world.tower.id)).version).toBe(world.tower.version)
  })

  it('keeps its values when the building is linked to QuickBooks no more', async () => {
    const world = await withBuilding()
    const { two, tower } = world
    await edit(world, { people: [{ role: 'billing', email: 'a@example.com' }] })
    await world.sync()
    two.book.merge('2')
    await two.tell('2')
    await two.settle()
    await resolveHold(two.ports, { ...asker, contactId: tower.id, take: 'unlink' })
    expect((await two.contact(tower.id)).link).toBeUndefined()
    expect(await billing(world)).toMatchObject({ email: 'a@example.com' })
  })
})
