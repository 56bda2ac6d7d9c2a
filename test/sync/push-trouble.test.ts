import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '#core/errors'
import type { Fields } from '#core/records'
import { resolveHold } from '#sync/holds'
import { storeGone } from '#sync/store-read'
import type { FaultKind } from '../../local/quickbooks/gateway/faults.ts'
import { createPushWorld, idOf, MINUTE_MS, type PushWorld, WORKSPACE } from './push-world.ts'

let world: PushWorld
afterEach(() => world.close())

/** Faults after which nobody knows whether the write was done, and one that comes before it. */
const UNKNOWN: readonly FaultKind[] = [
  { kind: 'response-lost' },
  { kind: 'truncated' },
  { kind: 'reset' },
  { kind: 'status', status: 503 },
  { kind: 'fault-in-200' },
  { kind: 'html', status: 200 },
]

const restUntil = async () => (await world.ports.connections.get(WORKSPACE))?.restUntil

describe.each(['day', 'hour', 'never', 'forever'] as const)('requestids that are kept (%s)', (retention) => {
  describe.each(['stored-answer', 'error-600'] as const)('and answer another body with %s', (mismatch) => {
    describe.each(['run-again', 'replayed'] as const)('and errors are %s', (errors) => {
      beforeEach(async () => {
        world = await createPushWorld({
          'requestid-retention': retention,
          'requestid-mismatch': mismatch,
          'requestid-errors': errors,
        })
      })

      it.each(UNKNOWN)('creates one customer, whatever befalls the answer (%o)', async (fault) => {
        const id = await world.add({ displayName: 'Ada', phone: '1' })
        world.strike(fault)
        expect(await world.drain()).toBe('resting')
        expect(await world.dot(id)).toBe('none')
        expect((await world.contact(id)).intent).toBeDefined()
        await world.drainLater()
        expect(world.count()).toBe(1)
        expect(await world.dot(id)).toBe('green')
      })

      it.each(UNKNOWN)('changes a customer once, whatever befalls the answer (%o)', async (fault) => {
        const id = await world.addLinked({ DisplayName: 'Ada' })
        await world.edit(id, world.set({ phone: '1' }))
        world.strike(fault)
        expect(await world.drain()).toBe('resting')
        expect(await world.dot(id)).toBe('orange')
        await world.drainLater()
        expect(world.read(await world.recordId(id))).toMatchObject({
          SyncToken: '1',
          PrimaryPhone: { FreeFormNumber: '1' },
        })
        expect(await world.dot(id)).toBe('green')
      })

      it('creates one customer when the answer is lost, the contact edited and the rest long', async () => {
        const id = await world.add({ displayName: 'Ada' })
        world.strike({ kind: 'response-lost' })
        await world.drain()
        await world.edit(id, world.set({ displayName: 'Ada King', phone: '1' }))
        await world.drainLater(30)
        expect(world.count()).toBe(1)
        expect(world.read(await world.recordId(id))).toMatchObject({ DisplayName: 'Ada King' })
        expect(await world.dot(id)).toBe('green')
      })

      it('keeps a change of QuickBooks that came after a lost answer', async () => {
        const id = await world.addLinked({ DisplayName: 'Ada' })
        await world.edit(id, world.set({ phone: '1' }))
        world.strike({ kind: 'response-lost' })
        await world.drain()
        world.books.edit('Customer', await world.recordId(id), { Notes: 'after' })
        await world.drainLater()
        expect(world.read(await world.recordId(id))).toMatchObject({
          Notes: 'after',
          PrimaryPhone: { FreeFormNumber: '1' },
        })
        await world.pullIn('customer', [await world.recordId(id)])
        await world.edit(id, (contact) => contact)
        await world.drain()
        expect((await world.contact(id)).fields).toMatchObject({ phone: '1', notes: 'after' })
        expect(await world.dot(id)).toBe('green')
      })

      it('makes a job a client once, though the whole record is sent again', async () => {
        const top = await world.addLinked({ DisplayName: 'Top' })
        const ref = { Job: true, ParentRef: { value: await world.recordId(top) } }
        const job = await world.addLinked({ DisplayName: 'Job', ...ref }, { parentId: top })
        await world.edit(job, ({ parentId: _top, ...contact }) => ({ ...contact, kind: 'client' }))
        world.strike({ kind: 'response-lost' })
        await world.drain()
        world.books.createInvoice(await world.recordId(job), 10)
        await world.pullIn('customer', [await world.recordId(job)])
        await world.drainLater()
        expect(world.read(await world.recordId(job)).FullyQualifiedName).toBe('Job')
        expect(await world.dot(job)).toBe('green')
      })
    })
  })
})

