import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../../../local/cloud/cloud.ts'
import { apiResources, writeFixtureApp } from '../fixture-app.ts'

const source = `
  let calls = 0
  export const handler = async (event, context) => {
    calls += 1
    const wish = event.queryStringParameters?.do
    if (wish === 'throw') throw new TypeError('on purpose')
    if (wish === 'hang') await new Promise(() => {})
    if (wish === 'spin') for (;;) {}
    if (wish === 'exit') process.exit(3)
    if (wish === 'reject') { void Promise.reject(new Error('nobody caught this')); await new Promise(() => {}) }
    if (wish === 'hoard') { const all = []; for (;;) all.push(new Array(1e5).fill(calls)) }
    if (wish === 'nonsense') return { statusCode: 'many' }
    if (wish === 'plain') return { just: 'data' }
    if (wish === 'binary') return { statusCode: 200, headers: { 'Content-Type': 'image/png' }, body: 'AAEC', isBase64Encoded: true, cookies: ['a=1', 'b=2'] }
    if (wish === 'huge') return { statusCode: 200, body: 'x'.repeat(7 * 1024 * 1024) }
    return { statusCode: 200, headers: { 'content-type': 'application/json', 'x-calls': calls }, body: JSON.stringify(event) }
  }`

let cloud: Cloud
let token: string
const problems: string[] = []

beforeAll(async () => {
  const resources = apiResources(
    'Api1',
    {
      'GET /open': undefined,
      'POST /open': undefined,
      'GET /things/{id}': ['fixture/read'],
      'GET /things/special': ['fixture/write'],
      'ANY /{proxy+}': ['fixture/read', 'fixture/write'],
    },
    { AllowOrigins: ['https://console.example'], AllowMethods: ['GET'], AllowHeaders: ['authorization'], MaxAge: 60 },
  )
  const template = writeFixtureApp({ functions: { Api1: { source, timeout: 1, memory: 128 } }, resources })
  cloud = await startCloud({ template, onProblem: (line) => problems.push(line) })
  token = await cloud.mintToken({ workspace: 'w1', scopes: ['fixture/read'], person: 'ann' })
})
afterAll(() => cloud.close())

interface Answer {
  readonly status: number
  readonly headers: Headers
  // Whatever the function or the API said, which is what the tests look into.
  // biome-ignore lint/suspicious/noExplicitAny: the shape differs with every test.
  readonly body: any
}

