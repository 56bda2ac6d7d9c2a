import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { APP, createDriver, OTHER_REALM, REALM } from './driver.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

async function bodyAfterCreate(switches: Parameters<typeof createDriver>[0]) {
  const driver = createDriver(switches)
  const id = driver.create('Amy')
  await driver.advance(0)
  const notification = driver.arrived[0]
  return { id, notification, json: JSON.parse(notification?.body ?? 'null'), driver }
}

describe('a CloudEvents notification', () => {
  it('is a bare array of events with the documented keys in their order', async () => {
    const { id, json } = await bodyAfterCreate({ switches: { 'event-time': 'nanoseconds', 'event-id': 'uuid' } })
    expect(json).toHaveLength(1)
    expect(Object.keys(json[0])).toEqual([
      'specversion',
      'id',
      'source',
      'type',
      'datacontenttype',
      'time',
      'intuitentityid',
      'intuitaccountid',
      'data',
    ])
    expect(json[0]).toMatchObject({
      specversion: '1.0',
      type: 'qbo.customer.created.v1',
      datacontenttype: 'application/json',
      intuitentityid: id,
      intuitaccountid: REALM,
      data: {},
    })
    expect(json[0].source).toMatch(/^intuit\.[A-Za-z0-9+/]{43}=$/)
    expect(json[0].id).toMatch(UUID)
    expect(json[0].time).toMatch(/^2026-11-23T08:00:00\.123\d{6}Z$/)
  })

  it('writes its time in seconds, milliseconds or nanoseconds by switch', async () => {
    const timeIn = async (position: 'seconds' | 'milliseconds' | 'nanoseconds') =>
      (await bodyAfterCreate({ switches: { 'event-time': position } })).json[0].time
    expect(await timeIn('seconds')).toBe('2026-11-23T08:00:00Z')
    expect(await timeIn('milliseconds')).toBe('2026-11-23T08:00:00.123Z')
    expect(await timeIn('nanoseconds')).toHaveLength('2026-11-23T08:00:00.123456789Z'.length)
  })

  it('varies the precision of times and the form of ids by default', async () => {
    const driver = createDriver()
    for (let i = 0; i < 40; i++) driver.create(`Customer ${i}`)
    await driver.advance(0)
    const events: { time: string; id: string }[] = JSON.parse(driver.arrived[0]?.body ?? '[]')
    expect(new Set(events.map(({ time }) => time.length)).size).toBe(3)
    expect(new Set(events.map(({ id }) => UUID.test(id))).size).toBe(2)
    expect(events.some(({ id }) => id.includes('-Payroll'))).toBe(true)
  })

  it('tells of employees and vendors as of customers: they share the space of names', async () => {
    const driver = createDriver()
    const told = async (): Promise<unknown> => {
      await driver.advance(0)
      const { type, intuitentityid } = JSON.parse(driver.arrived.at(-1)?.body ?? '[]')[0]
      return [type, intuitentityid]
    }
    const { bookkeeper } = driver.company
    for (const [entity, word, id] of [
      ['Employee', 'employee', '1'],
      ['Vendor', 'vendor', '2'],
    ] as const) {
      bookkeeper.create(entity, { GivenName: word, FamilyName: 'Platt' })
      expect(await told()).toEqual([`qbo.${word}.created.v1`, id])
      bookkeeper.edit(entity, id, { DisplayName: `${word} Stone` })
      expect(await told()).toEqual([`qbo.${word}.updated.v1`, id])
      bookkeeper.deactivate(entity, id)
      expect(await told()).toEqual([`qbo.${word}.updated.v1`, id])
    }
  })

  it('can have an id that is no UUID and names something else than the entity of its type', async () => {
    const { id, json } = await bodyAfterCreate({ switches: { 'event-id': 'other-name' } })
    expect(json[0].id).toMatch(new RegExp(`^[0-9a-f]{20}-PayrollCustomer-${id}$`))
    expect(json[0].type).toBe('qbo.customer.created.v1')
  })

  it('can come without datacontenttype, and with alternative_ids in its data, by switch', async () => {
    const { id, json } = await bodyAfterCreate({
      switches: { 'event-data-content-type': 'absent', 'event-alternative-ids': 'present' },
    })
    expect(json[0]).not.toHaveProperty('datacontenttype')
    expect(json[0].data).toEqual({ alternative_ids: [{ type: 'legacy', id }] })
  })

  it('can name entity and id in the id of the event', async () => {
    const { id, json } = await bodyAfterCreate({ switches: { 'event-id': 'uuid-entity-id' } })
    expect(json[0].id.endsWith(`-Customer-${id}`)).toBe(true)
  })

  it('can come as application/cloudevents+json', async () => {
    const { notification } = await bodyAfterCreate({ switches: { 'event-content-type': 'cloudevents' } })
    expect(notification?.headers['content-type']).toBe('application/cloudevents+json')
  })

  it('can carry the whole entity in data', async () => {
    const { json } = await bodyAfterCreate({ switches: { 'event-data': 'entity' } })
    expect(json[0].data).toMatchObject({ DisplayName: 'Amy', SyncToken: '0' })
  })

  it('tells of a merge with the survivor as entity and the loser as deletedid', async () => {
    const driver = createDriver()
    const [survivor, loser] = [driver.create('Amy'), driver.create('Amy 2')]
    await driver.advance(0)
    driver.company.bookkeeper.merge('Customer', survivor, loser)
    await driver.advance(0)
    const events: { type: string }[] = JSON.parse(driver.arrived[1]?.body ?? '[]')
    const merged = events.find(({ type }) => type === 'qbo.customer.merged.v1')
    expect(merged).toMatchObject({ intuitentityid: survivor, data: { deletedid: loser } })
  })

  it('names vendors and employees, and updates', async () => {
    const driver = createDriver()
    const vendor = driver.company.bookkeeper.create('Vendor', { DisplayName: 'Bolt' })
    driver.company.bookkeeper.create('Employee', { GivenName: 'Cy', FamilyName: 'Doe' })
    if (vendor.ok) driver.company.bookkeeper.edit('Vendor', String(vendor.record.Id), { CompanyName: 'Bolt Ltd' })
    await driver.advance(0)
    const events: { type: string }[] = JSON.parse(driver.arrived[0]?.body ?? '[]')
    expect(events.map(({ type }) => type)).toEqual([
      'qbo.vendor.created.v1',
      'qbo.employee.created.v1',
      'qbo.vendor.updated.v1',
    ])
  })

  it('calls a deactivation an update or a delete by switch', async () => {
    for (const [position, type] of [
      ['Update', 'qbo.customer.updated.v1'],
      ['Delete', 'qbo.customer.deleted.v1'],
    ] as const) {
      const driver = createDriver({ switches: { 'deactivation-event': position } })
      const id = driver.create('Amy')
      await driver.advance(0)
      driver.company.bookkeeper.deactivate('Customer', id)
      await driver.advance(0)
      expect(JSON.parse(driver.arrived[1]?.body ?? '[]')[0].type).toBe(type)
    }
  })
})

