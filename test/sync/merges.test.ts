import { describe, expect, it } from 'vitest'
import type { ContactEdit } from '#core/contact-edit'
import type { ConflictPolicy } from '#core/policies'
import { updateContact } from '#sync/edit-contact'
import { getHeld, listHeld } from '#sync/holding-area'
import { resolveHold } from '#sync/holds'
import { startImport } from '#sync/import'
import { startPull } from '#sync/pull'
import { listOutcomes } from '#sync/runs'
import { createTwoSides, eventOf, type TwoSides, tellOf } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

/** “Ada” (1) with a contact, and “Ada Lovelace”, who is in QuickBooks only. */
async function adaTwice(policy: ConflictPolicy = 'newest') {
  const ada = { fields: { phone: '1', email: 'a@x.example' } }
  const two = await createTwoSides((book) => book.add('Ada', ada), { conflicts: policy })
  const survivor = two.book.add('Ada Lovelace', { fields: { phone: '2' } })
  await two.tell(survivor)
  await two.settle()
  const { id } = await two.contactOf('1')
  return { two, survivor, id }
}

/** As QuickBooks merges: the one that is merged away is inactive from then on. */
const mergeAway = ({ book }: TwoSides) => book.deactivate('1')

async function edit(two: TwoSides, id: string, change: ContactEdit) {
  const { version } = await two.contact(id)
  return updateContact(two.ports, { ...asker, id, version, edit: change })
}

/** The ways in which an inactive customer is seen before anybody tells of a merge. */
const SEEN_BY: Readonly<Record<string, (two: TwoSides) => Promise<unknown>>> = {
  'a notification': (two) => two.tell('1'),
  'a pull': async (two) => two.finish(await startPull(two.ports, asker)),
}

async function expectMerged(two: TwoSides, id: string, survivor: string) {
  const contact = await two.contactOf(survivor)
  expect(contact).toMatchObject({
    id,
    fields: { displayName: 'Ada Lovelace', phone: '2', email: 'a@x.example' },
    archived: false,
    link: { recordId: survivor, base: { active: true } },
  })
  expect([contact.hold, contact.toPushSince, contact.conflicts]).toEqual([undefined, undefined, undefined])
  expect(two.book.get(survivor)).toMatchObject({ active: true, fields: { phone: '2', email: 'a@x.example' } })
  expect(two.book.get('1').active).toBe(false)
  expect(two.book.ids().toSorted()).toEqual(['1', survivor].toSorted())
  expect(await two.mirror('1')).toMatchObject({ mergedIntoId: survivor })
  expect((await two.mirror('1'))?.contactId).toBeUndefined()
}

