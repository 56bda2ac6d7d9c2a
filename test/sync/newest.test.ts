import { describe, expect, it } from 'vitest'
import type { FieldEdits } from '#core/field-edits'
import type { Fields } from '#core/records'
import { updateContact } from '#sync/edit-contact'
import { servePullHint } from '#sync/serve'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const ADA = '1'
const MINUTE_MS = 60_000

/** Ada, in QuickBooks and in the CRM, while QuickBooks lets the company rest: nothing goes either way. */
async function resting(fields: Fields = { phone: '100' }): Promise<TwoSides> {
  const two = await createTwoSides((book) => {
    book.add('Ada', { fields })
  })
  two.company.trouble(() => ({ kind: 'quickbooksThrottled', restMs: MINUTE_MS }))
  return two
}

async function inCrm(two: TwoSides, fields: FieldEdits): Promise<void> {
  const { id, version } = await two.contactOf(ADA)
  await updateContact(two.ports, { workspace: WORKSPACE, person: PERSON, id, version, edit: { fields } })
  await two.clock.sleep(MINUTE_MS)
}

async function inQuickBooks(two: TwoSides, fields: Fields): Promise<void> {
  two.book.edit(ADA, fields)
  await two.clock.sleep(MINUTE_MS)
}

/** The rest is over, and whatever waited is done. */
async function rested(two: TwoSides) {
  two.company.settle()
  await two.tell(ADA)
  await two.settle()
  const { id, fields, conflicts, refusal } = await two.contactOf(ADA)
  const because = (await two.journal(id)).flatMap((entry) =>
    entry.changes.some(({ field, superseded }) => field === 'phone' && superseded === true) ? [entry.because] : [],
  )
  return { crm: fields, quickbooks: two.book.get(ADA).fields, conflicts, refusal, because }
}

describe('the newest of two changes', () => {
  it('is the newest of that field: a later change of another field in the CRM says nothing of it', async () => {
    const two = await resting()
    await inCrm(two, { phone: '200' })
    await inQuickBooks(two, { phone: '300' })
    await inCrm(two, { email: 'ada@example.org' })
    const end = await rested(two)
    expect(end).toMatchObject({
      crm: { phone: '300', email: 'ada@example.org' },
      quickbooks: { phone: '300', email: 'ada@example.org' },
      because: ['both changed it, and which was first cannot be told, so QuickBooks wins'],
    })
  })

  it('is known to be QuickBooks’ where QuickBooks was seen unchanged after the CRM changed', async () => {
    const two = await resting()
    await inCrm(two, { phone: '200' })
    // An invoice moves the record's time, and the record is read; the CRM's own phone has not gone out.
    two.book.invoice(ADA, 10)
    two.company.settle()
    two.company.trouble(({ method }) =>
      method === 'update' ? { kind: 'quickbooksDown', reason: 'Service unavailable' } : undefined,
    )
    await two.clock.sleep(2 * MINUTE_MS)
    await two.tell(ADA)
    for (let pull = two.ports.hints.pulls.take(); pull !== undefined; pull = two.ports.hints.pulls.take()) {
      await servePullHint(two.ports, pull.hint)
      pull.done()
    }
    await two.clock.sleep(MINUTE_MS)
    await inQuickBooks(two, { phone: '300' })
    const end = await rested(two)
    expect(end).toMatchObject({
      crm: { phone: '300' },
      quickbooks: { phone: '300' },
      because: ['both changed it, and QuickBooks changed it later'],
    })
  })

  it('is the CRM’s where it changed after QuickBooks had, and the history says so', async () => {
    const two = await resting()
    await inQuickBooks(two, { phone: '400' })
    await inCrm(two, { phone: '500' })
    const end = await rested(two)
    expect(end).toMatchObject({
      crm: { phone: '500' },
      quickbooks: { phone: '500' },
      because: ['both changed it, and the CRM changed it later'],
    })
  })

  it('cannot be told where QuickBooks changed something else later and nobody looked in between', async () => {
    const two = await resting()
    await inQuickBooks(two, { phone: '400' })
    await inCrm(two, { phone: '500' })
    await inQuickBooks(two, { notes: 'Call first' })
    const end = await rested(two)
    expect(end).toMatchObject({
      crm: { phone: '400', notes: 'Call first' },
      quickbooks: { phone: '400', notes: 'Call first' },
      because: ['both changed it, and which was first cannot be told, so QuickBooks wins'],
    })
  })

  it('is kept only as long as the two differ', async () => {
    const two = await resting()
    await inCrm(two, { phone: '200' })
    expect(Object.keys((await two.contactOf(ADA)).slotTimes ?? {})).toEqual(['phone'])
    await rested(two)
    expect((await two.contactOf(ADA)).slotTimes).toBeUndefined()
  })
})
