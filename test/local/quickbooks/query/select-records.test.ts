import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertiesOf } from '../../../../local/quickbooks/company/fields.ts'
import { COMPARE } from '../../../../local/quickbooks/company/store.ts'
import { parseQuery } from '../../../../local/quickbooks/query/parse.ts'
import { NAME_QUERIES } from '../../../../local/quickbooks/query/properties.ts'
import { selectRecords } from '../../../../local/quickbooks/query/select-records.ts'
import { selectRows } from '../../../../local/quickbooks/query/select-rows.ts'
import { validateQuery } from '../../../../local/quickbooks/query/validate.ts'
import { drive, REALM, START } from '../accounting-driver.ts'

const SIZE = 6_000
const { company } = drive({ companies: [{ realmId: REALM, kind: 'generated', customers: SIZE }] })
const { store } = company.state
const everyone = [...store.index('Customer', 'all', 'id').slice(0)]

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`
const someone = fc.integer({ min: 0, max: SIZE - 1 }).map((n) => everyone[n] ?? everyone[0])
const moment = fc.integer({ min: 0, max: 3 * 365 }).map((days) => new Date(START - days * 86_400_000).toISOString())
const comparison = fc.constantFrom('<', '>', '<=', '>=', '=')
const condition = fc.oneof(
  fc
    .uniqueArray(fc.integer({ min: 1, max: SIZE + 10 }), { minLength: 1, maxLength: 5 })
    .map((ids) => `Id IN (${ids.map((id) => `'${id}'`).join(',')})`),
  someone.map((record) => `DisplayName = ${quoted(record?.displayName ?? '')}`),
  someone.map((record) => `FullyQualifiedName = ${quoted(record?.path ?? '')}`),
  fc
    .tuple(someone, fc.integer({ min: 1, max: 8 }))
    .map(([record, n]) => `DisplayName LIKE ${quoted((record?.displayName ?? '').slice(0, n))}`.replace(/'$/, "%'")),
  fc.constantFrom("DisplayName LIKE '%o%7%'", "CompanyName LIKE '%bakery%'", "GivenName = 'ada'", "Balance > '500'"),
  fc
    .tuple(fc.constantFrom('MetaData.LastUpdatedTime', 'MetaData.CreateTime'), comparison, moment)
    .map(([p, o, t]) => `${p} ${o} '${t}'`),
  fc.constantFrom('Active IN (true,false)', 'Active = false', 'Active = true'),
)
const ordering = fc.constantFrom(
  '',
  'Id',
  'Id DESC',
  'FullyQualifiedName',
  'FullyQualifiedName DESC',
  'Balance DESC, Id',
  'FamilyName, Id DESC',
)

describe('a query answered by an index', () => {
  it('gives what testing every record would', () => {
    fc.assert(
      fc.property(
        fc.array(condition, { maxLength: 3 }),
        ordering,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        (conditions, order, start, max, isCount) => {
          const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
          const orderBy = order === '' ? '' : ` ORDERBY ${order}`
          const statement = `SELECT ${isCount ? 'count(*)' : '*'} FROM Customer${where}${orderBy} STARTPOSITION ${start} MAXRESULTS ${max}`
          const parsed = parseQuery(statement, { allowNot: false })
          if (!parsed.ok) throw new Error(parsed.error.Detail)
          const rules = {
            queryable: NAME_QUERIES.Customer,
            known: propertiesOf('Customer'),
            mostResults: 1_000,
            aboveMaximum: 'capped',
            now: START,
          } as const
          const checked = validateQuery(parsed.statement, rules)
          if (!checked.ok) throw new Error(checked.error.Detail)

          const asksForActive = conditions.some((each) => each.startsWith('Active'))
          const candidates = everyone.filter((each) => asksForActive || each.active)
          const expected = selectRows(candidates, checked.query, COMPARE.path)
          const selected = selectRecords(store, 'Customer', checked.query)
          expect(selected.rows.map((each) => each.id)).toEqual(expected.rows.map((each) => each.id))
          if (isCount) expect(selected.count).toBe(expected.count)
        },
      ),
      { numRuns: 300 },
    )
  })
})
