import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DERIVED_SLOTS } from '#core/derived-names'
import { contactAfter, plan, recordAfter } from '#core/plan'
import { DEFAULT_SETTINGS } from '#core/policies'
import { SLOTS, type Slot, type SlotValue, type Snapshot } from '#core/records'
import { slotValue } from '#core/slots'
import { sameAsTyped, sameMeaning } from '#core/spelling'
import { survivorBase } from '#core/survivor-base'
import { snapshots, threeSides } from './snapshot-arbitraries.ts'

const AT = '2026-01-01T00:00:00.000Z'

/** Both sides once the two have met at this base. */
function met(contact: Snapshot, base: Snapshot, survivor: Snapshot) {
  const done = plan(
    {
      contact: { snapshot: contact, changedAt: AT },
      record: { kind: 'present', side: { snapshot: survivor, changedAt: AT } },
      base,
      openConflicts: [],
      pins: [],
      resolutions: [],
    },
    { ...DEFAULT_SETTINGS, conflicts: 'quickbooks' },
  )
  return { contact: contactAfter(contact, done), survivor: recordAfter(survivor, done) }
}

const isEmpty = (slot: Slot, value: SlotValue) => sameMeaning(slot, value, undefined)
/** Where the two lie has a rule of its own, and what is derived follows what it is derived from. */
const ownRule: readonly Slot[] = ['active', 'parent', ...DERIVED_SLOTS]

describe('a contact that meets the survivor of a merge', () => {
  it('blanks nothing: what one side alone holds is on both in the end', () => {
    fc.assert(
      fc.property(threeSides, snapshots, ({ crm, base }, survivor) => {
        const after = met(crm, survivorBase(crm, base, survivor), survivor)
        for (const slot of SLOTS.filter((one) => !ownRule.includes(one))) {
          const [ours, theirs] = [slotValue(crm, slot), slotValue(survivor, slot)]
          const wanted = isEmpty(slot, theirs) ? ours : isEmpty(slot, ours) ? theirs : undefined
          if (wanted === undefined) continue
          expect(sameAsTyped(slotValue(after.contact, slot), wanted), slot).toBe(true)
          expect(sameAsTyped(slotValue(after.survivor, slot), wanted), slot).toBe(true)
        }
      }),
    )
  })

  it('lets the survivor keep its own values where the contact has not changed its own', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (unchanged, survivor) => {
        const after = met(unchanged, survivorBase(unchanged, unchanged, survivor), survivor)
        for (const slot of [...SLOTS.filter((one) => !ownRule.includes(one)), 'parent', 'active'] as const) {
          const theirs = slotValue(survivor, slot)
          if (isEmpty(slot, theirs)) continue
          expect(sameAsTyped(slotValue(after.survivor, slot), theirs), slot).toBe(true)
        }
      }),
    )
  })

  it('lies where the survivor does, at the top as well', () => {
    const side = (parentRecordId?: string): Snapshot => ({
      fields: {},
      active: true,
      ...(parentRecordId !== undefined && { parentRecordId }),
    })
    const base = survivorBase(side('7'), side('7'), side())
    expect(base).toEqual(side('7'))
    expect(met(side('7'), base, side())).toEqual({ contact: side(), survivor: side() })
    expect(met(side(), survivorBase(side(), side(), side('7')), side('7')).contact).toEqual(side('7'))
  })

  it('takes what people changed before the merge was known for a change that is still to be sent', () => {
    const side = (phone?: string): Snapshot => ({ fields: phone === undefined ? {} : { phone }, active: true })
    const heldBefore = new Map<Slot, SlotValue>([['phone', 'before']])
    expect(survivorBase(side('new'), side('new'), side('theirs'), heldBefore)).toEqual(side('before'))
    expect(survivorBase(side('new'), side('new'), side(), heldBefore)).toEqual(side())
    expect(survivorBase(side('new'), side('new'), side('theirs'))).toEqual(side('new'))
  })

  it('keeps nothing of where it was, or of being archived, from before the merge was known', () => {
    const side: Snapshot = { fields: {}, parentRecordId: '7', active: true }
    const heldBefore = new Map<Slot, SlotValue>([
      ['active', false],
      ['parent', '8'],
    ])
    expect(survivorBase(side, side, side, heldBefore)).toEqual(side)
  })
})
