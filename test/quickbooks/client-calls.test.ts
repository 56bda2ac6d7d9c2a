import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Failure, problemOf } from '#core/errors'
import { createQuickBooks } from '#quickbooks/client'
import { openGate } from './gates.ts'
import { json, queryAnswer, type Script, scriptedServer, text } from './scripted-server.ts'

const REALM = '9341452000000001'
const TOKEN = 'eyJ-secret-access-token'
const ROW = { Id: '1', SyncToken: '0', MetaData: { LastUpdatedTime: '2026-01-01T00:00:00-08:00' }, DisplayName: 'Jo' }

let server: Awaited<ReturnType<typeof scriptedServer>>
beforeEach(async () => {
  server = await scriptedServer()
})
afterEach(() => server.close())

function open(gate = openGate(TOKEN), timeoutMs?: number) {
  return createQuickBooks({ environment: 'sandbox', simulatorUrl: server.url, timeoutMs }).open(REALM, gate)
}

async function failureOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => {
      throw new Error('It succeeded.')
    },
    (thrown: unknown) => thrown,
  )
}

const gatewayFault = (status: number, code: string, type: string) =>
  json(status, {
    warnings: null,
    intuitObject: null,
    fault: {
      error: [{ message: `errorCode=00${code}`, detail: `Token expired: ${TOKEN}`, code, element: null }],
      type,
    },
    time: 1601391072830,
  })

const businessFault = (status: number, errors: readonly object[], type = 'ValidationFault') =>
  json(status, { Fault: { Error: errors, type } })

describe('every call', () => {
  beforeEach(() => {
    server.answer((request, response) => {
      const isCount = /count\(/i.test(request.body)
      const body = request.path.includes('/companyinfo/')
        ? { CompanyInfo: { CompanyName: 'Doe Ltd', Country: 'US' } }
        : isCount
          ? { QueryResponse: { totalCount: 3 } }
          : queryAnswer({ Customer: [ROW], Vendor: [ROW], CustomerType: [{ Id: '1', Name: 'Retail' }] })
      json(200, body)(request, response)
    })
  })

  it('has its company, token, requestid and minor version, and asks for JSON', async () => {
    const company = open()
    await company.info()
    await company.count('customer')
    await company.page('customer', 1, 1_000)
    await company.page('vendor', 1, 1_000)
    await company.updatedSince('customer', '2026-01-01T00:00:00.000Z', 1, 1_000)
    await company.byIds('vendor', ['1', '2'])
    await company.customerTypes()
    expect(server.seen).toHaveLength(7)
    for (const { path, query, headers } of server.seen) {
      expect(path).toMatch(new RegExp(`^/v3/company/${REALM}/(query|companyinfo/${REALM})$`, 'i'))
      expect(headers.authorization).toBe(`Bearer ${TOKEN}`)
      expect(headers.accept).toBe('application/json')
      expect(query.get('minorversion')).toBe('75')
    }
    const ids = server.seen.map(({ query }) => query.get('requestid') ?? '')
    expect(new Set(ids).size).toBe(7)
    expect(ids.every((id) => id.length > 0 && id.length <= 50)).toBe(true)
  })

  it('asks for records, active and not, in an order that no rename moves', async () => {
    await open().page('customer', 1_001, 500)
    expect(server.seen[0]?.query.get('query')).toBe(
      'select * from customer WHERE Active IN (true,false) ORDERBY Id STARTPOSITION 1001 MAXRESULTS 500',
    )
  })

  it('asks for changes by a time in UTC, rounded down to the second that QuickBooks keeps', async () => {
    await open().updatedSince('vendor', '2026-01-01T01:02:03.999+01:00', 1, 1_000)
    expect(server.seen[0]?.query.get('query')).toContain("MetaData.LastUpdatedTime >= '2026-01-01T00:02:03Z'")
  })

  it('sends many ids in the body, each once, where no address is too short for them', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => `${5_000_000_000_000_000_000n + BigInt(i)}`)
    await open().byIds('customer', [...ids, ...ids])
    const [request] = server.seen
    expect(request?.method).toBe('POST')
    expect(request?.headers['content-type']).toContain('application/text')
    expect(request?.body.match(/'\d+'/g)?.map((id) => id.slice(1, -1))).toEqual(ids)
  })

  // In the address it took 9 KB, which is more than many a gateway lets in.
  it('asks for a name in the body, where there is room for the longest of any alphabet', async () => {
    const name = '中'.repeat(499)
    await open().byName('customer', `${name}'`)
    const [request] = server.seen
    expect(request?.method).toBe('POST')
    expect(request?.body).toContain(
      `FROM Customer WHERE DisplayName IN ('${name}\\'','${name}\\' (deleted)','${name}\\' (deleted-1)',`,
    )
    expect(request?.body).toMatch(/ \(deleted\) \(2\)'\) AND Active IN \(true,false\)/)
  })

  it('escapes what would end a quoted value', async () => {
    await open().byIds('customer', ["1' OR '", '\\'])
    expect(server.seen[0]?.body).toContain("Id IN ('1\\' OR \\'','\\\\')")
  })

  it('sends nothing for no ids', async () => {
    expect(await open().byIds('customer', [])).toEqual({ records: [] })
    expect(server.seen).toHaveLength(0)
  })

  it('refuses more ids than one statement takes, and pages that QuickBooks cannot give', async () => {
    const company = open()
    await expect(
      company.byIds(
        'customer',
        Array.from({ length: 201 }, (_, i) => String(i)),
      ),
    ).rejects.toThrow(RangeError)
    await expect(company.page('customer', 0, 10)).rejects.toThrow(RangeError)
    await expect(company.page('customer', 1, 1_001)).rejects.toThrow(RangeError)
    await expect(company.updatedSince('customer', 'yesterday', 1, 10)).rejects.toThrow(RangeError)
    expect(server.seen).toHaveLength(0)
  })

  it('refuses a company id that is no number, which would become part of the address', () => {
    const quickbooks = createQuickBooks({ environment: 'sandbox', simulatorUrl: server.url })
    expect(() => quickbooks.open('1/../2', openGate(TOKEN))).toThrow(Failure)
  })
})

