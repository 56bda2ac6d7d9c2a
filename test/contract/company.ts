import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure, type Problem, problemOf } from '#core/errors'
import type { Entity, JsonObject, SourceRecord } from '#core/records'
import type { CallGate, CallKind, Company } from '#sync/ports'
import { watchingGate } from './company-gate.ts'

/** What can befall one call. */
export type CompanyTrouble =
  | 'unauthorized'
  | 'forbidden'
  | 'throttled'
  | 'system fault'
  | 'system fault with 200'
  | 'maintenance page'
  | 'page with 200'
  | 'reset'
  | 'response lost'
  | 'cut off'
  | 'no answer'

/** An empty QuickBooks company, what people do in it, and what befalls calls to it. */
export type CompanyWorld = Readonly<{
  /** `impatient` gives up after a fraction of a second. */
  open(gate: CallGate, patience?: 'impatient'): Company
  /** An access token that is good for the company. */
  token: string
  name: string
  create(entity: Entity, fields: JsonObject): string
  edit(entity: Entity, id: string, fields: JsonObject): void
  deactivate(entity: Entity, id: string): void
  merge(entity: Entity, survivorId: string, loserId: string): void
  /** The company works with this currency, too. */
  addCurrency(code: string): void
  createProject(parentId: string, name: string): string
  /** Time passes, so that what comes next is later. */
  advance(ms: number): void
  now(): number
  /** Strikes the n-th call from now (1 by default), once. */
  strike(trouble: CompanyTrouble, nth?: number): void
  close(): Promise<void>
}>

const NAMES = [
  "O'Brien's",
  'Back\\slash',
  "\\'both\\'",
  'Ünal & Söhne <GmbH>',
  '株式会社 山田',
  'Émile "Zé" + 100 %',
  'a, b; c (d)',
  '🏗 Crane',
] as const

