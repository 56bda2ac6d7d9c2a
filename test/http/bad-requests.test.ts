import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adminRoutes } from '#http/admin-routes'
import { openRoute } from '#http/declare'
import { documentRoutes } from '#http/document-routes'
import { createRouter } from '#http/router'
import { faultDetails, problemOfFault } from '#lambda/faults'
import { Misconfigured } from '#lambda/misconfigured'
import { createRecordingLog } from '#memory/log'
import { type Asked, adminWorld, asker, claimsOf, connect } from './world.ts'

const { ask, ports } = adminWorld()
await connect(ports)
const good = { as: 'account', select: { ids: ['1'] } }

const guarded = adminRoutes.filter(({ access }) => access !== 'public')
const pathOf = (path: string): string => path.replaceAll(/\{\w+\}/g, 'x1')

describe('a token', () => {
  it.each(guarded)('is needed for $method $path', async ({ method, path }) => {
    const { status, json, headers } = await ask(method, pathOf(path), { claims: undefined })
    expect([status, json.type, headers['www-authenticate']]).toEqual([401, '/problems/token-missing', 'Bearer'])
  })

  it.each(guarded)('of no workspace is refused at $method $path', async ({ method, path }) => {
    const { 'custom:workspace': _workspace, ...claims } = claimsOf('acme')
    const { status, json } = await ask(method, pathOf(path), { claims })
    expect([status, json.type]).toEqual([403, '/problems/workspace-missing'])
  })

  it.each(guarded)('without any scope is refused at $method $path', async ({ method, path }) => {
    const { status, json } = await ask(method, pathOf(path), { claims: claimsOf('acme', 'openid email') })
    expect([status, json.type]).toEqual([403, '/problems/scope-missing'])
  })

  it.each(guarded.filter(({ access }) => access === 'tandem/write'))(
    'that may only read is refused at $method $path',
    async ({ method, path }) => {
      const { status, json } = await ask(method, pathOf(path), { claims: claimsOf('acme', 'tandem/read') })
      expect([status, json.type]).toEqual([403, '/problems/scope-missing'])
      expect(json.detail).toContain('tandem/write')
    },
  )

  it.each(['tandem/read', 'tandem/write', 'tandem/admin', 'openid tandem/write'])(
    'with %s may read, as each scope holds the smaller ones',
    async (scope) => {
      expect((await ask('GET', '/runs', { claims: claimsOf('acme', scope) })).status).toBe(200)
    },
  )

  it.each(['[tandem/read email]', '[tandem/read, email]', ['tandem/read'], 'email tandem/read'])(
    'may hold its scopes in scp, as some issuers do: %j',
    async (scp) => {
      const claims = { sub: 'ada', scp, 'custom:workspace': 'acme' }
      expect((await ask('GET', '/runs', { claims })).status).toBe(200)
    },
  )

  it.each(['', 'a#b', 'a b', '../x', 'a'.repeat(65)])(
    'whose workspace is no name is refused: %j',
    async (workspace) => {
      expect((await ask('GET', '/runs', { claims: claimsOf(workspace) })).json.type).toBe('/problems/workspace-missing')
    },
  )

  it('is not made up for by a workspace in the request', async () => {
    const { 'custom:workspace': _workspace, ...claims } = claimsOf('acme')
    const headers = { 'custom:workspace': 'acme', 'x-workspace': 'acme' }
    expect((await ask('GET', '/runs', { claims, headers })).status).toBe(403)
    expect((await ask('GET', '/runs', { query: { workspace: 'other' } })).status).toBe(400)
  })
})

describe('a body', () => {
  it.each<readonly [string, Asked, number, string]>([
    ['of 300 KB', { body: JSON.stringify({ ...good, pad: 'x'.repeat(300 * 1024) }) }, 413, 'body-too-large'],
    ['that is cut off', { body: '{"as":"acc' }, 400, 'body-unreadable'],
    ['that is empty', { headers: { 'content-type': 'application/json' } }, 400, 'body-unreadable'],
    ['that is not UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'body-unreadable'],
    [
      'that is a form',
      { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'content-type-unsupported',
    ],
    ['of no type', { body: good, headers: { 'content-type': '' } }, 415, 'content-type-unsupported'],
    ['that is a list', { body: [] }, 400, 'invalid-input'],
    ['that is null', { body: null }, 400, 'invalid-input'],
  ])('%s is refused with the reason', async (_what, asked, status, type) => {
    const answered = await ask('POST', '/imports', asked)
    expect([answered.status, answered.json.type]).toEqual([status, `/problems/${type}`])
    expect(answered.headers['content-type']).toBe('application/problem+json')
    expect(await ports.runs.list('acme', 10)).toEqual({ rows: [] })
  })

  it('is taken as any kind of JSON type, with a charset', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect((await ask('POST', '/imports', { body: {}, headers })).json.type).toBe('/problems/invalid-input')
  })

  it('gets every wrong field named', async () => {
    const body = { as: 'acount', select: { filter: 'some', search: '*', except: 'x' }, sameName: 1, other: true }
    const { status, json } = await ask('POST', '/imports', { body })
    expect(status).toBe(400)
    expect(json.errors).toEqual(
      expect.arrayContaining([
        { path: 'as', message: 'has to be account or building' },
        { path: 'select.filter', message: 'has to be notSynced, all or hidden' },
        { path: 'select.search', message: 'has to hold something besides *' },
        { path: 'select.except', message: 'has to be a list' },
        { path: 'sameName', message: 'has to be ask or link' },
        { path: 'other', message: 'is not known here' },
      ]),
    )
    expect(json.errors).toHaveLength(6)
  })

  it('never quotes what was sent in what it is answered with or what is logged', async () => {
    await ask('POST', '/imports', { body: '{"as": "Ada Lovelace", oops' })
    const { text } = await ask('POST', '/imports', { body: { as: 'Ada Lovelace' } })
    expect(text).not.toContain('Ada')
    expect(JSON.stringify(ports.log.lines())).not.toContain('Ada')
  })

  it('whatever it is, is answered with a problem or a run, and never with 500', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.string(), fc.uint8Array()), async (body) => {
        expect((await ask('POST', '/imports', { body })).status).toBeLessThan(500)
      }),
    )
  })
})