describe('connections', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
    server.answer(json(200, queryAnswer({})))
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('are kept from call to call, and not over a sleep in which QuickBooks closed them', async () => {
    const company = open()
    await company.page('customer', 1, 10)
    await company.page('customer', 1, 10)
    const awake = server.connections()
    vi.setSystemTime(Date.now() + 60_000)
    await company.page('customer', 1, 10)
    expect([awake, server.connections()]).toEqual([1, 2])
  })
})

describe('the gate', () => {
  beforeEach(() => server.answer(json(200, queryAnswer({ Customer: [ROW] }))))

  it('is asked before anything is sent, and told after', async () => {
    const gate = openGate(TOKEN)
    let seenAtEnter = -1
    await open({
      ...gate,
      enter: async (kind) => {
        seenAtEnter = server.seen.length
        await gate.enter(kind)
      },
    }).page('customer', 1, 10)
    expect(seenAtEnter).toBe(0)
    expect(gate.entered).toEqual(['read'])
    expect(gate.calls).toEqual([{ kind: 'read', succeeded: true }])
  })

  it('stops a call with its own reason, which is passed on as it is', async () => {
    const gate = openGate(TOKEN)
    const spent = new Failure({ kind: 'readBudgetSpent', month: '2026-11' })
    for (const ask of [
      (company: ReturnType<typeof open>) => company.page('customer', 1, 10),
      (company: ReturnType<typeof open>) => company.count('customer'),
      (company: ReturnType<typeof open>) => company.info(),
    ]) {
      const thrown = await failureOf(ask(open({ ...gate, enter: () => Promise.reject(spent) })))
      expect(thrown).toBe(spent)
    }
    expect(server.seen).toHaveLength(0)
    expect(gate.calls).toEqual([])
  })

  it('of each company serves its own calls, however many run at once', async () => {
    const realms = Array.from({ length: 20 }, (_, i) => String(1_000 + i))
    const gates = realms.map((realm) => openGate(`token-of-${realm}`))
    const quickbooks = createQuickBooks({ environment: 'sandbox', simulatorUrl: server.url })
    await Promise.all(
      realms.flatMap((realm, i) => {
        const company = quickbooks.open(realm, gates[i] ?? openGate(''))
        return [company.page('customer', 1, 10), company.byIds('customer', ['1']), company.page('customer', 11, 10)]
      }),
    )
    expect(server.seen).toHaveLength(60)
    for (const { path, headers } of server.seen)
      expect(headers.authorization).toBe(`Bearer token-of-${path.split('/')[3]}`)
    for (const gate of gates) expect(gate.calls).toHaveLength(3)
  })
})

