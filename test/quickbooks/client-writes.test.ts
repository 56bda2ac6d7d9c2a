import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Address, Fields, Snapshot } from '#core/records'
import { sameContent, withoutEmpty } from '#core/snapshots'
import type { Company } from '#sync/ports'
import type { CompanyWorld } from '../contract/company.ts'
import { openGate } from './gates.ts'
import { simulatedCompany } from './simulated-company.ts'

const active = (fields: Fields): Snapshot => ({ fields, active: true })

let world: CompanyWorld
let company: Company
afterEach(() => world.close())

async function start(switches: Parameters<typeof simulatedCompany>[0] = {}): Promise<void> {
  world = await simulatedCompany(switches)
  company = world.open(openGate(world.token))
}

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
