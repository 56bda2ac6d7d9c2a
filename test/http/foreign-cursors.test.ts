import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSigner } from '#lambda/signer'
import { aMirror } from '../contract/records.ts'
import { createLogWatch, itLogsNothingOf } from './log-watch.ts'
import { guardedRoutes, other, pathOf, TENANTS, type Tenant, twoTenants } from './two-tenants.ts'
import { type Answered, adminWorld, claimsOf } from './world.ts'

const watch = createLogWatch()
const { ask, ports, held } = watch.over(await twoTenants())
const before = { acme: await held('acme'), globex: await held('globex') }

type Query = Readonly<Record<string, string>>
type List = Readonly<{ path: string; query: Query }>

const lists = guardedRoutes.filter(({ query }) => 'cursor' in query.shape)

// Other values than those that a list has by itself, of all that a list can be narrowed by.
const narrowed: Readonly<Record<string, readonly string[]>> = {
  filter: ['all', 'hidden'],
  list: ['customers', 'contacts'],
  archived: ['true'],
  search: ['*of*', '* of *'],
}

/** Each list of each thing that there is one of, in all that it can be narrowed to. */
const everyList: readonly List[] = lists.flatMap((route) => {
  const path = pathOf(route)
  const names = Object.keys(route.query.shape).filter((name) => name !== 'cursor' && name !== 'limit')
  const queries = names.flatMap((name) => {
    const values = narrowed[name]
    if (values === undefined) throw new Error(`${path} takes ${name}: add values to narrowed`)
    return values.map((value) => ({ [name]: value }))
  })
  const another = path.replace(/1\b/, '2')
  return [
    { path, query: {} },
    ...queries.map((query) => ({ path, query })),
    ...(path === another ? [] : [{ path: another, query: {} }]),
  ]
})

function go(tenant: Tenant, { path, query }: List, cursor?: string, limit = '1') {
  const claims = claimsOf(tenant)
  return ask('GET', path, { claims, query: { ...query, limit, ...(cursor !== undefined && { cursor }) } })
}

/** The cursor that the list's first page gave. */
async function cursorOf(tenant: Tenant, list: List): Promise<string> {
  const { json } = await go(tenant, list)
  if (json.next === undefined) throw new Error(`${list.path} has one page here: put more of it into two-tenants.ts`)
  return json.next
}

function expectRefused({ status, json, text }: Answered): void {
  expect([status, json.type]).toEqual([400, '/problems/cursor-invalid'])
  expect(json.detail).toContain('A cursor continues the list that gave it')
  expect(json.items).toBeUndefined()
  expect(text).not.toMatch(/acme|globex/)
}

describe('a cursor of another workspace', () => {
  it.each(everyList)('goes on nowhere at $path $query, though both hold the same ids', async (list) => {
    for (const tenant of TENANTS) {
      const cursor = await cursorOf(tenant, list)
      const own = await go(tenant, list, cursor)
      // Else it would be good for nobody, and all of this would prove nothing.
      expect(own.json.items).toHaveLength(1)
      expect(own.text).not.toContain(other(tenant))
      for (const every of everyList) expectRefused(await go(other(tenant), every, cursor))
    }
  })
})

describe('a cursor of another list', () => {
  it.each(everyList)(
    'goes on nowhere at $path $query, and neither does one of another filter or record',
    async (list) => {
      for (const from of everyList) {
        if (from !== list) expectRefused(await go('acme', list, await cursorOf('acme', from)))
      }
    },
  )

  it.each(everyList)('is no state of a consent: $path $query', async (list) => {
    const { json } = await ask('POST', '/connection/authorize', { claims: claimsOf('acme') })
    const state = new URL(json.url ?? '').searchParams.get('state') ?? ''
    expectRefused(await go('acme', list, state))
  })
})

describe('a cursor that the list did not give', () => {
  it.each(everyList)('is refused at $path $query when it was cut anywhere', async (list) => {
    const cursor = await cursorOf('acme', list)
    for (let length = 1; length < cursor.length; length++) {
      expectRefused(await go('acme', list, cursor.slice(0, length)))
      expectRefused(await go('acme', list, cursor.slice(length)))
    }
  })

  it.each(everyList)('is refused at $path $query when one character of it is another', async (list) => {
    const cursor = await cursorOf('acme', list)
    const characters = fc.constantFrom(...'ABab01-_.=+/ ')
    await fc.assert(
      fc.asyncProperty(fc.nat(cursor.length - 1), characters, async (at, character) => {
        fc.pre(cursor[at] !== character)
        expectRefused(await go('acme', list, `${cursor.slice(0, at)}${character}${cursor.slice(at + 1)}`))
        expectRefused(await go('acme', list, `${cursor.slice(0, at)}${character}${cursor.slice(at)}`))
      }),
    )
  })

  it.each(everyList)('is refused at $path $query when it was made up of those that lists gave', async (list) => {
    const [acmes, globexs] = [await cursorOf('acme', list), await cursorOf('globex', list)]
    const [payload = '', signature = ''] = acmes.split('.')
    const [foreignPayload = '', foreignSignature = ''] = globexs.split('.')
    const written = Buffer.from(foreignPayload, 'base64url').toString()
    const rewritten = written.replace('globex', 'acme')
    expect(rewritten).not.toBe(written)
    const forger = createSigner(async () => 'a secret of whoever made this up, long enough')
    const madeUp = [
      `${foreignPayload}.${signature}`,
      `${payload}.${foreignSignature}`,
      `${Buffer.from(rewritten).toString('base64url')}.${foreignSignature}`,
      await forger.seal(rewritten),
      payload,
      written,
      Buffer.from(written).toString('base64url'),
    ]
    for (const cursor of madeUp) expectRefused(await go('acme', list, cursor))
  })
})

describe('a cursor of the list itself', () => {
  it('may go on with pages of another size', async () => {
    for (const list of everyList) {
      const all = await go('acme', list, undefined, '200')
      const rest = await go('acme', list, await cursorOf('acme', list), '200')
      expect(rest.json.items).toEqual(all.json.items?.slice(1))
    }
  })

  // A name is written as JSON in the position, which is JSON in the cursor, which is base64 in the address.
  it.each(['"', '\\', '🏗', 'ﷺ'])('is taken however long a name of %s becomes in it', async (character) => {
    const { ask: askAnew, ports: fresh } = watch.over(adminWorld())
    const name = character.repeat(200)
    await fresh.mirrors.put('acme', [aMirror('1', name), aMirror('2', name)])
    for (const narrow of [{ filter: 'all' }, { filter: 'all', search: name.slice(0, 200) }]) {
      const query = { ...narrow, limit: '1' }
      const { json } = await askAnew('GET', '/quickbooks/customers', { query })
      const next = await askAnew('GET', '/quickbooks/customers', { query: { ...query, cursor: json.next ?? '' } })
      expect([json.items, next.json.items]).toMatchObject([[{ id: '1' }], [{ id: '2' }]])
    }
  })
})

describe('after all of it', () => {
  it('both workspaces hold what they held', async () => {
    expect({ acme: await held('acme'), globex: await held('globex') }).toEqual(before)
    expect(ports.hints.pulls.all()).toEqual([])
  })
})

itLogsNothingOf(watch)