describe('an access token that QuickBooks refuses', () => {
  const onlyWith = (token: string, good: Script): Script => {
    const refuse = gatewayFault(401, '3200', 'AUTHENTICATION')
    return (request, response) =>
      (request.headers.authorization === `Bearer ${token}` ? good : refuse)(request, response)
  }

  it('is renewed once, and the call sent again with the new one', async () => {
    server.answer(onlyWith('fresh', json(200, queryAnswer({ Customer: [ROW] }))))
    const gate = openGate(TOKEN, 'fresh')
    expect((await open(gate).page('customer', 1, 10)).records).toHaveLength(1)
    expect(gate.renewed).toEqual([TOKEN])
    expect(gate.calls.map(({ succeeded }) => succeeded)).toEqual([false, true])
  })

  it('is not renewed for ever', async () => {
    server.answer(gatewayFault(401, '3200', 'AUTHENTICATION'))
    const gate = openGate(TOKEN)
    expect(problemOf(await failureOf(open(gate).page('customer', 1, 10)))).toEqual({ kind: 'quickbooksAuthExpired' })
    expect(gate.renewed).toHaveLength(1)
    expect(server.seen).toHaveLength(2)
  })

  it('is known by its code in a Fault of QuickBooks, too', async () => {
    server.answer(onlyWith('fresh', json(200, queryAnswer({}))))
    const refuse = businessFault(400, [{ Message: 'message=AuthenticationFailed', code: '003200' }], 'AUTHENTICATION')
    server.answer((request, response) =>
      (request.headers.authorization === 'Bearer fresh' ? json(200, queryAnswer({})) : refuse)(request, response),
    )
    expect((await open(openGate(TOKEN, 'fresh')).page('customer', 1, 10)).records).toEqual([])
  })

  it('ends the call with what the gate says when no other can be had', async () => {
    server.answer(gatewayFault(401, '3200', 'AUTHENTICATION'))
    const needed = new Failure({ kind: 'reconnectNeeded', since: '2026-11-23T00:00:00.000Z', reason: 'invalid_grant' })
    const gate = { ...openGate(TOKEN), renew: () => Promise.reject(needed) }
    expect(await failureOf(open(gate).info())).toBe(needed)
  })
})

const stale = { Message: 'Stale Object Error', Detail: 'Stale : You and …', code: '5010', element: '' }
const missing = { Message: 'Required', Detail: 'Name is missing', code: '2020', element: 'Name' }

