import NodeQuickBooks from 'node-quickbooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { APP, CALLBACK, consent, REALM, type Running, startSimulator } from './running.ts'

type Done = (error: unknown, data?: unknown) => void
type Entity = 'Customer' | 'Vendor' | 'Employee'
type Library = {
  token: string | null
  readonly refreshToken: string | null
} & {
  readonly [M in `create${Entity}` | `update${Entity | 'CompanyInfo'}`]: (record: object, done: Done) => void
} & {
  readonly [M in `find${Entity | 'CustomerType' | 'CompanyInfo'}s`]: (criteria: object | string, done: Done) => void
} & {
  readonly [M in `get${Entity | 'CustomerType' | 'CompanyInfo'}`]: (id: string, done: Done) => void
} & {
  readonly batch: (items: readonly object[], done: Done) => void
  readonly changeDataCapture: (entities: readonly string[], since: string, done: Done) => void
  readonly getUserInfo: (done: Done) => void
  readonly refreshAccessToken: (done: Done) => void
  readonly revokeAccess: (useRefresh: boolean, done: Done) => void
}

// The library's own types describe an export that it does not have; these are its documented calls for names.
const Client = NodeQuickBooks as unknown as {
  new (
    consumerKey: string,
    consumerSecret: string,
    token: string | null,
    tokenSecret: false,
    realmId: string,
    useSandbox: boolean,
    debug: boolean,
    minorversion: null,
    oauthversion: '2.0',
    refreshToken?: string | null,
  ): Library
  V3_ENDPOINT_BASE_URL: string
  TOKEN_URL: string
  REVOKE_URL: string
  USER_INFO_URL: string
}

let running: Running
let qbo: Library
beforeAll(async () => {
  running = await startSimulator()
  Client.V3_ENDPOINT_BASE_URL = `${running.url}/v3/company/`
  Client.TOKEN_URL = `${running.url}/oauth2/v1/tokens/bearer`
  Client.USER_INFO_URL = `${running.url}/v1/openid_connect/userinfo`
  Client.REVOKE_URL = `${running.url}/v2/oauth2/tokens/revoke`
})
afterAll(() => running.close())

function connect(): Library {
  const { accessToken, grant } = running.simulator.modules.oauth.grant(APP.clientId, REALM)
  return new Client(
    APP.clientId,
    APP.clientSecret,
    accessToken,
    false,
    REALM,
    true,
    false,
    null,
    '2.0',
    grant.refreshToken,
  )
}
beforeEach(() => {
  qbo = connect()
})

/** What a test looks into by name; a name that is not there is undefined, and fails where something is expected. */
interface Answer {
  readonly [name: string]: Answer
}
type Failure = { readonly response?: { readonly status: number; readonly data: Answer } }

/** The result of a call in the library's callback style. */
const call = (run: (done: Done) => void): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // A test says by name what it expects to be in there.
    run((error, data) => (error === null || error === undefined ? resolve(data as Answer) : reject(error)))
  })
const refusal = (run: (done: Done) => void): Promise<Failure> =>
  call(run).then(
    () => {
      throw new Error('it was not refused')
    },
    (error: Failure) => error,
  )
const faultCode = (failure: Failure): unknown => failure.response?.data.Fault?.Error?.[0]?.code

