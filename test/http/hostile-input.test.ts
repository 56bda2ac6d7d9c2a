import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { adminRoutes } from '#http/admin-routes'
import { connectRoutes } from '#http/connection-routes'
import { oauthRoutes } from '#http/oauth-routes'
import { createLogWatch, itLogsNothingOf } from './log-watch.ts'
import { type Answered, type Ask, type Asked, adminWorld, connect, connectWorld } from './world.ts'

const watch = createLogWatch()
const admin = watch.over(adminWorld())
await connect(admin.ports)
const connecting = watch.over(connectWorld())
await connect(connecting.ports)

const all = [
  ...adminRoutes.map((route) => ({ ...shapeOf(route), ask: admin.ask })),
  ...[...connectRoutes, ...oauthRoutes].map((route) => ({ ...shapeOf(route), ask: connecting.ask })),
]

type Shape = Readonly<{
  method: string
  path: string
  query: readonly string[]
  body: readonly string[] | undefined
  ids: boolean
}>

type Tried = Shape & Readonly<{ ask: Ask }>

// Names are read off the declaration, so that whatever a new route takes is filled in, too.
function shapeOf(route: Readonly<{ method: string; path: string; query: z.ZodObject; body: z.ZodType | undefined }>) {
  const { method, path, query, body } = route
  return {
    method,
    path,
    query: Object.keys(query.shape),
    body: body === undefined ? undefined : namesOf(body),
    ids: path.includes('{'),
  }
}

function namesOf(body: z.ZodType): readonly string[] {
  if (body instanceof z.ZodObject) return Object.keys(body.shape)
  if (!(body instanceof z.ZodUnion)) return []
  return body.options.flatMap((option) => (option instanceof z.ZodType ? namesOf(option) : []))
}

const hostile = [
  '\u0000',
  'a\u0000b',
  '\u001b[31mred',
  'line\u2028line',
  '\ud800',
  'x\r\nset-cookie: planted=1',
  '\r\n\r\n<script>',
  "' OR 1=1 --",
  "\\'",
  '%25%00',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'prototype',
  'x'.repeat(100_000),
]

const deepList = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
const deepObject = `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`
const polluting = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}'

const at = (path: string, id = 'x1'): string => path.replaceAll(/\{\w+\}/g, id)
const versioned = { 'if-match': '"1"' }

async function tried({ ask, method, path }: Tried, asked: Asked, id?: string): Promise<Answered> {
  const answered = await ask(method, at(path, id), { headers: versioned, ...asked })
  expect(answered.status).toBeLessThan(500)
  for (const header of Object.values(answered.headers)) expect(header).not.toMatch(/[\r\n\0]/)
  if (answered.status >= 400 && answered.headers['content-type'] === 'application/problem+json') {
    expect(answered.json.detail).toEqual(expect.stringMatching(/\w/))
  }
  expect(Reflect.has({}, 'polluted')).toBe(false)
  return answered
}

const withBody = all.filter(({ body }) => body !== undefined)
const withQuery = all.filter(({ query }) => query.length > 0)
const withId = all.filter(({ ids }) => ids)

describe('a hostile body', () => {
  it.each(withBody)('of any JSON ends $method $path in an answer', async (route) => {
    const known = fc.dictionary(fc.constantFrom(...(route.body ?? []), '__proto__'), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), known), async (body) => {
        await tried(route, { body: JSON.stringify(body) })
      }),
      { numRuns: 60 },
    )
  })

  it.each(withBody)('of any text where $method $path names a field ends in an answer', async (route) => {
    for (const name of route.body ?? []) {
      for (const value of hostile) {
        await tried(route, { body: { [name]: value } })
        await tried(route, { body: { [name]: { [value]: value, fields: { displayName: value } } } })
      }
    }
  })

  it.each(withBody)('that is nested very deeply is refused by $method $path', async (route) => {
    const deep = [deepList, deepObject, ...(route.body ?? []).map((name) => `{${JSON.stringify(name)}:${deepList}}`)]
    for (const body of deep) {
      const { status } = await tried(route, { body })
      expect([400, 404, 413]).toContain(status)
    }
  })

  it.each(withBody)('of 10 MB is refused by $method $path before it is parsed', async (route) => {
    const body = `${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}`
    const { status, json } = await tried(route, { body })
    expect([status, json.type]).toEqual([413, '/problems/body-too-large'])
  })

  it.each(withBody)('that names prototypes is refused by $method $path, and changes none', async (route) => {
    const nested = (route.body ?? []).map((name) => `{${JSON.stringify(name)}:${polluting}}`)
    for (const body of [polluting, ...nested]) expect([400, 404]).toContain((await tried(route, { body })).status)
  })
})

