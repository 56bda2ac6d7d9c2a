import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import type { ConflictPolicy } from '#core/policies'
import { type Contact, type Mirror, SLOTS } from '#core/records'
import { slotValue } from '#core/slots'
import { contactSnapshot } from '#core/snapshots'
import { sameAsTyped } from '#core/spelling'
import { daily } from '#sync/daily'
import { newJob, updateContact } from '#sync/edit-contact'
import { servePullHint, servePushHint } from '#sync/serve'
import { sweep } from '#sync/sweep'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const DAY_MS = 24 * 3_600_000
const CUSTOMERS = ['1', '2', '3', '4', '5'] as const
const asker = { workspace: WORKSPACE, person: PERSON }

/** Shrunk, it says in words what was done. */
type Step = Readonly<{ take: (two: TwoSides, wrote: Written) => Promise<void>; [fc.toStringMethod]: () => string }>
/**
 * Values that somebody wrote, by the field that they are to be found in. Whoever writes over a value that they see
 * takes it out: that one is theirs to give up.
 */
type Written = Map<string, Readonly<{ id: string; name: 'phone' | 'email' | 'notes' }>>

const one = fc.constantFrom(...CUSTOMERS)
const field = fc.constantFrom('phone' as const, 'email' as const, 'notes' as const)
let values = 0
/** No value twice, so that each can be looked for. */
const fresh = (name: string) => (name === 'email' ? `v${values++}@x.example` : `v${values++}`)

const step = (say: string, take: Step['take']): Step => ({
  take: ignoringRefusals(take),
  [fc.toStringMethod]: () => say,
})

/** What a person or QuickBooks is told that they may not do, is not done; that is all. */
function ignoringRefusals(take: Step['take']): Step['take'] {
  return async (two, wrote) => {
    try {
      await take(two, wrote)
    } catch (thrown) {
      if (problemOf(thrown)?.kind !== 'invalidInput') throw thrown
    }
  }
}

async function editOf(two: TwoSides, id: string, edit: Parameters<typeof updateContact>[1]['edit']) {
  const contact = await two.contactOf(id)
  return updateContact(two.ports, { ...asker, id: contact.id, version: contact.version, edit })
}

/** Whether `id` may come under `parent` in QuickBooks. */
function fits({ book }: TwoSides, id: string, parent: string): boolean {
  let levels = 1
  for (let up: string | undefined = parent; up !== undefined; up = book.get(up).parent) {
    if (up === id || levels++ > 2) return false
  }
  return book.get(parent).active
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(one, field).map(([id, name]) =>
    step(`the CRM changes ${name} of ${id}`, async (two, wrote) => {
      const value = fresh(name)
      wrote.delete((await two.contactOf(id)).fields[name] ?? '')
      await editOf(two, id, { fields: { [name]: value } })
      wrote.set(value, { id, name })
    }),
  ),
  fc.tuple(one, field).map(([id, name]) =>
    step(`QuickBooks changes ${name} of ${id}`, async (two, wrote) => {
      const value = fresh(name)
      wrote.delete(two.book.get(id).fields?.[name] ?? '')
      two.book.edit(id, { [name]: value })
      wrote.set(value, { id, name })
    }),
  ),
  fc
    .tuple(one, fc.boolean())
    .map(([id, archived]) =>
      step(`the CRM sets archived of ${id}: ${archived}`, async (two) => void (await editOf(two, id, { archived }))),
    ),
  fc.tuple(one, fc.boolean()).map(([id, active]) =>
    step(`QuickBooks sets active of ${id}: ${active}`, async ({ book }) => {
      if (active) book.activate(id)
      else book.deactivate(id)
    }),
  ),
  fc.tuple(one, one).map(([id, parent]) =>
    step(`the CRM moves ${id} under ${parent}`, async (two) => {
      await editOf(two, id, { parentId: (await two.contactOf(parent)).id })
    }),
  ),
  fc.tuple(one, one).map(([id, parent]) =>
    step(`QuickBooks moves ${id} under ${parent}`, async (two) => {
      if (fits(two, id, parent)) two.book.move(id, parent)
    }),
  ),
  one.map((id) => step(`QuickBooks moves ${id} to the top`, async ({ book }) => book.moveToTop(id))),
  one.map((id) =>
    step(`the CRM makes a job under ${id}`, async (two) => {
      const { id: parentId } = await two.contactOf(id)
      await newJob(two.ports, { ...asker, parentId, fields: { displayName: `Job ${fresh('job')}` } })
    }),
  ),
  one.map((id) => step(`QuickBooks tells of ${id}`, (two) => two.tell(id, id))),
  fc.constant(
    step('the pull worker serves a hint', async (two) => {
      const pull = two.ports.hints.pulls.take()
      if (pull !== undefined) await servePullHint(two.ports, pull.hint)
      pull?.done()
    }),
  ),
  fc.constant(
    step('the push worker serves a hint', async (two) => {
      const push = two.ports.hints.pushes.take()
      if (push !== undefined) await servePushHint(two.ports, push.hint)
      push?.done()
    }),
  ),
  fc.constant(
    step('ten minutes pass', async (two) => {
      await two.clock.sleep(600_000)
      await sweep(two.ports)
    }),
  ),
)

