import { describe, expect, it } from 'vitest'
import { takeDelivery } from '#sync/intake'
import { drainMarked } from '#sync/marked'
import { createTwoSides, eventOf, tellOf } from './two-sides.ts'
import { REALM, WORKSPACE } from './world.ts'

describe('a notification', () => {
  it('brings a change of QuickBooks to the contact, with the reason in its history', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }))
    two.book.edit('1', { phone: '2', mobile: '3' })
    await two.tell('1')
    await two.settle()
    const contact = await two.contactOf('1')
    expect(contact).toMatchObject({ fields: { phone: '2', mobile: '3' }, link: { revision: '1' } })
    expect(contact.toPushSince).toBeUndefined()
    expect((await two.journal(contact.id)).at(-1)).toMatchObject({
      side: 'crm',
      actor: 'webhook',
      because: 'only QuickBooks changed it',
      changes: [
        { field: 'phone', from: '1', to: '2' },
        { field: 'mobile', to: '3' },
      ],
    })
  })

  it('that comes twice is read once, and one for another company or kind of record not at all', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const from = two.company.calls.length
    await tellOf(two.ports, eventOf('1', 'e1'), eventOf('1', 'e1'))
    await two.settle()
    await tellOf(two.ports, eventOf('1', 'e1'))
    await tellOf(two.ports, { ...eventOf('1', 'e2'), realmId: '1' }, { ...eventOf('1', 'e3'), entity: 'invoice' })
    await tellOf(two.ports, { ...eventOf('1', 'e4'), entity: 'vendor' })
    await two.settle()
    expect(two.callsSince(from)).toEqual(['byIds'])
    const { metrics } = two.ports
    expect(metrics.total('WebhookRepeated')).toBe(1)
    expect(metrics.total('WebhookUnknownCompany')).toBe(1)
    expect(metrics.total('WebhookUnknownEntity')).toBe(2)
  })

  it('of many that come in one after the other is gathered with them: a read for half a second of them, not for each', async () => {
    const two = await createTwoSides((book) => book.addOld(200))
    two.company.setLatency(() => 20)
    const ids = two.book.ids()
    for (const id of ids) two.book.edit(id, { phone: `new ${id}` })
    const from = two.company.calls.length
    const trickle = async () => {
      for (const id of ids) {
        await two.tell(id)
        await two.clock.sleep(10)
      }
    }
    await two.tell('1')
    await Promise.all([trickle(), drainMarked(two.ports, WORKSPACE)])
    await two.settle()
    for (const id of ids) expect((await two.contactOf(id)).fields.phone).toBe(`new ${id}`)
    expect(two.callsSince(from).length).toBeLessThanOrEqual(7)
  })

  it('of the legacy form has no id, and is taken in all the same', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    two.book.rename('1', 'Ada King')
    await takeDelivery(two.ports, {
      events: [{ realmId: REALM, entity: 'customer', recordId: '1' }],
      unreadable: 2,
    })
    await two.settle()
    expect((await two.contactOf('1')).fields.displayName).toBe('Ada King')
    expect(two.ports.metrics.total('WebhookUnreadable')).toBe(2)
  })

  it('that could not be marked counts as never seen, so that Intuit’s next try is taken in', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    two.book.rename('1', 'Ada King')
    const markers = {
      ...two.ports.markers,
      markToRead: async () => {
        throw new Error('The table does not answer.')
      },
    }
    await expect(tellOf({ ...two.ports, markers }, eventOf('1', 'e1'))).rejects.toThrow('The table')
    await tellOf(two.ports, eventOf('1', 'e1'))
    await two.settle()
    expect((await two.contactOf('1')).fields.displayName).toBe('Ada King')
  })

  it('in a burst of 500 costs a handful of reads', async () => {
    const two = await createTwoSides((book) => {
      for (let n = 1; n <= 500; n++) book.add(`Customer ${n}`)
    })
    const from = two.company.calls.length
    for (const id of two.book.ids()) {
      two.book.edit(id, { phone: `555-${id}` })
      await two.tell(id)
    }
    await two.settle()
    expect(two.callsSince(from)).toEqual(['byIds', 'byIds', 'byIds'])
    for (const id of ['1', '250', '500']) expect((await two.contactOf(id)).fields.phone).toBe(`555-${id}`)
  })

  it('that comes late, after a newer change was read, takes nothing back', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    two.book.rename('1', 'Ada King')
    two.book.rename('1', 'Ada Lovelace')
    await two.tell('1')
    await two.settle()
    await two.tell('1', '1')
    await two.settle()
    const contact = await two.contactOf('1')
    expect(contact.fields.displayName).toBe('Ada Lovelace')
    expect((await two.journal(contact.id)).filter(({ actor }) => actor === 'webhook')).toHaveLength(1)
  })

  it('of a record that is not in the CRM only refreshes the holding area', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const id = two.book.add('Bea')
    await two.tell(id)
    await two.settle()
    expect(await two.mirror(id)).toMatchObject({ fullName: 'Bea' })
    expect((await two.mirror(id))?.contactId).toBeUndefined()
  })

  it('stays marked while QuickBooks gives trouble, and is read by the sweep afterwards', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    two.book.rename('1', 'Ada King')
    two.company.trouble(() => ({ kind: 'quickbooksDown', reason: '503' }))
    await two.tell('1')
    await expect(drainMarked(two.ports, WORKSPACE)).rejects.toMatchObject({ problem: { kind: 'quickbooksDown' } })
    expect(await two.ports.markers.toRead(WORKSPACE, 10)).toHaveLength(1)
    two.company.settle()
    two.ports.hints.pulls.take()?.done()
    await two.settle()
    expect((await two.contactOf('1')).fields.displayName).toBe('Ada King')
  })

  it('that arrives while its record is being read is read again', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    two.book.rename('1', 'Ada King')
    await two.tell('1')
    let again = true
    two.company.afterCall(async ({ method }) => {
      if (method !== 'byIds' || !again) return
      again = false
      two.book.rename('1', 'Ada Lovelace')
      await two.tell('1')
    })
    await two.settle()
    expect((await two.contactOf('1')).fields.displayName).toBe('Ada Lovelace')
  })
})

