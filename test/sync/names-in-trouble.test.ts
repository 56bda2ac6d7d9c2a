import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '#core/policies'
import { drainMarked } from '#sync/marked'
import { unlinkContact } from '#sync/unlink'
import { dyingPorts } from './dying-ports.ts'
import { createPushWorld, idOf, PERSON, type PushWorld, WORKSPACE } from './push-world.ts'

const PASSING = /\(changing names/
const PASSES = 'its name in between'
let open: PushWorld | undefined
afterEach(async () => {
  await open?.close()
  open = undefined
})

/** Customers with these names, each linked to its contact. */
async function worldOf(names: readonly string[]) {
  const world = await createPushWorld()
  open = world
  const ids: string[] = []
  for (const DisplayName of names) ids.push(await world.addLinked({ DisplayName }))
  return { world, ids }
}

async function rename(world: PushWorld, id: string, displayName: string): Promise<void> {
  await world.edit(id, world.set({ displayName }))
  // What the world itself has read counts for QuickBooks' limits.
  world.time.advance(1_500)
}
async function exchange(world: PushWorld, ids: readonly string[]): Promise<void> {
  const names = await Promise.all(ids.map(async (id) => (await world.contact(id)).fields.displayName ?? ''))
  for (const [at, id] of ids.entries()) await rename(world, id, names[(at + 1) % ids.length] ?? '')
}
const inBooks = (world: PushWorld, ids: readonly string[]) =>
  Promise.all(
    ids.map(async (id) => {
      const { link } = await world.contact(id)
      return link && String(world.read(link.recordId, link.entity).DisplayName)
    }),
  )
const dots = (world: PushWorld, ids: readonly string[]) => Promise.all(ids.map(world.dot))

/** Marks a record of QuickBooks to be read, as its notification does, and does what follows. */
async function tell(world: PushWorld, entity: 'customer' | 'vendor', id: string): Promise<void> {
  await world.ports.markers.markToRead(WORKSPACE, [{ entity, id }], world.time.now())
  await drainMarked(world.ports, WORKSPACE)
  await world.drain()
}

/** The worker dies right after the first of the ring has stepped aside, and before any other is sent. */
async function worldMidway(names: readonly string[]) {
  for (let last = 1; ; last++) {
    const { world, ids } = await worldOf(names)
    await exchange(world, ids)
    const dying = dyingPorts(world.ports, last, 'before')
    await world.drain(dying.ports).catch(() => undefined)
    if (!dying.died()) throw new Error('Nobody ever stepped aside.')
    const now = await inBooks(world, ids)
    const isAside = (await Promise.all(ids.map(world.contact))).some(
      ({ passing, intent }) => passing !== undefined && intent === undefined,
    )
    if (isAside && now.filter((name, at) => name !== names[at]).length === 1) {
      const aside = now.findIndex((name) => PASSING.test(name ?? ''))
      return { world, ids, aside, holder: (aside + 1) % ids.length }
    }
    await world.close()
  }
}

describe('a ring of three whose worker dies', () => {
  it.each(['before', 'after'] as const)(
    'ends with each its name, %s whichever call it died',
    async (when) => {
      for (let last = 1; ; last++) {
        const { world, ids } = await worldOf(['A', 'B', 'C'])
        await exchange(world, ids)
        const dying = dyingPorts(world.ports, last, when)
        await world.drain(dying.ports).catch(() => undefined)
        await world.drain()
        for (let hours = 0; hours < 3; hours++) await world.drainLater()
        const told = `died ${when} call ${last}`
        expect(await inBooks(world, ids), told).toEqual(['B', 'C', 'A'])
        expect(await dots(world, ids), told).toEqual(['green', 'green', 'green'])
        for (const id of ids) {
          const { passing, intent, toPushSince } = await world.contact(id)
          expect({ passing, intent, toPushSince }, told).toEqual({})
          for (const { changes } of (await world.ports.contacts.history(WORKSPACE, id, 100)).rows)
            for (const one of changes)
              if (one.passing !== true) expect(JSON.stringify([one.from, one.to]), told).not.toMatch(PASSING)
        }
        await world.close()
        if (!dying.died()) {
          expect(last).toBeGreaterThan(40)
          return
        }
      }
    },
    120_000,
  )
})

describe('a ring that breaks while one has a name in between', () => {
  const HOLD = { code: 'recordGone', reason: 'Look at it first.', at: '2026-11-23T10:00:00.000Z' } as const

  it('gives that one its name back where the other one is held, and says whom it waits for', async () => {
    const { world, ids, aside, holder } = await worldMidway(['A', 'B'])
    await world.edit(ids[holder] ?? '', (contact) => ({ ...contact, hold: HOLD }))
    await world.drain()
    expect(await inBooks(world, ids)).toEqual(['A', 'B'])
    const { refusal, passing } = await world.contact(ids[aside] ?? '')
    expect(refusal?.code).toBe('nameAwaited')
    expect(passing).toBeUndefined()
  })

  it('ends where it broke as soon as a person has looked, though the name before has gone to another one', async () => {
    const { world, ids, aside, holder } = await worldMidway(['A', 'B', 'C'])
    await world.edit(ids[holder] ?? '', (contact) => ({ ...contact, hold: HOLD }))
    await world.drain()
    const { refusal } = await world.contact(ids[aside] ?? '')
    expect(refusal).toMatchObject({ code: 'nameAwaited', reason: expect.stringContaining(HOLD.reason) })
    await world.edit(ids[holder] ?? '', ({ hold: _over, ...contact }) => contact)
    await world.drain()
    expect(await inBooks(world, ids)).toEqual(['B', 'C', 'A'])
    expect(await dots(world, ids)).toEqual(['green', 'green', 'green'])
  })

  it('leaves the name with a customer that is unlinked, and gives the other one its own back', async () => {
    const { world, ids, aside, holder } = await worldMidway(['A', 'B'])
    const id = ids[holder] ?? ''
    await unlinkContact(world.ports, WORKSPACE, id, { actor: PERSON, because: 'unlinked by a person' })
    await world.drain()
    const first = ids[aside] ?? ''
    expect(await inBooks(world, [first])).toEqual([['A', 'B'][aside]])
    expect((await world.contact(first)).refusal?.code).toBe('6240')
    expect((await world.contact(first)).passing).toBeUndefined()
  })

  it('gives that one its name back where the other one is not to have a name that QuickBooks takes', async () => {
    const { world, ids, aside, holder } = await worldMidway(['A', 'B'])
    await rename(world, ids[holder] ?? '', 'Not: this')
    await world.drain()
    expect(await inBooks(world, ids)).toEqual(['A', 'B'])
    expect(await dots(world, ids)).toEqual(['red', 'red'])
    await rename(world, ids[holder] ?? '', 'Z')
    await world.drain()
    for (let hours = 0; hours < 3; hours++) await world.drainLater()
    const names = ['A', 'B'].map((_, at) => (at === aside ? ['A', 'B'][holder] : 'Z'))
    expect(await inBooks(world, ids)).toEqual(names)
    expect(await dots(world, ids)).toEqual(['green', 'green'])
  })

  it('gives that one its name back where the person thinks better of it', async () => {
    const { world, ids } = await worldMidway(['A', 'B'])
    await rename(world, ids[0] ?? '', 'A')
    await rename(world, ids[1] ?? '', 'B')
    await world.drain()
    expect(await inBooks(world, ids)).toEqual(['A', 'B'])
    expect(await dots(world, ids)).toEqual(['green', 'green'])
  })

  it.each([PASSES, PASSES.toUpperCase()])('keeps %s where a person gives it that name for good', async (typed) => {
    const { world, ids, aside, holder } = await worldMidway(['A', 'B'])
    const id = ids[aside] ?? ''
    const [name = ''] = await inBooks(world, [id])
    const own = typed === PASSES ? name : name.toUpperCase()
    await rename(world, id, own)
    await world.drain()
    for (let hours = 0; hours < 3; hours++) await world.drainLater()
    const { fields, link, passing, toPushSince } = await world.contact(id)
    expect({ name: fields.displayName, base: link?.base.fields.displayName }).toEqual({ name: own, base: own })
    expect({ passing, toPushSince }).toEqual({})
    expect(await inBooks(world, [id, ids[holder] ?? ''])).toEqual([own, ['A', 'B'][aside]])
    expect(await dots(world, ids)).toEqual(['green', 'green'])
  })

  it('puts the name back where from now on nothing is sent unless somebody asks', async () => {
    const { world, ids } = await worldMidway(['A', 'B'])
    await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, push: 'whenAsked' }, 0)
    await world.drain()
    expect(await inBooks(world, ids)).toEqual(['A', 'B'])
    expect(await dots(world, ids)).not.toContain('green')
  })
})

