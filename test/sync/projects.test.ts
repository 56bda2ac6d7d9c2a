import { afterEach, describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Contact } from '#core/records'
import { newJob } from '#sync/edit-contact'
import { previewItem } from '#sync/preview-item'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'
import { createPushWorld, idOf, PERSON, type PushWorld, WORKSPACE } from './push-world.ts'

const worlds: PushWorld[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

const written = ({ calls }: Pick<PushWorld, 'calls'>) => calls().create + calls().update

/** A customer and a project of it, both linked. */
async function withProject(switches: SwitchOverrides = {}) {
  const world = await createPushWorld(switches)
  worlds.push(world)
  const client = await world.addLinked({ DisplayName: 'Client' })
  const other = await world.addLinked({ DisplayName: 'Other' })
  const roof = idOf(world.books.createProject(await world.recordId(client), 'Roof'))
  const project = await world.link(roof, client)
  return { ...world, client, other, project, roof }
}

describe.each<SwitchOverrides>([{}, { 'project-writes': 'taken' }])('a project of QuickBooks (%j)', (switches) => {
  const changes: readonly (readonly [string, (contact: Contact, other: string) => Contact])[] = [
    ['renamed', (before) => ({ ...before, fields: { ...before.fields, displayName: 'Cellar', phone: '1' } })],
    ['moved', (before, parentId) => ({ ...before, parentId, fields: { ...before.fields, phone: '1' } })],
    ['made active or inactive', (before) => ({ ...before, archived: true, fields: { ...before.fields, phone: '1' } })],
  ]

  it.each(changes)('is not %s by us, which says so, and everything else of it is sent', async (what, change) => {
    const world = await withProject(switches)
    await world.edit(world.project, (before) => change(before, world.other))
    const shown = await previewItem(world.ports, WORKSPACE, await world.contact(world.project), DEFAULT_SETTINGS)
    expect(shown).toMatchObject({ kind: 'sent', code: 'isProject', quickbooks: [{ slot: 'phone' }] })
    await world.drain()
    expect(world.read(world.roof)).toMatchObject({
      DisplayName: 'Roof',
      Active: true,
      ParentRef: { value: await world.recordId(world.client) },
      PrimaryPhone: { FreeFormNumber: '1' },
    })
    const { refusal } = await world.contact(world.project)
    expect(refusal).toMatchObject({ code: 'isProject', reason: expect.stringContaining(what) })
    expect(await world.dot(world.project)).toBe('red')
    await world.edit(world.project, (before) => ({
      ...before,
      archived: false,
      parentId: world.client,
      fields: { ...before.fields, displayName: 'Roof' },
    }))
    await world.drain()
    expect(await world.dot(world.project)).toBe('green')
  })

  it('gets no job below it', async () => {
    const world = await withProject(switches)
    const made = newJob(world.ports, {
      workspace: WORKSPACE,
      person: PERSON,
      parentId: world.project,
      fields: { displayName: 'Gutter' },
    })
    expect(await made.catch(problemOf)).toMatchObject({ kind: 'invalidInput', fields: [{ path: 'parentId' }] })
    const below = await world.add({ displayName: 'Gutter' }, { parentId: world.project })
    const writes = written(world)
    await world.drain()
    expect((await world.contact(below)).refusal).toMatchObject({ code: 'parentIsProject' })
    expect(written(world)).toBe(writes)
  })
})
