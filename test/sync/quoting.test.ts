import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContactEdit } from '#core/contact-edit'
import { dotOf } from '#core/dots'
import { ADDRESS_FIELDS, type Fields, TEXT_FIELDS } from '#core/records'
import { trimmed } from '#core/spelling'
import { openCompany } from '#sync/company'
import { createContact, updateContact } from '#sync/edit-contact'
import { listHeld } from '#sync/holding-area'
import { startImport } from '#sync/import'
import { startPull } from '#sync/pull'
import { reconcile } from '#sync/reconcile'
import { AWKWARD, asTyped, awkwardFields, numbered, propertiesOf } from './awkward.ts'
import { createPushWorld, DAY_MS, idOf, MINUTE_MS, PERSON, type PushWorld, WORKSPACE } from './push-world.ts'
import { createTwoSides } from './two-sides.ts'
import { finishRun } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
/** QuickBooks forgets every request id, so that a lost create can only be found again by what it made. */
const FORGETFUL = { 'requestid-retention': 'never' } as const

let world: PushWorld
let made = 0
beforeAll(async () => {
  world = await createPushWorld(FORGETFUL)
})
afterAll(() => world.close())

const type = (fields: Fields) => createContact(world.ports, { ...asker, kind: 'client', isCustomer: true, fields })
const writes = () => {
  const { create, update } = world.calls()
  return create + update
}

/** A minute later, when the company's limits are all there again: the clock moves only by hand. */
async function drain(): Promise<void> {
  world.time.advance(MINUTE_MS)
  await world.drain()
}

/** All that a person typed, and the name to print on checks, which QuickBooks fills in where there is none. */
async function expectBothSidesHold(id: string, fields: Fields): Promise<void> {
  const contact = await world.contact(id)
  expect(contact.fields).toEqual({ printName: contact.fields.printName, ...fields })
  expect(await world.dot(id)).toBe('green')
  expect(world.read(await world.recordId(id))).toMatchObject(propertiesOf(fields))
}

/** A pull of the record brings nothing new, and nothing is sent because of it. */
async function expectAtRest(id: string): Promise<void> {
  const before = await world.contact(id)
  const sent = writes()
  await world.pullIn('customer', [await world.recordId(id)])
  const done = await reconcile(world.ports, WORKSPACE, id, { actor: 'pull' })
  expect([done?.changed, done?.plan.actions]).toEqual([false, []])
  await world.edit(id, (contact) => contact)
  await drain()
  expect(writes()).toBe(sent)
  const { fields, conflicts, toPushSince } = await world.contact(id)
  expect({ fields, conflicts, toPushSince }).toEqual({ fields: before.fields })
}

async function idsByName(name: string): Promise<readonly string[]> {
  const company = await openCompany(world.ports, WORKSPACE)
  return (await company.byName('customer', name)).records.map(({ id }) => id)
}

describe('what a person types into any field', () => {
  it('is stored and sent exactly so, found again by its name, and comes back as nothing new', async () => {
    await fc.assert(
      fc.asyncProperty(awkwardFields, async (some) => {
        const typed = numbered(some, made++)
        const fields = asTyped(typed)
        const name = fields.displayName ?? ''
        const { id } = await type(typed)
        expect((await world.contact(id)).fields).toEqual(fields)
        await drain()
        await expectBothSidesHold(id, fields)
        const recordId = await world.recordId(id)
        expect(await idsByName(name)).toEqual([recordId])
        expect(await world.ports.mirrors.idsByFullName(WORKSPACE, 'customer', name)).toEqual([recordId])
        const rows = await world.ports.contacts.namedAlike(WORKSPACE, fields.companyName ?? name)
        expect(rows.map((row) => row.id)).toContain(id)
        await expectAtRest(id)
      }),
      { numRuns: 60 },
    )
  })

  it('replaces what was there, and is replaced by what a bookkeeper types, on both sides', async () => {
    await fc.assert(
      fc.asyncProperty(awkwardFields, awkwardFields, awkwardFields, async (first, second, third) => {
        const number = made++
        const { id } = await type(numbered(first, number))
        await drain()
        const typed = numbered(second, number)
        const { version } = await world.contact(id)
        await updateContact(world.ports, { ...asker, id, version, edit: { fields: typed } })
        await drain()
        const recordId = await world.recordId(id)
        expect(await world.dot(id)).toBe('green')

        const there = numbered(third, number)
        idOf(world.books.edit('Customer', recordId, propertiesOf(there)))
        await world.pullIn('customer', [recordId])
        await reconcile(world.ports, WORKSPACE, id, { actor: 'pull' })
        const { fields } = await world.contact(id)
        for (const slot of [...TEXT_FIELDS, ...ADDRESS_FIELDS]) {
          // What was left out of the edit in QuickBooks stays.
          if (there[slot] !== undefined) expect(fields[slot]).toEqual(there[slot])
        }
        await expectAtRest(id)
      }),
      { numRuns: 30 },
    )
  })
})

