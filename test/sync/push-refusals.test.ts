import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPushWorld, DAY_MS, idOf, type PushWorld, type Values, WORKSPACE } from './push-world.ts'

let world: PushWorld
beforeEach(async () => {
  world = await createPushWorld()
})
afterEach(() => world.close())

async function expectRed(id: string, code: string, reason: string | RegExp = /./): Promise<void> {
  expect(await world.dot(id)).toBe('red')
  const contact = await world.contact(id)
  expect(contact.refusal?.code).toBe(code)
  expect(contact.refusal?.reason).toMatch(reason)
  expect(contact.refusal?.advice).toMatch(/./)
  expect(contact.toPushSince).toBeDefined()
  expect(contact.intent).toBeUndefined()
}

describe('a value that QuickBooks refuses', () => {
  const CASES: readonly (readonly [code: string, wrong: Values, reason: RegExp, right: Values])[] = [
    ['2050', { phone: '5'.repeat(31) }, /phone number is too long .* 31 characters, and 30/, { phone: '5' }],
    ['2050', { notes: 'n'.repeat(2_001) }, /notes is too long|notes .* too long/, { notes: 'n' }],
    ['2050', { billAddress: { line1: 'x'.repeat(501) } }, /billing address/, { billAddress: { line1: 'x' } }],
    ['2210', { email: 'nobody' }, /e-mail/, { email: 'nobody@example.com' }],
    ['2200', { website: 'no site' }, /website/, { website: 'https://example.com' }],
    ['2500', { customerTypeId: '4711' }, /customer type/, { customerTypeId: undefined }],
  ]

  it.each(CASES)('makes the dot red with %s, and green once it is put right', async (code, wrong, reason, right) => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set(wrong))
    await world.drain()
    await expectRed(id, code, reason)
    await world.edit(id, world.set(right))
    await world.drain()
    expect(await world.dot(id)).toBe('green')
    expect((await world.contact(id)).refusal).toBeUndefined()
  })

  it.each(CASES)('keeps a new contact out with %s until it is put right', async (code, wrong, reason, right) => {
    const id = await world.add({ displayName: 'Ada' })
    await world.edit(id, world.set(wrong))
    await world.drain()
    await expectRed(id, code, reason)
    expect(world.count()).toBe(0)
    await world.edit(id, world.set(right))
    await world.drain()
    expect(await world.dot(id)).toBe('green')
    expect(world.count()).toBe(1)
  })

  it('does not keep the others waiting', async () => {
    const wrong = await world.add({ displayName: 'Wrong', email: 'nobody' })
    const right = await world.add({ displayName: 'Right' })
    await world.drain()
    expect(await Promise.all([wrong, right].map(world.dot))).toEqual(['red', 'green'])
  })
})