describe('an answer that is no good', () => {
  it.each<[string, Script, object]>([
    ['throttling (JSON)', gatewayFault(429, '3001', 'SERVICE'), { kind: 'quickbooksThrottled', restMs: 60_000 }],
    [
      'throttling (XML)',
      text(
        429,
        'text/xml',
        '<Fault type="SERVICE"><Error code="3001"><Message>errorCode=003001</Message></Error></Fault>',
      ),
      { kind: 'quickbooksThrottled', restMs: 60_000 },
    ],
    ['throttling by its padded code', gatewayFault(400, '003001', 'SERVICE'), { kind: 'quickbooksThrottled' }],
    [
      '403',
      gatewayFault(403, '3100', 'SERVICE'),
      { kind: 'quickbooksForbidden', reason: expect.stringContaining('3100') },
    ],
    ['403 without a body', text(403, 'text/plain', ''), { kind: 'quickbooksForbidden' }],
    ['a page of maintenance', text(503, 'text/html', '<html>down</html>'), { kind: 'quickbooksDown' }],
    ['a gateway timeout', text(504, 'text/html', '<html>504</html>'), { kind: 'quickbooksDown' }],
    [
      'a system fault',
      businessFault(500, [{ Message: 'm', code: '10000' }], 'SystemFault'),
      { kind: 'quickbooksDown' },
    ],
    [
      'a system fault with 200',
      businessFault(200, [{ Message: 'm', code: '10000' }], 'SystemFault'),
      { kind: 'quickbooksDown' },
    ],
    ['a company that is locked', businessFault(400, [{ Message: 'locked', code: '140' }]), { kind: 'quickbooksDown' }],
    [
      'a Fault',
      businessFault(400, [missing]),
      { kind: 'quickbooksRefused', code: '2020', message: 'Required', detail: 'Name is missing', element: 'Name' },
    ],
    [
      'a Fault with 200, no time and an empty element',
      businessFault(200, [stale]),
      { kind: 'quickbooksRefused', code: '5010', message: 'Stale Object Error', detail: 'Stale : You and …' },
    ],
    [
      'a Fault of several errors',
      businessFault(400, [missing, stale]),
      { kind: 'quickbooksRefused', code: '2020', detail: 'Name is missing · Stale : You and …' },
    ],
    [
      'a Fault without detail or element',
      businessFault(400, [{ Message: 'Unsupported Operation', code: '500' }]),
      { kind: 'quickbooksRefused', code: '500', detail: 'Unsupported Operation' },
    ],
    [
      'a page with 200',
      text(200, 'text/html', '<html>hello</html>'),
      { kind: 'quickbooksUnreadable', reason: expect.stringContaining('page') },
    ],
    [
      'JSON that is cut off',
      text(200, 'application/json', '{"QueryResponse":{"Customer":[{"Id":'),
      { kind: 'quickbooksUnreadable', reason: expect.stringContaining('cut off') },
    ],
    [
      'nothing',
      text(200, 'application/json', ''),
      { kind: 'quickbooksUnreadable', reason: expect.stringContaining('nothing') },
    ],
    ['a 404 without a Fault', json(404, {}), { kind: 'quickbooksUnreadable', reason: expect.stringContaining('404') }],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end('{}'),
      { kind: 'quickbooksUnreadable' },
    ],
    ['a connection that is reset', (_, response) => response.socket?.resetAndDestroy(), { kind: 'quickbooksDown' }],
    [
      'a body that ends early',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1_000 })
        response.write('{"QueryResponse"', () => response.socket?.destroy())
      },
      { kind: 'quickbooksDown' },
    ],
  ])('%s becomes a problem of our own, and nothing is sent again', async (_name, script, problem) => {
    server.answer(script)
    const gate = openGate(TOKEN)
    const thrown = await failureOf(open(gate).page('customer', 1, 10))
    expect(problemOf(thrown)).toMatchObject(problem)
    expect(server.seen).toHaveLength(1)
    expect(gate.calls).toEqual([{ kind: 'read', succeeded: false }])
    expect(inspect(thrown, { depth: 12 })).not.toContain(TOKEN)
  })

  it.each([
    ['JSON of another kind', [1]],
    ['rows that are no objects', queryAnswer({ Customer: ['x'] })],
    ['rows that are no list', { QueryResponse: { Customer: {} } }],
  ])('with %s cannot be read, though Intuit meters it as a read that succeeded', async (_name, body) => {
    server.answer(json(200, body))
    const gate = openGate(TOKEN)
    expect(problemOf(await failureOf(open(gate).page('customer', 1, 10)))?.kind).toBe('quickbooksUnreadable')
    expect(gate.calls).toEqual([{ kind: 'read', succeeded: true }])
  })

  it('that never comes is given up after the time limit', async () => {
    server.answer(() => {})
    expect(problemOf(await failureOf(open(openGate(TOKEN), 50).page('customer', 1, 10)))).toEqual({
      kind: 'quickbooksDown',
      reason: 'QuickBooks did not answer within 0.05 s.',
    })
  })

  it('that never ends is given up after the time limit', async () => {
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const trickle = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(trickle))
    })
    expect(problemOf(await failureOf(open(openGate(TOKEN), 60).count('customer')))).toMatchObject({
      kind: 'quickbooksDown',
      reason: expect.stringContaining('0.06 s'),
    })
  })

  it('of nobody is a connection refused', async () => {
    const { url } = server
    await server.close()
    const company = createQuickBooks({ environment: 'sandbox', simulatorUrl: url }).open(REALM, openGate(TOKEN))
    const thrown = await failureOf(company.info())
    expect(problemOf(thrown)).toMatchObject({ kind: 'quickbooksDown', reason: expect.stringContaining('ECONNREFUSED') })
    expect(inspect(thrown, { depth: 12 })).not.toContain(TOKEN)
    server = await scriptedServer()
  })

  it('with one row that cannot be read is refused whole, and the reason names the row', async () => {
    server.answer(json(200, queryAnswer({ Customer: [ROW, { ...ROW, Id: '2', SyncToken: null }] })))
    expect(problemOf(await failureOf(open().page('customer', 1, 10)))).toMatchObject({
      kind: 'quickbooksUnreadable',
      reason: expect.stringMatching(/customer \(Id 2\).*SyncToken/),
    })
  })
})