describe('node-quickbooks', () => {
  it('creates, reads, updates, deactivates and finds a customer', async () => {
    const made = await call((done) => qbo.createCustomer({ DisplayName: "O'Hara & Søn" }, done))
    expect(made).toMatchObject({ DisplayName: "O'Hara & Søn", SyncToken: '0', Active: true })
    const Id = String(made.Id)
    expect(await call((done) => qbo.getCustomer(Id, done))).toEqual(made)
    const sparse = await call((done) => qbo.updateCustomer({ Id, SyncToken: '0', CompanyName: 'Hara' }, done))
    expect(sparse).toMatchObject({ CompanyName: 'Hara', DisplayName: "O'Hara & Søn", SyncToken: '1' })
    const found = await call((done) => qbo.findCustomers({ DisplayName: "O'Hara & Søn" }, done))
    expect(found.QueryResponse).toMatchObject({ Customer: [{ Id }], startPosition: 1, maxResults: 1 })
    const gone = await call((done) => qbo.updateCustomer({ Id, SyncToken: '1', Active: false }, done))
    expect(gone).toMatchObject({ Active: false, DisplayName: "O'Hara & Søn (deleted)" })
  })

  it('fully updates a customer where sparse is false: what is not sent is gone', async () => {
    const made = await call((done) => qbo.createCustomer({ DisplayName: 'Full', Notes: 'x' }, done))
    const whole = { Id: String(made.Id), SyncToken: '0', DisplayName: 'Full', sparse: false }
    const updated = await call((done) => qbo.updateCustomer(whole, done))
    expect(updated).not.toHaveProperty('Notes')
  })

  it('creates, reads, updates and finds a vendor', async () => {
    const made = await call((done) => qbo.createVendor({ DisplayName: 'Bolt & Nut' }, done))
    const Id = String(made.Id)
    await call((done) => qbo.updateVendor({ Id, SyncToken: '0', AcctNum: '7' }, done))
    expect(await call((done) => qbo.getVendor(Id, done))).toMatchObject({ AcctNum: '7', SyncToken: '1' })
    const found = await call((done) =>
      qbo.findVendors([{ field: 'DisplayName', value: 'Bolt%', operator: 'LIKE' }], done),
    )
    expect(found.QueryResponse).toMatchObject({ Vendor: [{ Id }] })
  })

  it('creates, reads, updates and finds an employee', async () => {
    const made = await call((done) => qbo.createEmployee({ GivenName: 'Cy', FamilyName: 'Young' }, done))
    const Id = String(made.Id)
    await call((done) => qbo.updateEmployee({ Id, SyncToken: '0', GivenName: 'Sy' }, done))
    expect(await call((done) => qbo.getEmployee(Id, done))).toMatchObject({ GivenName: 'Sy' })
    const found = await call((done) => qbo.findEmployees({ GivenName: 'Sy' }, done))
    expect(found.QueryResponse).toMatchObject({ Employee: [{ Id }] })
  })

  it('reads the company and its customer types', async () => {
    expect(await call((done) => qbo.getCompanyInfo(REALM, done))).toMatchObject({ domain: 'QBO', Country: 'US' })
    const infos = await call((done) => qbo.findCompanyInfos({}, done))
    expect(infos.QueryResponse).toMatchObject({ CompanyInfo: [{ Id: '1' }] })
    const types = await call((done) => qbo.findCustomerTypes({}, done))
    const first = types.QueryResponse?.CustomerType?.[0]
    expect(await call((done) => qbo.getCustomerType(String(first?.Id), done))).toMatchObject({ Name: first?.Name })
  })

  it('is refused to change the company, which is read only here', async () => {
    const { response } = await refusal((done) => qbo.updateCompanyInfo({ Id: '1', SyncToken: '0' }, done))
    expect(response?.status).toBe(400)
    expect(response?.data.Fault).toMatchObject({ Error: [{ code: '500' }] })
  })

  it('finds by several criteria, in order, by page, and counts', async () => {
    const criteria = [
      { field: 'Active', value: [true, false], operator: 'IN' as const },
      { field: 'MetaData.LastUpdatedTime', value: '2015-01-01', operator: '>=' as const },
      { field: 'limit', value: 5 },
      { field: 'offset', value: 3 },
      { field: 'asc', value: 'Id' },
    ]
    const page = await call((done) => qbo.findCustomers(criteria, done))
    expect(page.QueryResponse).toMatchObject({ startPosition: 3, maxResults: 5 })
    const counted = await call((done) => qbo.findCustomers({ count: true }, done))
    expect(counted.QueryResponse).toEqual({
      totalCount: running.simulator.companies.find(REALM)?.count('Customer', true),
    })
  })

  it('fetches all pages', async () => {
    const all = await call((done) => qbo.findCustomers({ fetchAll: true, limit: 10 }, done))
    const expected = running.simulator.companies.find(REALM)?.count('Customer', true)
    expect(all.QueryResponse?.Customer).toHaveLength(expected ?? -1)
  })

  it('takes a where clause as text', async () => {
    await call((done) => qbo.createCustomer({ DisplayName: 'Écho Ltd' }, done))
    const found = await call((done) => qbo.findCustomers(" where DisplayName = 'Écho Ltd'", done))
    expect(found.QueryResponse).toMatchObject({ Customer: [{ DisplayName: 'Écho Ltd' }] })
  })

  it('sends a batch of creates, an update and a query, each answered by its bId', async () => {
    const made = await call((done) => qbo.createCustomer({ DisplayName: 'Batch 0' }, done))
    const answer = await call((done) =>
      qbo.batch(
        [
          { bId: 'bid1', operation: 'create', Customer: { DisplayName: 'Batch 1' } },
          { bId: 'bid2', operation: 'create', Customer: { DisplayName: 'Batch 0' } },
          {
            bId: 'bid3',
            operation: 'update',
            Customer: { Id: String(made.Id), SyncToken: '0', sparse: true, Notes: 'x' },
          },
          { bId: 'bid4', operation: 'create', Vendor: { DisplayName: 'Batch vendor' } },
          { bId: 'bid5', Query: "select * from Customer where DisplayName = 'Batch 1'" },
        ],
        done,
      ),
    )
    expect(answer.BatchItemResponse).toMatchObject([
      { bId: 'bid1', Customer: { DisplayName: 'Batch 1' } },
      { bId: 'bid2', Fault: { type: 'ValidationFault', Error: [{ code: '6240' }] } },
      { bId: 'bid3', Customer: { Notes: 'x' } },
      { bId: 'bid4', Vendor: { DisplayName: 'Batch vendor' } },
      { bId: 'bid5', QueryResponse: { Customer: [{ DisplayName: 'Batch 1' }] } },
    ])
  })

  it('asks for changes since a moment', async () => {
    const since = new Date(Date.now() - 60_000).toISOString()
    const made = await call((done) => qbo.createCustomer({ DisplayName: 'Changed lately' }, done))
    const answer = await call((done) => qbo.changeDataCapture(['Customer', 'Vendor'], since, done))
    const lists = answer.CDCResponse?.[0]?.QueryResponse
    expect(lists?.[0]?.Customer).toContainEqual(made)
  })

  it('repeats a create with its requestId and gets the first answer', async () => {
    const fields = { DisplayName: 'Once only', requestId: 'b6f1' }
    const first = await call((done) => qbo.createCustomer({ ...fields }, done))
    const second = await call((done) => qbo.createCustomer({ ...fields }, done))
    expect(second.Id).toBe(first.Id)
  })

  it('is refused a stale, a taken, an unknown and a broken record with the code of each', async () => {
    const made = await call((done) => qbo.createCustomer({ DisplayName: 'Stale' }, done))
    const Id = String(made.Id)
    await call((done) => qbo.updateCustomer({ Id, SyncToken: '0', Notes: '1' }, done))
    expect(faultCode(await refusal((done) => qbo.updateCustomer({ Id, SyncToken: '0', Notes: '2' }, done)))).toBe(
      '5010',
    )
    expect(faultCode(await refusal((done) => qbo.createCustomer({ DisplayName: 'Stale' }, done)))).toBe('6240')
    expect(faultCode(await refusal((done) => qbo.getCustomer('999999', done)))).toBe('610')
    expect(faultCode(await refusal((done) => qbo.getCustomer('1.5', done)))).toBe('2030')
    expect(faultCode(await refusal((done) => qbo.createCustomer({ DisplayName: 'A:B' }, done)))).toBe('2040')
    expect(faultCode(await refusal((done) => qbo.findCustomers({ NoSuchField: 'x' }, done)))).toBe('4001')
  })

  it('reads who signed in', async () => {
    const { clientId } = APP
    const uri = `${running.url}/connect/oauth2?${new URLSearchParams({ client_id: clientId, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid email', state: 's' })}`
    const code = new URL(await consent(uri)).searchParams.get('code') ?? ''
    const answer = await fetch(Client.TOKEN_URL, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${APP.clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK }),
    })
    const { access_token } = JSON.parse(await answer.text())
    const mine = new Client(clientId, APP.clientSecret, access_token, false, REALM, true, false, null, '2.0')
    expect(await call((done) => mine.getUserInfo(done))).toMatchObject({ email: 'john@doe.com' })
  })

  it('meets the gateway’s own envelope with a token that nobody gave', async () => {
    const stranger = new Client(APP.clientId, APP.clientSecret, 'x'.repeat(700), false, REALM, true, false, null, '2.0')
    const { response } = await refusal((done) => stranger.getCompanyInfo(REALM, done))
    expect(response?.status).toBe(401)
    expect(response?.data.fault).toMatchObject({ type: 'AUTHENTICATION', error: [{ code: '3200', element: null }] })
  })

  it('refreshes its tokens and goes on', async () => {
    const before = qbo.token
    await call((done) => qbo.refreshAccessToken(done))
    expect(qbo.token).not.toBe(before)
    expect(await call((done) => qbo.getCompanyInfo(REALM, done))).toMatchObject({ domain: 'QBO' })
  })

  it('revokes access by either token', async () => {
    for (const useRefresh of [true, false]) {
      const mine = connect()
      const { token, refreshToken } = mine
      await call((done) => mine.revokeAccess(useRefresh, done))
      expect(mine.token).toBeNull()
      const late = new Client(
        APP.clientId,
        APP.clientSecret,
        token,
        false,
        REALM,
        true,
        false,
        null,
        '2.0',
        refreshToken,
      )
      expect((await refusal((done) => late.getCompanyInfo(REALM, done))).response?.status).toBe(403)
      expect((await refusal((done) => late.refreshAccessToken(done))).response?.data).toEqual({
        error: 'invalid_grant',
      })
    }
  })
})