describe('a query', () => {
  it.each([
    [{ limit: '0' }, 'limit', 'has to be at least 1'],
    [{ limit: '201' }, 'limit', 'may be 200 at most'],
    [{ limit: 'ten' }, 'limit', 'has to be a number'],
    [{ limit: '1.5' }, 'limit', 'has to be a whole number'],
    [{ list: 'deals' }, 'list', 'has to be customers, contacts or all'],
    [{ archived: 'yes' }, 'archived', 'has to be true or false'],
    [{ search: '*' }, 'search', 'has to hold something besides *'],
    [{ search: ' ** * ' }, 'search', 'has to hold something besides *'],
    [{ search: '' }, 'search', 'has to hold at least 1 character'],
    [{ search: 'x'.repeat(201) }, 'search', 'may hold 200 characters at most'],
    [{ serach: 'x' }, 'serach', 'is not known here'],
  ])('%j is refused, by name and with the reason', async (query, path, message) => {
    const { status, json } = await ask('GET', '/contacts', { query })
    expect(status).toBe(400)
    expect(json.errors).toEqual(expect.arrayContaining([{ path, message }]))
  })

  it('that gives a parameter twice is refused', async () => {
    const query = new URLSearchParams('limit=1&limit=2')
    const { json } = await ask('GET', '/contacts', { query })
    expect(json.errors).toEqual([{ path: 'limit', message: 'is given more than once' }])
  })
})

describe('an id or a key', () => {
  it.each(['a%2Fb', 'a.b', 'x'.repeat(65), 'é'])('that cannot be one is refused: %s', async (id) => {
    const { status, json } = await ask('GET', `/runs/${id}`)
    expect([status, json.errors?.[0]?.path]).toEqual([400, 'id'])
  })

  it.each(['', 'a b', 'é', 'x'.repeat(256)])('Idempotency-Key %j is refused', async (key) => {
    const { status, json } = await ask('POST', '/pulls', { headers: { 'idempotency-key': key } })
    expect([status, json.errors?.[0]?.path]).toEqual([400, 'Idempotency-Key'])
  })
})

describe('an address', () => {
  it.each(['/', '/run', '/runs/', '/runs/1/2', '/openapixjson', '/contacts/1/visits'])(
    'that there is not is answered with 404: %s',
    async (path) => {
      const { status, json } = await ask('GET', path)
      expect([status, json.type]).toEqual([404, '/problems/route-unknown'])
    },
  )

  it('with another method is answered with 405 and what it takes', async () => {
    const { status, json, headers } = await ask('DELETE', '/runs/1')
    expect([status, json.type, headers.allow]).toEqual([405, '/problems/method-not-allowed', 'GET'])
  })
})

describe('every answer', () => {
  it('is kept by nobody, taken for nothing else, and names its request', async () => {
    for (const answered of [await ask('GET', '/runs'), await ask('GET', '/nope'), await ask('GET', '/docs')]) {
      expect(answered.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': 'JKJaXmPLvHcESHA=',
      })
    }
  })
})

describe('a function that is not set up completely', () => {
  const needs = {
    uses: () => Promise.reject(new Misconfigured('TABLE_NAME is missing')),
    log: createRecordingLog(),
    faultDetails,
    problemOfFault,
  }
  const router = createRouter(adminRoutes, needs)
  const request = { method: 'GET', query: new URLSearchParams(), headers: {}, body: new Uint8Array(), requestId: 'R' }

  it('says so, and its log says what is missing', async () => {
    const { status, body } = await router({ ...request, path: '/runs', claims: claimsOf('acme') })
    expect([status, JSON.parse(body).type]).toEqual([503, '/problems/not-configured'])
    expect(body).not.toContain('TABLE_NAME')
    expect(needs.log.lines().at(-1)?.details).toMatchObject({ missing: 'TABLE_NAME is missing' })
  })

  it('is healthy all the same, and tells what is wrong with a request', async () => {
    const docs = createRouter(documentRoutes, needs)
    expect((await docs({ ...request, path: '/health' })).status).toBe(200)
    expect((await router({ ...request, path: '/runs' })).status).toBe(401)
  })
})

describe('a fault of our own', () => {
  it('is answered with 500 and the request’s id, and logged without what it says', async () => {
    const log = createRecordingLog()
    const failing = openRoute({
      id: 'fail',
      method: 'GET',
      path: '/fail',
      tag: 'Test',
      summary: 'Fails',
      success: { status: 200, description: 'Never', contents: [] },
      async answer() {
        throw new Error('Ada Lovelace')
      },
    })
    const { status, json, text } = await asker([failing], undefined, log)('GET', '/fail')
    expect([status, json.type, json.instance]).toEqual([500, '/problems/unexpected', '/requests/JKJaXmPLvHcESHA='])
    expect(log.lines()).toMatchObject([
      { level: 'error', event: 'requestFailed', details: { requestId: 'JKJaXmPLvHcESHA=', operation: 'fail' } },
    ])
    expect(text + JSON.stringify(log.lines())).not.toContain('Ada')
  })
})