/** Holds every implementation of the port Company to the same words. */
export function companyContract(name: string, makeWorld: () => Promise<CompanyWorld>): void {
  describe(`a company (${name})`, () => {
    let world: CompanyWorld
    beforeEach(async () => {
      world = await makeWorld()
    })
    afterEach(() => world.close())

    const gate = () => watchingGate(world.token)
    const open = () => world.open(gate())
    const createMany = (entity: Entity, count: number) =>
      Array.from({ length: count }, (_, i) => world.create(entity, { DisplayName: `${entity} ${count - i}` }))

    describe('that is empty', () => {
      it('counts nothing, pages nothing, and says its name', async () => {
        const company = open()
        expect(await company.count('customer')).toBe(0)
        expect(await company.page('customer', 1, 1_000)).toEqual({ records: [] })
        expect(await company.updatedSince('vendor', '2001-01-01T00:00:00.000Z', 1, 1_000)).toEqual({ records: [] })
        expect(await company.byIds('customer', ['1', '2'])).toEqual({ records: [] })
        expect((await company.info()).name).toBe(world.name)
      })
    })

    describe('reading', () => {
      it('counts active and inactive records of the one entity', async () => {
        const [first = ''] = createMany('customer', 5)
        createMany('vendor', 2)
        world.deactivate('customer', first)
        expect(await open().count('customer')).toBe(5)
        expect(await open().count('vendor')).toBe(2)
      })

      it('gives every record once, in order of Id, page by page', async () => {
        const ids = createMany('customer', 23)
        const pages = await Promise.all([1, 11, 21, 31].map((start) => open().page('customer', start, 10)))
        expect(pages.map(({ records }) => records.length)).toEqual([10, 10, 3, 0])
        expect(pages.flatMap(({ records }) => idsOf(records))).toEqual(inOrder(ids))
      })

      it('drops no record from a later page when one on an earlier page is renamed or made inactive', async () => {
        const ids = createMany('customer', 20)
        const first = await open().page('customer', 1, 10)
        world.edit('customer', ids[3] ?? '', { DisplayName: 'zzz last by name' })
        world.deactivate('customer', ids[5] ?? '')
        const second = await open().page('customer', 11, 10)
        expect(idsOf([...first.records, ...second.records])).toEqual(inOrder(ids))
      })

      it('gives vendors as vendors', async () => {
        const [id = ''] = createMany('vendor', 1)
        const { records } = await open().page('vendor', 1, 10)
        expect(records).toMatchObject([{ entity: 'vendor', id, fullName: 'vendor 1', level: 0 }])
      })

      it.each(NAMES)('keeps the name %j letter for letter', async (given) => {
        const id = world.create('customer', { DisplayName: given, CompanyName: given, Notes: `${given}\n${given}` })
        const { records } = await open().byIds('customer', [id])
        expect(records[0]?.snapshot.fields).toMatchObject({
          displayName: given,
          companyName: given,
          notes: `${given}\n${given}`,
        })
        expect(records[0]?.raw.DisplayName).toBe(given)
      })

      it('shows an inactive record by its own name, and keeps what QuickBooks calls it', async () => {
        const id = world.create('customer', { DisplayName: 'Gone' })
        world.deactivate('customer', id)
        const { records } = await open().page('customer', 1, 10)
        expect(records).toMatchObject([
          { id, snapshot: { active: false, fields: { displayName: 'Gone' } }, raw: { DisplayName: 'Gone (deleted)' } },
        ])
      })

      it('shows jobs with their parent, path and level, five levels deep', async () => {
        const ids: string[] = []
        for (const level of [0, 1, 2, 3, 4]) {
          const parent = ids.at(-1)
          ids.push(
            world.create('customer', {
              DisplayName: `L${level}`,
              ...(parent !== undefined && { Job: true, ParentRef: { value: parent } }),
            }),
          )
        }
        const { records } = await open().page('customer', 1, 10)
        expect(records.map(({ level }) => level)).toEqual([0, 1, 2, 3, 4])
        expect(records.map(({ snapshot }) => snapshot.parentRecordId)).toEqual([undefined, ...ids.slice(0, 4)])
        expect(records.at(-1)?.fullName).toBe('L0:L1:L2:L3:L4')
      })

      it('gives those of some ids that exist, active or not, and says nothing of the others', async () => {
        const [a = '', b = '', c = ''] = createMany('customer', 4)
        const [vendor = ''] = createMany('vendor', 1)
        world.deactivate('customer', b)
        const { records } = await open().byIds('customer', [c, a, '999999', vendor, b, a])
        expect(inOrder(idsOf(records))).toEqual(inOrder([a, b, c]))
      })

      it('finds 200 ids at once', async () => {
        const ids = createMany('customer', 200)
        const { records } = await open().byIds('customer', ids)
        expect(inOrder(idsOf(records))).toEqual(inOrder(ids))
      })

      it('says when a record was made and last touched, in UTC', async () => {
        const id = world.create('customer', { DisplayName: 'Jo' })
        const made = inWholeSeconds(world.now())
        world.advance(90_000)
        world.edit('customer', id, { Notes: 'touched' })
        const { records } = await open().byIds('customer', [id])
        expect(records[0]).toMatchObject({ createdAt: made, updatedAt: inWholeSeconds(world.now()), revision: '1' })
      })

      it('gives what changed at a moment or later, oldest first, inactive ones too', async () => {
        const [a = '', b = '', c = '', d = ''] = createMany('customer', 4)
        world.advance(10_000)
        const since = new Date(world.now()).toISOString()
        world.edit('customer', c, { Notes: 'first' })
        world.advance(10_000)
        world.deactivate('customer', a)
        world.advance(10_000)
        world.edit('customer', b, { Notes: 'third' })
        const { records } = await open().updatedSince('customer', since, 1, 1_000)
        expect(idsOf(records)).toEqual([c, a, b])
        expect(idsOf(records)).not.toContain(d)
      })

      it('pages through what changed in one and the same second without loss', async () => {
        const ids = createMany('customer', 25)
        const since = new Date(world.now()).toISOString()
        const pages = await Promise.all([1, 11, 21].map((start) => open().updatedSince('customer', since, start, 10)))
        expect(inOrder(pages.flatMap(({ records }) => idsOf(records)))).toEqual(inOrder(ids))
      })

      it('lists customer types by id and name', async () => {
        const types = await open().customerTypes()
        for (const type of types)
          expect(type).toEqual({
            id: expect.stringMatching(/^\d+$/),
            name: expect.any(String),
            active: expect.any(Boolean),
          })
        expect(new Set(types.map(({ id }) => id)).size).toBe(types.length)
      })
    })

    describe('each call', () => {
      const calls: readonly (readonly [string, (company: Company) => Promise<unknown>, CallKind])[] = [
        ['info', (company) => company.info(), 'read'],
        ['count', (company) => company.count('customer'), 'read'],
        ['page', (company) => company.page('vendor', 1, 1_000), 'read'],
        ['updatedSince', (company) => company.updatedSince('customer', '2001-01-01T00:00:00.000Z', 1, 1_000), 'read'],
        ['byIds', (company) => company.byIds('customer', ['1']), 'read'],
        ['customerTypes', (company) => company.customerTypes(), 'read'],
        ['changes', (company) => company.changes(['customer'], new Date(world.now()).toISOString()), 'read'],
        ['byName', (company) => company.byName('customer', 'Jo'), 'read'],
        ['create', (company) => company.create('vendor', named('Created'), 'r-create'), 'write'],
        ['update', (company) => company.update(untouched(), named('Changed'), 'r-update'), 'write'],
      ]
      const named = (displayName: string) => ({ fields: { displayName }, active: true })
      let made = 0
      /** A new record, as it is read before anybody has changed it. */
      const untouched = (): SourceRecord => {
        const displayName = `To change ${made++}`
        const id = world.create('customer', { DisplayName: displayName })
        const raw = { Id: id, SyncToken: '0', DisplayName: displayName, PrintOnCheckName: displayName, Active: true }
        const updatedAt = inWholeSeconds(world.now())
        const snapshot = { ...named(displayName), fields: { displayName, printName: displayName } }
        return { entity: 'customer', id, revision: '0', snapshot, fullName: displayName, level: 0, updatedAt, raw }
      }

      it.each(calls)('of %s passes the gate and is counted', async (_name, call, kind) => {
        const watched = gate()
        await call(world.open(watched))
        expect(watched.entered).toEqual([kind])
        expect(watched.counted).toEqual([true])
      })

      it.each(calls)('of %s renews a refused token once and then succeeds', async (_name, call) => {
        world.strike('unauthorized')
        const watched = gate()
        await call(world.open(watched))
        expect(watched.renewals).toBe(1)
        expect(watched.counted).toEqual([false, true])
      })

      it.each(calls)('of %s says who may not, and that a second token was refused as well', async (_name, call) => {
        world.strike('forbidden')
        expect(await problemIn(call(open()))).toMatchObject({ kind: 'quickbooksForbidden' })
        const stranger = { ...gate(), token: async () => 'not a token', renew: async () => 'nor this one' }
        expect(await problemIn(call(world.open(stranger)))).toEqual({ kind: 'quickbooksAuthExpired' })
      })

      it.each(calls)('of %s is not sent when the gate refuses', async (_name, call) => {
        const spent = new Failure({ kind: 'readBudgetSpent', month: '2026-11' })
        const closed = { ...gate(), enter: () => Promise.reject(spent) }
        await expect(call(world.open(closed))).rejects.toBe(spent)
      })

      it.each<readonly [CompanyTrouble, Problem['kind']]>([
        ['throttled', 'quickbooksThrottled'],
        ['system fault', 'quickbooksDown'],
        ['system fault with 200', 'quickbooksDown'],
        ['maintenance page', 'quickbooksDown'],
        ['page with 200', 'quickbooksUnreadable'],
        ['reset', 'quickbooksDown'],
        ['response lost', 'quickbooksDown'],
        ['cut off', 'quickbooksDown'],
      ])('that meets %s ends as %s, and the next one succeeds', async (trouble, kind) => {
        const [id = ''] = createMany('customer', 1)
        for (const [, call] of calls) {
          world.strike(trouble)
          expect((await problemIn(call(open())))?.kind).toBe(kind)
          expect(idsOf((await open().byIds('customer', [id])).records)).toEqual([id])
        }
      })

      it('rests a minute after throttling', async () => {
        world.strike('throttled')
        expect(await problemIn(open().count('customer'))).toEqual({ kind: 'quickbooksThrottled', restMs: 60_000 })
      })

      it('gives up when no answer comes', async () => {
        world.strike('no answer')
        const impatient = world.open(gate(), 'impatient')
        expect((await problemIn(impatient.page('customer', 1, 10)))?.kind).toBe('quickbooksDown')
      })

      it('fails alone: the pages that run beside it arrive', async () => {
        const ids = createMany('customer', 30)
        world.strike('throttled', 2)
        const pages = await Promise.allSettled([1, 11, 21].map((start) => open().page('customer', start, 10)))
        expect(pages.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
        const arrived = pages.flatMap((page) => (page.status === 'fulfilled' ? idsOf(page.value.records) : []))
        expect(new Set(arrived).size).toBe(20)
        expect(ids).toEqual(expect.arrayContaining(arrived))
      })

      it('that meets an expired token in the middle of a pull goes on with a new one', async () => {
        const ids = createMany('customer', 30)
        world.strike('unauthorized', 2)
        const watched = gate()
        const company = world.open(watched)
        const read = []
        for (const start of [1, 11, 21]) read.push(...idsOf((await company.page('customer', start, 10)).records))
        expect(read).toEqual(inOrder(ids))
        expect(watched.renewals).toBe(1)
      })
    })
  })
}

function idsOf(records: readonly SourceRecord[]): readonly string[] {
  return records.map(({ id }) => id)
}

function inOrder(ids: readonly string[]): readonly string[] {
  return [...ids].sort((a, b) => Number(a) - Number(b))
}

/** QuickBooks keeps whole seconds. */
function inWholeSeconds(ms: number): string {
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString()
}

async function problemIn(run: Promise<unknown>): Promise<Problem | undefined> {
  return run.then(
    () => undefined,
    (thrown: unknown) => {
      const problem = problemOf(thrown)
      if (problem === undefined) throw thrown
      return problem
    },
  )
}