describe('a QuickBooks that trims what it is sent', () => {
  afterAll(() => world.setTamper((content) => content))

  it('keeps nobody busy: the two spellings mean the same, and rest', async () => {
    world.setTamper((content) => ({ ...content, fields: asTyped(content.fields) }))
    await fc.assert(
      fc.asyncProperty(awkwardFields, async (some) => {
        const name = `№${made++} ${some.displayName?.slice(0, 400).toWellFormed()}`
        const { id } = await type({ ...some, displayName: ` ${name}\u00a0` })
        await drain()
        expect(await world.dot(id)).toBe('green')
        expect(world.read(await world.recordId(id)).DisplayName).toBe(trimmed(name))
        await expectAtRest(id)
      }),
      { numRuns: 30 },
    )
  })
})

describe('a name', () => {
  it.each(AWKWARD.filter((piece) => piece.trim() !== ''))(
    'makes no second customer when the answer to its create is lost: %j',
    async (piece) => {
      const { displayName = '' } = asTyped(numbered({ displayName: piece }, made++))
      const before = world.count()
      world.strike({ kind: 'response-lost' })
      const { id } = await type({ displayName })
      await drain()
      await world.drainLater(2)
      expect(world.count()).toBe(before + 1)
      await expectBothSidesHold(id, { displayName })
      await expectAtRest(id)
    },
  )

  it.each(AWKWARD.filter((piece) => piece.trim() !== ''))(
    'that another customer has is known to be taken before it is sent, with another one to take: %j',
    async (piece) => {
      const { displayName = '' } = asTyped(numbered({ displayName: piece }, made++))
      await type({ displayName })
      await drain()
      const sent = writes()
      const { id } = await type({ displayName })
      await drain()
      expect(writes()).toBe(sent)
      expect((await world.contact(id)).refusal).toMatchObject({
        code: '6240',
        reason: `Another customer in QuickBooks has the name “${displayName}” already.`,
        advice: expect.stringContaining(`“${displayName} (2)”`),
      })
      const { version } = await world.contact(id)
      const fields = { displayName: `${displayName} (2)` }
      await updateContact(world.ports, { ...asker, id, version, edit: { fields } })
      await drain()
      await expectBothSidesHold(id, fields)
    },
  )

  it.each(AWKWARD.filter((piece) => piece.trim() !== ''))(
    'that only QuickBooks knows to be taken is looked up there, and its holder named: %j',
    async (piece) => {
      const { displayName = '' } = asTyped(numbered({ displayName: piece }, made++))
      const holder = idOf(world.books.create('Vendor', { DisplayName: displayName }))
      const { id } = await type({ displayName })
      await drain()
      expect((await world.contact(id)).refusal).toMatchObject({
        code: '6240',
        reason: `Another vendor in QuickBooks has the name “${displayName}” already.`,
      })
      expect(await world.ports.mirrors.idsByFullName(WORKSPACE, 'vendor', displayName)).toEqual([holder])
    },
  )
})

