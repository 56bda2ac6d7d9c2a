import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fields, Slot } from '#core/records'
import { listPreview, startPreview } from '#sync/preview'
import { servePullHint } from '#sync/serve'
import { applyPreview } from '#sync/sync-run-shown'
import { startSync } from '#sync/sync-run-start'
import { startUndo } from '#sync/undo'
import { edit, failureOf } from './runs-world.ts'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const FIELDS = ['email', 'mobile', 'companyName', 'notes'] as const satisfies readonly (keyof Fields)[]
const RECORDS = ['1', '2', '3'] as const

/** Somebody gives a field a value that nothing had before, or empties it, on one side. */
const anEdit = fc.record({
  side: fc.constantFrom('crm', 'books'),
  record: fc.constantFrom(...RECORDS),
  field: fc.constantFrom(...FIELDS),
  isEmptied: fc.boolean(),
})
type Edit = Readonly<{ side: string; record: string; field: (typeof FIELDS)[number]; isEmptied: boolean }>
const edits = fc.array(anEdit, { maxLength: 8 })
const settings = fc.record({
  conflicts: fc.constantFrom('newest', 'crm', 'quickbooks', 'ask'),
  pushNotes: fc.boolean(),
})

async function worldOf(chosen: { conflicts: 'newest' | 'crm' | 'quickbooks' | 'ask'; pushNotes: boolean }) {
  return createTwoSides(
    (book) => {
      for (const id of RECORDS)
        book.add(`Customer ${id}`, { fields: { email: `${id}@example.com`, notes: `of ${id}` } })
    },
    { ...chosen, push: 'whenAsked' },
  )
}

let fresh = 0
async function doEdits(world: TwoSides, list: readonly Edit[]): Promise<void> {
  for (const { side, record, field, isEmptied } of list) {
    // QuickBooks keeps whole seconds.
    await world.clock.sleep(2_000)
    const value = isEmptied ? undefined : `value-${fresh++}@example.com`
    const id = (await world.contactOf(record)).id
    if (side === 'crm') await edit(world, id, { [field]: value ?? null })
    else bookEdit(world, record, field, value)
  }
  await world.clock.sleep(2_000)
}

function bookEdit({ book }: TwoSides, record: string, field: keyof Fields, value: string | undefined): void {
  if (value === undefined) book.clear(record, field)
  else book.edit(record, { [field]: value })
}

type Seen = Readonly<Record<string, Readonly<{ crm: string | undefined; books: string | undefined }>>>

/** Every field of everybody on both sides. */
async function look(world: TwoSides): Promise<Seen> {
  const all = await Promise.all(
    RECORDS.map(async (record) => {
      const { fields } = await world.contactOf(record)
      const books = world.book.get(record).fields ?? {}
      return FIELDS.map((field) => [`${record}.${field}`, { crm: fields[field], books: books[field] }] as const)
    }),
  )
  return Object.fromEntries(all.flat())
}

describe('an undo after a sync', () => {
  it('restores every field that nobody touched since, on both sides, and says which it skipped', async () => {
    await fc.assert(
      fc.asyncProperty(settings, edits, edits, async (chosen, before, touches) => {
        const world = await worldOf(chosen)
        await doEdits(world, before)
        const was = await look(world)
        const run = await world.finish(await startSync(world.ports, asker))
        expect(run.status).toBe('done')
        const synced = await look(world)
        await doEdits(world, touches)
        const touched = await look(world)
        const undo = await world.finish(await startUndo(world.ports, { ...asker, runId: run.id }))
        expect(undo.status).toBe('done')
        const now = await look(world)
        const skipped = await skippedSlots(world, undo.id)

        for (const key of Object.keys(was)) {
          const isTouched = touches.some(({ record, field }) => `${record}.${field}` === key)
          const isChanged = JSON.stringify(was[key]) !== JSON.stringify(synced[key])
          if (isTouched && JSON.stringify(touched[key]) !== JSON.stringify(synced[key])) {
            expect(now[key], `${key} is left as it was touched`).toEqual(touched[key])
            if (isChanged) expect(skipped).toContain(key)
          }
          if (!isTouched) {
            expect(now[key], `${key} is put back`).toEqual(was[key])
            expect(skipped).not.toContain(key)
          }
        }
        // What was put back rests, however often both sides are looked at.
        await world.finish(await startSync(world.ports, asker))
        await world.settle()
        const later = await look(world)
        for (const key of Object.keys(was)) {
          const isTouched = touches.some(({ record, field }) => `${record}.${field}` === key)
          const isChanged = JSON.stringify(was[key]) !== JSON.stringify(synced[key])
          if (!isTouched && isChanged) expect(later[key], `${key} rests`).toEqual(was[key])
        }
      }),
      { numRuns: 60 },
    )
  })
})

async function skippedSlots(world: TwoSides, runId: string): Promise<readonly string[]> {
  const { rows } = await world.ports.runs.outcomes(WORKSPACE, runId, 100)
  const lists = await Promise.all(
    rows.map(async ({ contactId = '', details }) => {
      const { link } = await world.contact(contactId)
      const slots = Array.isArray(details?.skipped) ? details.skipped : []
      return slots.map((one: Readonly<{ slot: Slot; reason: string }>) => {
        expect(one.reason).toMatch(/^It .+\.$/)
        return `${link?.recordId}.${one.slot}`
      })
    }),
  )
  return lists.flat()
}

/** A touch after the sync; `isTold`: QuickBooks tells of it, so that it is in the contact before the undo. */
const aTouch = fc.record({
  side: fc.constantFrom('crm', 'books'),
  record: fc.constantFrom(...RECORDS),
  field: fc.constantFrom(...FIELDS),
  /** Whether it is given another value and then, as if nothing had been, the one before. */
  isTakenBack: fc.boolean(),
})

