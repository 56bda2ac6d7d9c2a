import { describe, expect, it } from 'vitest'
import { type Driver, drive } from '../accounting-driver.ts'

const under = (value: string) => ({ Job: true, ParentRef: { value } })

/** Customers 1 to `count`, each the parent of the next. */
async function chain({ write }: Driver, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await write({ DisplayName: `L${n}`, ...(n === 1 ? {} : under(String(n - 1))) })
}

describe('a new sub-customer', () => {
  const under = (value: string) => ({ Job: true, ParentRef: { value } })

  it('moves its parent’s LastUpdatedTime and not its SyncToken; its grandparent’s, by switch', async () => {
    for (const position of ['no', 'yes'] as const) {
      const { write, read, clock, changes } = drive({ switches: { 'new-sub-moves-ancestors': position } })
      await write({ DisplayName: 'A' })
      await write({ DisplayName: 'B', ...under('1') })
      clock.advance(60_000)
      await write({ DisplayName: 'C', ...under('2') })
      const [top, parent] = [await read('1'), await read('2')]
      expect(parent).toMatchObject({ SyncToken: '0', MetaData: { LastUpdatedTime: '2026-11-23T05:01:00-08:00' } })
      const minute = position === 'yes' ? 1 : 0
      expect(top).toMatchObject({ SyncToken: '0', MetaData: { LastUpdatedTime: `2026-11-23T05:0${minute}:00-08:00` } })
      expect(changes.map(({ operation }) => operation)).toEqual(['Create', 'Create', 'Create'])
    }
  })

  it('emits an event for its parent, by switch', async () => {
    const { write, changes } = drive({ switches: { 'new-sub-emits-parent': 'yes' } })
    await write({ DisplayName: 'A' })
    await write({ DisplayName: 'B', ...under('1') })
    expect(changes.map(({ operation, id }) => [operation, id])).toEqual([
      ['Create', '1'],
      ['Create', '2'],
      ['Update', '1'],
    ])
  })
})

