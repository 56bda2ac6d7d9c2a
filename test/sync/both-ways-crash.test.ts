import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import { pullChanges } from '#sync/changes'
import { resolveAll } from '#sync/conflicts'
import { updateContact } from '#sync/edit-contact'
import { drainMarked } from '#sync/marked'
import type { Ports } from '#sync/ports'
import { dyingPorts } from './dying-ports.ts'
import { createTwoSides, eventOf, tellOf } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

/** A day of both sides: edits of either and of both, a move, a deactivation, a merge, a deletion. */
async function aDay() {
  const two = await createTwoSides(
    (book) => {
      book.add('North', { fields: { phone: '1' } })
      book.add('South', { fields: { phone: '1', email: 's@x.example' } })
      book.add('Kitchen', { parent: '1' })
      book.add('West')
      book.add('Loser', { fields: { fax: '9' } })
      book.add('Gone')
    },
    { conflicts: 'newest', conflictsBySlot: { phone: 'ask' } },
  )
  const survivor = two.book.add('Survivor', { fields: { mobile: '8' } })
  const north = await two.contactOf('1')
  const edit = { fields: { phone: 'crm', website: 'north.example' } }
  await updateContact(two.ports, {
    workspace: WORKSPACE,
    person: PERSON,
    id: north.id,
    version: north.version,
    edit,
  })
  two.ports.hints.pushes.take()?.done()
  await two.clock.sleep(60_000)
  two.book.edit('1', { phone: 'qb', mobile: '7' })
  two.book.edit('2', { email: 's2@x.example' })
  two.book.move('3', '2')
  two.book.deactivate('4')
  two.book.merge('5')
  two.book.merge('6')
  return { two, survivor }
}
type Day = Awaited<ReturnType<typeof aDay>>

const deliver = ({ survivor }: Day, ports: Ports) =>
  tellOf(ports, ...['1', '2', '3', '4', '6'].map((id) => eventOf(id, `day-${id}`)), {
    ...eventOf(survivor, 'day-merge'),
    mergedFromId: '5',
  })

/** What people see of everything in the end, without ids and versions. */
async function seen({ two }: Day) {
  const rows = (await two.ports.contacts.listByName(WORKSPACE, 100)).rows
  const contacts = await Promise.all(
    rows.map(async ({ id, dot }) => {
      const { fields, archived, kind, parentId, link, conflicts, hold } = await two.contact(id)
      const parent = parentId === undefined ? undefined : (await two.contact(parentId)).fields.displayName
      return {
        fields,
        archived,
        kind,
        parent,
        dot,
        recordId: link?.recordId,
        base: link?.base,
        conflicts: conflicts?.map(({ openedAt: _, ...conflict }) => conflict),
        hold: hold?.code,
        history: await historyOf(two, id),
      }
    }),
  )
  const books = two.book.ids().map((id) => {
    const { name, parent, fields, active } = two.book.get(id)
    return { name, parent, fields, active }
  })
  return { contacts, books }
}

/** Every change, once; but for holds, which come and go with what is known of a merge. */
async function historyOf(two: Day['two'], id: string) {
  const changes = (await two.journal(id)).flatMap((entry) =>
    entry.changes.map((change) => ({ side: entry.side, ...change })),
  )
  return changes
    .filter(({ field }) => field !== 'hold')
    .map((change) => JSON.stringify(change.field === 'parentId' ? { field: 'parentId' } : change))
    .sort()
}

const steps: Readonly<Record<string, (day: Day, ports: Ports) => Promise<unknown>>> = {
  intake: deliver,
  drain: (_day, ports) => drainMarked(ports, WORKSPACE),
  changes: (_day, ports) => pullChanges(ports, WORKSPACE),
}

/** What happens when all goes well. */
async function withoutDeaths() {
  const day = await aDay()
  await deliver(day, day.two.ports)
  await day.two.settle()
  return seen(day)
}

