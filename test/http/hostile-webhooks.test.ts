import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MemoryPorts } from '#memory/ports'
import { signatureOf, webhookWorld } from './webhook-world.ts'
import { connect } from './world.ts'

const ACME = '310687'
const GLOBEX = '9341452000000011'

/** Stands in whatever odd is sent, so that a log that holds any of it is found out. */
const CANARY = 'canary@example.com'

type Told = Readonly<{ realmId?: unknown; id?: unknown; eventId?: unknown; entity?: unknown; mergedFromId?: unknown }>
type Form = Readonly<{
  form: string
  /** One event that is right, except for what is given. */
  event: (told?: Told) => object
  /** What is sent: whatever the parts are, in their places. */
  delivery: (parts: readonly unknown[]) => object
}>

const cloudEvents: Form = {
  form: 'CloudEvents',
  event: ({
    realmId = ACME,
    id = '1',
    eventId = `event-of-${JSON.stringify(id)}`,
    entity = 'customer',
    mergedFromId,
  } = {}) => ({
    specversion: '1.0',
    id: eventId,
    source: 'intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=',
    type: `qbo.${entity}.${mergedFromId === undefined ? 'updated' : 'merged'}.v1`,
    datacontenttype: 'application/json',
    time: '2026-11-20T15:25:05Z',
    intuitentityid: id,
    intuitaccountid: realmId,
    data: mergedFromId === undefined ? {} : { deletedid: mergedFromId },
  }),
  delivery: (parts) => parts,
}

const legacy: Form = {
  form: 'the older form',
  event: ({ realmId = ACME, id = '1', entity = 'Customer', mergedFromId } = {}) => ({
    realmId,
    dataChangeEvent: {
      entities: [
        {
          id,
          operation: mergedFromId === undefined ? 'Update' : 'Merge',
          name: entity,
          lastUpdated: '2026-11-20T15:25:05.000Z',
          ...(mergedFromId !== undefined && { deletedId: mergedFromId }),
        },
      ],
    },
  }),
  delivery: (eventNotifications) => ({ eventNotifications }),
}

const forms = [cloudEvents, legacy]
const logs: MemoryPorts['log'][] = []

async function world() {
  const made = webhookWorld()
  const { ports, delivering } = made
  logs.push(ports.log)
  await connect(ports, 'acme', ACME)
  await connect(ports, 'globex', GLOBEX)
  const marked = (workspace: string) => ports.markers.toRead(workspace, 1_000)
  return {
    ...made,
    marked,
    idsOf: async (workspace: string) => (await marked(workspace)).map(({ id }) => id).sort(),
    deliverWith: (markers: Partial<MemoryPorts['markers']>) =>
      delivering({ ...ports, markers: { ...ports.markers, ...markers } }),
  }
}

const TEN_MB = 10_000_000
const polluting = `{"__proto__":{"polluted":"${CANARY}"},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}`
const halfText = Uint8Array.from([0x5b, 0x22, 0xc3, 0x28, 0xff, 0xfe, 0x22, 0x5d])

const noDeliveries: readonly (readonly [what: string, body: () => string | Uint8Array])[] = [
  ['10 MB of lists that never end', () => '['.repeat(TEN_MB)],
  ['10 MB of lists in lists', () => '['.repeat(TEN_MB / 2) + ']'.repeat(TEN_MB / 2)],
  ['10 MB of objects in objects', () => `${'{"a":'.repeat(TEN_MB / 6)}1${'}'.repeat(TEN_MB / 6)}`],
  ['10 MB of one text', () => JSON.stringify(CANARY.repeat(TEN_MB / CANARY.length))],
  ['10 MB of nothing', () => ' '.repeat(TEN_MB)],
  ['prototypes', () => polluting],
  ['prototypes in a list', () => `[${polluting},[${polluting}]]`],
  ['no JSON', () => CANARY],
  ['half of JSON', () => JSON.stringify([cloudEvents.event(), cloudEvents.event()]).slice(0, -9)],
  ['no bytes at all', () => new Uint8Array()],
  ['a number', () => '7'],
  ['a number beyond all numbers', () => '1e999'],
  ['a text', () => JSON.stringify(CANARY)],
  ['null', () => 'null'],
  ['true', () => 'true'],
  ['nulls', () => '[null,null,null]'],
  ['what is not UTF-8', () => halfText],
  ['control characters', () => '\u0000\u0007\u001b[31m'],
  ['a NUL behind JSON', () => '[]\u0000'],
  ['line ends', () => '\r\n\r\n'],
]