describe('a name that QuickBooks would refuse', () => {
  it.each([
    ['nameCharacters', 'A:da', 'Write “A - da” instead.'],
    ['nameCharacters', 'A\tda', 'Write “A da” instead.'],
    ['nameTooLong', 'a'.repeat(501), `Write “${'a'.repeat(500)}” instead.`],
    ['nameMissing', ' ', 'Give it a name.'],
  ])('is refused before the call (%s)', async (code, displayName, advice) => {
    const id = await world.add({ displayName })
    await world.drain()
    await expectRed(id, code)
    expect((await world.contact(id)).refusal?.advice).toContain(advice)
    expect(world.simulator.calls.totals().calls).toBe(0)
    await world.edit(id, world.set({ displayName: 'Ada' }))
    await world.drain()
    expect(await world.dot(id)).toBe('green')
  })

  it.each(['customer', 'vendor'] as const)('is refused before the call when a known %s has it', async (entity) => {
    await world.addLinked({ DisplayName: 'Ada' }, {}, entity)
    await world.addLinked({ DisplayName: 'ada (2)' })
    const id = await world.add({ displayName: 'ADA' })
    const writes = world.calls().create
    await world.drain()
    await expectRed(id, '6240', new RegExp(`Another ${entity} in QuickBooks has the name “ADA” already`))
    expect((await world.contact(id)).refusal?.advice).toContain('“ADA (3)”')
    expect(world.calls().create).toBe(writes)
  })

  it('says that the two can be linked when nobody is linked to the one that has it', async () => {
    const other = idOf(world.books.create('Customer', { DisplayName: 'Ada' }))
    await world.pullIn('customer', [other])
    const id = await world.add({ displayName: 'Ada' })
    await world.drain()
    expect((await world.contact(id)).refusal?.advice).toBe(
      'If the two are the same, link them. Otherwise: Call this contact “Ada (2)” instead.',
    )
  })

  it.each(['Customer', 'Vendor', 'Employee'] as const)(
    'is told by QuickBooks when an unknown %s has it, and goes green when that one gives it up',
    async (entity) => {
      const other = idOf(world.books.create(entity, { DisplayName: 'Ada' }))
      const id = await world.add({ displayName: 'Ada' })
      await world.drain()
      await expectRed(id, '6240', /Ada/)
      const known = entity === 'Employee' ? undefined : entity === 'Vendor' ? 'vendor' : 'customer'
      if (known !== undefined) expect(await world.ports.mirrors.get(WORKSPACE, known, other)).toBeDefined()
      world.books.edit(entity, other, { DisplayName: 'Somebody' })
      if (known !== undefined) await world.pullIn(known, [other])
      await world.drainLater()
      expect(await world.dot(id)).toBe('green')
    },
  )

  it('is known to be a vendor’s though an inactive customer bore it, too', async () => {
    const before = idOf(world.books.create('Customer', { DisplayName: 'Ada' }))
    world.books.deactivate('Customer', before)
    const vendor = idOf(world.books.create('Vendor', { DisplayName: 'Ada' }))
    const id = await world.add({ displayName: 'Ada' })
    await world.drain()
    await expectRed(id, '6240', /Ada/)
    expect(await world.ports.mirrors.get(WORKSPACE, 'vendor', vendor)).toBeDefined()
  })

  it('may be the same below another parent', async () => {
    const first = await world.add({ displayName: 'First' })
    const second = await world.add({ displayName: 'Second' })
    const jobs = [
      await world.add({ displayName: 'Job' }, { parentId: first }),
      await world.add({ displayName: 'Job' }, { parentId: second }),
    ]
    await world.drain()
    expect(await Promise.all(jobs.map(world.dot))).toEqual(['green', 'green'])
  })

  it('may be taken when somebody is renamed, and stays with the CRM', async () => {
    await world.addLinked({ DisplayName: 'Ada' })
    const id = await world.addLinked({ DisplayName: 'Bob' })
    await world.edit(id, world.set({ displayName: 'Ada' }))
    await world.drain()
    await expectRed(id, '6240')
    expect((await world.contact(id)).fields.displayName).toBe('Ada')
    expect(world.read(await world.recordId(id)).DisplayName).toBe('Bob')
  })

  it('holds up nothing else that was changed, before it is refused or after', async () => {
    await world.addLinked({ DisplayName: 'Ada' })
    const id = await world.addLinked({ DisplayName: 'Bob' })
    const phoneThere = async () => world.read(await world.recordId(id)).PrimaryPhone
    await world.edit(id, world.set({ displayName: 'Ada', phone: '1' }))
    await world.drain()
    await expectRed(id, '6240', /Another customer .* “Ada”/)
    expect(await phoneThere()).toEqual({ FreeFormNumber: '1' })

    await world.edit(id, world.set({ phone: '2' }))
    await world.drain()
    await expectRed(id, '6240', /Another customer .* “Ada”/)
    expect(await phoneThere()).toEqual({ FreeFormNumber: '2' })
    expect(world.read(await world.recordId(id)).DisplayName).toBe('Bob')

    const { update } = world.calls()
    await world.drainLater(3)
    expect(world.calls().update).toBe(update)
  })

  it.each([
    ['gives it up', (id: string) => world.books.edit('Customer', id, { DisplayName: 'Somebody' })],
    ['is made inactive', (id: string) => world.books.deactivate('Customer', id)],
  ])('is taken by a rename as soon as whoever had it %s', async (_how, free) => {
    const holder = await world.recordId(await world.addLinked({ DisplayName: 'Ada' }))
    const id = await world.addLinked({ DisplayName: 'Bob' })
    await world.edit(id, world.set({ displayName: 'Ada' }))
    await world.drain()
    await expectRed(id, '6240', /Another customer .* “Ada”/)
    free(holder)
    await world.pullIn('customer', [holder])
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id)).DisplayName).toBe('Ada')
    expect((await world.contact(id)).refusal).toBeUndefined()
  })

  it.each(['Customer', 'Vendor', 'Employee'] as const)(
    'is told of by QuickBooks at a rename onto an unknown %s, and taken when that one gives it up',
    async (entity) => {
      const other = idOf(world.books.create(entity, { DisplayName: 'Ada' }))
      const id = await world.addLinked({ DisplayName: 'Bob' })
      await world.edit(id, world.set({ displayName: 'Ada' }))
      await world.drain()
      await expectRed(id, '6240', /Ada/)
      world.books.edit(entity, other, { DisplayName: 'Somebody' })
      // What an employee is called is known to QuickBooks alone.
      if (entity !== 'Employee') await world.pullIn(entity === 'Vendor' ? 'vendor' : 'customer', [other])
      await world.drainLater()
      expect(await world.dot(id)).toBe('green')
      expect(world.read(await world.recordId(id)).DisplayName).toBe('Ada')
    },
  )
})