describe('what queries and lists are written with', () => {
  it.each(["'", '\\', "\\'", '%', '_', "' OR 1=1 --", '%25', '__proto__', 'constructor', '{{x}}'])(
    'is a name like any other, kept exactly as it was sent: %s',
    async (name) => {
      const { ask } = watch.over(adminWorld())
      const { status, json } = await ask('POST', '/contacts', { body: { fields: { displayName: name } } })
      expect([status, json.name]).toEqual([201, name])
      expect((await ask('GET', `/contacts/${json.id}`)).json.name).toBe(name)
      expect((await ask('GET', '/contacts', { query: { search: name } })).json.items).toHaveLength(1)
      expect((await ask('GET', '/contacts', { query: { search: `no ${name}` } })).json.items).toEqual([])
    },
  )
})

describe('what a person types', () => {
  it.each(['a\u0000b', '\u0007', 'x\u001b[31m', '\u009f', 'half \ud800', '\udc00 a half'])(
    'is refused with the reason where neither side could keep it: %j',
    async (notes) => {
      const wrong = await admin.ask('POST', '/contacts', {
        body: { kind: 'client', fields: { displayName: 'Ada', notes } },
      })
      expect(wrong.status).toBe(400)
      expect(wrong.json).toMatchObject({ errors: [{ path: 'fields.notes' }] })
      const address = { billAddress: { line1: notes } }
      const also = await admin.ask('POST', '/contacts', {
        body: { kind: 'client', fields: { displayName: 'A', ...address } },
      })
      expect(also.json).toMatchObject({ errors: [{ path: 'fields.billAddress.line1' }] })
    },
  )

  it.each(['a\tb\nc\r\nd', '👩‍🚒 é é', 'a\u2028b', "' OR 1=1 -- \\ %25"])(
    'is kept exactly as typed: %j',
    async (notes) => {
      const made = await admin.ask('POST', '/contacts', {
        body: { kind: 'client', fields: { displayName: 'Ada', notes } },
      })
      expect(made.status).toBe(201)
      expect(made.json).toMatchObject({ fields: { notes } })
    },
  )
})

describe('a search', () => {
  // A selection is stored beside its run, and DynamoDB takes no half of a character: it ended in a fault.
  it.each(['half \ud800', '\udc00 a half'])('for half a character is refused in words: %j', async (search) => {
    const body = { as: 'account', select: { filter: 'all', search } }
    const { status, json } = await admin.ask('POST', '/imports', { body })
    expect([status, json.type]).toEqual([400, '/problems/invalid-input'])
    expect(JSON.stringify(json.errors)).toContain('half a character')
  })
})

describe('a hostile query', () => {
  it.each(withQuery)('ends $method $path in an answer', async (route) => {
    for (const name of route.query) for (const value of hostile) await tried(route, { query: { [name]: value } })
  })

  it.each(all)('that names prototypes changes none at $method $path', async (route) => {
    for (const name of ['__proto__', 'constructor', 'prototype', '__proto__[polluted]']) {
      await tried(route, { query: { [name]: '1' } })
    }
  })
})

describe('a hostile id', () => {
  it.each(withId)('is refused by $method $path', async (route) => {
    for (const id of hostile) expect([400, 404]).toContain((await tried(route, { body: {} }, id)).status)
  })
})

describe('a hostile header', () => {
  it.each(all)('gets into no header of the answer of $method $path', async (route) => {
    for (const value of hostile) {
      const headers = { 'idempotency-key': value, 'if-match': value, accept: value, 'content-type': value }
      await tried(route, { headers, body: '{}' })
    }
  })
})

itLogsNothingOf(watch)
