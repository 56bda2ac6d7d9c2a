import { describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import type { ConflictPolicy } from '#core/policies'
import { listConflicts, resolveAll, resolveConflict } from '#sync/conflicts'
import { updateContact } from '#sync/edit-contact'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const problemIn = (work: Promise<unknown>) => work.then(() => undefined, problemOf)
const seen = { crm: 'crm', quickbooks: 'qb' }

/** As many customers whose phone number both sides changed, the CRM last. */
async function inConflict(count = 1) {
  const two = await createTwoSides(
    (book) => {
      for (let n = 1; n <= count; n++) book.add(`Customer ${n}`, { fields: { phone: '1' } })
    },
    { conflicts: 'ask' },
  )
  for (const id of two.book.ids()) two.book.edit(id, { phone: 'qb' })
  await two.clock.sleep(60_000)
  for (const recordId of two.book.ids()) {
    const { id, version } = await two.contactOf(recordId)
    await updateContact(two.ports, { ...asker, id, version, edit: { fields: { phone: 'crm' } } })
  }
  await two.tell(...two.book.ids())
  await two.settle()
  return two
}

const phones = async (two: TwoSides, id = '1') => [
  (await two.contactOf(id)).fields.phone,
  two.book.get(id).fields?.phone,
]

describe('an open conflict', () => {
  it('is listed with the base and both values', async () => {
    const two = await inConflict(3)
    const { rows, next } = await listConflicts(two.ports, { workspace: WORKSPACE, limit: 2 })
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ slot: 'phone', base: '1', ...seen, openedAt: expect.any(String) })
    const rest = await listConflicts(two.ports, { workspace: WORKSPACE, limit: 2, ...(next && { after: next }) })
    expect(new Set([...rows, ...rest.rows].map(({ contactName }) => contactName)).size).toBe(3)
  })

  it.each([
    ['crm', 'crm'],
    ['quickbooks', 'qb'],
    [{ value: '555' }, '555'],
  ] as const)('is decided by a person: %j ends on both sides, and nothing is lost', async (take, phone) => {
    const two = await inConflict()
    const { id } = await two.contactOf('1')
    const after = await resolveConflict(two.ports, { ...asker, contactId: id, slot: 'phone', take, seen })
    expect(after.conflicts).toBeUndefined()
    await two.settle()
    expect(await phones(two)).toEqual([phone, phone])
    const superseded = (await two.journal(id)).flatMap(({ actor, because, changes }) =>
      changes.flatMap((change) => (change.superseded === true ? [{ actor, because, from: change.from }] : [])),
    )
    const because = 'a person decided the conflict'
    const losers = ['crm', 'qb'].filter((value) => value !== phone)
    expect(superseded).toEqual(losers.map((from) => ({ actor: PERSON, because, from })))
    expect((await listConflicts(two.ports, { workspace: WORKSPACE, limit: 10 })).rows).toEqual([])
  })

  it('stays as it is when a decision was made on values that have moved since', async () => {
    const two = await inConflict()
    const { id } = await two.contactOf('1')
    const stale = { ...asker, contactId: id, slot: 'phone', take: 'crm', seen: { ...seen, quickbooks: 'old' } } as const
    expect(await problemIn(resolveConflict(two.ports, stale))).toMatchObject({ kind: 'versionMoved', what: 'conflict' })
    expect(await phones(two)).toEqual(['crm', 'qb'])
    expect((await two.contactOf('1')).conflicts).toHaveLength(1)
  })

  it('stays open when QuickBooks moved in this very moment, as another question', async () => {
    const two = await inConflict()
    const { id } = await two.contactOf('1')
    const mirror = await two.mirror('1')
    if (mirror === undefined) throw new Error('It is not held.')
    two.book.edit('1', { phone: 'qb 2' })
    const record = two.company.record('1')
    await two.ports.mirrors.put(WORKSPACE, [{ ...mirror, ...record, contentHash: 'other' }])
    const decision = { ...asker, contactId: id, slot: 'phone', take: 'crm', seen } as const
    expect(await problemIn(resolveConflict(two.ports, decision))).toMatchObject({ kind: 'versionMoved' })
    expect((await two.contactOf('1')).conflicts).toMatchObject([{ crm: 'crm', quickbooks: 'qb 2' }])
  })

  it('takes no value that QuickBooks would refuse, and none that is of another kind', async () => {
    const two = await inConflict()
    const { id: contactId } = await two.contactOf('1')
    const decision = { ...asker, contactId, slot: 'phone', seen } as const
    for (const value of ['1'.repeat(31), { line1: 'x' }, true]) {
      expect(await problemIn(resolveConflict(two.ports, { ...decision, take: { value } }))).toMatchObject({
        kind: 'invalidInput',
        fields: [{ path: 'take.value' }],
      })
    }
    expect(await problemIn(resolveConflict(two.ports, { ...decision, slot: 'fax', take: 'crm' }))).toMatchObject({
      kind: 'notFound',
      what: 'conflict',
    })
  })
})

describe('all conflicts', () => {
  it.each<[Exclude<ConflictPolicy, 'ask'>, string]>([
    ['crm', 'crm'],
    ['quickbooks', 'qb'],
    ['newest', 'crm'],
  ])('are decided alike: %s', async (policy, phone) => {
    const two = await inConflict(120)
    expect(await resolveAll(two.ports, { ...asker, policy })).toEqual({ resolved: 120, left: 0, isDone: true })
    await two.settle()
    for (const id of ['1', '60', '120']) expect(await phones(two, id)).toEqual([phone, phone])
    expect((await listConflicts(two.ports, { workspace: WORKSPACE, limit: 10 })).rows).toEqual([])
  })

  it('of one slot leave those of others open', async () => {
    const two = await inConflict(2)
    const answer = await resolveAll(two.ports, { ...asker, policy: 'crm', slot: 'fax' })
    expect(answer).toEqual({ resolved: 0, left: 0, isDone: true })
    expect((await listConflicts(two.ports, { workspace: WORKSPACE, limit: 10 })).rows).toHaveLength(2)
  })

  it('that the guard against mass changes opened archive once a person has said so', async () => {
    const two = await createTwoSides((book) => book.addOld(60))
    for (const id of two.book.ids().slice(0, 20)) two.book.deactivate(id)
    await two.tell(...two.book.ids())
    await two.settle()
    expect((await two.contactOf('1')).archived).toBe(false)
    const [first] = (await listConflicts(two.ports, { workspace: WORKSPACE, limit: 10 })).rows
    const back = { crm: true, quickbooks: false }
    if (first === undefined) throw new Error('There is no conflict.')
    const { contactId } = first
    await resolveConflict(two.ports, { ...asker, contactId, slot: 'active', take: 'crm', seen: back })
    expect(await resolveAll(two.ports, { ...asker, policy: 'newest' })).toMatchObject({ resolved: 19, left: 0 })
    await two.settle()
    let archived = 0
    for (const id of two.book.ids()) {
      const contact = await two.contactOf(id)
      expect(two.book.get(id).active).toBe(!contact.archived)
      if (contact.archived) archived += 1
    }
    expect(archived).toBe(19)
  })
})