async function call(path: string, init: RequestInit = {}, bearer: string | undefined = token): Promise<Answer> {
  const headers = new Headers(init.headers)
  if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`)
  const response = await fetch(`${cloud.apiUrl}${path}`, { ...init, headers })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('what a function gets of a request', () => {
  it('has the path, its variables, and the query with repeated values joined', async () => {
    const { body } = await call('/things/M%C3%BCller%20%26%20Co?tag=a&tag=b&empty=&q=%C3%BC')
    expect(body).toMatchObject({
      version: '2.0',
      routeKey: 'GET /things/{id}',
      rawPath: '/things/Müller & Co',
      rawQueryString: 'tag=a&tag=b&empty=&q=%C3%BC',
      pathParameters: { id: 'Müller & Co' },
      queryStringParameters: { tag: 'a,b', empty: '', q: 'ü' },
      requestContext: { http: { method: 'GET', path: '/things/Müller & Co' }, stage: '$default' },
      isBase64Encoded: false,
    })
    expect(body).not.toHaveProperty('body')
  })

  it('has header names in lower case and cookies apart', async () => {
    const { body } = await call('/open', { headers: { 'X-Mixed-Case': 'Kept', Cookie: 'a=1; b=2' } }, undefined)
    expect(body.headers).toMatchObject({ 'x-mixed-case': 'Kept' })
    expect(body.headers).not.toHaveProperty('cookie')
    expect(body.cookies).toEqual(['a=1', 'b=2'])
  })

  it('has JSON byte for byte as it was sent', async () => {
    const raw = '{ "a":1,  "ü": "\\u00fc" }\n'
    const { body } = await call('/open', { method: 'POST', body: raw, headers: { 'content-type': 'application/json' } })
    expect(body).toMatchObject({ body: raw, isBase64Encoded: false })
  })

  it.each(['application/octet-stream', 'application/x-www-form-urlencoded'])('has %s in base64', async (type) => {
    const bytes = Uint8Array.from([0, 255, 10, 128])
    const { body } = await call('/open', { method: 'POST', body: bytes, headers: { 'content-type': type } })
    expect(body.isBase64Encoded).toBe(true)
    expect([...Buffer.from(body.body, 'base64')]).toEqual([...bytes])
  })

  it("has the token's claims as texts, and its scopes", async () => {
    const claims = { level: 3, groups: ['a', 'b'] }
    const richer = await cloud.mintToken({ workspace: 'w1', scopes: ['fixture/read', 'other'], claims })
    const { body } = await call('/things/1', {}, richer)
    expect(body.requestContext.authorizer.jwt).toMatchObject({
      claims: { 'custom:workspace': 'w1', level: '3', groups: '[a b]', iss: 'https://issuer.example' },
      scopes: ['fixture/read', 'other'],
    })
  })

  it('has no authorizer on a route that everyone may call', async () => {
    const { body } = await call('/open', {}, undefined)
    expect(body.requestContext).not.toHaveProperty('authorizer')
  })
})

describe('where a request leads', () => {
  it('prefers the exact path, then a variable, then the greedy route', async () => {
    const writer = await cloud.mintToken({ scopes: ['fixture/read', 'fixture/write'] })
    expect((await call('/things/special', {}, writer)).body.routeKey).toBe('GET /things/special')
    expect((await call('/things/7', {}, writer)).body.routeKey).toBe('GET /things/{id}')
    expect((await call('/things/7/parts', {}, writer)).body).toMatchObject({
      routeKey: 'ANY /{proxy+}',
      pathParameters: { proxy: 'things/7/parts' },
    })
    expect((await call('/things/7', { method: 'DELETE' }, writer)).body.routeKey).toBe('ANY /{proxy+}')
  })

  it('is nowhere for a path without a route', async () => {
    const { status, body } = await call('/')
    expect([status, body]).toEqual([404, { message: 'Not Found' }])
  })
})

describe('who may call', () => {
  const unauthorized = [401, { message: 'Unauthorized' }]

  it('turns away who has no token', async () => {
    const { status, body } = await call('/things/1', {}, '')
    expect([status, body]).toEqual(unauthorized)
  })

  it('turns away a token that is signed with another key', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const [, claims = ''] = token.split('.')
    const forged = await new SignJWT(JSON.parse(Buffer.from(claims, 'base64url').toString()))
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey)
    const { status, body } = await call('/things/1', {}, forged)
    expect([status, body]).toEqual(unauthorized)
  })

  it('turns away a token whose claims were changed, and one that says it needs no signature', async () => {
    const [head = '', claims = '', signature = ''] = token.split('.')
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), 'custom:workspace': 'w2' }
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect((await call('/things/1', {}, [head, encode(changed), signature].join('.'))).status).toBe(401)
    expect((await call('/things/1', {}, `${encode({ alg: 'none' })}.${claims}.`)).status).toBe(401)
  })

  it('turns away a token that has expired, is not valid yet, or never ends', async () => {
    const expired = await cloud.mintToken({ scopes: ['fixture/read'], expiresIn: -1 })
    const early = await cloud.mintToken({ scopes: ['fixture/read'], claims: { nbf: Date.now() / 1000 + 600 } })
    const endless = await cloud.mintToken({ scopes: ['fixture/read'], claims: { exp: undefined } })
    for (const one of [expired, early, endless]) expect((await call('/things/1', {}, one)).status).toBe(401)
  })

  it('turns away a token of another issuer or for another audience', async () => {
    const elsewhere = await cloud.mintToken({ scopes: ['fixture/read'], claims: { iss: 'https://other.example' } })
    const foreign = await cloud.mintToken({ scopes: ['fixture/read'], claims: { client_id: 'other' } })
    const both = await cloud.mintToken({ scopes: ['fixture/read'], claims: { aud: 'other', client_id: 'fixture' } })
    for (const one of [elsewhere, foreign, both]) expect((await call('/things/1', {}, one)).status).toBe(401)
  })

  it('takes a token that names the audience as aud', async () => {
    const claims = { aud: ['fixture', 'more'], client_id: undefined }
    const good = await cloud.mintToken({ scopes: ['fixture/read'], claims })
    expect((await call('/things/1', {}, good)).status).toBe(200)
  })

  it('forbids what no scope of the token allows', async () => {
    const { status, body } = await call('/things/special')
    expect([status, body]).toEqual([403, { message: 'Forbidden' }])
    const nothing = await cloud.mintToken({ scopes: [] })
    expect((await call('/things/1', {}, nothing)).status).toBe(403)
  })
})

describe('what a caller gets', () => {
  const failed = [500, { message: 'Internal Server Error' }]

  it.each(['throw', 'hang', 'spin', 'exit', 'reject', 'hoard', 'nonsense', 'huge'])(
    'is a 500 without any detail when the function does: %s',
    async (wish) => {
      const { status, body } = await call(`/things/1?do=${wish}`)
      expect([status, body]).toEqual(failed)
      expect((await call('/things/1')).status).toBe(200)
    },
  )

  it('is told apart in the log', async () => {
    const reported = cloud.functions.log('Api1').join('\n')
    for (const reason of ['on purpose', 'Task timed out after 1.00 seconds', 'exit status 3', 'nobody caught this']) {
      expect(reported).toContain(reason)
    }
    expect(problems).toContain('Api1 failed: Runtime.OutOfMemory: Runtime ran out of memory')
  })

  it('is the same environment again after a function threw, and a new one after it timed out', async () => {
    const before = Number((await call('/things/1')).headers.get('x-calls'))
    await call('/things/1?do=throw')
    expect(Number((await call('/things/1')).headers.get('x-calls'))).toBe(before + 2)
    await call('/things/1?do=hang')
    expect((await call('/things/1')).headers.get('x-calls')).toBe('1')
  })

  it('is a 200 with the value as JSON when there is no status code', async () => {
    const { status, headers, body } = await call('/things/1?do=plain')
    expect([status, headers.get('content-type'), body]).toEqual([200, 'application/json', { just: 'data' }])
  })

  it('is the bytes of a base64 body, with every cookie', async () => {
    const response = await fetch(`${cloud.apiUrl}/open?do=binary`)
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 1, 2])
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it('is a 413 for a body that Lambda or the API would not take', async () => {
    for (const [letter, megabytes] of [
      ['x', 7],
      ['x', 11],
      ['€', 3],
    ] as const) {
      const body = letter.repeat(megabytes * 1024 * 1024)
      const answer = await call('/open', { method: 'POST', body, headers: { 'content-type': 'text/plain' } })
      expect([answer.status, answer.body]).toEqual([413, { message: 'Request Entity Too Large' }])
    }
  })

  it('has the CORS headers for the console, and none for others', async () => {
    const preflight = (origin: string) =>
      fetch(`${cloud.apiUrl}/things/1`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
    const ours = await preflight('https://console.example')
    expect([ours.status, ours.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization'])
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
    const { headers } = await call('/things/1', { headers: { origin: 'https://console.example' } })
    expect(headers.get('access-control-allow-origin')).toBe('https://console.example')
  })
})
