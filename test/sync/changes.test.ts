import { describe, expect, it } from 'vitest'
import { pullChanges } from '#sync/changes'
import { describeConnection } from '#sync/connect'
import { daily } from '#sync/daily'
import { startPull } from '#sync/pull'
import { cancelRun } from '#sync/runs'
import { servePullHint } from '#sync/serve'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const DAY_MS = 24 * 3_600_000

const gapFreeSince = async ({ ports }: TwoSides) =>
  (await describeConnection(ports, WORKSPACE)).connection?.gapFreeSince ?? ''

const many = (count: number) => createTwoSides((book) => book.addOld(count))

describe('change data capture', () => {
  it.each([
    [0, ['changes']],
    [1, ['changes']],
    [999, ['changes']],
    [1_000, ['changes', 'updatedSince', 'count']],
    [1_001, ['changes', 'updatedSince', 'count']],
    [1_500, ['changes', 'updatedSince', 'count']],
    [5_000, ['changes', 'updatedSince', 'updatedSince', 'updatedSince', 'updatedSince', 'updatedSince', 'count']],
  ])('after %i changes misses none, whatever was cut', async (count, calls) => {
    const two = await many(count + 3)
    const before = await gapFreeSince(two)
    for (const id of two.book.ids().slice(0, count)) {
      two.book.edit(id, { phone: `new ${id}` })
      await two.clock.sleep(10)
    }
    await two.clock.sleep(DAY_MS)
    const from = two.company.calls.length
    const askedAt = new Date(two.clock.now()).toISOString()
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
    expect(two.callsSince(from)).toEqual(calls)
    let stale = 0
    for (const id of two.book.ids()) {
      const phone = two.book.get(id).fields?.phone
      if ((await two.contactOf(id)).fields.phone !== phone) stale += 1
    }
    expect(stale).toBe(0)
    expect(before < askedAt).toBe(true)
    expect(await gapFreeSince(two)).toBe(askedAt)
  })

  it.each([1_001, 1_500, 3_000])('misses none of %i where the oldest are left out of a cut answer', async (count) => {
    const two = await many(count + 10)
    two.company.leaveOutOldest()
    const changed = two.book.ids().slice(0, count)
    for (const id of changed) {
      two.book.edit(id, { phone: `new ${id}` })
      await two.clock.sleep(100)
    }
    await servePullHint(two.ports, { kind: 'changes', workspace: WORKSPACE })
    for (const id of changed) expect((await two.contactOf(id)).fields.phone).toBe(`new ${id}`)
  })

  it('reads all again where what was told moved on before the rest was asked for', async () => {
    const two = await many(1_300)
    const changed = two.book.ids().slice(0, 1_200)
    for (const id of changed) {
      two.book.edit(id, { phone: `new ${id}` })
      await two.clock.sleep(1_000)
    }
    two.company.afterCall(({ method }) => {
      if (method === 'changes') two.book.edit('7', { phone: 'newer' })
    })
    await servePullHint(two.ports, { kind: 'changes', workspace: WORKSPACE })
    two.company.settle()
    for (const id of changed.filter((one) => one !== '7'))
      expect((await two.contactOf(id)).fields.phone).toBe(`new ${id}`)
    expect((await two.contactOf('7')).fields.phone).toBe('newer')
  })

  it.each([299, 60, 6])(
    'finds what QuickBooks, whose clock is %i seconds behind, says it changed before it was asked',
    async (behind) => {
      const two = await many(3)
      expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
      const asked = await gapFreeSince(two)
      await two.clock.sleep(1_000)
      two.book.edit('2', { phone: '1' })
      two.book.merge('3')
      two.company.dateBack('2', Date.parse(asked) + 1_000 - behind * 1_000)
      const { id } = await two.contactOf('3')
      await two.clock.sleep(DAY_MS)
      expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
      expect((await two.contactOf('2')).fields.phone).toBe('1')
      expect((await two.contact(id)).hold?.code).toBe('recordGone')
    },
  )

  it('finds what no notification told of', async () => {
    const two = await many(20)
    two.book.deactivate('3')
    two.book.rename('4', 'Other')
    await two.clock.sleep(DAY_MS)
    await daily(two.ports)
    await two.settle()
    expect(await two.contactOf('3')).toMatchObject({ archived: true })
    expect(await two.contactOf('4')).toMatchObject({ fields: { displayName: 'Other' } })
  })

  it('costs an idle company one read a day', async () => {
    const two = await many(5)
    const from = two.company.calls.length
    for (let day = 0; day < 30; day++) {
      await two.clock.sleep(DAY_MS)
      await daily(two.ports)
      await two.settle()
    }
    expect(two.callsSince(from).filter((method) => method === 'changes')).toHaveLength(30)
    expect(two.callsSince(from).length).toBeLessThanOrEqual(31)
  })

  it('leaves contacts alone that only got an invoice', async () => {
    const two = await many(2)
    const before = await two.contactOf('1')
    two.book.invoice('1', 100)
    two.book.touch('2')
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
    expect(await two.contactOf('1')).toEqual(before)
    expect((await two.mirror('1'))?.balance).toBe(100)
  })

  it('does not believe a tombstone, and holds the contact of what is really gone', async () => {
    const two = await many(3)
    two.book.claimDeleted('1')
    two.book.merge('2')
    const before = await two.contactOf('1')
    const gone = await two.contactOf('2')
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
    expect(await two.contactOf('1')).toEqual(before)
    expect((await two.mirror('1'))?.goneAt).toBeUndefined()
    expect(await two.contact(gone.id)).toMatchObject({
      hold: { code: 'recordGone' },
      fields: gone.fields,
      archived: false,
    })
    const from = two.company.calls.length
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
    expect(two.callsSince(from)).toEqual(['changes', 'byIds'])
  })

  it('takes in what it never saw and is told to be deleted, but is there', async () => {
    const two = await many(3)
    two.book.addOld(1)
    two.book.claimDeleted('4')
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
    expect((await two.mirror('4'))?.snapshot.fields.displayName).toBe('Customer 4')
  })

  it('notices by the count what a cut answer does not tell, and reads the whole list', async () => {
    const two = await many(1_100)
    for (const id of two.book.ids().slice(0, 1_050)) two.book.edit(id, { phone: '1' })
    const lost = await two.contactOf('1100')
    two.book.merge('1100')
    await two.clock.sleep(3_600_000)
    const before = await gapFreeSince(two)
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('pulling')
    expect(await gapFreeSince(two)).toBe(before)
    await two.settle()
    expect(await two.contact(lost.id)).toMatchObject({ hold: { code: 'recordGone' } })
    expect((await gapFreeSince(two)) > before).toBe(true)
  })

  it('comes back by a full pull, without being told, after forty days without a connection', async () => {
    const two = await many(30)
    const connection = await two.ports.connections.get(WORKSPACE)
    if (connection === undefined) throw new Error('It is not connected.')
    await two.ports.connections.update({ ...connection, status: 'reconnectNeeded' }, connection.version)
    two.book.rename('7', 'Renamed')
    two.book.merge('8')
    await two.clock.sleep(40 * DAY_MS)
    const lost = await two.contactOf('8')
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
    await two.connect()
    const again = await two.ports.connections.get(WORKSPACE)
    if (again === undefined) throw new Error('It is not connected.')
    await two.ports.connections.update(
      { ...again, ...(connection.gapFreeSince !== undefined && { gapFreeSince: connection.gapFreeSince }) },
      again.version,
    )
    await daily(two.ports)
    await two.settle()
    const { rows } = await two.ports.runs.list(WORKSPACE, 10)
    expect(rows[0]).toMatchObject({ kind: 'pull', startedBy: 'tandem', status: 'done' })
    expect((await two.contactOf('7')).fields.displayName).toBe('Renamed')
    expect(await two.contact(lost.id)).toMatchObject({ hold: { code: 'recordGone' } })
    expect((await gapFreeSince(two)) > (connection.gapFreeSince ?? '')).toBe(true)
  })

  it('keeps its moment when QuickBooks gives trouble, and catches up from there', async () => {
    const two = await many(5)
    const before = await gapFreeSince(two)
    two.book.rename('1', 'Renamed')
    two.company.trouble(() => ({ kind: 'quickbooksDown', reason: '503' }))
    await servePullHint(two.ports, { kind: 'changes', workspace: WORKSPACE })
    expect(await gapFreeSince(two)).toBe(before)
    two.company.settle()
    await two.clock.sleep(DAY_MS)
    await servePullHint(two.ports, { kind: 'changes', workspace: WORKSPACE })
    expect((await two.contactOf('1')).fields.displayName).toBe('Renamed')
  })

  it('waits for a pull that is under way', async () => {
    const two = await many(5)
    await startPull(two.ports, { workspace: WORKSPACE, person: PERSON })
    const from = two.company.calls.length
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('pulling')
    expect(two.callsSince(from)).toEqual([])
  })
})