const noIds: readonly unknown[] = [
  '7'.repeat(10_000),
  'x'.repeat(10_000),
  '1'.repeat(19),
  "1'",
  "' OR Id > '0",
  "1') OR (Id > '0",
  '1\\',
  '1/2',
  '../2',
  '1 2',
  ' 1',
  '1\u0000',
  '1\r\nintuit-signature: x',
  '"1"',
  '#',
  '%',
  '1#2',
  '\ud800',
  '１',
  '٣',
  '0',
  '-1',
  '1.5',
  '1e3',
  '0x1',
  '',
  CANARY,
  '__proto__',
  'constructor',
  -1,
  1.5,
  1e21,
  2 ** 53,
  true,
  null,
  [],
  ['1'],
  {},
  { toString: '1' },
]

/** Each with its name for a test: as JSON, as far as anyone would read it. */
const named = (values: readonly unknown[]) =>
  values.map((value) => [JSON.stringify(value).slice(0, 40), value] as const)

const isClean = () => expect([Reflect.has({}, 'polluted'), Object.keys(Object.prototype)]).toEqual([false, []])

describe('a signed body that is no delivery', () => {
  it.each(noDeliveries)('is taken in and marks nothing: %s', async (_what, body) => {
    const { deliver, metrics, idsOf, ports } = await world()
    expect(await deliver(body())).toMatchObject({ status: 200, text: '{}' })
    expect(metrics.total('WebhookUnreadable')).toBeGreaterThan(0)
    expect([...(await idsOf('acme')), ...ports.hints.pulls.all()]).toEqual([])
    isClean()
  })

  it.each([
    ['[', '{}', ']'],
    ['[', 'null', ']'],
    ['{"eventNotifications":[', '{}', ']}'],
    ['{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":[', '{}', ']}}]}'],
  ])('is taken in before the sender gives up when it is millions of nothings: %s%s%s', async (start, nothing, end) => {
    const { deliver, metrics } = await world()
    const count = Math.floor(TEN_MB / (nothing.length + 1))
    expect((await deliver(`${start}${`${nothing},`.repeat(count - 1)}${nothing}${end}`)).status).toBe(200)
    expect(metrics.total('WebhookUnreadable')).toBe(count)
  })

  it('is taken in whatever is added to the address', async () => {
    const { deliver, idsOf } = await world()
    const query = new URLSearchParams("a=1&a=2&__proto__=3&__proto__=4&x=%00'")
    expect((await deliver([cloudEvents.event({ id: '8' })], {}, query)).status).toBe(200)
    expect(await idsOf('acme')).toEqual(['8'])
  })
})

