import { describe, expect, it } from 'vitest'
import { type Driver, drive } from '../accounting-driver.ts'

async function seeded(): Promise<Driver> {
  const driver = drive()
  await driver.write({
    DisplayName: "Adam's Shop",
    CompanyName: 'Adam',
    PrimaryEmailAddr: { Address: 'adam@example.com' },
  })
  await driver.write({ DisplayName: 'C\\D Recovery', Balance: 50 })
  await driver.write({ DisplayName: 'Gustavo Roldan', GivenName: 'Gustavo', FamilyName: 'Roldan' })
  await driver.write({ DisplayName: 'Pam Seitz' })
  await driver.write({ DisplayName: 'PG&E' })
  await driver.write({ DisplayName: 'Job', Job: true, ParentRef: { value: '3' } })
  await driver.write({ DisplayName: 'Gone' })
  await driver.write({ Id: '7', SyncToken: '0', sparse: true, Active: false })
  return driver
}

async function ids(driver: Driver, rest: string): Promise<string> {
  const { body, status } = await driver.query(`SELECT * FROM Customer ${rest}`)
  if (status !== 200) return `${body.Fault.Error[0].code}`
  return (body.QueryResponse.Customer ?? []).map((each: { Id: string }) => each.Id).join(' ')
}

describe('the query language', () => {
  it('gives active records only, in byte order of the full name, children right after their parent', async () => {
    expect(await ids(await seeded(), '')).toBe('1 2 3 6 5 4')
  })

  it.each([
    ['Active IN (true,false) for all', 'WHERE Active IN (true,false)', '1 2 7 3 6 5 4'],
    ['Active = false for the inactive', 'WHERE Active = false', '7'],
    ['any case of keywords, attributes and values', "where displayname='GUSTAVO ROLDAN'", '3'],
    ['an apostrophe escaped by a backslash', "WHERE DisplayName = 'Adam\\'s Shop'", '1'],
    ['a backslash escaped by another', "WHERE DisplayName = 'C\\\\D Recovery'", '2'],
    ['IN with several values', "WHERE Id IN ('3', '1', '99')", '1 3'],
    ['LIKE with % anywhere', "WHERE DisplayName LIKE '%a%o%'", '1 3'],
    ['LIKE with a prefix', "WHERE DisplayName LIKE 'p%'", '5 4'],
    ['LIKE in which _ and . stand for themselves', "WHERE DisplayName LIKE 'P_m%'", ''],
    ['AND', "WHERE DisplayName LIKE 'p%' AND Id IN ('4')", '4'],
    ['a number in quotes', "WHERE Balance > '10.0'", '2'],
    ['< and >= on text', "WHERE DisplayName >= 'gustavo' AND DisplayName < 'pb'", '3 6 4'],
    ["null as ' '", "WHERE CompanyName = ' ' AND DisplayName LIKE 'p%'", '5 4'],
    ['an e-mail address', "WHERE PrimaryEmailAddr = 'ADAM@example.com'", '1'],
    ['ORDERBY', 'ORDERBY Id DESC', '6 5 4 3 2 1'],
    ['ORDER BY in two words', 'ORDER BY Id', '1 2 3 4 5 6'],
    ['ORDERBY several', 'ORDERBY Balance DESC, Id DESC', '2 6 5 4 3 1'],
    ['STARTPOSITION and MAXRESULTS', 'ORDERBY Id STARTPOSITION 2 MAXRESULTS 2', '2 3'],
    ['MAXRESULTS before STARTPOSITION', 'ORDERBY Id MAXRESULTS 2 STARTPOSITION 2', '2 3'],
    ['CURRENT_DATE', 'WHERE MetaData.CreateTime >= CURRENT_DATE', '1 2 3 6 5 4'],
    ['a full path', "WHERE FullyQualifiedName = 'gustavo roldan:JOB'", '6'],
  ])('takes %s', async (_what, rest, expected) => {
    expect(await ids(await seeded(), rest)).toBe(expected)
  })

  it('counts', async () => {
    const driver = await seeded()
    const { body } = await driver.query('select count(*) from customer where Active in (true, false)')
    expect(body.QueryResponse).toEqual({ totalCount: 7 })
  })

  it('takes a posted statement as application/text and text/plain', async () => {
    const { call } = await seeded()
    for (const type of ['application/text', 'text/plain']) {
      const { body } = await call('POST', '/query', "select * from Customer where Id = '1'", { 'content-type': type })
      expect(body.QueryResponse.maxResults).toBe(1)
    }
  })

  it('takes a time without a zone as Pacific', async () => {
    const driver = await seeded()
    expect(await ids(driver, "WHERE MetaData.CreateTime >= '2026-11-23T05:00:00' AND Id = '1'")).toBe('1')
    expect(await ids(driver, "WHERE MetaData.CreateTime > '2026-11-23T05:00:00' AND Id = '1'")).toBe('')
  })

  it('gives 100 rows by default and 1000 at most', async () => {
    const driver = drive({ companies: [{ realmId: '9341452000000001', kind: 'generated', customers: 1_200 }] })
    const rows = async (statement: string) => (await driver.query(statement)).body.QueryResponse?.maxResults
    expect(await rows('select * from Customer where Active in (true,false)')).toBe(100)
    expect(await rows('select * from Customer where Active in (true,false) maxresults 1200')).toBe(1000)
    driver.simulator.switches.set('max-results', 'refused')
    const { body } = await driver.query('select * from Customer maxresults 1001')
    expect(body.Fault.Error[0]).toMatchObject({ code: '4001', Message: 'Invalid query' })
  })
})

