import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Contact } from '#core/records'
import { sameContent } from '#core/snapshots'
import { dyingPorts } from './dying-ports.ts'
import { createPushWorld, MINUTE_MS, type PushWorld, WORKSPACE } from './push-world.ts'

const SWITCHES = [
  { 'requestid-retention': 'day' },
  { 'requestid-retention': 'never' },
  { 'requestid-retention': 'forever', 'requestid-errors': 'replayed', 'requestid-mismatch': 'error-600' },
] as const

/** A day’s edits: a new client with a new job, a changed customer, one that is archived, and a job that moves. */
async function worldWithWork(switches: (typeof SWITCHES)[number]) {
  const world = await createPushWorld(switches)
  const changed = await world.addLinked({ DisplayName: 'Changed' })
  const archived = await world.addLinked({ DisplayName: 'Archived' })
  const old = { Job: true, ParentRef: { value: await world.recordId(changed) } }
  const moved = await world.addLinked({ DisplayName: 'Moved', ...old }, { parentId: changed })
  const client = await world.add({ displayName: 'Client', phone: '1' })
  const job = await world.add({ displayName: 'Job' }, { parentId: client })
  await world.edit(changed, world.set({ phone: '1', billAddress: { line1: '1 Way' } }))
  await world.edit(archived, (contact) => ({ ...contact, archived: true }))
  await world.edit(moved, (contact) => ({ ...contact, parentId: client }))
  return { world, ids: [changed, archived, moved, client, job] }
}

/** Sends all that is left, through rests and waits for a next try. */
async function finish(world: PushWorld): Promise<void> {
  await world.drain()
  for (let hours = 0; hours < 3; hours++) await world.drainLater()
}

/** Takes in what the webhooks would have told of, and sends what follows from it. */
async function catchUp(world: PushWorld, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await world.pullIn('customer', [await world.recordId(id)])
    await world.edit(id, (contact) => contact)
  }
  await finish(world)
}

async function expectAllInStep(world: PushWorld, ids: readonly string[], told: string): Promise<void> {
  const recordIds = new Set<string>()
  for (const id of ids) {
    const contact: Contact = await world.contact(id)
    const mirror = await world.mirrorOf(id)
    expect(await world.dot(id), told).toBe('green')
    expect(contact.intent, told).toBeUndefined()
    expect(mirror?.contactId, told).toBe(id)
    recordIds.add(mirror?.id ?? '')
    const there = await world.snapshot(id)
    const { link } = contact
    expect(link && sameContent(link.base, there), told).toBe(true)
    expect(mirror && sameContent(mirror.snapshot, there), told).toBe(true)
    expect(mirror?.revision, told).toBe(world.read(mirror?.id ?? '').SyncToken)
  }
  expect(recordIds.size, told).toBe(ids.length)
  expect(world.count(), told).toBe(ids.length)
}

describe.each(SWITCHES)('a push whose worker dies (%o)', (switches) => {
  it.each(['before', 'after'] as const)('ends with one record for each, %s whichever call it died', async (when) => {
    // Every call where QuickBooks forgets at once, which is the hardest; every third elsewhere.
    const step = switches['requestid-retention'] === 'never' ? 1 : 3
    for (let last = 1; ; last += step) {
      const { world, ids } = await worldWithWork(switches)
      try {
        const dying = dyingPorts(world.ports, last, when)
        await world.drain(dying.ports).catch(() => undefined)
        await finish(world)
        await expectAllInStep(world, ids, `died ${when} call ${last}`)
        if (!dying.died()) {
          expect(last).toBeGreaterThan(60)
          return
        }
      } finally {
        await world.close()
      }
    }
  })

  it('loses nothing however often workers die while people go on working on both sides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            last: fc.integer({ min: 1, max: 90 }),
            when: fc.constantFrom('before' as const, 'after' as const),
            crm: fc.integer({ min: 0, max: 4 }),
            quickbooks: fc.integer({ min: 0, max: 4 }),
          }),
          { minLength: 1, maxLength: 5 },
        ),
        async (days) => {
          const { world, ids } = await worldWithWork(switches)
          try {
            let number = 0
            const mobiles = new Map<string, string>()
            const notes = new Map<string, string>()
            for (const { last, when, crm, quickbooks } of days) {
              number += 1
              await world.drain(dyingPorts(world.ports, last, when).ports).catch(() => undefined)
              const here = ids[crm] ?? ''
              await world.edit(here, world.set({ mobile: `crm ${number}` }))
              mobiles.set(here, `crm ${number}`)
              const there = ids[quickbooks] ?? ''
              const { link } = await world.contact(there)
              if (link !== undefined) {
                world.books.edit('Customer', link.recordId, { Notes: `books ${number}` })
                notes.set(there, `books ${number}`)
              }
              world.time.advance(MINUTE_MS)
            }
            await finish(world)
            for (let rounds = 0; rounds < 2; rounds++) await catchUp(world, ids)
            await expectAllInStep(world, ids, JSON.stringify(days))
            for (const [id, mobile] of mobiles) expect((await world.contact(id)).fields.mobile).toBe(mobile)
            for (const [id, note] of notes) expect((await world.contact(id)).fields.notes).toBe(note)
            expect(await world.ports.markers.toPush(WORKSPACE, world.time.now() + 10 * 24 * 3_600_000, 10)).toEqual([])
          } finally {
            await world.close()
          }
        },
      ),
      { numRuns: 10 },
    )
  })
})
