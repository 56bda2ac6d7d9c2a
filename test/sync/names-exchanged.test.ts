import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { JournalEntry } from '#core/records'
import { createPushWorld, idOf, type PushWorld, WORKSPACE } from './push-world.ts'

let world: PushWorld
beforeEach(async () => {
  world = await createPushWorld()
})
afterEach(() => world.close())

const PASSING = /\(changing names/

async function nameInBooks(id: string): Promise<unknown> {
  return world.read(await world.recordId(id)).DisplayName
}
async function rename(id: string, displayName: string): Promise<void> {
  await world.edit(id, world.set({ displayName }))
  // What the world itself has read counts for QuickBooks' limits.
  world.time.advance(1_500)
}
async function journal(id: string): Promise<readonly JournalEntry[]> {
  return (await world.ports.contacts.history(WORKSPACE, id, 100)).rows
}
async function expectAtRest(names: Readonly<Record<string, string>>): Promise<void> {
  for (const [id, name] of Object.entries(names)) {
    expect(await nameInBooks(id)).toBe(name)
    expect(await world.dot(id)).toBe('green')
    expect((await world.contact(id)).passing).toBeUndefined()
  }
  for (const id of Object.keys(names)) {
    const told = (await journal(id)).flatMap(({ side, changes }) => changes.map((change) => ({ side, ...change })))
    for (const { side, passing, from, to } of told) {
      if (passing === true) expect(side).toBe('quickbooks')
      else for (const value of [from, to]) expect(String(value)).not.toMatch(PASSING)
    }
  }
}

describe('contacts that exchange their names', () => {
  it.each([2, 3, 4, 9])('in a ring of %i have them at once, and nobody is asked or refused', async (length) => {
    const ids: string[] = []
    for (let at = 0; at < length; at++) ids.push(await world.addLinked({ DisplayName: `Name ${at}` }))
    for (const [at, id] of ids.entries()) await rename(id, `Name ${(at + 1) % length}`)
    await world.drain()
    await expectAtRest(Object.fromEntries(ids.map((id, at) => [id, `Name ${(at + 1) % length}`])))
    const all = (await Promise.all(ids.map(journal))).flat()
    expect(all.filter(({ changes }) => changes.some(({ passing }) => passing === true))).toHaveLength(1)
  })

  it('are jobs under one parent as well, and jobs that change their places', async () => {
    const [p, q] = [await world.addLinked({ DisplayName: 'P' }), await world.addLinked({ DisplayName: 'Q' })]
    const job = async (DisplayName: string, parentId: string) =>
      world.addLinked({ DisplayName, Job: true, ParentRef: { value: await world.recordId(parentId) } }, { parentId })
    const [a, b, c] = [await job('A', p), await job('B', p), await job('A', q)]
    await rename(a, 'B')
    await rename(b, 'A')
    await world.drain()
    await expectAtRest({ [a]: 'B', [b]: 'A' })
    await world.edit(b, (before) => ({ ...before, parentId: q }))
    await world.edit(c, (before) => ({ ...before, parentId: p }))
    await world.drain()
    await expectAtRest({ [b]: 'A', [c]: 'A' })
    expect(world.read(await world.recordId(b)).FullyQualifiedName).toBe('Q:A')
    expect(world.read(await world.recordId(c)).FullyQualifiedName).toBe('P:A')
  })

  it('are told by name whom they wait for, where one of them may not be sent', async () => {
    const [a, b] = [await world.addLinked({ DisplayName: 'A' }), await world.addLinked({ DisplayName: 'B' })]
    await rename(a, 'B')
    await world.edit(b, (before) => ({
      ...world.set({ displayName: 'A' })(before),
      hold: { code: 'recordGone', reason: 'Look at it first.', at: '2026-11-23T10:00:00.000Z' },
    }))
    await world.drain()
    const { refusal } = await world.contact(a)
    expect(refusal).toMatchObject({ code: 'nameAwaited', waitsFor: [`customer/${await world.recordId(b)}`] })
    expect(refusal?.reason).toBe(
      '“A” still has the name “B” in QuickBooks, and is to give it up. It is not sent yet: Look at it first.',
    )
    expect([await nameInBooks(a), await nameInBooks(b)]).toEqual(['A', 'B'])
  })
})

describe('a name that a contact takes from one that moves on', () => {
  it('is taken at once, whoever comes first, however long the row is', async () => {
    const ids: string[] = []
    for (let at = 0; at < 12; at++) ids.push(await world.addLinked({ DisplayName: `Job ${at}` }))
    for (const [at, id] of ids.entries()) await rename(id, `Job ${at + 1}`)
    await world.drain()
    await expectAtRest(Object.fromEntries(ids.map((id, at) => [id, `Job ${at + 1}`])))
  })

  it('is taken at once when that one moves on later, and when it becomes inactive', async () => {
    const [a, b] = [await world.addLinked({ DisplayName: 'A' }), await world.addLinked({ DisplayName: 'B' })]
    await rename(a, 'B')
    await world.drain()
    expect((await world.contact(a)).refusal?.code).toBe('6240')
    await rename(b, 'C')
    await world.drain()
    await expectAtRest({ [a]: 'B', [b]: 'C' })
    const d = await world.add({ displayName: 'C' })
    await world.drain()
    expect(await world.dot(d)).toBe('red')
    await world.edit(b, (before) => ({ ...before, archived: true }))
    await world.drain()
    await expectAtRest({ [d]: 'C' })
  })

  it('wakes all who wait for it, and one has it', async () => {
    const b = await world.addLinked({ DisplayName: 'B' })
    const waiting: string[] = []
    for (let at = 0; at < 130; at++) waiting.push(await world.add({ displayName: 'B' }))
    await world.drain()
    await rename(b, 'C')
    await world.drain()
    const dots = await Promise.all(waiting.map(world.dot))
    expect(dots.filter((dot) => dot === 'green')).toHaveLength(1)
    expect(dots.filter((dot) => dot === 'red')).toHaveLength(129)
  }, 60_000)
})

describe('a name that nobody here can see', () => {
  it('is said to be unknown, and asked for again by a write alone when an employee changes', async () => {
    const employee = idOf(world.books.create('Employee', { GivenName: 'Ada', FamilyName: 'King' }))
    const id = await world.add({ displayName: 'Ada King' })
    await world.drain()
    const { refusal } = await world.contact(id)
    expect(refusal).toMatchObject({ code: '6240', waitsFor: ['unseen'] })
    expect(refusal?.reason).toMatch(/customer, vendor or employee in QuickBooks that we cannot see/)
    const before = world.calls()
    const { drainMarked } = await import('#sync/marked')
    const employeeChanged = async () => {
      await world.ports.markers.markToRead(WORKSPACE, [{ entity: 'employee', id: employee }], world.time.now())
      await drainMarked(world.ports, WORKSPACE)
      await world.drain()
    }
    await employeeChanged()
    expect(await world.dot(id)).toBe('red')
    world.books.edit('Employee', employee, { DisplayName: 'A. King' })
    await employeeChanged()
    expect(await world.dot(id)).toBe('green')
    const { query, read } = world.calls()
    expect({ query, read }).toEqual({ query: before.query, read: before.read })
  })

  it('may be a vendor’s of a list that takes no part, which is not asked about before it is refused', async () => {
    await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, entities: ['customer'] }, 0)
    const vendor = idOf(world.books.create('Vendor', { DisplayName: 'Ada' }))
    const id = await world.add({ displayName: 'Ada' })
    await world.drain()
    expect((await world.contact(id)).refusal).toMatchObject({
      reason: 'Another vendor in QuickBooks has the name “Ada” already.',
      waitsFor: [`vendor/${vendor}`],
    })
    world.books.edit('Vendor', vendor, { DisplayName: 'Ada & Co' })
    await world.ports.markers.markToRead(WORKSPACE, [{ entity: 'vendor', id: vendor }], world.time.now())
    const { drainMarked } = await import('#sync/marked')
    await drainMarked(world.ports, WORKSPACE)
    await world.drain()
    expect(await world.dot(id)).toBe('green')
  })
})