/** Ports whose contacts are slow to read. */
function slowly({ ports }: TwoSides): TwoSides['ports'] {
  const get = async (...of: Parameters<typeof ports.contacts.get>) => {
    await ports.clock.sleep(10_000)
    return ports.contacts.get(...of)
  }
  return { ...ports, contacts: { ...ports.contacts, get } }
}

describe('changes that are more than one turn can take in', () => {
  it('are taken in by the next ones, and the proven moment moves only then', async () => {
    const two = await many(60)
    const before = await gapFreeSince(two)
    for (const id of two.book.ids()) two.book.edit(id, { phone: `new ${id}` })
    await two.clock.sleep(DAY_MS)
    const slow = slowly(two)
    let turns = 1
    for (let end = await pullChanges(slow, WORKSPACE); end !== 'done'; end = await pullChanges(slow, WORKSPACE)) {
      expect(end).toBe('again')
      expect(await gapFreeSince(two)).toBe(before)
      turns += 1
      expect(turns).toBeLessThan(60)
    }
    expect(turns).toBeGreaterThan(1)
    expect((await gapFreeSince(two)) > before).toBe(true)
    for (const id of two.book.ids()) expect((await two.contactOf(id)).fields.phone).toBe(`new ${id}`)
  })
})

describe('the guard against mass changes', () => {
  it('counts those that are in the CRM, not all that QuickBooks has', async () => {
    const two = await many(60)
    two.book.addOld(300)
    await two.finish(await startPull(two.ports, { workspace: WORKSPACE, person: PERSON }))
    for (const id of two.book.ids().slice(0, 20)) two.book.deactivate(id)
    await two.clock.sleep(DAY_MS)
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
    expect((await two.ports.conflicts.list(WORKSPACE, 100)).rows).toHaveLength(20)
    expect(await two.contactOf('1')).toMatchObject({ archived: false })
  })

  it('asks a person before it archives more than a fifth of the contacts, and not below', async () => {
    const two = await many(60)
    for (const id of two.book.ids().slice(0, 11)) two.book.deactivate(id)
    await pullChanges(two.ports, WORKSPACE)
    expect(await two.contactOf('1')).toMatchObject({ archived: true })
    for (const id of two.book.ids().slice(20, 40)) two.book.deactivate(id)
    await pullChanges(two.ports, WORKSPACE)
    expect(await two.contactOf('21')).toMatchObject({
      archived: false,
      conflicts: [{ slot: 'active', base: true, crm: true, quickbooks: false }],
    })
    expect((await two.ports.conflicts.list(WORKSPACE, 100)).rows).toHaveLength(20)
    await two.tell('21')
    await two.settle()
    expect(await two.contactOf('21')).toMatchObject({ archived: false })
    two.book.activate('21')
    await two.tell('21')
    await two.settle()
    expect((await two.contactOf('21')).conflicts).toBeUndefined()
  })

  it('asks in a pull as well, over the whole list', async () => {
    const two = await many(60)
    for (const id of two.book.ids().slice(20, 40)) two.book.deactivate(id)
    await two.finish(await startPull(two.ports, { workspace: WORKSPACE, person: PERSON }))
    expect((await two.ports.conflicts.list(WORKSPACE, 100)).rows).toHaveLength(20)
  })

  it('marks nothing as gone when suspiciously much is, and waits for the pull that a person confirms', async () => {
    const two = await many(60)
    for (const id of two.book.ids().slice(0, 20)) two.book.merge(id)
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('pulling')
    await two.settle()
    const { rows } = await two.ports.runs.list(WORKSPACE, 10)
    expect(rows[0]).toMatchObject({ startedBy: 'tandem', status: 'failed', counts: { missing: 20 } })
    expect((await two.mirror('1'))?.goneAt).toBeUndefined()
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('pulling')
    expect((await two.ports.runs.list(WORKSPACE, 10)).rows).toHaveLength(rows.length)
    await two.finish(await startPull(two.ports, { workspace: WORKSPACE, person: PERSON, confirmGone: true }))
    expect((await two.mirror('1'))?.goneAt).toBeDefined()
    expect(await pullChanges(two.ports, WORKSPACE)).toBe('done')
  })
})

