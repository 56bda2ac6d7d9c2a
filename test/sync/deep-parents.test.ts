import { describe, expect, it } from 'vitest'
import { dotOf } from '#core/dots'
import type { Contact, MirrorRow, Outcome } from '#core/records'
import { pullChanges } from '#sync/changes'
import { listHeld } from '#sync/holding-area'
import { startImport } from '#sync/import'
import type { Ports } from '#sync/ports'
import { startPreview } from '#sync/preview'
import { startPull } from '#sync/pull'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { countedPorts } from './watched-ports.ts'
import { createWorld, PERSON, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const MANY = 1_000
const MINUTE_MS = 60_000

async function pulled(build: (book: World['book'], company: World['company']) => void) {
  const world = await createWorld()
  build(world.book, world.company)
  const counted = countedPorts(world.ports)
  const run = await world.finish(await startPull(counted.ports, asker), counted.ports)
  expect(run).toMatchObject({ status: 'done', counts: { stored: world.book.ids().length } })
  return { ...world, counted }
}
type Pulled = Awaited<ReturnType<typeof pulled>>

async function rowsOf({ ports }: World): Promise<readonly MirrorRow[]> {
  return (await listHeld(ports, { workspace: WORKSPACE, filter: 'all', limit: 10_000 })).rows
}

async function importAll({ finish, counted, ports }: Pulled): Promise<ReadonlyMap<string, Outcome>> {
  const request = { ...asker, as: 'account', select: { filter: 'all' }, sameName: 'ask' } as const
  const run = await finish(await startImport(counted.ports, request), counted.ports)
  expect(run.status).toBe('done')
  const { rows } = await ports.runs.outcomes(WORKSPACE, run.id, 10_000)
  return new Map(rows.map((outcome) => [outcome.recordId, outcome]))
}

async function contactsOf({ ports }: World): Promise<readonly Contact[]> {
  const ids: string[] = []
  for await (const rows of ports.contacts.scan(WORKSPACE)) ids.push(...rows.map(({ id }) => id))
  return ports.contacts.getMany(WORKSPACE, ids)
}

/** How many levels the deepest tree has. Throws when somebody lies below themselves. */
async function levelsIn(world: World): Promise<number> {
  const contacts = new Map((await contactsOf(world)).map((contact) => [contact.id, contact]))
  const levelOf = ({ id, parentId }: Contact, below: readonly string[]): number => {
    if (below.includes(id)) throw new Error('A contact lies below itself.')
    const parent = parentId === undefined ? undefined : contacts.get(parentId)
    return parent === undefined ? 1 : 1 + levelOf(parent, [...below, id])
  }
  return Math.max(0, ...[...contacts.values()].map((contact) => levelOf(contact, [])))
}

function chain(book: World['book'], length: number, top?: string): readonly string[] {
  const ids: string[] = []
  for (let level = 1; level <= length; level++) {
    const parent = ids.at(-1) ?? top
    ids.push(book.add(`Level ${level}`, parent === undefined ? {} : { parent }))
  }
  return ids
}

/** Whoever was there first lies deepest. */
function chainFromBelow(book: World['book'], length: number): readonly string[] {
  const ids = Array.from({ length }, (_, index) => book.add(`Level ${length - index}`))
  for (const [index, id] of ids.slice(0, -1).entries()) book.move(id, ids[index + 1] ?? '')
  return ids
}

function ring(book: World['book'], length: number): readonly string[] {
  const ids = chain(book, length)
  book.move(ids[0] ?? '', ids.at(-1) ?? '')
  return ids
}

/** Everything that looks at a company, once more: nothing is left to do, and each comes to its end. */
async function expectAtRest(world: Pulled): Promise<void> {
  const { ports } = world.counted
  for (const id of world.book.ids()) world.book.touch(id)
  await world.clock.sleep(MINUTE_MS)
  expect(await pullChanges(ports, WORKSPACE)).toBe('done')
  const again = await world.finish(await startPull(ports, asker), ports)
  expect(again).toMatchObject({ status: 'done', counts: { stored: 0 } })
  const preview = await world.finish(await startPreview(ports, asker), ports)
  expect(preview.status).toBe('done')
  expect((await world.ports.runs.outcomes(WORKSPACE, preview.id, 10)).rows).toEqual([])
  expect(world.company.calls.filter(({ method }) => method === 'create' || method === 'update')).toEqual([])
}

/** A preview, and two moves, each with its neighbours and those that wait for it, for each customer. */
const MOST_CALLS_A_MOVE = 50

/** Pull, review, import, changes, another pull and a preview together, for each row. */
const MOST_CALLS_A_ROW = 20

const TOO_DEEP = { kind: 'failed', code: 'tooDeep', reason: expect.stringContaining('more than five levels deep') }
const ROUND = { kind: 'failed', code: 'parentCircle', reason: expect.stringContaining('lies below itself') }

describe('parents in QuickBooks that make a chain of a thousand', () => {
  it.each<[string, (book: World['book']) => readonly string[], boolean]>([
    ['from above', (book) => chain(book, MANY), false],
    ['from below', (book) => chainFromBelow(book, MANY).toReversed(), false],
    ['from above without their levels', (book) => chain(book, MANY), true],
    ['from below without their levels', (book) => chainFromBelow(book, MANY).toReversed(), true],
  ])('listed %s are all held, and imported as deep as QuickBooks allows', async (_how, build, isFlat) => {
    let ids: readonly string[] = []
    const world = await pulled((book, company) => {
      ids = build(book)
      if (isFlat) company.hideLevels()
    })
    const parents = new Map((await rowsOf(world)).map(({ id, parentRecordId }) => [id, parentRecordId]))
    expect(ids.map((id) => parents.get(id))).toEqual([undefined, ...ids.slice(0, -1)])

    const outcomes = await importAll(world)
    expect(outcomes.size).toBe(MANY)
    for (const id of ids.slice(0, 5)) expect(outcomes.get(id)).toMatchObject({ kind: 'imported' })
    for (const id of ids.slice(5)) expect(outcomes.get(id)).toMatchObject(TOO_DEEP)
    expect(await levelsIn(world)).toBe(5)
    await expectAtRest(world)
    expect(world.counted.calls()).toBeLessThan(MOST_CALLS_A_ROW * MANY)
  })

  it('that ends at a parent whom nobody knows are failed from the top, with the reason', async () => {
    const world = await pulled((book) => chain(book, 4, '999999'))
    const outcomes = await importAll(world)
    expect(outcomes.get('1')).toMatchObject({
      kind: 'failed',
      code: 'parentUnknown',
      reason: expect.stringContaining('not in the holding area'),
    })
    expect(outcomes.get('2')).toMatchObject({ code: 'parentNotImported', reason: expect.stringContaining('“Level 1”') })
    expect(outcomes.size).toBe(4)
    expect(await contactsOf(world)).toEqual([])
    await expectAtRest(world)
  })
})

describe('parents in QuickBooks that go round', () => {
  it.each([1, 2, 3, 5])('in a circle of %i are told of every one of them, and harm nobody else', async (length) => {
    const world = await pulled((book) => {
      ring(book, length)
      book.add('Below it', { parent: '1' })
      chain(book, 2)
    })
    const outcomes = await importAll(world)
    for (const id of world.book.ids().slice(0, length)) expect(outcomes.get(id)).toMatchObject(ROUND)
    expect(outcomes.get(String(length + 1))).toMatchObject(TOO_DEEP)
    expect([...outcomes.values()].filter(({ kind }) => kind === 'imported')).toHaveLength(2)
    expect(await levelsIn(world)).toBe(2)
    await expectAtRest(world)
  })

  it.each([false, true])('in a ring of a thousand end, too (levels hidden: %s)', async (isFlat) => {
    const world = await pulled((book, company) => {
      ring(book, MANY)
      if (isFlat) company.hideLevels()
    })
    const outcomes = await importAll(world)
    expect(outcomes.size).toBe(MANY)
    for (const outcome of outcomes.values()) expect(outcome).toMatchObject(TOO_DEEP)
    expect(await contactsOf(world)).toEqual([])
    await expectAtRest(world)
    expect(world.counted.calls()).toBeLessThan(MOST_CALLS_A_ROW * MANY)
  })
})

type Learn = (world: TwoSides, ports: Ports) => Promise<unknown>
const byChanges: Learn = async (_world, ports) => expect(await pullChanges(ports, WORKSPACE)).toBe('done')
const byPull: Learn = async (world, ports) =>
  expect(await world.finish(await startPull(ports, asker), ports)).toMatchObject({ status: 'done' })
const byNotifications: Learn = (world) => world.tell(...world.book.ids())

/** Whom QuickBooks puts the customer at this place under; undefined leaves it where it is. */
type ParentOf = (ids: readonly string[], at: number) => string | undefined
const before: ParentOf = (ids, at) => ids.at(at - 1)

describe('customers that are linked, and that QuickBooks moves', () => {
  it.each<[string, string, ParentOf, Learn]>([
    ['under themselves', 'changes', (ids, at) => ids[at], byChanges],
    ['under each other', 'changes', (ids, at) => ids[at % 2 === 0 ? at + 1 : at - 1], byChanges],
    ['into a chain', 'changes', (ids, at) => ids[at - 1], byChanges],
    ['into a chain from below', 'changes', (ids, at) => ids[at + 1], byChanges],
    ['into a ring', 'changes', before, byChanges],
    ['into a ring', 'a pull', before, byPull],
    ['into a ring', 'notifications', before, byNotifications],
    ['under a parent whom nobody knows', 'changes', () => '999999', byChanges],
  ])(
    '%s (told by %s), come as far as they can, wait with a question, and come back',
    async (_to, _by, parentOf, learn) => {
      const two = await createTwoSides((book) => book.addOld(MANY))
      const ids = two.book.ids()
      for (const [at, id] of ids.entries()) {
        const parent = parentOf(ids, at)
        if (parent !== undefined) two.book.move(id, parent)
      }
      await two.clock.sleep(MINUTE_MS)
      const { ports, calls } = countedPorts(two.ports)
      const preview = await two.finish(await startPreview(ports, asker), ports)
      expect(preview.status).toBe('done')
      await learn(two, ports)
      await two.settle(ports)
      expect(await levelsIn(two)).toBeLessThanOrEqual(5)
      for (const contact of await contactsOf(two)) {
        const { parentId, kind, conflicts = [] } = contact
        expect(kind).toBe(parentId === undefined ? 'client' : 'job')
        expect(conflicts.filter(({ slot }) => slot !== 'parent')).toEqual([])
        expect(dotOf(contact)).toBe(conflicts.length === 0 ? 'green' : 'conflict')
      }

      for (const id of ids) two.book.moveToTop(id)
      await two.clock.sleep(MINUTE_MS)
      await learn(two, ports)
      await two.settle(ports)
      expect(await levelsIn(two)).toBe(1)
      expect((await two.ports.conflicts.list(WORKSPACE, 10)).rows).toEqual([])
      expect(two.company.calls.filter(({ method }) => method === 'create' || method === 'update')).toEqual([])
      expect(calls()).toBeLessThan(MOST_CALLS_A_MOVE * MANY)
    },
  )
})