describe('an answer that is good', () => {
  it('keeps text of every script and every escape as it was sent', async () => {
    const name = '株式会社 "Ünal\\" O\'Brien \u{1F600} \u2028'
    server.answer(json(200, queryAnswer({ Customer: [{ ...ROW, DisplayName: name }] })))
    const { records } = await open().page('customer', 1, 10)
    expect(records[0]?.raw.DisplayName).toBe(name)
  })

  // DynamoDB takes none, so that one name that was cut between its halves stopped every pull of its company.
  it('has no halves of characters: each becomes the sign for one that nobody knows', async () => {
    const halves = { DisplayName: 'Jo \ud83d', CompanyName: '\ude00\ud83d\ude00\ud83d', 'half \ud800': '\\ud83d' }
    const shouted = JSON.stringify(queryAnswer({ Customer: [{ ...ROW, ...halves }] })).replaceAll('ud83d', 'uD83D')
    for (const body of [JSON.stringify(queryAnswer({ Customer: [{ ...ROW, ...halves }] })), shouted]) {
      server.answer(text(200, 'application/json', body.replaceAll('😀', '\\ud83d\\ude00')))
      const { records } = await open().page('customer', 1, 10)
      expect(records[0]?.snapshot.fields).toMatchObject({ displayName: 'Jo \ufffd', companyName: '\ufffd😀\ufffd' })
      expect(JSON.stringify(records[0]?.raw).isWellFormed()).toBe(true)
      expect(String(records[0]?.raw['half \ufffd']).toLowerCase()).toBe('\\ud83d')
    }
  })

  it('without rows is an empty page', async () => {
    server.answer(json(200, { QueryResponse: {}, time: '2026-01-01T00:00:00Z' }))
    expect(await open().page('customer', 1, 10)).toEqual({ records: [] })
  })

  it('of customer types is read page by page to its end', async () => {
    const types = Array.from({ length: 1_001 }, (_, i) => ({
      Id: String(i + 1),
      Name: `Type ${i + 1}`,
      Active: i !== 0,
    }))
    server.answer((request, response) => {
      const start = Number(/STARTPOSITION (\d+)/.exec(request.query.get('query') ?? '')?.[1])
      json(200, queryAnswer({ CustomerType: types.slice(start - 1, start + 999) }))(request, response)
    })
    const read = await open().customerTypes()
    expect(read).toHaveLength(1_001)
    expect(read[0]).toEqual({ id: '1', name: 'Type 1', active: false })
    expect(server.seen).toHaveLength(2)
  })
})