describe('a merge that leaves the other customer inactive', () => {
  it('links its contact to the survivor, which keeps its values and gets what it lacks', async () => {
    const { two, survivor, id } = await adaTwice()
    mergeAway(two)
    await two.tellMerged('1', survivor)
    await two.settle()
    await expectMerged(two, id, survivor)
    expect((await two.journal(id)).flatMap(({ changes }) => changes)).not.toContainEqual(
      expect.objectContaining({ field: 'archived' }),
    )
  })

  it('is no merge as long as nobody tells of one: the contact is archived', async () => {
    const { two, id } = await adaTwice()
    mergeAway(two)
    await two.tell('1')
    await two.settle()
    expect(await two.contact(id)).toMatchObject({ archived: true, link: { recordId: '1' } })
  })

  it.each(Object.keys(SEEN_BY))('is put right when it is told of after %s saw it inactive', async (by) => {
    const { two, survivor, id } = await adaTwice()
    mergeAway(two)
    await SEEN_BY[by]?.(two)
    await two.settle()
    expect(await two.contact(id)).toMatchObject({ archived: true })
    await two.clock.sleep(3_600_000)
    await two.tellMerged('1', survivor)
    await two.settle()
    await expectMerged(two, id, survivor)
    expect(await two.journal(id)).toContainEqual(
      expect.objectContaining({
        because: 'its QuickBooks customer was not deactivated, as it seemed, but merged into another one',
        changes: [{ field: 'archived', from: true, to: false }],
      }),
    )
  })

  it('comes to the same end however often and late it is told of', async () => {
    const { two, survivor, id } = await adaTwice()
    mergeAway(two)
    await tellOf(two.ports, { ...eventOf(survivor, 'merge'), mergedFromId: '1' })
    await two.tell('1')
    await two.settle()
    await expectMerged(two, id, survivor)
    const { version } = await two.contact(id)
    for (let times = 0; times < 3; times++) {
      await two.tellMerged('1', survivor)
      await two.tell('1', survivor)
      await two.finish(await startPull(two.ports, asker))
      await two.settle()
    }
    await expectMerged(two, id, survivor)
    expect((await two.contact(id)).version).toBe(version)
  })

  it('counts what was changed in the CRM meanwhile as a change of the survivor', async () => {
    const { two, survivor, id } = await adaTwice()
    mergeAway(two)
    await two.tell('1')
    await two.settle()
    await two.clock.sleep(60_000)
    await edit(two, id, { fields: { phone: '3', fax: '9' } })
    await two.settle()
    expect(two.book.get('1').fields).toMatchObject({ phone: '3', fax: '9' })
    await two.tellMerged('1', survivor)
    await two.settle()
    expect(await two.contactOf(survivor)).toMatchObject({ id, archived: false, fields: { phone: '3', fax: '9' } })
    expect(two.book.get(survivor).fields).toEqual({ phone: '3', fax: '9', email: 'a@x.example' })
  })

  it('asks where the survivor holds another value than what was changed meanwhile, under the policy ask', async () => {
    const { two, survivor, id } = await adaTwice('ask')
    mergeAway(two)
    await two.tell('1')
    await two.settle()
    await edit(two, id, { fields: { phone: '3' } })
    await two.settle()
    await two.tellMerged('1', survivor)
    await two.settle()
    expect(await two.contactOf(survivor)).toMatchObject({
      fields: { phone: '3' },
      conflicts: [{ slot: 'phone', base: '1', crm: '3', quickbooks: '2' }],
    })
  })

  it.each(['before', 'after'] as const)(
    'leaves a contact in the archive that a person put there %s it was sent',
    async (when) => {
      const { two, survivor, id } = await adaTwice()
      await edit(two, id, { archived: true })
      if (when === 'after') await two.settle()
      else mergeAway(two)
      await two.tellMerged('1', survivor)
      await two.settle()
      const contact = await two.contactOf(survivor)
      expect(contact).toMatchObject({ id, archived: true, fields: { displayName: 'Ada Lovelace' } })
      expect(contact.toPushSince).toBeUndefined()
      expect(two.book.get(survivor).active).toBe(true)
      // It rests until either side moves.
      await edit(two, id, { archived: false })
      await two.settle()
      expect((await two.contact(id)).pins).toBeUndefined()
      await edit(two, id, { archived: true })
      await two.settle()
      expect(two.book.get(survivor).active).toBe(false)
    },
  )

  it('did not happen where the customer is active, whatever is said', async () => {
    const { two, survivor, id } = await adaTwice()
    const before = await two.contact(id)
    await two.tellMerged('1', survivor)
    await two.settle()
    expect(await two.contact(id)).toEqual(before)
    expect(await two.mirror('1')).not.toHaveProperty('mergedIntoId')
    // What is deactivated later is deactivated, and nothing else.
    two.book.deactivate('1')
    await two.tell('1')
    await two.settle()
    expect(await two.contact(id)).toMatchObject({ archived: true, link: { recordId: '1' } })
  })

  it('holds the contact, out of the archive, where another one is linked to the survivor', async () => {
    const two = await createTwoSides((book) => {
      book.add('Ada')
      book.add('Bea')
    })
    const { id } = await two.contactOf('1')
    mergeAway(two)
    await two.tell('1')
    await two.settle()
    expect(await two.contact(id)).toMatchObject({ archived: true })
    await two.tellMerged('1', '2')
    await two.settle()
    const held = await two.contact(id)
    expect(held).toMatchObject({ archived: false, hold: { code: 'survivorTaken', survivorId: '2' } })
    await two.tellMerged('1', '2')
    await two.tell('1')
    await two.settle()
    expect((await two.contact(id)).version).toBe(held.version)
    await resolveHold(two.ports, { ...asker, contactId: id, take: 'takeOver' })
    await two.settle()
    expect(await two.contactOf('2')).toMatchObject({ id, archived: false, fields: { displayName: 'Bea' } })
  })

  it('holds nobody any more once the bookkeeper has made the customer active again', async () => {
    const two = await createTwoSides((book) => {
      book.add('Ada')
      book.add('Bea')
    })
    const { id } = await two.contactOf('1')
    mergeAway(two)
    await two.tellMerged('1', '2')
    await two.settle()
    expect((await two.contact(id)).hold).toBeDefined()
    two.book.activate('1')
    await two.tell('1')
    await two.settle()
    const contact = await two.contact(id)
    expect(contact).toMatchObject({ archived: false, link: { recordId: '1' }, fields: { displayName: 'Ada' } })
    expect(contact.hold).toBeUndefined()
    expect(await two.mirror('1')).not.toHaveProperty('mergedIntoId')
  })

  it.each(['gone', 'inactive'] as const)(
    'of a job into a customer at the top leaves both at the top (%s)',
    async (end) => {
      const two = await createTwoSides((book) => {
        book.add('North')
        book.add('Ada', { parent: '1' })
      })
      const survivor = two.book.add('Ada Lovelace')
      const { id } = await two.contactOf('2')
      if (end === 'gone') two.book.merge('2')
      else two.book.deactivate('2')
      await two.tellMerged('2', survivor)
      await two.settle()
      const contact = await two.contactOf(survivor)
      expect(contact).toMatchObject({ id, kind: 'client' })
      expect(contact).not.toHaveProperty('parentId')
      expect(two.book.get(survivor).parent).toBeUndefined()
    },
  )

  it('follows one merge into the next', async () => {
    const { two, survivor, id } = await adaTwice()
    const last = two.book.add('Countess')
    two.book.deactivate('1')
    two.book.deactivate(survivor)
    await two.tellMerged(survivor, last)
    await two.settle()
    await two.tellMerged('1', survivor)
    await two.settle()
    expect(await two.contactOf(last)).toMatchObject({ id, archived: false, fields: { displayName: 'Countess' } })
  })

  it('comes to an end where two are said to have gone into each other', async () => {
    const { two, survivor, id } = await adaTwice()
    two.book.deactivate('1')
    two.book.deactivate(survivor)
    await two.tellMerged('1', survivor)
    await two.tellMerged(survivor, '1')
    await two.tellMerged('1', '1')
    await two.settle()
    expect(await two.contact(id)).toMatchObject({ archived: true, link: { recordId: '1' } })
  })

  it('of many customers at once archives nobody, and asks nobody', async () => {
    const two = await createTwoSides((book) => {
      for (let n = 1; n <= 30; n++) book.add(`Customer ${n}`)
    })
    const survivors = Array.from({ length: 15 }, (_, n) => two.book.add(`Survivor ${n}`))
    for (const [n, survivor] of survivors.entries()) {
      two.book.deactivate(String(n + 1))
      await two.tellMerged(String(n + 1), survivor)
    }
    await two.settle()
    for (const [n, survivor] of survivors.entries()) {
      const contact = await two.contactOf(survivor)
      expect(contact).toMatchObject({ archived: false, fields: { displayName: `Survivor ${n}` } })
      expect(contact.conflicts).toBeUndefined()
    }
  })
})

