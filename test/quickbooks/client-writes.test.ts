import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import type { Address, Fields, Snapshot } from '#core/records'
import { sameContent, withoutEmpty } from '#core/snapshots'
import type { Company } from '#sync/ports'
import { openGate } from './gates.ts'
import { type SimulatedCompany, simulatedCompany } from './simulated-company.ts'

const NAMES = [
  "O'Brien's",
  'Back\\slash',
  "\\'both\\'",
  '株式会社 山田',
  'a "b" + 100 % & #1 = ?',
  '[x] <y> {z} | ^ `',
  'a@@b',
]

const active = (fields: Fields): Snapshot => ({ fields, active: true })

let world: SimulatedCompany
let company: Company
afterEach(() => world.close())

async function start(switches: Parameters<typeof simulatedCompany>[0] = {}): Promise<void> {
  world = await simulatedCompany(switches)
  company = world.open(openGate(world.token))
}

describe('creating', () => {
  beforeEach(() => start())

  it('answers with the record as QuickBooks made it', async () => {
    const record = await company.create('customer', active({ displayName: 'Jo', email: 'jo@example.com' }), 'r1')
    expect(record).toMatchObject({
      entity: 'customer',
      revision: '0',
      snapshot: { active: true, fields: { displayName: 'Jo', email: 'jo@example.com', printName: 'Jo' } },
    })
    expect((await company.byIds('customer', [record.id])).records).toEqual([record])
  })

  it('makes no second record when the answer was lost and the same is sent again', async () => {
    world.strike('response lost')
    const content = active({ displayName: 'Jo' })
    await expect(company.create('customer', content, 'r1')).rejects.toThrow('quickbooksDown')
    const record = await company.create('customer', content, 'r1')
    expect(await company.count('customer')).toBe(1)
    expect((await company.byName('customer', 'Jo')).records).toEqual([record])
  })

  it('sends the same requestid again with the renewed token', async () => {
    world.strike('unauthorized')
    const gate = openGate(world.token, world.token)
    await world.open(gate).create('vendor', active({ displayName: 'Ven' }), 'r1')
    expect(gate.calls).toEqual([
      { kind: 'write', succeeded: false },
      { kind: 'write', succeeded: true },
    ])
    expect(await company.count('vendor')).toBe(1)
  })

  it('says in QuickBooks’ words why a name is refused', async () => {
    await company.create('vendor', active({ displayName: 'Jo' }), 'r1')
    const refused = await company.create('customer', active({ displayName: 'Jo' }), 'r2').catch(problemOf)
    expect(refused).toMatchObject({ kind: 'quickbooksRefused', code: '6240', message: 'Duplicate Name Exists Error' })
  })

  it('makes jobs under their parents', async () => {
    const parent = await company.create('customer', active({ displayName: 'Client' }), 'r1')
    const job = await company.create('customer', { ...active({ displayName: 'Job' }), parentRecordId: parent.id }, 'r2')
    expect(job).toMatchObject({ fullName: 'Client:Job', level: 1, snapshot: { parentRecordId: parent.id } })
  })
})

describe('looking up a name', () => {
  beforeEach(() => start())

  it.each(NAMES)('finds %j and no other', async (displayName) => {
    await company.create('customer', active({ displayName: 'Other' }), 'r0')
    const record = await company.create('customer', active({ displayName }), 'r1')
    expect((await company.byName('customer', displayName)).records).toEqual([record])
    expect((await company.byName('vendor', displayName)).records).toEqual([])
  })

  it.each(['', 'a:b', 'a\tb', 'a\nb'])('finds nothing for %j, which no name can be', async (displayName) => {
    await company.create('customer', active({ displayName: 'ab' }), 'r1')
    expect((await company.byName('customer', displayName)).records).toEqual([])
  })
})

