import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDelivery } from '#quickbooks/webhook-events'

const read = (json: unknown) => readDelivery(new TextEncoder().encode(JSON.stringify(json)))

// The samples are Intuit's own ("Upcoming change to webhooks payload structure", "Data objects", "Webhooks").
const created = {
  specversion: '1.0',
  id: '88cd52aa-33b6-4351-9aa4-47572edbd068',
  source: 'intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=',
  type: 'qbo.customer.created.v1',
  datacontenttype: 'application/json',
  time: '2025-09-10T21:31:25.179851517Z',
  intuitentityid: '1234',
  intuitaccountid: '310687',
  data: {},
}
const merged = {
  ...created,
  id: '88cd52aa-33b6-4351-9aa4-47572edbd068-Customer-123',
  type: 'qbo.customer.merged.v1',
  time: '2025-12-04T15:25:05Z',
  intuitentityid: '123',
  data: { deletedid: '27' },
}
const legacy = (...entities: unknown[]) => ({
  eventNotifications: [{ realmId: '310687', dataChangeEvent: { entities } }],
})

describe('a delivery of CloudEvents', () => {
  it('is read event by event', () => {
    expect(read([created, merged])).toEqual({
      unreadable: 0,
      events: [
        {
          eventId: '88cd52aa-33b6-4351-9aa4-47572edbd068',
          realmId: '310687',
          entity: 'customer',
          operation: 'created',
          recordId: '1234',
          at: '2025-09-10T21:31:25.179851517Z',
        },
        {
          eventId: '88cd52aa-33b6-4351-9aa4-47572edbd068-Customer-123',
          realmId: '310687',
          entity: 'customer',
          operation: 'merged',
          recordId: '123',
          mergedFromId: '27',
          at: '2025-12-04T15:25:05Z',
        },
      ],
    })
  })

  it('may hold several companies, and entities that nobody knows', () => {
    const other = { ...created, intuitaccountid: '999', type: 'qbo.customertype.updated.v1' }
    expect(read([created, other]).events.map(({ realmId, entity }) => [realmId, entity])).toEqual([
      ['310687', 'customer'],
      ['999', 'customertype'],
    ])
  })

  it.each(['void', 'voided', 'Voided'])('takes %s for voided', (word) => {
    expect(read([{ ...created, type: `qbo.invoice.${word}.v1` }]).events[0]?.operation).toBe('voided')
  })

  it('may come as a single event, without time, id or data, and with numbers for ids', () => {
    const { time: _time, id: _id, data: _data, ...bare } = created
    expect(read({ ...bare, intuitentityid: 1234, intuitaccountid: 310687 })).toEqual({
      unreadable: 0,
      events: [{ realmId: '310687', entity: 'customer', operation: 'created', recordId: '1234' }],
    })
  })

  it('is read as far as it can be, and what cannot is counted', () => {
    const broken = [{}, null, 'text', { ...created, type: 'other' }, { ...created, intuitentityid: '' }]
    const { events, unreadable } = read([created, ...broken, merged])
    expect(events).toHaveLength(2)
    expect(unreadable).toBe(broken.length)
  })
})

describe('a delivery of the older form', () => {
  it('is read as the same events', () => {
    const one = { id: '1234', operation: 'Create', name: 'Customer', lastUpdated: '2015-10-05T14:42:19-0700' }
    expect(read(legacy(one))).toEqual({
      unreadable: 0,
      events: [
        {
          realmId: '310687',
          entity: 'customer',
          operation: 'created',
          recordId: '1234',
          at: '2015-10-05T14:42:19-0700',
        },
      ],
    })
  })

  it.each(['deletedId', 'deletedID'])('tells under %s what was merged', (key) => {
    const { events } = read(legacy({ id: '1', operation: 'Merge', name: 'Vendor', [key]: '27' }))
    expect(events).toEqual([
      { realmId: '310687', entity: 'vendor', operation: 'merged', recordId: '1', mergedFromId: '27' },
    ])
  })

  it('counts the notifications and entities that cannot be read', () => {
    const good = { id: '1', operation: 'Update', name: 'Customer' }
    const { eventNotifications } = legacy(good, { id: '2' }, null)
    expect(read({ eventNotifications: [...eventNotifications, {}, 7] })).toMatchObject({
      events: [{ recordId: '1' }],
      unreadable: 4,
    })
  })
})

describe('a body that is no delivery', () => {
  it.each(['', 'no JSON', '[', '\u0000'])('is counted and not thrown over: %j', (text) => {
    expect(readDelivery(new TextEncoder().encode(text))).toEqual({ events: [], unreadable: 1 })
  })

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (body) => {
          expect(readDelivery(body).unreadable).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })
})