describe.each(forms)('an odd event in $form', ({ event, delivery }) => {
  const good = ['1', '2']
  /** Sends it between two events that are right, and tells what was marked. */
  const between = async (odd: string) => {
    const made = await world()
    const [first, last] = good.map((id) => JSON.stringify(event({ id })))
    const body = JSON.stringify(delivery(['here'])).replace('"here"', () => `${first},${odd},${last}`)
    expect((await made.deliver(body)).status).toBe(200)
    isClean()
    return made
  }

  it.each(named(noIds))(
    'does not keep its neighbours from being marked when its id is none: %s',
    async (_shown, id) => {
      const { idsOf, metrics } = await between(JSON.stringify(event({ id })))
      expect(await idsOf('acme')).toEqual(good)
      expect(metrics.total('WebhookUnreadable')).toBe(1)
    },
  )

  it.each(named(noIds))('is marked without what cannot have been merged: %s', async (_shown, mergedFromId) => {
    const { marked } = await between(JSON.stringify(event({ id: '3', mergedFromId })))
    const told = await marked('acme')
    expect(told.map(({ id }) => id).sort()).toEqual(['1', '2', '3'])
    for (const one of told) expect(one).not.toHaveProperty('mergedFromId')
  })

  it.each(named([...noIds, '123', 123]))('is dropped when its company is none: %s', async (_shown, realmId) => {
    const { idsOf, metrics } = await between(JSON.stringify(event({ realmId, id: '3' })))
    expect([await idsOf('acme'), await idsOf('globex')]).toEqual([good, []])
    expect(metrics.total('WebhookUnreadable') + metrics.total('WebhookUnknownCompany')).toBe(1)
  })

  it.each(['invoice', 'Vendor', 'customers', 'customer ', 'cuſtomer', '__proto__', 'constructor', CANARY, '\u0000'])(
    'is dropped with a metric when it is of a kind that takes no part: %j',
    async (entity) => {
      const { idsOf, metrics } = await between(JSON.stringify(event({ entity, id: '3' })))
      expect(await idsOf('acme')).toEqual(good)
      expect(metrics.total('WebhookUnreadable') + metrics.total('WebhookUnknownEntity')).toBe(1)
    },
  )

  it.each([
    ['lists', () => '['.repeat(TEN_MB / 20) + ']'.repeat(TEN_MB / 20)],
    ['objects', () => `${'{"a":'.repeat(TEN_MB / 60)}1${'}'.repeat(TEN_MB / 60)}`],
    ['prototypes', () => polluting],
    ['a text', () => JSON.stringify(CANARY)],
    ['nothing', () => 'null'],
  ])('does not keep its neighbours from being marked when it is made of %s', async (_what, odd) => {
    expect(await (await between(odd())).idsOf('acme')).toEqual(good)
  })

  it('changes no prototype, and gets no value from one, whatever it names at whatever depth', async () => {
    const inherited = `{"id":"3","intuitentityid":"3","deletedid":"4","deletedId":"4","realmId":"${ACME}","polluted":1}`
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const everywhere = JSON.stringify(event({ id: null }))
        .replaceAll('{', `{"${name}":${inherited},`)
        .replaceAll(',}', '}')
      const { marked } = await between(everywhere)
      expect((await marked('acme')).map(({ id, mergedFromId }) => [id, mergedFromId]).sort()).toEqual([
        ['1', undefined],
        ['2', undefined],
      ])
    }
  })

  it('leaves its neighbours whatever becomes of its parts', async () => {
    const whole = event({ id: '3', mergedFromId: '4' })
    await fc.assert(
      fc.asyncProperty(fc.nat(nodesOf(whole) - 1), fc.jsonValue(), async (at, value) => {
        const { idsOf } = await between(withNode(whole, at, value))
        expect(await idsOf('acme')).toEqual(expect.arrayContaining(good))
      }),
      { numRuns: 300 },
    )
  })

  it('marks nothing but numbers, wherever in a delivery any JSON stands', async () => {
    const whole = delivery([event(), event({ id: '2', mergedFromId: '3' }), event({ realmId: GLOBEX, id: '4' })])
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(...noIds))
    await fc.assert(
      fc.asyncProperty(fc.nat(nodesOf(whole) - 1), odd, async (at, value) => {
        const { deliver, marked } = await world()
        expect((await deliver(withNode(whole, at, value))).status).toBe(200)
        const told = [...(await marked('acme')), ...(await marked('globex'))]
        const numbers = told.flatMap(({ id, mergedFromId }) => [id, mergedFromId ?? '1'])
        expect(numbers.filter((id) => !/^[1-9][0-9]*$/.test(id) || id.length > 18)).toEqual([])
        isClean()
      }),
      { numRuns: 300 },
    )
  })
})

describe('a date that is none', () => {
  const dates = ['', 'yesterday', '2026-13-45T99:99:99Z', '0000', CANARY, '9'.repeat(10_000), 7, null, {}, []]

  it.each(named(dates))('keeps no event from being marked: %s', async (_shown, date) => {
    const { deliver, idsOf } = await world()
    await deliver([{ ...cloudEvents.event({ id: '5' }), time: date }])
    const entities = [{ id: '6', name: 'Customer', operation: 'Update', lastUpdated: date }]
    await deliver({ eventNotifications: [{ realmId: ACME, dataChangeEvent: { entities } }] })
    expect(await idsOf('acme')).toEqual(['5', '6'])
  })
})