describe('updating', () => {
  beforeEach(() => start())

  it('sends nothing when nothing differs', async () => {
    const record = await company.create('customer', active({ displayName: 'Jo' }), 'r1')
    const gate = openGate(world.token)
    expect(await world.open(gate).update(record, record.snapshot, 'r2')).toBe(record)
    expect(gate.calls).toEqual([])
  })

  it('is refused with 5010 when the record has moved', async () => {
    const record = await company.create('customer', active({ displayName: 'Jo' }), 'r1')
    world.edit('customer', record.id, { Notes: 'meanwhile' })
    const refused = await company.update(record, active({ displayName: 'Joe' }), 'r2').catch(problemOf)
    expect(refused).toMatchObject({ kind: 'quickbooksRefused', code: '5010' })
  })

  it('leaves alone what Tandem does not know', async () => {
    const id = world.create('customer', {
      DisplayName: 'Jo',
      Taxable: false,
      PreferredDeliveryMethod: 'None',
      OpenBalanceDate: '2026-01-01',
      BillAddr: { Line1: '1 Way' },
    })
    const [before] = (await company.byIds('customer', [id])).records
    if (before === undefined) throw new Error('It is gone.')
    const after = await company.update(before, active({ ...before.snapshot.fields, notes: 'new' }), 'r1')
    const known = { SyncToken: null, MetaData: null, Notes: null }
    expect({ ...after.raw, ...known }).toEqual({ ...before.raw, ...known })
    expect(after.snapshot.fields.notes).toBe('new')
  })

  it('makes a customer inactive, and the name stays its own', async () => {
    const record = await company.create('customer', active({ displayName: 'Jo' }), 'r1')
    const gone = await company.update(record, { ...record.snapshot, active: false }, 'r2')
    expect(gone.snapshot).toEqual({ ...record.snapshot, active: false })
    expect(gone.raw.DisplayName).toBe('Jo (deleted)')
  })
})

describe.each(['removed', 'stays'] as const)('making active again, when the mark %s by itself', (position) => {
  beforeEach(() => start({ 'reactivate-suffix': position }))

  it('gives the customer its own name back', async () => {
    const record = await company.create('customer', active({ displayName: 'Jo' }), 'r1')
    const gone = await company.update(record, { ...record.snapshot, active: false }, 'r2')
    const back = await company.update(gone, record.snapshot, 'r3')
    expect(back.snapshot).toEqual(record.snapshot)
    expect(back.raw.DisplayName).toBe('Jo')
  })
})

describe.each(['refused', 'works'] as const)('making a job a customer of its own, when sparse %s', (position) => {
  beforeEach(() => start({ 'sparse-unparent': position }))

  it('moves it to the top and keeps the rest', async () => {
    const parent = await company.create('customer', active({ displayName: 'Client' }), 'r1')
    const fields = { displayName: 'Job', notes: 'kept', phone: '555', billAddress: { line1: '1 Way' } }
    const job = await company.create('customer', { ...active(fields), parentRecordId: parent.id }, 'r2')
    const { parentRecordId: _, ...top } = job.snapshot
    const moved = await company.update(job, top, 'r3')
    expect(moved).toMatchObject({ fullName: 'Job', level: 0 })
    expect(moved.snapshot).toEqual(top)
  })
})

describe.each(['replaced', 'merged'] as const)('any change of content, when nested objects are %s', (position) => {
  beforeEach(() => start({ 'sparse-nested': position }))

  it('arrives in QuickBooks and comes back the same', async () => {
    let number = 0
    await fc.assert(
      fc.asyncProperty(acceptable, acceptable, async (first, wanted) => {
        // Where nested objects are merged, no sparse update can take a single line out of an address.
        const second = position === 'merged' ? withLinesOf(first, wanted) : wanted
        number++
        const named = (fields: Fields) => active({ ...fields, displayName: `${fields.displayName} ${number}` })
        const made = await company.create('customer', named(first), `c${number}`)
        expect(sameContent(made.snapshot, withPrintName(named(first)))).toBe(true)
        const changed = await company.update(made, named(second), `u${number}`)
        expect(sameContent(changed.snapshot, withPrintName(named(second)))).toBe(true)
        expect(await company.update(changed, changed.snapshot, `n${number}`)).toBe(changed)
      }),
      { numRuns: 40 },
    )
  })
})