/** The day after, nobody touches anything: notifications that were lost are made up for by what the daily job asks. */
async function rest(two: TwoSides) {
  for (let round = 0; round < 2; round++) {
    await two.clock.sleep(DAY_MS)
    await daily(two.ports)
    await two.settle()
  }
}

async function expectInStep(two: TwoSides, { contact, mirror }: Readonly<{ contact: Contact; mirror: Mirror }>) {
  const parent = contact.parentId === undefined ? undefined : await two.contact(contact.parentId)
  const crm = contactSnapshot(contact, parent?.link?.recordId)
  const { snapshot } = two.company.record(mirror.id)
  for (const slot of SLOTS) {
    const isAsked = contact.conflicts?.some((conflict) => conflict.slot === slot) ?? false
    const isRefused = contact.refusal !== undefined && contact.toPushSince !== undefined
    if (isAsked || isRefused) continue
    expect([slot, sameAsTyped(slotValue(crm, slot), slotValue(snapshot, slot))]).toEqual([slot, true])
  }
}

/** On both sides, in an open conflict, behind a red dot, or in the history as what gave way. */
async function expectFound(two: TwoSides, wrote: Written) {
  for (const [value, { id, name }] of wrote) {
    const contact = await two.contactOf(id)
    const isOnBoth = contact.fields[name] === value && two.book.get(id).fields?.[name] === value
    const isAsked = contact.conflicts?.some(({ crm, quickbooks }) => crm === value || quickbooks === value) ?? false
    const isSuperseded = (await two.journal(contact.id)).some(({ changes }) =>
      changes.some((change) => change.superseded === true && change.from === value),
    )
    const isRefused =
      contact.fields[name] === value && contact.refusal !== undefined && contact.toPushSince !== undefined
    const isFound = isOnBoth || isAsked || isRefused || isSuperseded
    expect({ value, id, name, isFound }).toMatchObject({ isFound: true })
  }
}

describe('two sides that people work on as they like', () => {
  it.each<ConflictPolicy>(['newest', 'ask', 'crm', 'quickbooks'])(
    'agree in the end, lose no value and make no cycle, by the policy %s',
    async (conflicts) => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: 25, size: 'max' }), async (all) => {
          const two = await createTwoSides((book) => CUSTOMERS.forEach((id) => void book.add(`Customer ${id}`)), {
            conflicts,
          })
          const wrote: Written = new Map()
          for (const { take } of all) {
            await two.clock.sleep(1_000)
            await take(two, wrote)
          }
          await rest(two)
          for (const recordId of two.book.ids()) {
            const mirror = await two.mirror(recordId)
            if (mirror === undefined) throw new Error(`Nobody read ${recordId}.`)
            const contact = await two.contactOf(recordId)
            await expectInStep(two, { contact, mirror })
            const path = new Set([contact.id])
            for (let up = contact.parentId; up !== undefined; up = (await two.contact(up)).parentId) {
              expect(path.has(up)).toBe(false)
              path.add(up)
            }
          }
          await expectFound(two, wrote)
          const names = two.book.ids().map((id) => two.book.get(id).name)
          expect(new Set(names).size).toBe(names.length)
        }),
        { numRuns: 40 },
      )
    },
  )
})
