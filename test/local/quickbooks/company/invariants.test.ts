import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes } from '../../../../local/quickbooks/company/byte-order.ts'
import { DEEPEST_LEVEL, levelOf, type NameRecord, pathOf } from '../../../../local/quickbooks/company/record.ts'
import type { SwitchOverrides } from '../../../../local/quickbooks/switches.ts'
import { type Driver, drive } from '../accounting-driver.ts'

const id = fc.integer({ min: 1, max: 14 }).map(String)
const name = fc.constantFrom('A', 'a', 'B', 'C', 'Job', 'job', 'Ä', 'O\\N', "O'N")
const entity = fc.constantFrom('Customer' as const, 'Customer' as const, 'Customer' as const, 'Vendor' as const)

type Action = (driver: Driver) => Promise<unknown>
const sparse = async (driver: Driver, which: string, change: object): Promise<unknown> => {
  const current = await driver.read(which)
  return driver.call('POST', '/customer', { Id: which, SyncToken: current.SyncToken, sparse: true, ...change })
}
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.tuple(entity, name).map(
    ([e, DisplayName]): Action =>
      (d) =>
        d.call('POST', `/${e.toLowerCase()}`, { DisplayName }),
  ),
  fc.tuple(name, id).map(
    ([DisplayName, value]): Action =>
      (d) =>
        d.call('POST', '/customer', { DisplayName, Job: true, ParentRef: { value } }),
  ),
  fc.tuple(id, name).map(
    ([which, DisplayName]): Action =>
      (d) =>
        sparse(d, which, { DisplayName }),
  ),
  fc.tuple(id, id).map(
    ([which, value]): Action =>
      (d) =>
        sparse(d, which, { Job: true, ParentRef: { value } }),
  ),
  fc.tuple(id, name).map(
    ([which, DisplayName]): Action =>
      async (d) =>
        d.call('POST', '/customer', { Id: which, SyncToken: (await d.read(which)).SyncToken, DisplayName }),
  ),
  fc.tuple(id, fc.boolean()).map(
    ([which, Active]): Action =>
      (d) =>
        sparse(d, which, { Active }),
  ),
  fc.tuple(id, id).map(
    ([to, from]): Action =>
      async (d) =>
        d.company.bookkeeper.merge('Customer', to, from),
  ),
  fc.tuple(id, fc.integer({ min: 1, max: 50 })).map(
    ([which, n]): Action =>
      async (d) =>
        d.company.bookkeeper.createInvoice(which, n),
  ),
  id.map(
    (which): Action =>
      async (d) =>
        d.company.bookkeeper.deactivate('Customer', which),
  ),
  fc.integer({ min: 0, max: 5_000 }).map(
    (ms): Action =>
      async (d) =>
        d.clock.advance(ms),
  ),
)
const overrides: fc.Arbitrary<SwitchOverrides> = fc.record({
  'deactivate-parent': fc.constantFrom('cascade', 'alone', 'refused'),
  'reactivate-suffix': fc.constantFrom('removed', 'stays'),
  'second-deactivation-name': fc.constantFrom('dashed', 'same', 'numbered', 'refused'),
  'child-path-bumps': fc.constantFrom('nothing', 'time', 'token-and-time'),
  'merged-record': fc.constantFrom('gone', 'inactive'),
  'merge-with-subs': fc.constantFrom('refused', 'moved'),
  'sparse-unparent': fc.constantFrom('refused', 'works'),
})

function everyone({ company }: Driver): NameRecord[] {
  const { store } = company.state
  return (['Customer', 'Vendor', 'Employee'] as const).flatMap((each) => [...store.index(each, 'all', 'id').slice(0)])
}

function check(driver: Driver): void {
  const { store } = driver.company.state
  const records = everyone(driver)
  for (const record of records) {
    expect(record.path).toBe(pathOf(record.parent, record.displayName))
    expect(levelOf(record)).toBeLessThanOrEqual(DEEPEST_LEVEL)
    expect(record.lowerName).toBe(record.displayName.toLowerCase())
    if (!record.active) expect(record.displayName).toMatch(/ (\(deleted\)( \(\d+\))?|\(deleted-\d+\))$/)
    if (record.parent !== undefined) {
      expect(record.parent.children?.has(record)).toBe(true)
      expect(store.find('Customer', record.parent.id)).toBe(record.parent)
    }
    expect(store.holdersOf(record.path)).toContain(record)
  }
  expect(new Set(records.map((each) => each.id)).size).toBe(records.length)
  const paths = records.filter((each) => each.active).map((each) => each.path.toLowerCase())
  const belowInactive = records.filter((each) => each.active && each.parent !== undefined && !each.parent.active).length
  if (belowInactive === 0) expect(new Set(paths).size).toBe(paths.length)
  for (const each of ['Customer', 'Vendor'] as const) {
    const ofEntity = records.filter((record) => record.entity === each)
    for (const [activity, expected] of [
      ['all', ofEntity],
      ['active', ofEntity.filter((record) => record.active)],
      ['inactive', ofEntity.filter((record) => !record.active)],
    ] as const) {
      const byPath = expected.toSorted((a, b) => compareBytes(a.path, b.path) || a.id - b.id).map((record) => record.id)
      const byTime = expected.toSorted((a, b) => a.updated - b.updated || a.id - b.id).map((record) => record.id)
      expect([...store.index(each, activity, 'path').slice(0)].map((record) => record.id)).toEqual(byPath)
      expect([...store.index(each, activity, 'updated').slice(0)].map((record) => record.id)).toEqual(byTime)
      expect(store.index(each, activity, 'name').size).toBe(expected.length)
    }
  }
}

describe('a company', () => {
  it('stays whole whatever is done to it: paths, levels, names, indexes, and nothing done where it is refused', async () => {
    await fc.assert(
      fc.asyncProperty(overrides, fc.array(action, { minLength: 5, maxLength: 40 }), async (switches, actions) => {
        const driver = drive({ switches })
        const { call } = driver
        for (const run of actions) {
          await run(driver)
          check(driver)
        }
        const before = JSON.stringify(
          everyone(driver).map((each) => [each.id, each.syncToken, each.path, each.updated]),
        )
        await call('POST', '/customer', { DisplayName: 'X:Y' })
        expect(JSON.stringify(everyone(driver).map((each) => [each.id, each.syncToken, each.path, each.updated]))).toBe(
          before,
        )
      }),
      { numRuns: 150 },
    )
  })
})