describe('a place in the hierarchy that QuickBooks refuses', () => {
  const moveInQuickBooks = (recordId: string, parent: string) =>
    idOf(world.books.edit('Customer', recordId, { Job: true, ParentRef: { value: parent } }))

  /** The lowest of five contacts, each below the one before, and the highest. */
  async function fiveLevels() {
    const top = await world.addLinked({ DisplayName: 'L0' })
    let lowest = top
    for (let level = 1; level < 5; level++) {
      const ref = { Job: true, ParentRef: { value: await world.recordId(lowest) } }
      lowest = await world.addLinked({ DisplayName: `L${level}`, ...ref }, { parentId: lowest })
    }
    return { top, lowest }
  }

  it('is too deep for a new job (6180), which goes there once its parent is higher up', async () => {
    const { top, lowest } = await fiveLevels()
    const id = await world.add({ displayName: 'Deep' }, { parentId: lowest })
    await world.drain()
    await expectRed(id, '6180', /five levels/)
    await world.edit(lowest, (contact) => ({ ...contact, parentId: top }))
    await world.drain()
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id)).ParentRef).toEqual({ value: await world.recordId(lowest) })
  })

  it('is too deep for one that moves (6180), which goes there once QuickBooks has its parent higher up', async () => {
    const { top, lowest } = await fiveLevels()
    const id = await world.addLinked({ DisplayName: 'Deep' })
    await world.edit(id, (contact) => ({ ...contact, kind: 'job', parentId: lowest }))
    await world.drain()
    await expectRed(id, '6180', /five levels/)
    moveInQuickBooks(await world.recordId(lowest), await world.recordId(top))
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id)).ParentRef).toEqual({ value: await world.recordId(lowest) })
  })

  it('is below an inactive parent (610), and works once the parent is active', async () => {
    const parentId = await world.addLinked({ DisplayName: 'Top' })
    const recordId = await world.recordId(parentId)
    world.books.deactivate('Customer', recordId)
    const id = await world.add({ displayName: 'Job' }, { parentId })
    await world.drain()
    await expectRed(id, '610', /inactive/)
    world.books.reactivate('Customer', recordId)
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
  })

  it('is below itself (900), and goes there once the other one lies elsewhere in QuickBooks', async () => {
    const top = await world.addLinked({ DisplayName: 'Top' })
    const other = await world.addLinked({ DisplayName: 'Other' })
    const otherId = await world.recordId(other)
    moveInQuickBooks(otherId, await world.recordId(top))
    await world.edit(top, (contact) => ({ ...contact, kind: 'job', parentId: other }))
    await world.drain()
    await expectRed(top, '900', /lies below it/)
    moveInQuickBooks(otherId, idOf(world.books.create('Customer', { DisplayName: 'Third' })))
    await world.drainLater()
    expect(await world.dot(top)).toBe('green')
    expect(world.read(await world.recordId(top)).ParentRef).toEqual({ value: otherId })
    expect((await world.contact(top)).refusal).toBeUndefined()
  })
})

