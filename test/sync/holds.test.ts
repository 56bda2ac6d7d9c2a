import { describe, expect, it } from 'vitest'
import { dotOf } from '#core/dots'
import { problemOf } from '#core/errors'
import { listConflicts, resolveAll } from '#sync/conflicts'
import { updateContact } from '#sync/edit-contact'
import { resolveHold } from '#sync/holds'
import { unlinkContact } from '#sync/unlink'
import { dyingPorts } from './dying-ports.ts'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const problemIn = (work: Promise<unknown>) => work.then(() => undefined, problemOf)
const waiting = async ({ ports }: TwoSides) => (await listConflicts(ports, { workspace: WORKSPACE, limit: 100 })).rows

/** Ada’s customer was merged into Bea’s, and both have a contact. */
async function merged() {
  const two = await createTwoSides((book) => {
    book.add('Ada', { fields: { phone: '1', mobile: '11' } })
    book.add('Bea', { fields: { phone: '2' } })
  })
  const { id: ada } = await two.contactOf('1')
  const { id: bea } = await two.contactOf('2')
  two.book.merge('1')
  await two.tellMerged('1', '2')
  await two.settle()
  return { two, ada, bea }
}

async function gone() {
  const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }))
  const { id: ada } = await two.contactOf('1')
  two.book.merge('1')
  await two.tell('1')
  await two.settle()
  return { two, ada }
}

async function edit(two: TwoSides, id: string, phone: string): Promise<void> {
  const { version } = await two.contact(id)
  await updateContact(two.ports, { ...asker, id, version, edit: { fields: { phone } } })
}

describe('a contact that is held', () => {
  it('is among what waits for a decision, with the reason and the record that has its place', async () => {
    const { two, ada } = await merged()
    const { hold } = await two.contact(ada)
    expect(await waiting(two)).toEqual([
      {
        kind: 'hold',
        contactId: ada,
        contactName: 'Ada',
        code: 'survivorTaken',
        reason: hold?.reason,
        survivorId: '2',
        openedAt: hold?.at,
      },
    ])
  })

  it('is not decided together with the conflicts', async () => {
    const { two, ada } = await merged()
    expect(await resolveAll(two.ports, { ...asker, policy: 'crm' })).toEqual({ resolved: 0, left: 0, isDone: true })
    expect((await two.contact(ada)).hold).toBeDefined()
  })

  it('is no question any more once the merge is told of whose loser it was', async () => {
    const { two } = await gone()
    expect(await waiting(two)).toMatchObject([{ kind: 'hold', code: 'recordGone' }])
    const survivor = two.book.add('Bea')
    await two.tellMerged('1', survivor)
    await two.settle()
    expect(await waiting(two)).toEqual([])
  })
})

describe('unlinking a contact that is held', () => {
  it.each([
    ['whose customer is gone', gone],
    ['whose customer was merged into another contact’s', merged],
  ] as const)('%s keeps it in the CRM alone, and creates nothing again', async (_why, hold) => {
    const { two, ada } = await hold()
    const { fields } = await two.contact(ada)
    const records = two.book.ids()
    const contact = await resolveHold(two.ports, { ...asker, contactId: ada, take: 'unlink' })
    expect(dotOf(contact)).toBe('none')
    expect(contact).toEqual(await two.contact(ada))
    expect(contact).toMatchObject({ fields, isCustomer: false })
    for (const property of ['link', 'hold', 'toPushSince', 'intent']) expect(contact).not.toHaveProperty(property)
    expect((await two.mirror('1'))?.contactId).toBeUndefined()
    expect(await waiting(two)).toEqual([])
    expect((await two.journal(ada)).at(-1)).toMatchObject({
      actor: PERSON,
      changes: [
        { field: 'link', from: { entity: 'customer', recordId: '1' } },
        { field: 'hold' },
        { field: 'isCustomer', from: true, to: false },
      ],
    })
    await edit(two, ada, '3')
    await two.settle()
    expect(dotOf(await two.contact(ada))).toBe('none')
    expect(two.book.ids()).toEqual(records)
  })

  it('leaves the other contact with the customer', async () => {
    const { two, ada, bea } = await merged()
    await resolveHold(two.ports, { ...asker, contactId: ada, take: 'unlink' })
    await edit(two, bea, '3')
    await two.settle()
    expect(two.book.get('2').fields?.phone).toBe('3')
    expect(dotOf(await two.contact(bea))).toBe('green')
  })

  it('is refused when nothing holds it, and done once', async () => {
    const { two, ada, bea } = await merged()
    const unlink = (contactId: string) => problemIn(resolveHold(two.ports, { ...asker, contactId, take: 'unlink' }))
    expect(await unlink(bea)).toMatchObject({ kind: 'notFound', what: 'conflict' })
    expect(await unlink('nobody')).toMatchObject({ kind: 'notFound', what: 'contact' })
    expect(await unlink(ada)).toBeUndefined()
    expect(await unlink(ada)).toMatchObject({ kind: 'notFound' })
  })
})