describe('names that are exchanged', () => {
  it('are had though one of them looks like a name in between', async () => {
    const { world, ids } = await worldOf(['B (changing names)', 'B'])
    await exchange(world, ids)
    await world.drain()
    for (let hours = 0; hours < 3; hours++) await world.drainLater()
    expect(await inBooks(world, ids)).toEqual(['B', 'B (changing names)'])
    expect(await dots(world, ids)).toEqual(['green', 'green'])
  })

  it('are a customer’s and a vendor’s as well', async () => {
    const { world, ids } = await worldOf(['A'])
    await world.ports.settings.save(WORKSPACE, { ...DEFAULT_SETTINGS, entities: ['customer', 'vendor'] }, 0)
    const all = [...ids, await world.addLinked({ DisplayName: 'B' }, {}, 'vendor')]
    await exchange(world, all)
    await world.drain()
    expect(await inBooks(world, all)).toEqual(['B', 'A'])
    expect(await dots(world, all)).toEqual(['green', 'green'])
  })

  it('are free at once where one of the ring is archived with it', async () => {
    const { world, ids } = await worldOf(['A', 'B', 'C'])
    await exchange(world, ids)
    await world.edit(ids[1] ?? '', (contact) => ({ ...contact, archived: true }))
    await world.drain()
    for (let hours = 0; hours < 3; hours++) await world.drainLater()
    const [a, b, c] = await inBooks(world, ids)
    expect([a, c]).toEqual(['B', 'A'])
    expect(world.read(await world.recordId(ids[1] ?? '')).Active).toBe(false)
    expect(b).not.toMatch(PASSING)
    expect(await dots(world, ids)).toEqual(['green', 'green', 'green'])
  })

  it('are had by one that comes out of the archive in the middle of them', async () => {
    const { world, ids } = await worldOf(['A', 'B'])
    const [a = '', b = ''] = ids
    await world.edit(b, (contact) => ({ ...contact, archived: true }))
    await world.drain()
    await rename(world, a, 'B')
    await world.edit(b, (contact) => ({ ...world.set({ displayName: 'A' })(contact), archived: false }))
    await world.drain()
    for (let hours = 0; hours < 3; hours++) await world.drainLater()
    expect(await inBooks(world, ids)).toEqual(['B', 'A'])
    expect(world.read(await world.recordId(b)).Active).toBe(true)
    expect(await dots(world, ids)).toEqual(['green', 'green'])
  })
})