const died = (thrown: unknown) => {
  // Who dies says nothing; a problem or a fault of our own would be a finding.
  if (problemOf(thrown) !== undefined || !(thrown instanceof Error) || thrown.constructor.name !== 'ProcessDied')
    throw thrown
}

describe('a worker that dies', () => {
  it('is all that a day shows afterwards: both sides as they should be', async () => {
    const { contacts, books } = await withoutDeaths()
    expect(contacts.map(({ fields, dot }) => [fields.displayName, dot])).toEqual([
      ['Gone', 'conflict'],
      ['Kitchen', 'green'],
      ['North', 'conflict'],
      ['South', 'green'],
      ['Survivor', 'green'],
      ['West', 'green'],
    ])
    expect(contacts).toMatchObject([
      { hold: 'recordGone', archived: false },
      { parent: 'South' },
      { fields: { phone: 'crm', mobile: '7', website: 'north.example' }, conflicts: [{ slot: 'phone' }] },
      { fields: { email: 's2@x.example' } },
      { fields: { fax: '9', mobile: '8' } },
      { archived: true },
    ])
    expect(books.find(({ name }) => name === 'North')?.fields).toMatchObject({ phone: 'qb', website: 'north.example' })
    expect(books.find(({ name }) => name === 'Survivor')?.fields).toEqual({ fax: '9', mobile: '8' })
  })

  it.each(['before', 'after'] as const)('leaves nothing half done, %s whichever call it died', async (when) => {
    const straight = await withoutDeaths()
    for (let last = 1; ; last++) {
      const day = await aDay()
      const dying = dyingPorts(day.two.ports, last, when)
      const work = async () => {
        await deliver(day, dying.ports)
        await drainMarked(dying.ports, WORKSPACE)
      }
      await work().catch(died)
      if (!dying.died()) {
        expect(last).toBeGreaterThan(50)
        return
      }
      // Intuit sends it again, as it got no answer.
      await deliver(day, day.two.ports)
      await day.two.settle()
      expect(await seen(day), `died at call ${last}`).toEqual(straight)
    }
  })

  it('comes to the same end however often it happens, and in whichever work', async () => {
    const straight = await withoutDeaths()
    const deaths = fc.array(
      fc.tuple(
        fc.constantFrom(...Object.keys(steps)),
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom('before' as const, 'after' as const),
      ),
      { minLength: 1, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(deaths, async (all) => {
        const day = await aDay()
        await deliver(day, day.two.ports)
        for (const [step, last, when] of all) {
          await steps[step]?.(day, dyingPorts(day.two.ports, last, when).ports).catch(died)
        }
        await day.two.settle()
        expect(await seen(day)).toEqual(straight)
      }),
      { numRuns: 60 },
    )
  })

  it('while a person decides or edits leaves both sides in step all the same', async () => {
    for (let last = 1; ; last++) {
      const day = await aDay()
      await deliver(day, day.two.ports)
      await day.two.settle()
      const dying = dyingPorts(day.two.ports, last, 'after')
      const asker = { workspace: WORKSPACE, person: PERSON }
      const south = await day.two.contactOf('2')
      const work = async () => {
        await resolveAll(dying.ports, { ...asker, policy: 'crm', slot: 'phone' })
        const edit = { fields: { fax: '5' } }
        await updateContact(dying.ports, { ...asker, id: south.id, version: south.version, edit })
      }
      await work().catch(died)
      await resolveAll(day.two.ports, { ...asker, policy: 'crm', slot: 'phone' })
      await day.two.settle()
      const north = await day.two.contactOf('1')
      expect(north.conflicts).toBeUndefined()
      expect(day.two.book.get('1').fields?.phone).toBe('crm')
      const { fax } = (await day.two.contactOf('2')).fields
      expect(day.two.book.get('2').fields?.fax).toBe(fax)
      if (!dying.died()) {
        expect(fax).toBe('5')
        expect(last).toBeGreaterThan(10)
        return
      }
    }
  })
})