describe('a legacy notification', () => {
  it('has one entry a company, with its entities', async () => {
    const { id, json } = await bodyAfterCreate({ switches: { 'event-format': 'legacy' } })
    expect(json).toEqual({
      eventNotifications: [
        {
          realmId: REALM,
          dataChangeEvent: {
            entities: [{ id, operation: 'Create', name: 'Customer', lastUpdated: '2026-11-23T08:00:00.123Z' }],
          },
        },
      ],
    })
  })

  it('can write lastUpdated with an offset without a colon', async () => {
    const { json } = await bodyAfterCreate({ switches: { 'event-format': 'legacy', 'legacy-time': 'offset' } })
    expect(json.eventNotifications[0].dataChangeEvent.entities[0].lastUpdated).toBe('2026-11-23T00:00:00-0800')
  })

  it('tells of a merge with deletedId, or deletedID by switch', async () => {
    for (const spelling of ['deletedId', 'deletedID'] as const) {
      const driver = createDriver({ switches: { 'event-format': 'legacy', 'legacy-deleted-id': spelling } })
      const [survivor, loser] = [driver.create('Amy'), driver.create('Amy 2')]
      driver.company.bookkeeper.merge('Customer', survivor, loser)
      await driver.advance(0)
      const { entities } = JSON.parse(driver.arrived[0]?.body ?? '').eventNotifications[0].dataChangeEvent
      expect(entities).toContainEqual(expect.objectContaining({ id: survivor, operation: 'Merge', [spelling]: loser }))
    }
  })
})

describe('every notification', () => {
  it('is signed with the HMAC-SHA256 of its raw body and carries the recorded headers', async () => {
    const { notification } = await bodyAfterCreate({})
    const { body = '', headers } = notification ?? {}
    expect(headers).toEqual({
      'intuit-created-time': '2026-11-23T00:00:00-0800',
      'intuit-t-id': expect.stringMatching(UUID),
      'intuit-notification-schema-version': '0.1',
      'content-type': 'application/json; charset=utf-8',
      'intuit-signature': createHmac('sha256', APP.verifierToken).update(Buffer.from(body)).digest('base64'),
      'user-agent': 'intuit_notification_server/0.1',
    })
  })

  it('holds the events of one company, or of several by switch', async () => {
    const realmsOf = (body: string): string[] =>
      [...new Set(JSON.parse(body).map((event: { intuitaccountid: string }) => event.intuitaccountid))] as string[] // parsed from JSON that this test made the simulator write
    for (const [position, expected] of [
      ['one', [[REALM], [OTHER_REALM]]],
      ['several', [[REALM, OTHER_REALM]]],
    ] as const) {
      const driver = createDriver({ switches: { 'delivery-companies': position } })
      driver.create('Amy')
      driver.create('Amy', driver.other)
      await driver.advance(0)
      await driver.advance(0)
      expect(driver.arrived.map(({ body }) => realmsOf(body))).toEqual(expected)
    }
  })
})