describe('an odd entity of the older form', () => {
  it('leaves those beside it in the same notification', async () => {
    const { deliver, idsOf, metrics } = await world()
    const entityOf = (id: unknown) => ({ id, name: 'Customer', operation: 'Update' })
    const entities = [entityOf('1'), ...noIds.map(entityOf), null, [], CANARY, {}, entityOf('2')]
    await deliver({ eventNotifications: [null, { realmId: ACME, dataChangeEvent: { entities } }, 7] })
    expect(await idsOf('acme')).toEqual(['1', '2'])
    expect(metrics.total('WebhookUnreadable')).toBe(noIds.length + 6)
  })
})

describe('an id of an event', () => {
  const texts = ['', ' ', '\u0000', '\ud800', 'x'.repeat(500_000), CANARY.repeat(100), '\r\n', 'ä']

  it.each(named([...texts, 7, null, {}]))('that is none hides no other event: %s', async (_shown, eventId) => {
    const { deliver, idsOf } = await world()
    for (const id of ['1', '2']) expect((await deliver([cloudEvents.event({ id, eventId })])).status).toBe(200)
    expect(await idsOf('acme')).toEqual(['1', '2'])
  })

  it.each(named(texts))('that could not be stored is not remembered: %s', async (_shown, eventId) => {
    const { deliverWith } = await world()
    const remembered: string[] = []
    const deliver = deliverWith({
      remember: async (ids) => {
        remembered.push(...ids)
      },
    })
    await deliver([cloudEvents.event({ eventId }), cloudEvents.event({ id: '2', eventId: 'storable' })])
    expect(remembered).toEqual([expect.stringContaining('storable')])
  })

  it('hides no change of another record, should Intuit give both the same', async () => {
    const { deliver, idsOf, marked } = await world()
    await deliver([cloudEvents.event({ id: '1', eventId: 'same' })])
    await deliver([cloudEvents.event({ id: '2', eventId: 'same' })])
    await deliver([cloudEvents.event({ id: '2', eventId: 'same', mergedFromId: '3' })])
    expect(await idsOf('acme')).toEqual(['1', '2', '2'])
    expect((await marked('acme')).filter(({ mergedFromId }) => mergedFromId === '3')).toHaveLength(1)
  })
})

describe.each(forms)('a signature over $form', ({ event, delivery }) => {
  const body = JSON.stringify(delivery([event(), event({ id: '2' })]))
  const good = signatureOf(body)
  const wrong: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
    ['empty', { 'intuit-signature': '' }],
    ['too short', { 'intuit-signature': good.slice(0, -4) }],
    ['too long', { 'intuit-signature': `${good}AAAA` }],
    ['10,000 characters', { 'intuit-signature': good.repeat(230) }],
    ['no base64', { 'intuit-signature': '!'.repeat(good.length) }],
    ['in hexadecimal', { 'intuit-signature': Buffer.from(good, 'base64').toString('hex') }],
    ['in base64 of addresses', { 'intuit-signature': Buffer.from(good, 'base64').toString('base64url') }],
    ['in lower case', { 'intuit-signature': good.toLowerCase() }],
    ['with a name before it', { 'intuit-signature': `sha256=${good}` }],
    ['of no bytes', { 'intuit-signature': signatureOf('') }],
    ['of the same JSON written otherwise', { 'intuit-signature': signatureOf(`${body}\n`) }],
    ['made with another key', { 'intuit-signature': signatureOf(body, 'another token') }],
    ['made with no key', { 'intuit-signature': signatureOf(body, '') }],
    ['there twice', { 'intuit-signature': `${good},${good}` }],
    ['there twice, with a space', { 'intuit-signature': `${good}, ${good}` }],
    ['followed by a line end', { 'intuit-signature': `${good}\r\n` }],
    ['followed by a header', { 'intuit-signature': `${good}\r\nx-canary: ${CANARY}` }],
    ['behind a NUL', { 'intuit-signature': `\u0000${good}` }],
    ['a text', { 'intuit-signature': CANARY }],
    ['under another name', { 'intuit-signature': '', 'x-intuit-signature': good, authorization: good }],
  ]

  it.each(wrong)('that is %s is refused, and nothing is marked', async (_what, headers) => {
    const { deliver, idsOf, metrics, ports } = await world()
    const { status, json } = await deliver(body, headers)
    expect([status, json.type]).toEqual([401, '/problems/signature-invalid'])
    expect([...(await idsOf('acme')), ...ports.hints.pulls.all()]).toEqual([])
    expect([metrics.total('WebhookUnsigned'), metrics.total('WebhookEvents')]).toEqual([1, 0])
    expect((await deliver(body)).status).toBe(200)
    expect(await idsOf('acme')).toEqual(['1', '2'])
  })

  it('is refused when any one byte of the body is another', async () => {
    const bytes = new TextEncoder().encode(body)
    const { deliver, idsOf } = await world()
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const other = bytes.map((byte, at) => (at === place ? byte ^ change : byte))
        expect((await deliver(other, { 'intuit-signature': good })).status).toBe(401)
      }),
    )
    expect(await idsOf('acme')).toEqual([])
  })

  it('is refused over an odd body, too', async () => {
    const { deliver } = await world()
    for (const [, odd] of noDeliveries) expect((await deliver(odd(), { 'intuit-signature': good })).status).toBe(401)
  })
})

