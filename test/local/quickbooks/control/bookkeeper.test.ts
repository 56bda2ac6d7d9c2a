import { describe, expect, it } from 'vitest'
import { createDriver, type Driver, REALM } from './driver.ts'

const CUSTOMERS = `/companies/${REALM}/customers`

async function create({ control }: Driver, fields: object): Promise<string> {
  const { status, json } = await control('POST', CUSTOMERS, fields)
  expect(status).toBe(200)
  return String(json.Id)
}

describe('a bookkeeper', () => {
  it('creates, finds, reads and edits a customer', async () => {
    const driver = createDriver()
    const id = await create(driver, { DisplayName: "Amy's Birds", PrimaryEmailAddr: { Address: 'Birds@Intuit.com' } })
    await create(driver, { DisplayName: 'Bill' })
    const found = await driver.control('GET', `${CUSTOMERS}?search=birds@`)
    expect(found.json).toMatchObject({ total: 1, items: [{ Id: id, DisplayName: "Amy's Birds" }] })
    const edited = await driver.control('PATCH', `${CUSTOMERS}/${id}`, { CompanyName: 'Birds Ltd', Notes: 'tweets' })
    expect(edited.json).toMatchObject({ CompanyName: 'Birds Ltd', SyncToken: '1' })
    expect((await driver.control('GET', `${CUSTOMERS}/${id}`)).json).toMatchObject({ Notes: 'tweets' })
  })

  it('pages through a list and counts it', async () => {
    const driver = createDriver()
    for (const name of ['Cy', 'Amy', 'Bob']) await create(driver, { DisplayName: name })
    const page = await driver.control('GET', `${CUSTOMERS}?offset=1&limit=1`)
    expect(page.json).toMatchObject({ total: 3, items: [{ DisplayName: 'Bob' }] })
  })

  it('deactivates, which renames, and reactivates', async () => {
    const driver = createDriver()
    const id = await create(driver, { DisplayName: 'Amy' })
    const inactive = await driver.control('POST', `${CUSTOMERS}/${id}/deactivate`)
    expect(inactive.json).toMatchObject({ Active: false, DisplayName: 'Amy (deleted)' })
    expect((await driver.control('GET', `${CUSTOMERS}?active=true`)).json.total).toBe(0)
    expect((await driver.control('GET', `${CUSTOMERS}?active=false`)).json.total).toBe(1)
    const active = await driver.control('POST', `${CUSTOMERS}/${id}/reactivate`)
    expect(active.json).toMatchObject({ Active: true, DisplayName: 'Amy' })
  })

  it('turns multicurrency on by adding a currency, and makes currencies inactive', async () => {
    const { control } = createDriver()
    const currencies = `/companies/${REALM}/currencies`
    expect((await control('GET', currencies)).json).toEqual({ homeCurrency: 'USD', multicurrency: false, items: [] })
    expect((await control('POST', currencies, { code: 'EUR' })).json).toMatchObject({ id: '1', code: 'EUR' })
    expect((await control('PATCH', `${currencies}/1`, { active: false })).json).toMatchObject({ active: false })
    expect((await control('GET', currencies)).json).toMatchObject({ multicurrency: true, items: [{ code: 'EUR' }] })
    expect((await control('POST', currencies, { code: 'USD' })).status).toBe(409)
  })

  it('makes a project under a customer', async () => {
    const driver = createDriver()
    const parent = await create(driver, { DisplayName: 'House' })
    const made = await driver.control('POST', `/companies/${REALM}/projects`, { parent, name: 'Roof' })
    expect(made.json).toMatchObject({ FullyQualifiedName: 'House:Roof', IsProject: true })
  })

  it('puts a customer under another one', async () => {
    const driver = createDriver()
    const [parent, child] = [
      await create(driver, { DisplayName: 'House' }),
      await create(driver, { DisplayName: 'Roof' }),
    ]
    const moved = await driver.control('PATCH', `${CUSTOMERS}/${child}`, { Job: true, ParentRef: { value: parent } })
    expect(moved.json).toMatchObject({ FullyQualifiedName: 'House:Roof', Level: 1 })
  })

  it('merges two customers, and the loser is inactive', async () => {
    const driver = createDriver({ switches: { 'merged-record': 'inactive' } })
    const [survivor, loser] = [
      await create(driver, { DisplayName: 'Amy' }),
      await create(driver, { DisplayName: 'Amy 2' }),
    ]
    const merged = await driver.control('POST', `${CUSTOMERS}/${survivor}/merge`, { loser })
    expect(merged.json).toMatchObject({ Id: survivor, DisplayName: 'Amy' })
    expect((await driver.control('GET', `${CUSTOMERS}/${loser}`)).json).toMatchObject({ Active: false })
  })

  it('makes an invoice, which moves LastUpdatedTime and Balance and not SyncToken; pays and deletes it', async () => {
    const driver = createDriver()
    const id = await create(driver, { DisplayName: 'Amy' })
    driver.clock.advance(60_000)
    const billed = await driver.control('POST', `/companies/${REALM}/invoices`, { customer: id, amount: 12.5 })
    expect(billed.json.customer).toMatchObject({ Balance: 12.5, SyncToken: '0' })
    expect(billed.json.customer?.MetaData?.LastUpdatedTime).not.toBe(billed.json.customer?.MetaData?.CreateTime)
    const invoices = await driver.control('GET', `/companies/${REALM}/invoices?customer=${id}`)
    expect(invoices.json.items).toEqual([billed.json.invoice])
    const invoice = `/companies/${REALM}/invoices/${billed.json.invoice?.id}`
    expect((await driver.control('POST', `${invoice}/pay`)).json).toMatchObject({ Balance: 0 })
    expect((await driver.control('DELETE', invoice)).json).toMatchObject({ Balance: 0 })
    expect((await driver.control('GET', `/companies/${REALM}/invoices`)).json.items).toEqual([])
  })

  it('keeps vendors and employees too', async () => {
    const { control } = createDriver()
    await control('POST', `/companies/${REALM}/vendors`, { DisplayName: 'Bolt' })
    await control('POST', `/companies/${REALM}/employees`, { GivenName: 'Cy', FamilyName: 'Doe' })
    const { json } = await control('GET', `/companies/${REALM}`)
    expect(json).toMatchObject({ vendors: { active: 1 }, employees: { active: 1 }, customers: { active: 0 } })
  })

  it('opens another company, once', async () => {
    const { control } = createDriver()
    const seed = { realmId: '42', kind: 'generated', customers: 30, name: 'Thirty' }
    expect((await control('POST', '/companies', seed)).json).toMatchObject({
      name: 'Thirty',
      customers: { active: 30 },
    })
    expect((await control('POST', '/companies', seed)).status).toBe(409)
    expect((await control('GET', '/companies')).json.items).toHaveLength(2)
  })
})

