import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELDS } from '../../../../local/quickbooks/company/fields.ts'
import { drive, REALM } from '../accounting-driver.ts'

const companies = [{ realmId: REALM, kind: 'sample' }] as const
const field = fc.constantFrom(
  ...FIELDS.Customer.special,
  ...FIELDS.Customer.writable.keys(),
  'Unknown',
  '__proto__',
  'constructor',
)
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '1',
    '2',
    '0',
    '',
    ' ',
    '1.5',
    'true',
    '%',
    "'",
    '\\',
    '\u0000',
    '\ud800',
    { value: '7' },
    { value: null },
    { value: {} },
  ),
  fc.dictionary(
    fc.constantFrom('Line1', 'City', 'Address', 'FreeFormNumber', 'URI', 'value', 'x'),
    fc.jsonValue({ maxDepth: 1 }),
  ),
)
const entityBody = fc.array(fc.tuple(field, value), { maxLength: 6 }).map((pairs) => Object.fromEntries(pairs))
const word = fc.constantFrom(
  'select',
  '*',
  'count',
  '(',
  ')',
  'from',
  'Customer',
  'Vendor',
  'CustomerType',
  'where',
  'and',
  'in',
  'like',
  '=',
  '<',
  '>=',
  ',',
  'Id',
  'Active',
  'true',
  "'1'",
  "'%a'",
  "'\\",
  '-1',
  '0',
  '99999999999999999999',
  'orderby',
  'order',
  'by',
  'desc',
  'MetaData.CreateTime',
  'Balance',
  'startposition',
  'maxresults',
  'CURRENT_DATE',
  '\n',
  'DisplayName',
  "''",
  '%',
)
const statement = fc.oneof(
  fc.array(word, { maxLength: 14 }).map((words) => words.join(' ')),
  fc.string(),
)

/** Drives one request and tells what the simulator said of a failure of its own. */
async function failuresOf(run: (driver: ReturnType<typeof drive>) => Promise<{ readonly status: number }>) {
  const failures: string[] = []
  const { status } = await run(drive({ companies, log: (line) => failures.push(line) }))
  return { failures, status }
}

describe('whatever comes in', () => {
  it('as a body is answered by QuickBooks and never by a failure of the simulator', async () => {
    const body = fc.oneof(
      entityBody,
      entityBody.map((Customer) => ({ BatchItemRequest: [{ bId: '1', operation: 'update', Customer }] })),
      fc.jsonValue(),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/customer', '/vendor', '/employee', '/batch', '/query'),
        body,
        async (path, sent) => {
          const { failures, status } = await failuresOf(({ call }) => call('POST', path, sent))
          expect(failures).toEqual([])
          expect([200, 400]).toContain(status)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('as an update of a real customer leaves it readable', async () => {
    await fc.assert(
      fc.asyncProperty(entityBody, fc.boolean(), async (body, sparse) => {
        const { failures, status } = await failuresOf(async ({ call, read }) => {
          await call('POST', '/customer', { ...body, Id: '1', SyncToken: '0', sparse })
          return { status: (await read('1')).Id === '1' ? 200 : 500 }
        })
        expect(failures).toEqual([])
        expect(status).toBe(200)
      }),
      { numRuns: 400 },
    )
  })

  it('as a statement is answered or refused with 2020, 4000 or 4001', async () => {
    await fc.assert(
      fc.asyncProperty(statement, async (text) => {
        const failures: string[] = []
        const { query } = drive({ companies, log: (line) => failures.push(line) })
        const { status, body } = await query(text)
        expect(failures).toEqual([])
        if (status !== 200) expect(['2020', '4000', '4001']).toContain(body.Fault.Error[0].code)
      }),
      { numRuns: 500 },
    )
  })

  it('as a path or parameter is answered', async () => {
    const path = fc.oneof(
      fc.webPath().map((each) => `/v3/company/${REALM}${each}`),
      fc.webQueryParameters().map((each) => `/v3/company/${REALM}/cdc?entities=Customer&changedSince=${each}`),
      fc.webQueryParameters().map((each) => `/v3/company/${REALM}/customer/1?${each}`),
      fc.string().map((each) => `/v3/company/${REALM}/${each}`),
    )
    await fc.assert(
      fc.asyncProperty(path, async (sent) => {
        const { failures, status } = await failuresOf(({ call }) => call('GET', sent))
        expect(failures).toEqual([])
        expect([200, 400, 404]).toContain(status)
      }),
      { numRuns: 400 },
    )
  })
})