describe('a refusal that another record causes', () => {
  it('is over as soon as the balance has reached zero', async () => {
    const { world, ids } = await worldOf(['A'])
    const [a = ''] = ids
    const recordId = await world.recordId(a)
    const invoice = idOf(world.books.createInvoice(recordId, 100))
    await world.edit(a, (contact) => ({ ...contact, archived: true }))
    await world.drain()
    expect((await world.contact(a)).refusal).toMatchObject({ code: '6220', waitsFor: [`customer/${recordId}`] })
    await tell(world, 'customer', recordId)
    expect(await world.dot(a)).toBe('red')
    world.books.payInvoice(invoice)
    await tell(world, 'customer', recordId)
    expect(world.read(recordId).Active).toBe(false)
    expect(await world.dot(a)).toBe('green')
  })

  it('is over as soon as the parent is active', async () => {
    const { world, ids } = await worldOf(['P', 'J'])
    const [p = '', j = ''] = ids
    const parent = await world.recordId(p)
    world.books.deactivate('Customer', parent)
    await world.edit(j, (contact) => ({ ...contact, kind: 'job', parentId: p }))
    await world.drain()
    const { refusal } = await world.contact(j)
    expect(refusal?.waitsFor).toContain(`customer/${parent}`)
    world.books.reactivate('Customer', parent)
    await tell(world, 'customer', parent)
    expect(world.read(await world.recordId(j)).ParentRef).toMatchObject({ value: parent })
    expect(await world.dot(j)).toBe('green')
  })
})