describe('a pull', () => {
  it('that is cancelled leaves the contact of a record that it found gone to the next reading', async () => {
    const two = await many(60)
    const { id } = await two.contactOf('7')
    two.book.merge('7')
    const run = await startPull(two.ports, { workspace: WORKSPACE, person: PERSON })
    const contacts = {
      ...two.ports.contacts,
      getMany: async () => {
        throw new Error('died')
      },
    }
    await expect(
      servePullHint({ ...two.ports, contacts }, { kind: 'run', workspace: WORKSPACE, runId: run.id }),
    ).rejects.toThrow('died')
    expect((await two.mirror('7'))?.goneAt).toBeDefined()
    await cancelRun(two.ports, WORKSPACE, run.id)
    await two.finish(run)
    await two.settle()
    expect((await two.contact(id)).hold?.code).toBe('recordGone')
  })

  it('brings what it stored to the contacts, and what an earlier one stored that was cancelled', async () => {
    const two = await many(5)
    two.book.rename('1', 'Renamed')
    const record = two.company.record('1')
    const mirror = await two.mirror('1')
    if (mirror === undefined) throw new Error('It is not held.')
    await two.ports.mirrors.put(WORKSPACE, [{ ...mirror, ...record }])
    two.book.rename('2', 'Also')
    await two.finish(await startPull(two.ports, { workspace: WORKSPACE, person: PERSON }))
    expect((await two.contactOf('1')).fields.displayName).toBe('Renamed')
    expect((await two.contactOf('2')).fields.displayName).toBe('Also')
  })
})
