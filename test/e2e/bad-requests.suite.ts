import { createHmac, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { world } from './quiet-world.ts'

const here = world.newWorkspace()
await here.pull()

/** What a request with exactly these headers and this body is answered. */
async function send(route: string, headers: Readonly<Record<string, string>>, body?: string | Uint8Array<ArrayBuffer>) {
  const [method = 'GET', path = '/'] = route.split(' ')
  const response = await fetch(`${world.cloud.apiUrl}${path}`, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : {},
  }
}

const token = (settings: object = {}) =>
  world.cloud.mintToken({ workspace: here.workspace, scopes: ['tandem/write'], person: 'ann', ...settings })

const bearer = async (settings: object = {}) => ({
  authorization: `Bearer ${await token(settings)}`,
  'content-type': 'application/json',
})

describe('a token', () => {
  it('is needed, and has to be whole, signed by the issuer, for this API, and not expired', async () => {
    const good = await token()
    const [head = '', payload = '', signature = ''] = good.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const ofMine = await new SignJWT(claims)
      .setProtectedHeader(JSON.parse(Buffer.from(head, 'base64url').toString()))
      .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    const tokens = [
      undefined,
      '',
      'Bearer',
      'Bearer nonsense',
      `Bearer ${head}.${payload}.`,
      `Bearer ${encoded({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `Bearer ${head}.${encoded({ ...claims, 'custom:workspace': 'w-other' })}.${signature}`,
      `Bearer ${ofMine}`,
      `Bearer ${await token({ expiresIn: -1 })}`,
      `Bearer ${await token({ claims: { iss: 'https://issuer.example' } })}`,
      `Bearer ${await token({ claims: { client_id: 'another-app' } })}`,
    ]
    for (const authorization of tokens) {
      const { status } = await send('GET /contacts', authorization === undefined ? {} : { authorization })
      expect(status, authorization).toBe(401)
    }
    expect((await send('GET /contacts', { authorization: `Bearer ${good}` })).status).toBe(200)
  })

  it('for no workspace, or for something that is no workspace, is told so', async () => {
    for (const workspace of [undefined, '', 'a#b', '../other', 'x'.repeat(65)]) {
      const claims = { 'custom:workspace': workspace }
      const { status, json } = await send('GET /contacts', await bearer({ workspace: undefined, claims }))
      expect([status, json.type], workspace).toEqual([403, '/problems/workspace-missing'])
    }
  })

  it('without the scope that a route needs is refused there, and only there', async () => {
    const allowed = async (route: string, scopes: readonly string[]) =>
      (await send(route, await bearer({ scopes }), route.startsWith('POST /imports') ? '{}' : undefined)).status
    expect(await allowed('GET /contacts', [])).toBe(403)
    expect(await allowed('GET /contacts', ['openid', 'tandem/nothing'])).toBe(403)
    expect(await allowed('GET /contacts', ['tandem/read'])).toBe(200)
    expect(await allowed('POST /imports', ['tandem/read'])).toBe(403)
    expect(await allowed('POST /imports', ['tandem/write'])).toBe(400)
    expect(await allowed('POST /connection/disconnect', ['tandem/write'])).toBe(403)
    expect((await here.call('GET /connection')).body.status).toBe('connected')
  })
})

describe('a notification', () => {
  const path = 'POST /webhooks/quickbooks'
  const body = JSON.stringify([{ specversion: '1.0', id: 'e1', type: 'qbo.customer.updated.v1' }])
  const signed = (text: string, key: string) => createHmac('sha256', key).update(text).digest('base64')

  it('is refused unless it was signed by Intuit, over exactly these bytes', async () => {
    const good = signed(body, DEFAULT_APP.verifierToken)
    const signatures = [
      undefined,
      '',
      'nonsense',
      signed(body, 'a guess'),
      signed(`${body} `, DEFAULT_APP.verifierToken),
      `${good}=`,
    ]
    for (const signature of signatures) {
      const headers = {
        'content-type': 'application/json',
        ...(signature !== undefined && { 'intuit-signature': signature }),
      }
      const { status, json } = await send(path, headers, body)
      expect([status, json.type], signature).toEqual([401, '/problems/signature-invalid'])
    }
    const taken = await send(path, { 'content-type': 'application/json', 'intuit-signature': good }, body)
    expect(taken.status).toBe(200)
  })

  it('that cannot be read is taken all the same, for Intuit would resend it for ever', async () => {
    for (const text of [
      '',
      'no JSON',
      '{}',
      '[]',
      '[1, null, "x"]',
      '{"eventNotifications":[{"realmId":7}]}',
      body.repeat(500),
    ]) {
      const headers = {
        'content-type': 'application/json',
        'intuit-signature': signed(text, DEFAULT_APP.verifierToken),
      }
      expect((await send(path, headers, text)).status, text.slice(0, 40)).toBe(200)
    }
  })
})

describe('a request', () => {
  it('for an id that is unknown or no id at all is told so', async () => {
    for (const path of [
      '/contacts/x1',
      '/contacts/x1/history',
      '/runs/x1',
      '/runs/x1/outcomes',
      '/quickbooks/customers/x1',
    ]) {
      const { status, body } = await here.call(`GET ${path}`)
      expect([status, body.type], path).toEqual([404, '/problems/not-found'])
      expect(body.detail).toContain('x1')
    }
    for (const id of ['a%20b', '%23', 'x'.repeat(65), '%00', '%F0%9F%98%80']) {
      const { status, body } = await here.call(`GET /contacts/${id}`)
      expect([status, body.type], id).toEqual([400, '/problems/invalid-input'])
    }
  })

  it('to an address or with a method that there is not is told what there is', async () => {
    expect((await here.call('GET /nothing/here')).body.type).toBe('/problems/route-unknown')
    const { status, headers, body } = await here.call('DELETE /contacts')
    expect([status, body.type]).toEqual([405, '/problems/method-not-allowed'])
    expect(headers.get('allow')).toContain('GET')
  })

  it('with 300 KB of JSON is refused, and one with as many ids as are allowed is not', async () => {
    const ids = (count: number, length: number) =>
      Array.from({ length: count }, (_, at) => String(at).padStart(length, '0'))
    const large = await here.call('POST /imports', { json: { as: 'account', select: { ids: ids(10_000, 28) } } })
    expect(JSON.stringify(ids(10_000, 28)).length).toBeGreaterThan(300_000)
    expect([large.status, large.body.type]).toEqual([413, '/problems/body-too-large'])
    expect(large.body.detail).toContain('256 KB')
    const many = await here.call('POST /imports', { json: { as: 'account', select: { ids: ids(10_001, 8) } } })
    expect([many.status, many.body.type]).toEqual([400, '/problems/invalid-input'])
  })

  it('with wrong types is answered with every field and what it has to be, and nothing starts', async () => {
    const runs = await here.list('/runs')
    const wrong = {
      as: 'client',
      select: { filter: 7, search: ['x'], except: 'none', more: true },
      sameName: null,
      surprise: 1,
    }
    const { status, body } = await here.call('POST /imports', { json: wrong })
    expect([status, body.type, body.title]).toEqual([
      400,
      '/problems/invalid-input',
      'Something in the request is not right',
    ])
    const paths = body.errors.map(({ path }: { readonly path: string }) => path)
    expect(paths.toSorted()).toEqual(
      ['as', 'sameName', 'select.except', 'select.filter', 'select.more', 'select.search', 'surprise'].toSorted(),
    )
    for (const { message } of body.errors) expect(message).toMatch(/^(has to|is|may)/)
    for (const text of [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"as":"account"}',
      '{"as":"account","select":{"ids":[]}}',
      '\u0000',
    ]) {
      expect((await send('POST /imports', await bearer(), text)).status, text).toBe(400)
    }
    expect((await send('POST /imports', await bearer(), Uint8Array.from([0xc3, 0x28]))).json.type).toBe(
      '/problems/body-unreadable',
    )
    const plain = { ...(await bearer()), 'content-type': 'text/plain' }
    expect((await send('POST /imports', plain, '{}')).status).toBe(415)
    expect(await here.list('/runs')).toEqual(runs)
  })

  it('with a wrong query is answered with every parameter', async () => {
    const { status, body } = await here.call('GET /contacts?list=vendors&archived=maybe&limit=0&sort=name')
    expect([status, body.type]).toEqual([400, '/problems/invalid-input'])
    const paths = body.errors.map(({ path }: { readonly path: string }) => path)
    expect(paths.toSorted()).toEqual(['archived', 'limit', 'list', 'sort'])
    for (const limit of ['201', '-1', '1.5', 'ten', '1e9']) {
      expect((await here.call(`GET /runs?limit=${limit}`)).status, limit).toBe(400)
    }
    expect((await here.call('GET /runs?limit=1&limit=2')).body.errors).toEqual([
      { path: 'limit', message: 'is given more than once' },
    ])
  })

  it.each(['*', '**', '%20*%20', '', '%20', 'x'.repeat(201)])('to search only for "%s" is refused', async (search) => {
    for (const path of ['/contacts', '/quickbooks/customers']) {
      const { status, body } = await here.call(`GET ${path}?search=${search}`)
      expect([status, body.type]).toEqual([400, '/problems/invalid-input'])
      for (const { path } of body.errors) expect(path).toBe('search')
      expect(body.errors.length).toBeGreaterThan(0)
    }
  })

  it('to import by a search of only * is refused, and nothing starts', async () => {
    const runs = await here.list('/runs')
    const json = { as: 'account', select: { filter: 'all', search: '*' } }
    const { status, body } = await here.call('POST /imports', { json })
    expect([status, body.type]).toEqual([400, '/problems/invalid-input'])
    expect(body.errors).toMatchObject([{ path: 'select.search' }])
    expect(await here.list('/runs')).toEqual(runs)
  })

  it('is never answered with what it sent, with a stack, or with what is inside', async () => {
    const secret = 'something-only-the-sender-knows'
    const answers = [
      await here.call(`GET /contacts?list=${secret}`),
      await here.call('POST /imports', { json: { as: secret, select: { filter: secret } } }),
      await here.call(`GET /contacts?cursor=${secret}`),
      { body: (await send('POST /imports', await bearer(), `{"${secret}`)).text },
    ]
    for (const { body } of answers) {
      expect(JSON.stringify(body)).not.toContain(secret)
      expect(JSON.stringify(body)).not.toMatch(/at \w+ \(|node_modules|dynamo|\.mjs/i)
    }
  })
})

describe('the API', () => {
  it('says of every problem what it is, in words, and under which request it is found in the log', async () => {
    const { headers, body } = await here.call('GET /runs/x1')
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toEqual({
      type: '/problems/not-found',
      title: 'There is no such thing',
      status: 404,
      detail: 'There is no run with the id x1 in this workspace.',
      instance: expect.stringMatching(/^\/requests\/[\w-]+$/),
    })
    expect(body.instance.slice('/requests/'.length)).toBe(headers.get('apigw-requestid'))
  })

  it('shows its OpenAPI document and a page to try it to anyone', async () => {
    const document = await send('GET /openapi.json', {})
    expect([document.status, document.json.openapi]).toEqual([200, expect.stringMatching(/^3\.1\./)])
    expect(Object.keys(document.json.paths)).toContain('/imports')
    expect(document.headers.get('content-encoding')).toBe('gzip')
    const page = await send('GET /docs', { accept: 'text/html' })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  })
})