describe('a write that was carried out and whose requestid is then refused as used (600)', () => {
  beforeEach(async () => {
    world = await createPushWorld()
  })

  /** QuickBooks does as it is told, and says that this requestid was used for something else. */
  const doneAndRefused = (): PushWorld['ports'] => {
    const used = new Failure({ kind: 'quickbooksRefused', code: '600', message: 'Duplicate requestid', detail: '' })
    return {
      ...world.ports,
      quickbooks: {
        open: (...args) => {
          const company = world.ports.quickbooks.open(...args)
          return {
            ...company,
            update: async (...write) => {
              await company.update(...write)
              throw used
            },
          }
        },
      },
    }
  }

  it('is done, and no refusal', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set({ phone: '1' }))
    expect(await world.drain(doneAndRefused())).toBe('done')
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id))).toMatchObject({
      SyncToken: '1',
      PrimaryPhone: { FreeFormNumber: '1' },
    })
  })

  it('is no refusal either where QuickBooks holds none of it: it is sent under another requestid', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set({ phone: '1' }))
    world.strike({ kind: 'error', code: '600', message: 'Duplicate requestid' })
    expect(await world.drain()).toBe('done')
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id)).PrimaryPhone).toEqual({ FreeFormNumber: '1' })
  })
})

describe('a write that is never answered', () => {
  beforeEach(async () => {
    world = await createPushWorld({ 'requestid-retention': 'never' }, 500)
  })

  it('is done once', async () => {
    const made = await world.add({ displayName: 'Made' })
    const changed = await world.addLinked({ DisplayName: 'Changed' })
    await world.edit(changed, world.set({ phone: '1' }))
    world.strike({ kind: 'timeout-after' })
    world.strike({ kind: 'timeout-after' }, { nth: 2, times: 1 })
    expect(await world.drain()).toBe('resting')
    await world.drainLater(3)
    expect(await Promise.all([made, changed].map(world.dot))).toEqual(['green', 'green'])
    expect(world.count()).toBe(2)
    expect(world.read(await world.recordId(changed)).SyncToken).toBe('1')
  })
})