describe('archiving what QuickBooks keeps active', () => {
  it('is red with a balance (6220), and green once it is paid', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    const { invoice } = world.books.createInvoice(await world.recordId(id), 100)
    await world.edit(id, (contact) => ({ ...contact, archived: true }))
    await world.drain()
    await expectRed(id, '6220', /balance/)
    expect((await world.contact(id)).archived).toBe(true)
    world.books.payInvoice(invoice?.id ?? '')
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id)).Active).toBe(false)
  })

  it('is green again when it is taken out of the archive', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    world.books.createInvoice(await world.recordId(id), 100)
    await world.edit(id, (contact) => ({ ...contact, archived: true }))
    await world.drain()
    await world.edit(id, (contact) => ({ ...contact, archived: false }))
    await world.drain()
    expect(await world.dot(id)).toBe('green')
  })
})

describe('any other refusal', () => {
  it.each([
    ['2010', /did not understand/],
    ['2020', /is empty/],
    ['2030', /did not understand/],
    ['6000', /rule of QuickBooks/],
    ['6150', /a job needs a parent/],
    ['6190', /subscription/],
    ['6280', /not billed/],
    ['5020', /not allowed/],
    ['700', /does not exist/],
    ['7777', /\(7777\)/],
  ])('(%s) is red with its reason, and green once QuickBooks takes it', async (code, reason) => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set({ phone: '1' }))
    world.strike({ kind: 'error', code, message: 'Message', detail: 'Detail' })
    await world.drain()
    await expectRed(id, code, reason)
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
  })

  it('is tried again by itself, later each time, and no more than daily', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set({ phone: '5'.repeat(31) }))
    await world.pass(60 * 60_000)
    expect(world.calls().update).toBe(2)
    world.time.advance(4 * 60 * 60_000)
    await world.drain()
    expect(world.calls().update).toBe(3)
    for (let days = 0; days < 3; days++) {
      world.time.advance(DAY_MS)
      await world.drain()
      await world.drain()
    }
    expect(world.calls().update).toBe(6)
  })

  it.each(['run-again', 'replayed'] as const)('is not replayed for ever (errors %s)', async (position) => {
    world.simulator.switches.set('requestid-errors', position)
    world.simulator.switches.set('requestid-retention', 'forever')
    const other = idOf(world.books.create('Employee', { DisplayName: 'Ada' }))
    const id = await world.add({ displayName: 'Ada' })
    await world.drain()
    await expectRed(id, '6240')
    world.books.edit('Employee', other, { DisplayName: 'Bob' })
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
  })
})

