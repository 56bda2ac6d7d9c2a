import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '#core/policies'
import { createContact, updateContact } from '#sync/edit-contact'
import { createPushWorld, PERSON, type PushWorld, WORKSPACE } from './push-world.ts'

const who = { workspace: WORKSPACE, person: PERSON }
let world: PushWorld
beforeEach(async () => {
  world = await createPushWorld()
  await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, entities: ['customer', 'vendor'] }, 0)
})
afterEach(() => world.close())

async function change(id: string, fields: Parameters<typeof updateContact>[1]['edit']['fields'] = {}) {
  const { version } = await world.contact(id)
  await updateContact(world.ports, { ...who, id, version, edit: { fields } })
  await world.drain()
}

describe('the name on checks', () => {
  it.each(['customer', 'vendor'] as const)('of a %s is the new one after a rename', async (entity) => {
    const id = await world.addLinked({ DisplayName: 'Acme' }, {}, entity)
    await change(id, { displayName: 'Acme East' })
    expect(world.read(await world.recordId(id), entity)).toMatchObject({
      DisplayName: 'Acme East',
      PrintOnCheckName: 'Acme East',
    })
    expect(await world.dot(id)).toBe('green')
    const { rows } = await world.ports.contacts.history(WORKSPACE, id, 10)
    expect(rows.map(({ side, changes }) => [side, changes])).toEqual(
      (['crm', 'quickbooks'] as const).map((side) => [
        side,
        [
          { field: 'displayName', from: 'Acme', to: 'Acme East' },
          { field: 'printName', from: 'Acme', to: 'Acme East', derived: true },
        ],
      ]),
    )
  })

  it('stays as a bookkeeper chose it', async () => {
    const id = await world.addLinked({ DisplayName: 'Acme', PrintOnCheckName: 'ACME Holding' })
    await change(id, { displayName: 'Acme East' })
    expect(world.read(await world.recordId(id))).toMatchObject({ PrintOnCheckName: 'ACME Holding' })
  })
})

describe('a contact without a display name', () => {
  it('is created by the parts of the name, which QuickBooks would build as well, and follows them', async () => {
    const { id } = await createContact(world.ports, {
      ...who,
      kind: 'client',
      isCustomer: true,
      fields: { title: 'Dr.', givenName: 'Ada', familyName: 'King' },
    })
    await world.drain()
    expect(world.read(await world.recordId(id))).toMatchObject({ DisplayName: 'Dr. Ada King' })
    await change(id, { familyName: 'Byron' })
    const after = { DisplayName: 'Dr. Ada Byron', PrintOnCheckName: 'Dr. Ada Byron', FamilyName: 'Byron' }
    expect(world.read(await world.recordId(id))).toMatchObject(after)
    expect(await world.dot(id)).toBe('green')
  })

  it('is created by its company, which QuickBooks alone would refuse', async () => {
    const { id } = await createContact(world.ports, {
      ...who,
      kind: 'client',
      isCustomer: true,
      fields: { companyName: 'Acme' },
    })
    await world.drain()
    expect(world.read(await world.recordId(id))).toMatchObject({ DisplayName: 'Acme', CompanyName: 'Acme' })
  })
})
