import { describe, expect, it } from 'vitest'
import { getContact, listContacts } from '#sync/contacts'
import { getHeld, listHeld } from '#sync/holding-area'
import { startImport } from '#sync/import'
import type { ListPage } from '#sync/ports'
import { startPull } from '#sync/pull'
import { createWorld, PERSON, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

async function pulledWorld(fill: (world: World) => void) {
  const world = await createWorld()
  fill(world)
  await world.finish(await startPull(world.ports, asker))
  return world
}

async function allPages<Row>(page: (after: string | undefined) => Promise<ListPage<Row>>) {
  const rows: Row[] = []
  let after: string | undefined
  let pages = 0
  do {
    const one = await page(after)
    rows.push(...one.rows)
    after = one.next
    pages += 1
  } while (after !== undefined && pages < 1_000)
  return rows
}

function held(world: World, query: Omit<Parameters<typeof listHeld>[1], 'workspace' | 'limit'>, limit = 7) {
  return allPages((after) =>
    listHeld(world.ports, { workspace: WORKSPACE, limit, ...query, ...(after !== undefined && { after }) }),
  )
}

describe('the holding area', () => {
  it('lists in order of name, page by page, each row once', async () => {
    const world = await pulledWorld(({ book }) => {
      for (let i = 0; i < 40; i++) book.add(`Customer ${(i * 7) % 40}`)
      book.add('ärger')
      book.add('Zebra')
      book.add('apple')
    })
    const rows = await held(world, { filter: 'all' })
    expect(rows).toHaveLength(43)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(43)
    expect(rows.map(({ name }) => name).slice(0, 2)).toEqual(['apple', 'ärger'])
    expect(rows.at(-1)?.name).toBe('Zebra')
  })

  it('costs its page when nothing is filtered', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(100))
    const asked: number[] = []
    const mirrors = {
      ...world.ports.mirrors,
      listByName: async (...args: Parameters<typeof world.ports.mirrors.listByName>) => {
        asked.push(args[2])
        return world.ports.mirrors.listByName(...args)
      },
    }
    const first = await listHeld({ mirrors }, { workspace: WORKSPACE, filter: 'all', limit: 10 })
    await listHeld({ mirrors }, { workspace: WORKSPACE, filter: 'all', limit: 10, after: first.next ?? '' })
    expect(asked).toEqual([10, 10])
  })

  it('shows by default what is active, there, and not linked; hidden is what is inactive', async () => {
    const world = await pulledWorld(({ book }) => {
      for (let i = 0; i < 30; i++) book.add(`Name ${i}`, { active: i % 3 !== 0 })
    })
    await world.finish(
      await startImport(world.ports, { ...asker, as: 'account', sameName: 'ask', select: { ids: ['2', '3'] } }),
    )
    world.book.merge('5')
    await world.finish(await startPull(world.ports, asker))
    expect(await held(world, { filter: 'notSynced' })).toHaveLength(17)
    expect(await held(world, { filter: 'hidden' })).toHaveLength(10)
    expect(await held(world, { filter: 'all' })).toHaveLength(30)
  })

  it('finds with wildcards in names, companies, e-mail, phones and addresses, ignoring case and accents', async () => {
    const world = await pulledWorld(({ book }) => {
      book.add('Müller & Söhne')
      book.add('Other', { fields: { companyName: 'Smith Ltd' } })
      book.add('Third', { fields: { email: 'info@smithers.example', phone: '030 123', billAddress: { city: 'Köln' } } })
      book.add('Child', { parent: '1' })
    })
    const names = async (search: string, limit = 7) =>
      (await held(world, { filter: 'all', search }, limit)).map(({ name }) => name)
    expect(await names('*SMITH*')).toEqual(['Smith Ltd', 'Third'])
    expect(await names('*SMITH*', 1)).toEqual(['Smith Ltd', 'Third'])
    expect(await names('smith')).toEqual(['Smith Ltd', 'Third'])
    expect(await names('smith*')).toEqual(['Smith Ltd'])
    expect(await names('m*s')).toEqual([])
    expect(await names('muller*sohne')).toEqual(['Müller & Söhne'])
    expect(await names('koln')).toEqual(['Third'])
    expect(await names('030')).toEqual(['Third'])
    expect(await names('muller')).toEqual(['Child', 'Müller & Söhne'])
  })

  it('refuses a search that would find everything, and a position that it did not write', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(3))
    for (const search of ['*', '', ' ** * ']) {
      await expect(held(world, { filter: 'all', search })).rejects.toMatchObject({
        problem: { kind: 'invalidInput', fields: [{ path: 'search' }] },
      })
    }
    for (const after of ['nonsense', '{}', '[]', 'null']) {
      await expect(
        listHeld(world.ports, { workspace: WORKSPACE, filter: 'all', limit: 5, after }),
      ).rejects.toMatchObject({ problem: { kind: 'cursorInvalid' } })
    }
  })

  it('leaves nothing out and shows nothing twice when rows come and go between pages', async () => {
    const world = await pulledWorld(({ book }) => {
      for (let i = 10; i < 60; i++) book.add(`Name ${i}`)
    })
    const first = await listHeld(world.ports, { workspace: WORKSPACE, filter: 'notSynced', limit: 20 })
    world.book.add('Aaa')
    world.book.merge('1')
    await world.finish(await startPull(world.ports, asker))
    const rest = await allPages((after) =>
      listHeld(world.ports, { workspace: WORKSPACE, filter: 'notSynced', limit: 20, after: after ?? first.next ?? '' }),
    )
    const seen = [...first.rows, ...rest].map(({ name }) => name)
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => `Name ${i + 10}`))
  })

  it('opens one customer with all that QuickBooks sent', async () => {
    const world = await pulledWorld(({ book }) => book.addOld(1))
    expect((await getHeld(world.ports, WORKSPACE, 'customer', '1')).raw).toMatchObject({ Id: '1' })
    await expect(getHeld(world.ports, WORKSPACE, 'customer', '2')).rejects.toMatchObject({
      problem: { kind: 'notFound' },
    })
    await expect(getHeld(world.ports, 'workspace-2', 'customer', '1')).rejects.toMatchObject({
      problem: { kind: 'notFound' },
    })
  })
})