describe('the answer to a query', () => {
  it('has rows, startPosition and the number of rows as maxResults, and no totalCount', async () => {
    const { query } = await seeded()
    const { body } = await query('select * from Customer startposition 2 maxresults 3')
    expect(Object.keys(body)).toEqual(['QueryResponse', 'time'])
    expect(Object.keys(body.QueryResponse)).toEqual(['Customer', 'startPosition', 'maxResults'])
    expect(body.QueryResponse).toMatchObject({ startPosition: 2, maxResults: 3 })
  })

  it('is empty where nothing fits and behind the last row', async () => {
    const { query } = await seeded()
    expect((await query("select * from Customer where DisplayName = 'nobody'")).body.QueryResponse).toEqual({})
    expect((await query('select * from Customer startposition 100')).body.QueryResponse).toEqual({})
  })
})

describe('a statement that QuickBooks refuses', () => {
  it.each([
    ['SELECT Id FROM Customer', 'Encountered " <IDENTIFIER> "Id "" at line 1, column 8.'],
    ['SELECT * FROM Customer WHERE Balance > 0', 'Encountered " ">" "> "" at line 1, column 38.'],
    [
      "SELECT * FROM Customer WHERE DisplayName = 'a' OR Id = '1'",
      'Encountered " <IDENTIFIER> "OR "" at line 1, column 48.',
    ],
    ["SELECT * FROM Customer WHERE DisplayName = 'O''Neil'", `Encountered " <STRING> "'Neil' "" at line 1, column 47.`],
    ['SELECT * FROM Customer WHERE', 'Encountered "<EOF>" at line 1, column 29.'],
    ['SELECT *\nFROM Customer GROUP BY Id', 'Encountered " <IDENTIFIER> "GROUP "" at line 2, column 15.'],
    ["SELECT * FROM Customer WHERE Id != '3'", 'Encountered " "!=" "!= "" at line 1, column 33.'],
    ["SELECT * FROM Customer WHERE DisplayName = 'open", 'Encountered " <UNKNOWN> "\' "" at line 1, column 44.'],
    ['DELETE FROM Customer', 'Encountered " <IDENTIFIER> "DELETE "" at line 1, column 1.'],
  ])('%s: 4000', async (statement, detail) => {
    const { query } = await seeded()
    const { status, body } = await query(statement)
    expect(status).toBe(400)
    expect(body.Fault.Error[0]).toMatchObject({ Message: 'Error parsing query', code: '4000' })
    expect(body.Fault.Error[0].Detail).toMatch(/\nWas expecting/)
    expect(body.Fault.Error[0].Detail.startsWith(`QueryParserError: ${detail}`)).toBe(true)
  })

  it.each([
    ['SELECT * FROM Custmoer', 'invalid context declaration: Custmoer'],
    ["SELECT * FROM Customer WHERE NoSuchField = '1'", 'Property NoSuchField not found for Entity Customer'],
    ["SELECT * FROM Customer WHERE CustomerTypeRef = '1'", "property 'CustomerTypeRef' is not queryable"],
    ["SELECT * FROM Customer WHERE Notes = 'x'", "property 'Notes' is not queryable"],
    ["SELECT * FROM Customer WHERE PrimaryPhone = 'x'", "property 'PrimaryPhone' is not queryable"],
    ["SELECT * FROM Customer WHERE BalanceWithJobs > '1'", "property 'BalanceWithJobs' is not queryable"],
    ['SELECT * FROM Customer ORDERBY PrimaryEmailAddr', "property 'PrimaryEmailAddr' is not sortable"],
    ['SELECT * FROM Customer STARTPOSITION 0', 'value 0 is too small. Min allowed value is 1'],
    ['SELECT * FROM Customer MAXRESULTS 0', 'value 0 is too small. Min allowed value is 1'],
    ["SELECT * FROM Customer WHERE Id > '3'", "operator > is not supported for property 'Id'"],
    [
      "SELECT * FROM Customer WHERE MetaData.CreateTime > 'soon'",
      "value soon is not valid for property 'MetaData.CreateTime'",
    ],
  ])('%s: 4001', async (statement, detail) => {
    const { query } = await seeded()
    const { status, body } = await query(statement)
    expect(status).toBe(400)
    expect(body.Fault).toEqual({
      Error: [{ Message: 'Invalid query', Detail: `QueryValidationError: ${detail}`, code: '4001' }],
      type: 'ValidationFault',
    })
  })

  it('is none at all: 2020', async () => {
    const { call } = drive()
    expect((await call('GET', '/query')).body.Fault.Error[0]).toMatchObject({ code: '2020', element: 'query' })
  })

  it('takes != and NOT by switch', async () => {
    const driver = await seeded()
    driver.simulator.switches.set('query-not', 'accepted')
    expect(await ids(driver, "WHERE Id != '3'")).toBe('1 2 6 5 4')
    expect(await ids(driver, "WHERE DisplayName NOT LIKE 'p%'")).toBe('1 2 3 6')
    expect(await ids(driver, "WHERE Id NOT IN ('1','2')")).toBe('3 6 5 4')
  })
})