describe('a merge in QuickBooks', () => {
  it('links the contact of the loser to a free survivor, which keeps its own values and gets what it lacks', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1', email: 'a@x.example' } }))
    const survivor = two.book.add('Ada Lovelace', { fields: { phone: '2' } })
    const { id } = await two.contactOf('1')
    two.book.merge('1')
    await two.tellMerged('1', survivor)
    await two.settle()
    const contact = await two.contactOf(survivor)
    expect(contact).toMatchObject({
      id,
      fields: { displayName: 'Ada Lovelace', phone: '2', email: 'a@x.example' },
      archived: false,
      link: { recordId: survivor },
    })
    expect((await two.mirror('1'))?.contactId).toBeUndefined()
    expect(two.book.get(survivor).fields).toMatchObject({ phone: '2', email: 'a@x.example' })
    expect(two.book.ids()).toEqual([survivor])
    expect(await two.journal(id)).toContainEqual(
      expect.objectContaining({
        changes: [
          {
            field: 'link',
            from: { entity: 'customer', recordId: '1' },
            to: { entity: 'customer', recordId: survivor },
          },
        ],
      }),
    )
  })

  it('holds the contact when another one is linked to the survivor, and says so once', async () => {
    const two = await createTwoSides((book) => {
      book.add('Ada')
      book.add('Bea')
    })
    const { id } = await two.contactOf('1')
    two.book.merge('1')
    await two.tellMerged('1', '2')
    await two.settle()
    expect(await two.contact(id)).toMatchObject({
      fields: { displayName: 'Ada' },
      hold: { code: 'survivorTaken', survivorId: '2' },
      link: { recordId: '1' },
    })
    const { version } = await two.contact(id)
    await two.tellMerged('1', '2')
    await two.settle()
    expect((await two.contact(id)).version).toBe(version)
  })

  it('that was told of only as a deletion holds the contact, until the merge is told of', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const survivor = two.book.add('Bea')
    const { id } = await two.contactOf('1')
    two.book.merge('1')
    await two.tell('1')
    await two.settle()
    expect(await two.contact(id)).toMatchObject({ hold: { code: 'recordGone' }, fields: { displayName: 'Ada' } })
    await two.tellMerged('1', survivor)
    await two.settle()
    const contact = await two.contactOf(survivor)
    expect(contact).toMatchObject({ id, fields: { displayName: 'Bea' } })
    expect(contact.hold).toBeUndefined()
  })

  it('that did not happen changes nothing', async () => {
    const two = await createTwoSides((book) => {
      book.add('Ada')
      book.add('Bea')
    })
    const before = await two.contactOf('1')
    await two.tellMerged('1', '2')
    await two.settle()
    expect(await two.contactOf('1')).toEqual(before)
  })

  it('of a parent leaves its jobs where QuickBooks puts them', async () => {
    const two = await createTwoSides((book) => {
      book.add('Old')
      book.add('Kitchen', { parent: '1' })
    })
    const survivor = two.book.add('New')
    two.book.move('2', survivor)
    two.book.merge('1')
    await two.tell('2')
    await two.settle()
    await two.tellMerged('1', survivor)
    await two.settle()
    const parent = await two.contactOf(survivor)
    expect(await two.contactOf('2')).toMatchObject({
      parentId: parent.id,
      link: { base: { parentRecordId: survivor } },
    })
    expect(two.book.get('2').parent).toBe(survivor)
  })
})