describe('a lost create', () => {
  beforeEach(async () => {
    world = await createPushWorld({ 'requestid-retention': 'never' }, 500)
  })

  it('is found again though somebody has renamed and moved what it made', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1' })
    const parent = idOf(world.books.create('Customer', { DisplayName: 'North' }))
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    // Ids are given one after the other.
    const made = String(Number(parent) + 1)
    expect(world.read(made).DisplayName).toBe('Ada')
    world.books.edit('Customer', made, { DisplayName: 'Countess', Job: true, ParentRef: { value: parent } })
    await world.drainLater()
    expect(world.count()).toBe(2)
    expect(await world.recordId(id)).toBe(made)
    expect((await world.contact(id)).fields).toMatchObject({ displayName: 'Countess', phone: '1' })
  })

  // It was looked for by its own name on checks, which is neither of these, and was made a second time.
  it.each<[string, Fields]>([
    ['the company’s name', { displayName: 'Ada', companyName: 'Analytical Engines' }],
    ['a long name cut short', { displayName: 'A'.repeat(300), phone: '1' }],
    ['a long name cut within a character', { displayName: `A${'😀'.repeat(100)}`, phone: '1' }],
  ])('is found again though somebody has renamed what it made, and its checks bear %s', async (_what, fields) => {
    const id = await world.add(fields)
    const marker = idOf(world.books.create('Customer', { DisplayName: 'North' }))
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    const made = String(Number(marker) + 1)
    world.books.edit('Customer', made, { DisplayName: 'Countess' })
    await world.drainLater()
    expect(world.count()).toBe(2)
    expect(await world.recordId(id)).toBe(made)
    expect((await world.contact(id)).fields).toMatchObject({ ...fields, displayName: 'Countess' })
  })

  it('is found again though somebody has renamed and edited what it made', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1', mobile: '2' })
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    world.books.edit('Customer', '1', { DisplayName: 'Countess', PrimaryPhone: { FreeFormNumber: '3' } })
    await world.drainLater()
    expect(world.count()).toBe(1)
    expect(await world.recordId(id)).toBe('1')
    expect((await world.contact(id)).fields).toMatchObject({ displayName: 'Countess', phone: '3', mobile: '2' })
  })

  it('is found again though it is renamed and QuickBooks’ clock is minutes behind', async () => {
    const ahead = { ...world.ports.clock, now: () => world.time.now() + 4 * MINUTE_MS }
    const id = await world.add({ displayName: 'Ada', phone: '1', mobile: '2' })
    world.strike({ kind: 'timeout-after' })
    // Whoever begins the write is some minutes ahead of QuickBooks.
    world.time.advance(4 * MINUTE_MS)
    await world.drain({ ...world.ports, clock: ahead })
    expect((await world.contact(id)).intent).toBeDefined()
    world.books.edit('Customer', '1', { DisplayName: 'Countess', PrimaryPhone: { FreeFormNumber: '3' } })
    await world.drainLater()
    expect(world.count()).toBe(1)
    expect(await world.recordId(id)).toBe('1')
  })

  it('is found again though somebody has edited all of it and made it inactive', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1' })
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    world.books.edit('Customer', '1', { PrimaryPhone: { FreeFormNumber: '3' }, PrintOnCheckName: 'Countess' })
    world.books.deactivate('Customer', '1')
    await world.drainLater()
    expect(world.count()).toBe(1)
    expect(await world.contact(id)).toMatchObject({
      archived: true,
      link: { recordId: '1' },
      fields: { displayName: 'Ada', phone: '3' },
    })
  })

  it('is found again though somebody has emptied and moved some of it', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1', mobile: '2' })
    const parent = idOf(world.books.create('Customer', { DisplayName: 'North' }))
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    const made = String(Number(parent) + 1)
    world.books.edit('Customer', made, { PrimaryPhone: null, Job: true, ParentRef: { value: parent } })
    await world.drainLater()
    expect(world.count()).toBe(2)
    expect(await world.recordId(id)).toBe(made)
    expect((await world.contact(id)).fields).toMatchObject({ displayName: 'Ada', phone: '1', mobile: '2' })
  })

  it('is not mistaken for a customer of another name that somebody else created then', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1' })
    world.strike({ kind: 'reset' })
    await world.drain()
    const other = idOf(world.books.create('Customer', { DisplayName: 'Bob', PrimaryPhone: { FreeFormNumber: '2' } }))
    await world.drainLater()
    expect(world.count()).toBe(2)
    expect(await world.recordId(id)).not.toBe(other)
    expect(await world.dot(id)).toBe('green')
  })

  it('is not mistaken for a customer that another contact is linked to', async () => {
    const id = await world.add({ displayName: 'Ada' })
    world.strike({ kind: 'reset' })
    await world.drain()
    const other = await world.addLinked({ DisplayName: 'Ada' })
    await world.drainLater()
    expect(await world.dot(id)).toBe('red')
    expect((await world.contact(id)).refusal?.code).toBe('6240')
    expect(await world.dot(other)).toBe('green')
  })

  it('is not mistaken for a customer that was imported then and renamed, if that is not all that was sent', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1' })
    world.strike({ kind: 'reset' })
    await world.drain()
    await world.addLinked({ DisplayName: 'Bob', PrintOnCheckName: 'Ada', PrimaryPhone: { FreeFormNumber: '2' } })
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
    expect(world.count()).toBe(2)
  })

  it('is not guessed where two of its name are there, one of them inactive', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1' })
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    world.books.deactivate('Customer', '1')
    world.books.create('Customer', { DisplayName: 'Ada', PrimaryPhone: { FreeFormNumber: '1' } })
    await world.drainLater()
    const contact = await world.contact(id)
    expect(contact).not.toHaveProperty('link')
    expect(contact).toMatchObject({ archived: false, refusal: { code: '6240' } })
    expect(world.count()).toBe(2)
  })

  it('is found under a name that QuickBooks left its mark on', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1' })
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    world.books.edit('Customer', '1', { DisplayName: 'Ada (deleted-1)', PrintOnCheckName: 'Countess' })
    await world.drainLater()
    expect(world.count()).toBe(1)
    expect(await world.contact(id)).toMatchObject({ link: { recordId: '1' }, fields: { displayName: 'Ada' } })
    expect(await world.dot(id)).toBe('green')
  })

  it('is not mistaken for a customer that holds other values', async () => {
    const id = await world.add({ displayName: 'Ada', phone: '1' })
    world.strike({ kind: 'reset' })
    await world.drain()
    const other = idOf(world.books.create('Customer', { DisplayName: 'Ada', PrimaryPhone: { FreeFormNumber: '2' } }))
    await world.drainLater()
    expect((await world.contact(id)).refusal?.code).toBe('6240')
    expect(world.read(other).PrimaryPhone).toEqual({ FreeFormNumber: '2' })
  })
})