describe('a value that QuickBooks drops without a word', () => {
  it('makes the dot red, and is never deleted in the CRM', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada', Notes: 'old' })
    world.setTamper(({ fields: { notes: _dropped, ...fields }, ...content }) => ({ ...content, fields }))
    await world.edit(id, world.set({ notes: 'new', phone: '1' }))
    await world.drain()
    await expectRed(id, 'dropped', /notes/)
    await world.drainLater(3)
    await expectRed(id, 'dropped', /notes/)
    expect((await world.contact(id)).fields).toMatchObject({ notes: 'new', phone: '1' })
    expect(world.read(await world.recordId(id)).PrimaryPhone).toEqual({ FreeFormNumber: '1' })
    world.setTamper((content) => content)
    await world.drainLater(24)
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id)).Notes).toBe('new')
  })

  it('is told of an archive that QuickBooks did not do, and the contact stays archived', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    world.setTamper((content) => ({ ...content, active: true }))
    await world.edit(id, (contact) => ({ ...contact, archived: true, fields: { ...contact.fields, phone: '1' } }))
    await world.drain()
    await expectRed(id, 'dropped', /active/)
    expect(await world.contact(id)).toMatchObject({ archived: true })
    expect(world.read(await world.recordId(id))).toMatchObject({ Active: true })
    world.setTamper((content) => content)
    await world.drainLater(24)
    expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(id))).toMatchObject({ Active: false })
  })

  it('is told of a move that QuickBooks did not do, and the contact stays where it is', async () => {
    const [north, south] = [
      await world.addLinked({ DisplayName: 'North' }),
      await world.addLinked({ DisplayName: 'South' }),
    ]
    const [above, to] = [await world.recordId(north), south]
    const job = { DisplayName: 'Ada', Job: true, ParentRef: { value: above } }
    const id = await world.addLinked(job, { kind: 'job', parentId: north })
    world.setTamper((content) => ({ ...content, parentRecordId: above }))
    await world.edit(id, (contact) => ({
      ...contact,
      parentId: to,
      fields: { ...contact.fields, phone: '1' },
    }))
    await world.drain()
    await expectRed(id, 'dropped', /parent/)
    expect(await world.contact(id)).toMatchObject({ parentId: to })
    expect(world.read(await world.recordId(id))).toMatchObject({ ParentRef: { value: above } })
  })

  it('is told of a new customer too', async () => {
    world.setTamper(({ fields: { notes: _dropped, ...fields }, ...content }) => ({ ...content, fields }))
    const id = await world.add({ displayName: 'Ada', notes: 'new' })
    await world.drain()
    await expectRed(id, 'dropped', /notes/)
    expect((await world.contact(id)).fields.notes).toBe('new')
    expect(world.count()).toBe(1)
  })
})

describe('somebody who changes the record at the same time', () => {
  it('keeps what both wrote, in different fields', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    world.books.edit('Customer', await world.recordId(id), { Notes: 'from QuickBooks' })
    await world.edit(id, world.set({ phone: '1' }))
    await world.drain()
    expect(await world.dot(id)).toBe('green')
    expect((await world.contact(id)).fields).toMatchObject({ notes: 'from QuickBooks', phone: '1' })
    expect(world.read(await world.recordId(id))).toMatchObject({
      Notes: 'from QuickBooks',
      PrimaryPhone: { FreeFormNumber: '1' },
    })
  })

  it('asks a person where the policy says so', async () => {
    const { settings, version } = await world.ports.settings.get(WORKSPACE)
    await world.ports.settings.save(WORKSPACE, { ...settings, conflicts: 'ask' }, version)
    const id = await world.addLinked({ DisplayName: 'Ada' })
    world.books.edit('Customer', await world.recordId(id), { Notes: 'from QuickBooks' })
    await world.edit(id, world.set({ notes: 'from the CRM' }))
    await world.drain()
    expect(await world.dot(id)).toBe('conflict')
    expect((await world.contact(id)).conflicts).toMatchObject([
      { slot: 'notes', crm: 'from the CRM', quickbooks: 'from QuickBooks' },
    ])
    expect(world.read(await world.recordId(id)).Notes).toBe('from QuickBooks')
  })

  it('is given way to three times, then the contact waits', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await world.edit(id, world.set({ phone: '1' }))
    world.strike({ kind: 'error', code: '5010', message: 'Stale Object Error' }, {})
    await world.drain()
    await expectRed(id, '5010', /all the time/)
    expect(world.simulator.faults.list().map(({ struck }) => struck)).toEqual([4])
    world.simulator.faults.clear()
    await world.drainLater()
    expect(await world.dot(id)).toBe('green')
  })

  it('holds the contact when the record is gone', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    const survivor = idOf(world.books.create('Customer', { DisplayName: 'Bob' }))
    world.simulator.switches.set('merged-record', 'gone')
    world.books.merge('Customer', survivor, await world.recordId(id))
    await world.edit(id, world.set({ phone: '1' }))
    await world.drain()
    expect(await world.dot(id)).toBe('conflict')
    expect((await world.contact(id)).hold?.code).toBe('recordGone')
    expect((await world.contact(id)).intent).toBeUndefined()
  })
})