describe('taking over the customer that two were merged into', () => {
  it('links the held contact to it, and leaves the other one in the CRM alone', async () => {
    const { two, ada, bea } = await merged()
    const before = await two.contact(bea)
    const contact = await resolveHold(two.ports, { ...asker, contactId: ada, take: 'takeOver' })
    expect(contact).toMatchObject({ id: ada, link: { recordId: '2' } })
    await two.settle()
    expect((await two.contactOf('2')).id).toBe(ada)
    expect(dotOf(await two.contact(ada))).toBe('green')
    // As after every merge, the survivor keeps its own values and gets what it lacks.
    expect((await two.contact(ada)).fields).toMatchObject({ displayName: 'Bea', phone: '2', mobile: '11' })
    expect(two.book.get('2').fields).toMatchObject({ phone: '2', mobile: '11' })
    const other = await two.contact(bea)
    expect([dotOf(other), other.fields]).toEqual(['none', before.fields])
    expect(await waiting(two)).toEqual([])
  })

  it('comes to the same end whatever a process dies in, once it is asked for again', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let last = 1; ; last++) {
        const { two, ada, bea } = await merged()
        const dying = dyingPorts({ ...two.ports }, last, when)
        const decision = { ...asker, contactId: ada, take: 'takeOver' } as const
        await resolveHold(dying.ports, decision).catch(() => undefined)
        if ((await two.contact(ada)).hold !== undefined) await resolveHold(two.ports, decision)
        await two.settle()
        const told = `died ${when} call ${last}`
        expect((await two.contactOf('2')).id, told).toBe(ada)
        expect(dotOf(await two.contact(ada)), told).toBe('green')
        expect(dotOf(await two.contact(bea)), told).toBe('none')
        if (!dying.died()) {
          expect(last).toBeGreaterThan(8)
          break
        }
      }
    }
  })

  it('is refused where there is none', async () => {
    const { two, ada } = await gone()
    const end = await problemIn(resolveHold(two.ports, { ...asker, contactId: ada, take: 'takeOver' }))
    expect(end).toMatchObject({ kind: 'invalidInput', fields: [{ path: 'take' }] })
    expect((await two.contact(ada)).hold).toBeDefined()
  })
})

describe('unlinking a contact that nothing holds', () => {
  it('ends what waited for QuickBooks, and both sides stay as they are', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }), { push: 'whenAsked' })
    const { id } = await two.contactOf('1')
    await edit(two, id, '2')
    expect(dotOf(await two.contact(id))).toBe('orange')
    const contact = await unlinkContact(two.ports, WORKSPACE, id, { actor: PERSON, because: 'a person unlinked it' })
    expect(dotOf(contact)).toBe('none')
    await two.settle()
    two.book.edit('1', { mobile: '5' })
    await two.tell('1')
    await two.settle()
    expect((await two.contact(id)).fields).toMatchObject({ phone: '2' })
    expect((await two.contact(id)).fields).not.toHaveProperty('mobile')
    expect(two.book.get('1').fields?.phone).toBe('1')
  })
})