describe('a create that QuickBooks answers with the answer of the first time', () => {
  beforeEach(async () => {
    world = await createPushWorld({ 'requestid-retention': 'forever', 'merged-record': 'gone' })
  })

  async function lostBesideAnother() {
    const survivor = idOf(world.books.create('Customer', { DisplayName: 'Bob' }))
    const id = await world.add({ displayName: 'Ada' })
    world.strike({ kind: 'response-lost' })
    await world.drain()
    // Ids are given one after the other.
    return { id, survivor, made: String(Number(survivor) + 1) }
  }

  it('does not bring back a customer that was merged into another meanwhile', async () => {
    const { id, survivor, made } = await lostBesideAnother()
    const [record] = await world.pullIn('customer', [made])
    expect(record?.snapshot.fields.displayName).toBe('Ada')
    world.books.merge('Customer', survivor, made)
    await storeGone(world.ports, WORKSPACE, 'customer', [{ id: made }])
    await world.drainLater(2)
    expect((await world.ports.mirrors.get(WORKSPACE, 'customer', made))?.goneAt).toBeDefined()
    expect((await world.contact(id)).hold?.code).toBe('recordGone')
  })

  it('is told that the customer is gone though nobody had read it before it was merged into another', async () => {
    const { id, survivor, made } = await lostBesideAnother()
    world.books.merge('Customer', survivor, made)
    await world.drainLater(2)
    expect((await world.ports.mirrors.get(WORKSPACE, 'customer', made))?.goneAt).toBeDefined()
    expect((await world.contact(id)).hold?.code).toBe('recordGone')
    expect(world.count()).toBe(1)
  })

  it('brings in what a bookkeeper has changed since', async () => {
    const id = await world.add({ displayName: 'Ada' })
    world.strike({ kind: 'response-lost' })
    await world.drain()
    world.books.edit('Customer', '1', { DisplayName: 'Countess', PrintOnCheckName: 'Countess' })
    await world.drainLater(2)
    expect(await world.contact(id)).toMatchObject({ link: { recordId: '1' }, fields: { displayName: 'Countess' } })
    expect(await world.dot(id)).toBe('green')
  })
})

describe('a customer that was imported as another contact before the one that it was created for was linked', () => {
  async function importedMeanwhile(retention: 'never' | 'forever' = 'forever') {
    world = await createPushWorld({ 'requestid-retention': retention }, 500)
    const ours = await world.add({ displayName: 'Ada', phone: '1' })
    world.strike({ kind: 'timeout-after' })
    await world.drain()
    world.books.edit('Customer', '1', { DisplayName: 'Countess' })
    const [record] = await world.pullIn('customer', ['1'])
    if (record === undefined) throw new Error('It was not read.')
    const linkedAt = new Date(world.ports.clock.now()).toISOString()
    const link = { entity: 'customer', recordId: '1', base: record.snapshot, revision: '1', linkedAt } as const
    const other = await world.add(record.snapshot.fields, { link })
    await world.ports.ledger.commit(WORKSPACE, [{ kind: 'claim', entity: 'customer', recordId: '1', contactId: other }])
    await world.drainLater()
    return { ours, other }
  }

  it.each(['forever', 'never'] as const)(
    'is asked about, and nothing is sent again and again, where a requestid is kept %s',
    async (retention) => {
      const { ours } = await importedMeanwhile(retention)
      const contact = await world.contact(ours)
      expect(contact).toMatchObject({ hold: { code: 'createdTaken', survivorId: '1' }, fields: { displayName: 'Ada' } })
      expect([contact.intent, contact.toPushSince]).toEqual([undefined, undefined])
      const { create } = world.calls()
      await world.drainLater(5)
      expect(world.calls().create).toBe(create)
      expect(world.count()).toBe(1)
    },
  )

  it('says in its history why nothing is done to it', async () => {
    const { ours } = await importedMeanwhile()
    const { rows } = await world.ports.contacts.history(WORKSPACE, ours, 10)
    expect(rows).toMatchObject([
      {
        side: 'crm',
        actor: 'push',
        because: (await world.contact(ours)).hold?.reason,
        changes: [{ field: 'hold', to: 'createdTaken' }],
      },
    ])
  })

  it.each([
    ['takeOver', 'other'],
    ['unlink', 'ours'],
  ] as const)('goes to one of the two when a person decides: %s', async (take, alone) => {
    const ids = await importedMeanwhile()
    await resolveHold(world.ports, { workspace: WORKSPACE, person: 'ada', contactId: ids.ours, take })
    await world.drainLater(2)
    const linked = await world.contact(alone === 'ours' ? ids.other : ids.ours)
    expect(linked).toMatchObject({ link: { recordId: '1' } })
    expect(linked.hold).toBeUndefined()
    expect(await world.contact(ids[alone])).not.toHaveProperty('link')
    expect(await world.dot(ids[alone])).toBe('none')
    expect(world.count()).toBe(1)
  })
})