describe('a customer that was merged into another before it came into the CRM', () => {
  async function mergedInHoldingArea() {
    const two = await createTwoSides((book) => book.add('Bea'))
    const loser = two.book.add('Ada')
    const survivor = two.book.add('Ada Lovelace')
    await two.tell(loser, survivor)
    await two.settle()
    two.book.deactivate(loser)
    await two.tellMerged(loser, survivor)
    await two.settle()
    return { two, loser, survivor }
  }

  async function importOf(two: TwoSides, id: string) {
    const select = { ids: [id] }
    const run = await two.finish(await startImport(two.ports, { ...asker, as: 'account', sameName: 'ask', select }))
    return (await listOutcomes(two.ports, WORKSPACE, run.id, { limit: 10 })).rows
  }

  it('is shown so in the holding area', async () => {
    const { two, loser, survivor } = await mergedInHoldingArea()
    expect(await getHeld(two.ports, WORKSPACE, 'customer', loser)).toMatchObject({ mergedIntoId: survivor })
    const { rows } = await listHeld(two.ports, { workspace: WORKSPACE, filter: 'hidden', limit: 10 })
    expect(rows).toMatchObject([{ id: loser, active: false, mergedIntoId: survivor }])
  })

  it('still shows it after something else of it has changed', async () => {
    const { two, loser, survivor } = await mergedInHoldingArea()
    two.book.edit(loser, { notes: 'Merged last week' })
    await two.tell(loser)
    await two.settle()
    const { rows } = await listHeld(two.ports, { workspace: WORKSPACE, filter: 'hidden', limit: 10 })
    expect(rows).toMatchObject([{ id: loser, mergedIntoId: survivor }])
  })

  it('is not imported: the survivor is what to import', async () => {
    const { two, loser, survivor } = await mergedInHoldingArea()
    expect(await importOf(two, loser)).toMatchObject([
      {
        kind: 'skipped',
        code: 'merged',
        reason: 'In QuickBooks it was merged into “Ada Lovelace”. Import that instead.',
      },
    ])
    await importOf(two, survivor)
    const { id: contactId } = await two.contactOf(survivor)
    expect(await importOf(two, loser)).toMatchObject([
      {
        code: 'merged',
        contactId,
        reason: 'In QuickBooks it was merged into “Ada Lovelace”. That is in the CRM already.',
      },
    ])
  })

  it('is its own customer again when the bookkeeper makes it active, and its contact stays with the survivor', async () => {
    const { two, survivor, id } = await adaTwice()
    mergeAway(two)
    await two.tellMerged('1', survivor)
    await two.settle()
    two.book.activate('1')
    await two.tell('1')
    await two.settle()
    expect(await two.contactOf(survivor)).toMatchObject({ id })
    expect(await two.mirror('1')).not.toHaveProperty('mergedIntoId')
    expect(await importOf(two, '1')).toMatchObject([{ kind: 'imported' }])
    two.book.deactivate('1')
    await two.tell('1')
    await two.settle()
    expect(await two.contactOf('1')).toMatchObject({ archived: true, fields: { displayName: 'Ada' } })
  })
})