describe('the hierarchy of customers', () => {
  it('has Level, ParentRef and a full path below the top, and none of them at the top', async () => {
    const driver = drive()
    await chain(driver, 3)
    expect(await driver.read('3')).toMatchObject({
      Job: true,
      ParentRef: { value: '2' },
      Level: 2,
      FullyQualifiedName: 'L1:L2:L3',
    })
    const top = await driver.read('1')
    expect(top).not.toHaveProperty('ParentRef')
    expect(top).not.toHaveProperty('Level')
    expect(top.Job).toBe(false)
  })

  it('needs ParentRef if and only if Job is true: 6150 in the recorded words', async () => {
    const { write, refusal } = drive()
    await write({ DisplayName: 'A' })
    const error = {
      Message: 'ParentRef Required Error',
      Detail: 'ParentRef is either required or not if Job is true or false.',
      code: '6150',
      element: 'Job',
    }
    expect(await refusal({ DisplayName: 'B', Job: true })).toEqual(error)
    expect(await refusal({ DisplayName: 'B', Job: false, ParentRef: { value: '1' } })).toEqual(error)
    expect(await refusal({ DisplayName: 'B', ParentRef: { value: '1' } })).toEqual(error)
  })

  it('ends at the fifth level: 6180', async () => {
    const driver = drive()
    await chain(driver, 5)
    expect(await driver.read('5')).toMatchObject({ Level: 4 })
    expect((await driver.refusal({ DisplayName: 'L6', ...under('5') })).code).toBe('6180')
  })

  it('refuses a move that would push a sub-customer below the fifth level', async () => {
    const driver = drive()
    await chain(driver, 4)
    await driver.write({ DisplayName: 'X' })
    await driver.write({ DisplayName: 'Y', ...under('5') })
    expect((await driver.refusal({ Id: '5', SyncToken: '0', sparse: true, ...under('4') })).code).toBe('6180')
  })

  it('knows no parent that is missing (700), a vendor (700), inactive (610), itself or its own child (900)', async () => {
    const driver = drive()
    await chain(driver, 2)
    await driver.write({ DisplayName: 'V' }, 'Vendor')
    await driver.write({ DisplayName: 'Gone' })
    await driver.write({ Id: '4', SyncToken: '0', sparse: true, Active: false })
    const moved = async (to: string) =>
      (await driver.refusal({ Id: '1', SyncToken: '0', sparse: true, ...under(to) })).code
    expect(await moved('99')).toBe('700')
    expect(await moved('3')).toBe('700')
    expect(await moved('4')).toBe('610')
    expect(await moved('1')).toBe('900')
    expect(await moved('2')).toBe('900')
  })

  it('carries the whole subtree along when a customer moves or is renamed', async () => {
    const driver = drive()
    await chain(driver, 3)
    await driver.write({ DisplayName: 'New home' })
    await driver.write({ Id: '2', SyncToken: '0', sparse: true, ...under('4') })
    expect(await driver.read('3')).toMatchObject({ FullyQualifiedName: 'New home:L2:L3', SyncToken: '0' })
    await driver.write({ Id: '2', SyncToken: '1', sparse: true, DisplayName: 'Second' })
    expect((await driver.read('3')).FullyQualifiedName).toBe('New home:Second:L3')
    const { body } = await driver.query("select * from Customer where FullyQualifiedName = 'new home:second:L3'")
    expect(body.QueryResponse.Customer[0].Id).toBe('3')
  })

  it('moves nothing, the time, or time and token of a sub-customer whose path changed, by switch', async () => {
    for (const [position, token, moves] of [
      ['nothing', '0', false],
      ['time', '0', true],
      ['token-and-time', '1', true],
    ] as const) {
      const driver = drive({ switches: { 'child-path-bumps': position } })
      await chain(driver, 2)
      const before = await driver.read('2')
      driver.clock.advance(60_000)
      await driver.write({ Id: '1', SyncToken: '0', sparse: true, DisplayName: 'Renamed' })
      const after = await driver.read('2')
      expect(after.FullyQualifiedName).toBe('Renamed:L2')
      expect(after.SyncToken).toBe(token)
      expect(after.MetaData.LastUpdatedTime !== before.MetaData.LastUpdatedTime).toBe(moves)
    }
  })

  it('emits an event for such a sub-customer or not, by switch', async () => {
    for (const [position, ids] of [
      ['no', ['1']],
      ['yes', ['1', '2']],
    ] as const) {
      const driver = drive({ switches: { 'child-path-events': position } })
      await chain(driver, 2)
      const before = driver.changes.length
      await driver.write({ Id: '1', SyncToken: '0', sparse: true, DisplayName: 'Renamed' })
      expect(driver.changes.slice(before).map((each) => each.id)).toEqual(ids)
    }
  })

  it('lets a full update make a sub-customer top level, and a sparse one by switch', async () => {
    const driver = drive()
    await chain(driver, 2)
    const sparse = { Id: '2', SyncToken: '0', sparse: true, Job: false, ParentRef: null }
    expect((await driver.refusal(sparse)).code).toBe('6150')
    driver.simulator.switches.set('sparse-unparent', 'works')
    expect(await driver.write(sparse)).toMatchObject({ Job: false, FullyQualifiedName: 'L2' })
    await driver.write({ Id: '2', SyncToken: '1', sparse: true, ...under('1') })
    const full = await driver.write({ Id: '2', SyncToken: '2', DisplayName: 'L2', Job: false })
    expect(full).toMatchObject({ Job: false, FullyQualifiedName: 'L2' })
  })

  it('knows BillWithParent for sub-customers only, and keeps it while the parent has open invoices: 6130', async () => {
    const driver = drive()
    expect((await driver.write({ DisplayName: 'Top', BillWithParent: true })).BillWithParent).toBe(false)
    const sub = await driver.write({ DisplayName: 'Sub', ...under('1'), BillWithParent: true })
    expect(sub.BillWithParent).toBe(true)
    driver.company.bookkeeper.createInvoice('1', 10)
    expect((await driver.refusal({ Id: '2', SyncToken: '0', sparse: true, BillWithParent: false })).code).toBe('6130')
  })
})
