import { describe, expect, it } from 'vitest'
import { adminRoutes } from '#http/admin-routes'
import { createAdmission } from '#http/admission'
import { describeApi } from '#http/openapi'
import { createMemoryPorts } from '#memory/ports'
import { adminUses } from '../../functions/compose.ts'
import { asker, claimsOf } from './world.ts'

function limitedWorld() {
  const ports = createMemoryPorts()
  return { ports, ask: asker(adminRoutes, adminUses(ports), ports.log, createAdmission(ports.clock)) }
}

/** Asks so many times, and answers with the statuses that came. */
async function times(count: number, ask: () => Promise<{ status: number }>): Promise<readonly number[]> {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) statuses.push((await ask()).status)
  return statuses
}

describe('a workspace that asks too much at once', () => {
  it('may list and search a hundred times, then twenty times a second, and is told when to try again', async () => {
    const { ask, ports } = limitedWorld()
    const search = () => ask('GET', '/contacts', { query: { search: 'a*b' } })
    expect(new Set(await times(100, search))).toEqual(new Set([200]))
    const refused = await search()
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      json: { type: '/problems/too-many-requests' },
    })
    await ports.clock.advance(1_000)
    expect(await times(21, search)).toEqual([...Array.from({ length: 20 }, () => 200), 429])
  })

  it('keeps no other workspace from anything', async () => {
    const { ask } = limitedWorld()
    await times(150, () => ask('GET', '/runs'))
    expect((await ask('GET', '/runs', { claims: claimsOf('globex') })).status).toBe(200)
  })

  it('starts nothing that is refused', async () => {
    const { ask, ports } = limitedWorld()
    await times(100, () => ask('GET', '/runs'))
    expect((await ask('POST', '/pulls')).status).toBe(429)
    expect((await ports.runs.list('acme', 10)).rows).toEqual([])
  })

  it('still sees a single thing, and edits', async () => {
    const { ask } = limitedWorld()
    await times(100, () => ask('GET', '/runs'))
    for (const path of ['/connection', '/settings']) expect((await ask('GET', path)).status).toBe(200)
    expect((await ask('POST', '/contacts', { body: { fields: { displayName: 'New' } } })).status).toBe(201)
  })

  it('is not let in by a token that may not list', async () => {
    const { ask } = limitedWorld()
    expect(new Set(await times(150, () => ask('GET', '/runs', { claims: {} })))).toEqual(new Set([401]))
    expect((await ask('GET', '/runs')).status).toBe(200)
  })
})

describe('the routes that count', () => {
  const limited = adminRoutes.filter(({ isLimited }) => isLimited).map(({ method, path }) => `${method} ${path}`)

  it('are every list, every search and every start of a run', () => {
    const lists = adminRoutes.filter(({ query }) => 'cursor' in query.shape || 'search' in query.shape)
    const starts = adminRoutes.filter(({ success }) => success.status === 202)
    expect(limited.toSorted()).toEqual(
      [...new Set([...lists, ...starts])].map((one) => `${one.method} ${one.path}`).toSorted(),
    )
    expect(limited).toEqual(expect.arrayContaining(['GET /contacts', 'GET /quickbooks/customers', 'POST /pulls']))
  })

  it('say so in the document', () => {
    const paths: Record<string, Record<string, { responses?: object }>> = JSON.parse(
      JSON.stringify(describeApi().paths),
    )
    for (const route of limited) {
      const [method = '', path = ''] = route.split(' ')
      expect(Object.keys(paths[path]?.[method.toLowerCase()]?.responses ?? {})).toContain('429')
    }
  })
})