describe('the lists of contacts', () => {
  it('tell customers from other contacts, and leave out what is archived unless asked', async () => {
    const world = await pulledWorld(({ book }) => {
      book.add('Active')
      book.add('Archived', { active: false })
    })
    await world.finish(
      await startImport(world.ports, { ...asker, as: 'account', sameName: 'ask', select: { filter: 'all' } }),
    )
    const at = '2025-01-01T00:00:00.000Z'
    const lead = {
      id: 'lead',
      kind: 'client' as const,
      isCustomer: false,
      fields: { displayName: 'Lead' },
      archived: false,
      people: [],
      createdAt: at,
      changedAt: at,
      version: 1,
    }
    await world.ports.ledger.commit(WORKSPACE, [{ kind: 'contact', contact: lead, expectedVersion: undefined }])
    const names = async (list: 'customers' | 'contacts' | 'all', includeArchived: boolean, search?: string) => {
      const query = { workspace: WORKSPACE, list, includeArchived, limit: 10, ...(search !== undefined && { search }) }
      return (await listContacts(world.ports, query)).rows.map(({ name, dot }) => `${name} ${dot}`)
    }
    expect(await names('customers', false)).toEqual(['Active green'])
    expect(await names('customers', true)).toEqual(['Active green', 'Archived green'])
    expect(await names('contacts', true)).toEqual(['Lead none'])
    expect(await names('all', true)).toEqual(['Active green', 'Archived green', 'Lead none'])
    expect(await names('all', true, 'a*d')).toEqual(['Archived green'])
    expect(await names('all', true, 'lead')).toEqual(['Lead none'])
    await expect(getContact(world.ports, WORKSPACE, 'none')).rejects.toMatchObject({ problem: { kind: 'notFound' } })
  })
})