describe.each(forms)('companies in $form', ({ event, delivery }) => {
  it('are told nothing of each other', async () => {
    const { deliver, idsOf, ports } = await world()
    await deliver(delivery([event({ id: '1' })]))
    expect([await idsOf('acme'), await idsOf('globex')]).toEqual([['1'], []])
    expect(ports.hints.pulls.all()).toEqual([{ kind: 'marked', workspace: 'acme' }])
  })

  it('do not hide an event by having one of the same id', async () => {
    const { deliver, idsOf, metrics } = await world()
    const same = { id: '1', eventId: 'same' }
    await deliver(delivery([event(same)]))
    await deliver(delivery([event({ ...same, realmId: GLOBEX })]))
    await deliver(delivery([event({ ...same, id: '2' }), event({ ...same, id: '2', realmId: GLOBEX })]))
    expect([await idsOf('acme'), await idsOf('globex')]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ])
    expect(metrics.total('WebhookRepeated')).toBe(0)
  })

  it('are each told their own when there are hundreds of them in one delivery, and unknown ones between', async () => {
    const { ports, deliver, idsOf, metrics } = await world()
    const numbers = Array.from({ length: 300 }, (_, number) => number + 1)
    for (const number of numbers) await connect(ports, `w${number}`, `7000${number}`)
    const events = numbers.flatMap((number) => [
      event({ realmId: `7000${number}`, id: String(number) }),
      event({ realmId: `8000${number}`, id: '1' }),
    ])
    expect((await deliver(delivery(events))).status).toBe(200)
    for (const number of numbers) expect(await idsOf(`w${number}`)).toEqual([String(number)])
    expect(metrics.total('WebhookUnknownCompany')).toBe(300)
  })

  it('are served although one of them cannot be, and that one with the next try', async () => {
    const { deliver, deliverWith, idsOf, ports } = await world()
    const failing = deliverWith({
      markToRead: async (workspace, records, nowMs) => {
        if (workspace === 'acme') throw new Error(`The table does not answer about ${CANARY}.`)
        await ports.markers.markToRead(workspace, records, nowMs)
      },
    })
    const numbers = Array.from({ length: 40 }, (_, number) => number + 1)
    for (const number of numbers) await connect(ports, `w${number}`, `7000${number}`)
    const events = [event({ id: '1' }), ...numbers.map((number) => event({ realmId: `7000${number}`, id: '2' }))]
    expect((await failing(delivery(events))).status).toBe(500)
    for (const number of numbers) expect(await idsOf(`w${number}`)).toEqual(['2'])
    expect((await deliver(delivery(events))).status).toBe(200)
    expect(await idsOf('acme')).toEqual(['1'])
  })
})

describe('the log of all of it', () => {
  it('holds nothing that was sent', () => {
    const logged = JSON.stringify(logs.flatMap((log) => log.lines()))
    expect(logged).toContain('signatureInvalid')
    for (const text of [CANARY, 'canary', 'OR Id', 'polluted', '7777', '\\u0000', 'intuitentityid', 'entities', ACME]) {
      expect(logged).not.toContain(text)
    }
  })
})

/** How many values the JSON is made of, itself among them. */
function nodesOf(json: unknown): number {
  let nodes = 0
  JSON.stringify(json, (_key, node: unknown) => {
    nodes++
    return node
  })
  return nodes
}

/** The JSON as text, with another value in the place of one that it is made of. */
function withNode(json: unknown, at: number, value: unknown): string {
  let place = 0
  return JSON.stringify(json, (_key, node: unknown) => (place++ === at ? value : node))
}