describe('asking what changed', () => {
  beforeEach(() => start())
  const since = () => new Date(world.now()).toISOString()

  it('gives what changed since, of both entities, in one call', async () => {
    world.create('customer', { DisplayName: 'Before' })
    world.advance(5_000)
    const moment = since()
    const customer = world.create('customer', { DisplayName: 'Jo' })
    const vendor = world.create('vendor', { DisplayName: 'Ven' })
    const gate = openGate(world.token)
    const changes = await world.open(gate).changes(['customer', 'vendor'], moment)
    expect(changes.records.map(({ entity, id }) => ({ entity, id }))).toEqual([
      { entity: 'customer', id: customer },
      { entity: 'vendor', id: vendor },
    ])
    expect(changes).toMatchObject({ tombstones: [], cut: false })
    expect(gate.calls).toHaveLength(1)
  })

  it('gives nothing when nothing changed, and asks nothing about nothing', async () => {
    expect(await company.changes(['customer', 'vendor'], since())).toEqual({ records: [], tombstones: [], cut: false })
    const gate = openGate(world.token)
    expect((await world.open(gate).changes([], since())).records).toEqual([])
    expect(gate.calls).toEqual([])
  })

  it('names a merged customer as a tombstone, next to the one that it went into', async () => {
    const survivor = world.create('customer', { DisplayName: 'Stays' })
    const loser = world.create('customer', { DisplayName: 'Goes' })
    world.advance(5_000)
    const moment = since()
    world.merge('customer', survivor, loser)
    const changes = await company.changes(['customer'], moment)
    expect(changes.tombstones).toEqual([{ entity: 'customer', id: loser }])
    expect(changes.records.map(({ id }) => id)).not.toContain(loser)
  })

  it('says that it was cut when as many came as QuickBooks gives at once', async () => {
    const moment = since()
    for (let i = 0; i < 999; i++) world.create('customer', { DisplayName: `C${i}` })
    expect(await company.changes(['customer'], moment)).toMatchObject({ cut: false })
    world.create('customer', { DisplayName: 'C999' })
    world.create('customer', { DisplayName: 'C1000' })
    const { records, cut } = await company.changes(['customer'], moment)
    expect(records).toHaveLength(1_000)
    expect(cut).toBe(true)
  })
})

function withLinesOf(first: Fields, second: Fields): Fields {
  const { billAddress, shipAddress } = second
  return {
    ...second,
    ...(billAddress && { billAddress: { ...first.billAddress, ...billAddress } }),
    ...(shipAddress && { shipAddress: { ...first.shipAddress, ...shipAddress } }),
  }
}

/** PrintOnCheckName defaults to company or display name (Accounting API: "Customer"). */
function withPrintName(snapshot: Snapshot): Snapshot {
  const { printName, companyName, displayName } = snapshot.fields
  const given = printName ?? companyName ?? displayName
  return { ...snapshot, fields: { ...snapshot.fields, ...(given !== undefined && { printName: given }) } }
}

/** Content that QuickBooks accepts, so that no validation stands between what is sent and what comes back. */
const acceptable = (() => {
  const text = fc.oneof(
    fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'aZ9\'\\é山&+%#"') }),
    fc.constantFrom("O'Brien", 'C:', '株式会社'.slice(0, 2)),
  )
  const plain = text.map((value) => value.replaceAll(':', ''))
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const address: fc.Arbitrary<Address | undefined> = some(
    fc.record(
      { line1: text, line2: text, city: text, region: text, postalCode: text, country: text },
      { requiredKeys: [] },
    ),
  )
  return fc
    .record({
      displayName: plain,
      companyName: some(plain),
      title: some(plain),
      givenName: some(plain),
      familyName: some(plain),
      printName: some(plain),
      email: some(fc.nat().map((n) => `a${n}@example.com`)),
      phone: some(text),
      mobile: some(text),
      fax: some(text),
      website: some(fc.nat().map((n) => `http://example.com/${n}`)),
      notes: some(text),
      resaleNumber: some(text),
      billAddress: address,
      shipAddress: address,
    })
    .map(withoutEmpty)
})()