describe('a mistake', () => {
  it('in a field is refused with QuickBooks’ own reason, and nothing is done', async () => {
    const driver = createDriver()
    const id = await create(driver, { DisplayName: 'Amy' })
    await create(driver, { DisplayName: 'Bob' })
    const { status, json } = await driver.control('PATCH', `${CUSTOMERS}/${id}`, { DisplayName: 'Bob' })
    expect(status).toBe(409)
    expect(json.details).toMatchObject([{ code: '6240' }])
    expect((await driver.control('GET', `${CUSTOMERS}/${id}`)).json.DisplayName).toBe('Amy')
  })

  it('in the name of a field is refused, and nothing is done', async () => {
    const driver = createDriver()
    const id = await create(driver, { DisplayName: 'Amy' })
    const refused = await driver.control('PATCH', `${CUSTOMERS}/${id}`, { fields: { Notes: 'tweets' } })
    expect(refused.status).toBe(409)
    expect(JSON.stringify(refused.json)).toContain('fields')
    expect((await driver.control('GET', `${CUSTOMERS}/${id}`)).json).toMatchObject({ SyncToken: '0' })
  })

  it('in the path names what is not there', async () => {
    const { control } = createDriver()
    expect(await control('GET', '/companies/1/customers')).toMatchObject({
      status: 404,
      json: { error: 'There is no company "1".' },
    })
    expect(await control('GET', `/companies/${REALM}/aliens`)).toMatchObject({
      status: 404,
      json: { error: expect.stringContaining('customers, vendors, employees') },
    })
    expect((await control('GET', `${CUSTOMERS}/9`)).status).toBe(404)
    expect((await control('GET', `${CUSTOMERS}?limit=some`)).status).toBe(400)
  })

  it('in the body is named with its field', async () => {
    const { control } = createDriver()
    expect(await control('POST', CUSTOMERS, '{"DisplayName"')).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('not JSON') },
    })
    expect((await control('POST', CUSTOMERS, [])).status).toBe(400)
    const invoice = await control('POST', `/companies/${REALM}/invoices`, { customer: 1, amount: -1 })
    expect(invoice.json.error).toMatch(/customer/)
    expect(invoice.json.error).toMatch(/amount/)
  })
})