describe('what a bookkeeper types into any field', () => {
  it('comes in by a pull and an import exactly so, is found by its name, and is sent nowhere', async () => {
    const many = fc.array(awkwardFields, { minLength: 5, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(many, async (all) => {
        const here = await createPushWorld()
        try {
          await expectComesIn(here, all.map(numbered))
        } finally {
          await here.close()
        }
      }),
      { numRuns: 6 },
    )
  })
})

async function expectComesIn(here: PushWorld, typed: readonly Fields[]): Promise<void> {
  const { ports } = here
  const held = new Map(
    typed.map((fields) => [idOf(here.books.create('Customer', propertiesOf(fields))), fields] as const),
  )
  const pulled = await finishRun(ports, ports.hints.pulls, (await startPull(ports, asker)).id)
  expect(pulled).toMatchObject({ status: 'done', counts: { stored: typed.length } })
  const all = { ...asker, as: 'account', select: { filter: 'all' }, sameName: 'ask' } as const
  const imported = await finishRun(ports, ports.hints.pulls, (await startImport(ports, all)).id)
  expect(imported).toMatchObject({ status: 'done', counts: { imported: typed.length, failed: 0 } })
  for (const [recordId, fields] of held) {
    const mirror = await ports.mirrors.get(WORKSPACE, 'customer', recordId)
    expect(mirror?.snapshot.fields).toMatchObject(fields)
    const contact = await here.contact(mirror?.contactId ?? '')
    expect(contact.fields).toEqual(mirror?.snapshot.fields)
    const search = `№${(fields.displayName ?? '').split('№')[1]}`
    const found = await listHeld(ports, { workspace: WORKSPACE, filter: 'all', search, limit: 100 })
    expect(found.rows.map(({ id }) => id)).toContain(recordId)
    const rows = await ports.contacts.namedAlike(WORKSPACE, fields.companyName ?? fields.displayName ?? '')
    expect(rows.map(({ id }) => id)).toContain(contact.id)
  }
  const again = await finishRun(ports, ports.hints.pulls, (await startPull(ports, asker)).id)
  expect(again).toMatchObject({ status: 'done', counts: { stored: 0, unchanged: typed.length } })
  expect(await ports.markers.toPush(WORKSPACE, here.time.now() + DAY_MS, 100)).toEqual([])
  expect((await ports.conflicts.list(WORKSPACE, 10)).rows).toEqual([])
  await here.pass(2 * MINUTE_MS)
  expect([here.calls().create, here.calls().update]).toEqual([0, 0])
}

describe('a name that QuickBooks holds, though it would take it from nobody', () => {
  // It was complained of whenever its customer moved or came back from the archive, though it was not sent.
  it.each(['Smith: Jo', 'tab\there', 'line\nbreak\r\n', 'bell\u0007', '\u0000'])(
    'comes in unharmed, and keeps nobody from changing the rest: %j',
    async (name) => {
      const two = await createTwoSides((book) => {
        book.add(name, { fields: { companyName: name, notes: name, billAddress: { line1: name } } })
        book.add('Parent')
      })
      const { id } = await two.contactOf('1')
      const change = async (edit: ContactEdit) => {
        const { version } = await two.contact(id)
        await updateContact(two.ports, { ...asker, id, version, edit })
        await two.settle()
      }
      const fields = { displayName: name, companyName: name, notes: name, billAddress: { line1: name } }
      expect((await two.contact(id)).fields).toEqual(fields)
      await change({ fields: { phone: '1' } })
      await change({ parentId: (await two.contactOf('2')).id })
      await change({ archived: true })
      expect(two.book.get('1').active).toBe(false)
      await change({ archived: false })
      expect(two.book.get('1')).toMatchObject({ name, active: true, parent: '2', fields: { phone: '1' } })
      const contact = await two.contact(id)
      expect(contact.fields).toEqual({ ...fields, phone: '1' })
      expect(dotOf(contact)).toBe('green')
      await two.tell('1')
      await two.settle()
      expect((await two.contact(id)).version).toBe(contact.version)
    },
  )
})
