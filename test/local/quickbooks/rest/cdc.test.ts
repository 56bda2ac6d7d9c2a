import { describe, expect, it } from 'vitest'
import { type Driver, drive, REALM, START } from '../accounting-driver.ts'

const changed = async (driver: Driver, since: string, entities = 'Customer') =>
  driver.call('GET', `/cdc?entities=${entities}&changedSince=${encodeURIComponent(since)}`)

const ago = (ms: number): string => new Date(START - ms).toISOString()
const DAY = 86_400_000

describe('change data capture', () => {
  it('groups full entities by type, in order of LastUpdatedTime', async () => {
    const driver = drive()
    await driver.write({ DisplayName: 'V' }, 'Vendor')
    await driver.write({ DisplayName: 'A' })
    await driver.write({ DisplayName: 'B' })
    driver.clock.advance(5_000)
    await driver.write({ Id: '2', SyncToken: '0', sparse: true, Notes: 'later' })
    const { body } = await changed(driver, ago(1_000), 'customer,Vendor')
    expect(Object.keys(body)).toEqual(['CDCResponse', 'time'])
    const [customers, vendors] = body.CDCResponse[0].QueryResponse
    expect(Object.keys(customers)).toEqual(['Customer', 'startPosition', 'maxResults'])
    expect(customers.Customer.map((each: { Id: string }) => each.Id)).toEqual(['3', '2'])
    expect(customers.Customer[0]).toEqual(await driver.read('3'))
    expect(vendors).toMatchObject({ Vendor: [{ Id: '1' }], startPosition: 1, maxResults: 1 })
  })

  it('answers with one part for each entity asked, in the order asked, empty where nothing changed', async () => {
    const driver = drive()
    expect((await changed(driver, ago(DAY))).body.CDCResponse).toEqual([{ QueryResponse: [{}] }])
    await driver.write({ DisplayName: 'A' })
    const { body } = await changed(driver, ago(DAY), 'Vendor,Customer,Employee')
    expect(body.CDCResponse).toMatchObject([{ QueryResponse: [{}, { Customer: [{ Id: '1' }] }, {}] }])
    expect(body.CDCResponse[0].QueryResponse.map((part: object) => Object.keys(part).length > 0)).toEqual([
      false,
      true,
      false,
    ])
  })

  it('counts the entities of a part, by switch', async () => {
    for (const position of ['absent', 'present'] as const) {
      const driver = drive({ switches: { 'cdc-total-count': position } })
      await driver.write({ DisplayName: 'A' })
      const [part] = (await changed(driver, ago(DAY))).body.CDCResponse[0].QueryResponse
      expect(part.startPosition).toBe(1)
      expect(part.totalCount).toBe(position === 'present' ? 1 : undefined)
    }
  })

  it('sends a merged record that is gone as a tombstone after the others, without startPosition where there is nothing else', async () => {
    const driver = drive({ switches: { 'merged-record': 'gone' } })
    await driver.write({ DisplayName: 'A' })
    await driver.write({ DisplayName: 'B' })
    driver.clock.advance(60_000)
    driver.company.bookkeeper.merge('Customer', '1', '2')
    const { body } = await changed(driver, ago(0))
    const [part] = body.CDCResponse[0].QueryResponse
    expect(part.Customer.map((each: { Id: string; status?: string }) => [each.Id, each.status])).toEqual([
      ['1', undefined],
      ['2', 'Deleted'],
    ])
    expect(part.Customer[1]).toEqual({
      domain: 'QBO',
      status: 'Deleted',
      Id: '2',
      MetaData: { LastUpdatedTime: '2026-11-23T05:01:00-08:00' },
    })
    driver.clock.advance(60_000)
    driver.company.bookkeeper.edit('Customer', '1', { Notes: 'x' })
    driver.company.bookkeeper.create('Customer', { DisplayName: 'C' })
    driver.company.bookkeeper.create('Vendor', { DisplayName: 'D' })
    driver.clock.advance(60_000)
    driver.company.bookkeeper.create('Vendor', { DisplayName: 'E' })
    driver.company.bookkeeper.merge('Vendor', '4', '5')
    driver.simulator.switches.set('cdc-deactivated', 'tombstone')
    driver.company.bookkeeper.deactivate('Vendor', '4')
    const gone = await changed(driver, ago(-120_000), 'Vendor')
    expect(gone.body.CDCResponse[0].QueryResponse[0]).toMatchObject({ maxResults: 2, totalCount: 2 })
    expect(gone.body.CDCResponse[0].QueryResponse[0]).not.toHaveProperty('startPosition')
  })

  it('sends a deactivated record as an entity, or as a tombstone, by switch', async () => {
    for (const position of ['entity', 'tombstone'] as const) {
      const driver = drive({ switches: { 'cdc-deactivated': position } })
      await driver.write({ DisplayName: 'A' })
      await driver.write({ Id: '1', SyncToken: '0', sparse: true, Active: false })
      const [only] = (await changed(driver, ago(DAY))).body.CDCResponse[0].QueryResponse[0].Customer
      if (position === 'entity') expect(only).toMatchObject({ Active: false, DisplayName: 'A (deleted)' })
      else expect(only.status).toBe('Deleted')
    }
  })

  it('is cut at 1,000 objects, leaving out the newest or the oldest by switch', async () => {
    const driver = drive({
      companies: [{ realmId: REALM, kind: 'generated', customers: 3_000 }],
      switches: { 'cdc-look-back': 'full' },
    })
    const times = async () => {
      const [part] = (await changed(driver, ago(1_200 * DAY))).body.CDCResponse[0].QueryResponse
      const all = part.Customer.map((each: { MetaData: { LastUpdatedTime: string } }) =>
        Date.parse(each.MetaData.LastUpdatedTime),
      )
      expect(all).toHaveLength(1000)
      expect(all).toEqual(all.toSorted((a: number, b: number) => a - b))
      return all
    }
    const oldest = await times()
    driver.simulator.switches.set('cdc-order', 'oldest')
    const newest = await times()
    expect(oldest.at(-1)).toBeLessThan(newest[0])
  })

  it('refuses to look back more than 30 days, cuts it to 30 days, or gives all, by switch', async () => {
    for (const position of ['error', 'truncated', 'full'] as const) {
      const driver = drive({ switches: { 'cdc-look-back': position } })
      await driver.write({ DisplayName: 'Old' })
      driver.clock.advance(40 * DAY)
      await driver.write({ DisplayName: 'New' })
      const { status, body } = await changed(driver, ago(DAY))
      if (position === 'error') expect([status, body.Fault.Error[0].code]).toEqual([400, '6000'])
      else {
        const names = body.CDCResponse[0].QueryResponse[0].Customer.map(
          (each: { DisplayName: string }) => each.DisplayName,
        )
        expect(names).toEqual(position === 'full' ? ['Old', 'New'] : ['New'])
      }
    }
  })

  it('counts a change at exactly changedSince, or not, by switch', async () => {
    for (const [position, count] of [
      ['inclusive', 1],
      ['exclusive', 0],
    ] as const) {
      const driver = drive({ switches: { 'cdc-since': position } })
      await driver.write({ DisplayName: 'A' })
      const [part] = (await changed(driver, ago(0))).body.CDCResponse[0].QueryResponse
      expect(part.Customer ?? []).toHaveLength(count)
    }
  })

  it('understands an offset whose + arrived as a blank', async () => {
    const driver = drive()
    await driver.write({ DisplayName: 'A' })
    const { status } = await driver.call('GET', '/cdc?entities=Customer&changedSince=2026-11-23T00:00:00+01:00')
    expect(status).toBe(200)
  })

  it.each([
    ['/cdc?changedSince=2026-11-23', '2020'],
    ['/cdc?entities=Customer', '2020'],
    ['/cdc?entities=Customer&changedSince=yesterday', '2010'],
    ['/cdc?entities=JournalCode&changedSince=2026-11-23', '2010'],
  ])('refuses %s with %s', async (path, code) => {
    const { status, body } = await drive().call('GET', path)
    expect([status, body.Fault.Error[0].code]).toEqual([400, code])
  })
})