describe('an undo', () => {
  it('goes by who touched what, as a witness saw it, however the values came out', async () => {
    await fc.assert(
      fc.asyncProperty(settings, edits, fc.array(aTouch, { maxLength: 5 }), async (chosen, before, touches) => {
        const world = await worldOf(chosen)
        await doEdits(world, before)
        const was = await look(world)
        const run = await world.finish(await startSync(world.ports, asker))
        const synced = await look(world)
        const witness = new Map<string, Set<string>>()
        for (const { side, record, field, isTakenBack } of touches) {
          await world.clock.sleep(2_000)
          const key = `${record}.${field}`
          const { id, fields } = await world.contactOf(record)
          const old = side === 'crm' ? fields[field] : world.book.get(record).fields?.[field]
          for (const value of [`value-${fresh++}@example.com`, ...(isTakenBack ? [old] : [])]) {
            if (side === 'crm') await edit(world, id, { [field]: value ?? null })
            else {
              bookEdit(world, record, field, value)
              await world.tell(record)
            }
            await settled(world)
          }
          witness.set(key, (witness.get(key) ?? new Set()).add(side))
        }
        const touched = await look(world)
        const undo = await world.finish(await startUndo(world.ports, { ...asker, runId: run.id }))
        const now = await look(world)
        const reasons = await skippedReasons(world, undo.id)
        for (const key of Object.keys(was)) {
          const by = witness.get(key)
          if (by === undefined) {
            expect(now[key], `${key} is put back`).toEqual(was[key])
            expect(reasons.get(key)).toBeUndefined()
            continue
          }
          expect(now[key], `${key} is left as it was touched`).toEqual(touched[key])
          if (JSON.stringify(was[key]) === JSON.stringify(synced[key])) continue
          const reason = reasons.get(key) ?? 'nothing'
          expect(['in the CRM', 'in QuickBooks'].filter((side) => reason.includes(side))).toHaveLength(1)
          expect(by.has(reason.includes('in QuickBooks') ? 'books' : 'crm'), `${key}: ${reason}`).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** What is told is taken in; what a person has to ask for is not sent. */
async function settled({ ports }: TwoSides): Promise<void> {
  for (let taken = ports.hints.pulls.take(); taken !== undefined; taken = ports.hints.pulls.take()) {
    await servePullHint(ports, taken.hint)
    taken.done()
  }
}

async function skippedReasons(world: TwoSides, runId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await world.ports.runs.outcomes(WORKSPACE, runId, 100)
  const reasons = new Map<string, string>()
  for (const { contactId = '', details } of rows) {
    const { link } = await world.contact(contactId)
    const slots = Array.isArray(details?.skipped) ? details.skipped : []
    for (const { slot, reason } of slots as readonly Readonly<{ slot: Slot; reason: string }>[])
      reasons.set(`${link?.recordId}.${slot}`, reason)
  }
  return reasons
}

describe('a preview', () => {
  it('shows exactly what is done when it is applied', async () => {
    await fc.assert(
      fc.asyncProperty(settings, edits, fc.subarray([...RECORDS]), async (chosen, before, left) => {
        const world = await worldOf(chosen)
        await doEdits(world, before)
        const was = await look(world)
        const preview = await world.finish(await startPreview(world.ports, asker))
        expect(await look(world)).toEqual(was)
        const { rows } = await listPreview(world.ports, WORKSPACE, preview.id, { limit: 100 })
        const except = await Promise.all(left.map(async (record) => (await world.contactOf(record)).id))
        const run = await world.finish(await applyPreview(world.ports, { ...asker, previewId: preview.id, except }))
        expect(run.status).toBe('done')

        const wanted: Record<string, { crm: string | undefined; books: string | undefined }> = { ...was }
        for (const item of rows) {
          if (except.includes(item.contactId)) continue
          const { link } = await world.contact(item.contactId)
          const put = (side: 'crm' | 'books', slot: string, to: unknown) => {
            const key = `${link?.recordId}.${slot}`
            wanted[key] = { crm: undefined, books: undefined, ...wanted[key], [side]: to }
          }
          for (const { slot, to } of item.crm) put('crm', slot, to)
          for (const { slot, to } of item.quickbooks) put('books', slot, to)
        }
        expect(await look(world)).toEqual(wanted)
      }),
      { numRuns: 60 },
    )
  })

  it('is refused when anything that it shows moved in between, and nothing is done then', async () => {
    await fc.assert(
      fc.asyncProperty(settings, edits, anEdit, async (chosen, before, move) => {
        const world = await worldOf(chosen)
        await doEdits(world, before)
        const preview = await world.finish(await startPreview(world.ports, asker))
        const { rows } = await listPreview(world.ports, WORKSPACE, preview.id, { limit: 100 })
        const contact = await world.contactOf(move.record)
        fc.pre(rows.some(({ contactId, fingerprint }) => contactId === contact.id && fingerprint !== undefined))
        await doEdits(world, [{ ...move, isEmptied: false }])
        const moved = await look(world)
        let problem: Awaited<ReturnType<typeof failureOf>>
        const starting = applyPreview(world.ports, { ...asker, previewId: preview.id, except: [] })
        problem = await failureOf(starting)
        if (problem === undefined) {
          expect(await world.finish(await starting)).toMatchObject({
            status: 'failed',
            reason: expect.stringContaining('nothing was done'),
          })
        } else {
          expect(problem.kind).toBe('previewMoved')
        }
        expect(await look(world)).toEqual(moved)
      }),
      { numRuns: 60 },
    )
  })
})