describe('paging by offset', () => {
  it('skips an untouched row when a row before it is deactivated between two pages', async () => {
    const driver = await seeded()
    const first = await ids(driver, 'STARTPOSITION 1 MAXRESULTS 3')
    await driver.write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
    const second = await ids(driver, 'STARTPOSITION 4 MAXRESULTS 3')
    expect([first, second]).toEqual(['1 2 3', '5 4'])
  })
})

describe('other entities', () => {
  it('can be queried: vendors, employees, customer types and the company', async () => {
    const { query } = drive({ companies: [{ realmId: '9341452000000001', kind: 'sample' }] })
    const response = async (statement: string) => (await query(statement)).body.QueryResponse
    expect((await response("select * from Vendor where AcctNum = '1345'")).Vendor[0].DisplayName).toBe(
      'Books by Bessie',
    )
    expect((await response('select * from Employee')).Employee).toHaveLength(1)
    expect((await response("select * from CustomerType where Name = 'commercial'")).CustomerType[0].Id).toBe('2')
    expect((await response('select * from CompanyInfo')).CompanyInfo[0]).toMatchObject({ Id: '1', Country: 'US' })
    expect(await response('select count(*) from CustomerType')).toEqual({ totalCount: 4 })
  })

  it('have no hierarchy: FullyQualifiedName is not a property of vendors', async () => {
    const { query } = drive()
    const { body } = await query("select * from Vendor where FullyQualifiedName = 'x'")
    expect(body.Fault.Error[0].code).toBe('4001')
  })
})