describe('trouble of the company', () => {
  beforeEach(async () => {
    world = await createPushWorld()
  })

  it('renews the token once when it is refused, and goes on', async () => {
    const ids = await Promise.all(['Ada', 'Bob'].map((displayName) => world.add({ displayName })))
    world.strike({ kind: 'unauthorized' })
    expect(await world.drain()).toBe('done')
    expect(await Promise.all(ids.map(world.dot))).toEqual(['green', 'green'])
    expect(world.calls().oauth).toBeGreaterThanOrEqual(1)
  })

  it('needs a person to reconnect when QuickBooks forbids it, and sends what waits after that', async () => {
    const id = await world.add({ displayName: 'Ada' })
    world.strike({ kind: 'forbidden' })
    expect(await world.drain()).toBe('off')
    expect(await world.ports.connections.get(WORKSPACE)).toMatchObject({ status: 'reconnectNeeded' })
    await world.drainLater()
    expect(world.count()).toBe(0)
    await world.connect()
    await world.drainLater()
    expect(world.count()).toBe(1)
    expect(await world.dot(id)).toBe('green')
  })

  it('rests for a minute after a 429, sends nothing meanwhile, and loses nothing', async () => {
    const ids = await Promise.all(['A', 'B', 'C', 'D'].map((displayName) => world.add({ displayName })))
    world.strike({ kind: 'throttled' }, { nth: 2, times: 1 })
    expect(await world.drain()).toBe('resting')
    const sent = world.simulator.calls.totals().calls
    expect(Date.parse((await restUntil()) ?? '') - world.time.now()).toBeGreaterThanOrEqual(MINUTE_MS - 1_000)
    world.time.advance(MINUTE_MS / 2)
    expect(await world.drain()).toBe('resting')
    expect(world.simulator.calls.totals().calls).toBe(sent)
    world.time.advance(MINUTE_MS)
    expect(await world.drain()).toBe('done')
    expect(await Promise.all(ids.map(world.dot))).toEqual(ids.map(() => 'green'))
    expect(world.count()).toBe(4)
  })

  it('sends nothing more once one write was not answered', async () => {
    for (const displayName of ['A', 'B', 'C', 'D']) await world.add({ displayName })
    world.strike({ kind: 'status', status: 500 })
    await world.drain()
    expect(world.simulator.calls.totals().calls).toBe(1)
    await world.drainLater()
    expect(world.count()).toBe(4)
  })

  it('puts a contact on which QuickBooks always fails behind the others', async () => {
    const bad = await world.add({ displayName: 'Bad' })
    // Its parent is what tells its writes from the others'.
    world.simulator.faults.add({ fault: { kind: 'status', status: 500 }, nth: 1, path: '^POST .*/customer' })
    await world.drain()
    const { intent } = await world.contact(bad)
    world.simulator.faults.clear()
    world.simulator.faults.add({
      fault: { kind: 'status', status: 500 },
      path: `requestid=${intent?.requestId ?? ''}`,
    })
    const good = await world.add({ displayName: 'Good' })
    await world.pass(6 * MINUTE_MS)
    expect(await world.dot(good)).toBe('green')
    expect((await world.contact(bad)).refusal).toMatchObject({
      code: 'noAnswer',
      advice: 'Nothing needs to be done: it is tried again by itself.',
    })
    world.simulator.faults.clear()
    await world.drainLater()
    expect(await world.dot(bad)).toBe('green')
    expect(world.count()).toBe(2)
  })

  it('waits with a lost create when the month’s reads are spent, and lets the others go on', async () => {
    const lost = await world.add({ displayName: 'Lost' })
    world.strike({ kind: 'response-lost' })
    await world.drain()
    const poor = { ...world.ports, readsPerMonth: 0 }
    world.time.advance(MINUTE_MS)
    const other = await world.add({ displayName: 'Other' })
    await world.drain(poor)
    expect((await world.contact(lost)).refusal?.code).toBe('readBudgetSpent')
    expect(await world.dot(other)).toBe('green')
    await world.drainLater()
    expect(await world.dot(lost)).toBe('green')
    expect(world.count()).toBe(2)
  })
})
