import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import type { Fields, Snapshot } from '#core/records'
import type { Company } from '#sync/ports'
import type { CompanyWorld } from './company.ts'
import { watchingGate } from './company-gate.ts'

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

/** What people and the sync change in a company, and how it is told: every implementation of the port Company alike. */
export function companyWritesContract(name: string, makeWorld: () => Promise<CompanyWorld>): void {
  describe(`a company that is written to (${name})`, () => {
    let world: CompanyWorld
    let company: Company
    beforeEach(async () => {
      world = await makeWorld()
      company = world.open(watchingGate(world.token))
    })
    afterEach(() => world.close())

    describe('creating', () => {
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
        const gate = watchingGate(world.token)
        await world.open(gate).create('vendor', active({ displayName: 'Ven' }), 'r1')
        expect(gate.entered).toEqual(['write', 'write'])
        expect(gate.counted).toEqual([false, true])
        expect(await company.count('vendor')).toBe(1)
      })

      it('says in QuickBooks’ words why a name is refused', async () => {
        await company.create('vendor', active({ displayName: 'Jo' }), 'r1')
        const refused = await company.create('customer', active({ displayName: 'Jo' }), 'r2').catch(problemOf)
        expect(refused).toMatchObject({
          kind: 'quickbooksRefused',
          code: '6240',
          message: 'Duplicate Name Exists Error',
        })
      })

      it('makes jobs under their parents', async () => {
        const parent = await company.create('customer', active({ displayName: 'Client' }), 'r1')
        const job = await company.create(
          'customer',
          { ...active({ displayName: 'Job' }), parentRecordId: parent.id },
          'r2',
        )
        expect(job).toMatchObject({ fullName: 'Client:Job', level: 1, snapshot: { parentRecordId: parent.id } })
      })
    })

    describe('currencies', () => {
      it('are one where the company works with its own alone', async () => {
        expect(await company.currencies()).toEqual({ home: 'USD', isMulti: false, active: ['USD'] })
      })

      it('are those that are active beside the company’s own, which is among them', async () => {
        world.addCurrency('EUR')
        world.addCurrency('GBP')
        const { home, isMulti, active } = await company.currencies()
        expect({ home, isMulti, active: active.toSorted() }).toEqual({
          home: 'USD',
          isMulti: true,
          active: ['EUR', 'GBP', 'USD'],
        })
      })

      it('and the tax status are given at the creation, and told with the record', async () => {
        world.addCurrency('EUR')
        const birth = { currency: 'EUR', tax: { taxable: false, exemptionReasonId: '5' } }
        const parent = await company.create('customer', active({ displayName: 'Client' }), 'r1', birth)
        expect(parent).toMatchObject(birth)
        const content = { ...active({ displayName: 'Job' }), parentRecordId: parent.id }
        const job = await company.create('customer', content, 'r2', birth)
        expect((await company.byIds('customer', [job.id])).records).toMatchObject([birth])
        const plain = await company.create('customer', active({ displayName: 'Other' }), 'r3')
        expect(plain).toMatchObject({ currency: 'USD' })
        expect(plain.isProject).toBeUndefined()
      })
    })

    describe('a project', () => {
      it('is told from other sub-customers', async () => {
        const parent = await company.create('customer', active({ displayName: 'Client' }), 'r1')
        const id = world.createProject(parent.id, 'Roof')
        expect((await company.byIds('customer', [id])).records).toMatchObject([
          { isProject: true, fullName: 'Client:Roof' },
        ])
      })
    })

    describe('looking up a name', () => {
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
      it('sends nothing when nothing differs', async () => {
        const record = await company.create('customer', active({ displayName: 'Jo' }), 'r1')
        const gate = watchingGate(world.token)
        expect(await world.open(gate).update(record, record.snapshot, 'r2')).toBe(record)
        expect(gate.entered).toEqual([])
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

    describe('asking what changed', () => {
      const since = () => new Date(world.now()).toISOString()

      it('gives what changed since, of both entities, in one call', async () => {
        world.create('customer', { DisplayName: 'Before' })
        world.advance(5_000)
        const moment = since()
        const customer = world.create('customer', { DisplayName: 'Jo' })
        const vendor = world.create('vendor', { DisplayName: 'Ven' })
        const gate = watchingGate(world.token)
        const changes = await world.open(gate).changes(['customer', 'vendor'], moment)
        expect(changes.records.map(({ entity, id }) => ({ entity, id }))).toEqual([
          { entity: 'customer', id: customer },
          { entity: 'vendor', id: vendor },
        ])
        expect(changes).toMatchObject({ tombstones: [], cut: false })
        expect(gate.entered).toEqual(['read'])
      })

      it('gives nothing when nothing changed, and asks nothing about nothing', async () => {
        expect(await company.changes(['customer', 'vendor'], since())).toEqual({
          records: [],
          tombstones: [],
          cut: false,
        })
        const gate = watchingGate(world.token)
        expect((await world.open(gate).changes([], since())).records).toEqual([])
        expect(gate.entered).toEqual([])
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
  })
}
