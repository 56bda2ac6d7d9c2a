import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DERIVED_SLOTS, isDerived } from '#core/derived-names'
import { slotsOf } from '#core/entity-slots'
import {
  type Barrier,
  baseAfter,
  conflictsAfter,
  contactAfter,
  type Plan,
  plan,
  recordAfter,
  type Sides,
} from '#core/plan'
import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import { type Conflict, SLOTS, type Snapshot } from '#core/records'
import { slotValue } from '#core/slots'
import { sameAsTyped } from '#core/spelling'
import { survivorBase } from '#core/survivor-base'
import { isDerivedFrom } from './derived-from.ts'
import { threeSides } from './snapshot-arbitraries.ts'

const policies = fc.constantFrom<SyncSettings['conflicts']>('newest', 'quickbooks', 'crm', 'ask')
const slots = fc.constantFrom(...SLOTS)
/** What is derived follows by itself, so that nobody is asked about it for its own sake. */
const chosenSlots = slots.filter((slot) => !DERIVED_SLOTS.some((derived) => derived === slot))
const barriers: fc.Arbitrary<Barrier> = fc.record({
  slot: slots,
  action: fc.constantFrom('store', 'push'),
  instead: fc.constantFrom('keep', 'ask'),
  because: fc.constant('it cannot be done'),
})

type World = Readonly<{ crm: Snapshot; quickbooks: Snapshot; base: Snapshot }>

const sidesOf = ({ crm, quickbooks, base }: World, more: Partial<Sides> = {}): Sides => ({
  contact: { snapshot: crm, changedAt: '2026-01-01T00:00:00.000Z' },
  record: { kind: 'present', side: { snapshot: quickbooks, changedAt: '2026-01-02T00:00:00.000Z' } },
  base,
  openConflicts: [],
  pins: [],
  resolutions: [],
  ...more,
})
const settingsOf = (conflicts: SyncSettings['conflicts']): SyncSettings => ({ ...DEFAULT_SETTINGS, conflicts })

describe('what is set aside', () => {
  it('is left as it is on every side, and all that does not follow from it is planned as ever', () => {
    fc.assert(
      fc.property(threeSides, slots, policies, (world, slot, policy) => {
        const settings = settingsOf(policy)
        const { actions } = plan(sidesOf(world, { aside: [{ slot, because: 'not now' }] }), settings)
        const others = ({ actions: all }: Plan) => all.filter((action) => !isDerivedFrom(slotOf(action), slot))
        expect(actions.filter((action) => slotOf(action) === slot)).toEqual([
          { kind: 'keep', slot, because: 'not now' },
        ])
        expect(others({ actions, because: '' })).toEqual(others(plan(sidesOf(world), settings)))
      }),
    )
  })
})

describe('what a vendor does not have', () => {
  it('takes no part in its plan', () => {
    fc.assert(
      fc.property(threeSides, policies, (world, policy) => {
        const { actions } = plan(sidesOf(world, { slots: slotsOf('vendor') }), settingsOf(policy))
        const touched = actions.map(slotOf)
        for (const slot of ['notes', 'resaleNumber', 'customerTypeId', 'shipAddress', 'parent'] as const) {
          expect(touched).not.toContain(slot)
        }
      }),
    )
  })
})

describe('a barrier', () => {
  it('keeps what it bars from being done, loses nothing, and bars nothing else', () => {
    fc.assert(
      fc.property(threeSides, barriers, policies, (world, barrier, policy) => {
        const settings = settingsOf(policy)
        const { slot } = barrier
        const free = plan(sidesOf(world), settings)
        const done = plan(sidesOf(world, { barriers: [barrier] }), settings)
        const isBarred = free.actions.some(({ kind, ...action }) => kind === barrier.action && slotOf(action) === slot)
        if (!isBarred) {
          expect(done.actions).toEqual(free.actions)
          return
        }
        expect(done.actions.filter((action) => !isDerivedFrom(slotOf(action), slot))).toEqual(
          free.actions.filter((action) => !isDerivedFrom(slotOf(action), slot)),
        )
        expect(slotValue(contactAfter(world.crm, done), slot)).toEqual(slotValue(world.crm, slot))
        expect(slotValue(recordAfter(world.quickbooks, done), slot)).toEqual(slotValue(world.quickbooks, slot))
        expect(slotValue(baseAfter(world.base, done, true), slot)).toEqual(slotValue(world.base, slot))
        const open = conflictsAfter([], done).filter((conflict) => conflict.slot === slot)
        if (barrier.instead === 'ask') expect(open).toMatchObject([{ slot }])
        else expect(open).toEqual([])
      }),
    )
  })

  it('that asks once asks no second time, and lets through the side that it does not bar', () => {
    fc.assert(
      fc.property(threeSides, chosenSlots, policies, (world, slot, policy) => {
        const settings = settingsOf(policy)
        const barrier: Barrier = { slot, action: 'store', instead: 'ask', because: 'it cannot be stored' }
        const open = conflictsAfter([], plan(sidesOf(world, { barriers: [barrier] }), settings))
        const asked = open.find((conflict) => conflict.slot === slot)
        if (asked === undefined) return
        const again = plan(sidesOf(world, { barriers: [barrier], openConflicts: open }), settings)
        expect(again.actions.filter((action) => slotOf(action) === slot)).toEqual([])
        const { crm, quickbooks } = asked
        const decided = (value: Conflict['crm']) =>
          plan(
            sidesOf(world, {
              barriers: [barrier],
              openConflicts: open,
              resolutions: [{ slot, value, seen: { crm, quickbooks } }],
            }),
            settings,
          )
        expect(conflictsAfter(open, decided(crm)).map((conflict) => conflict.slot)).not.toContain(slot)
        expect(sameAsTyped(slotValue(recordAfter(world.quickbooks, decided(crm)), slot), crm)).toBe(true)
        expect(conflictsAfter(open, decided(quickbooks)).map((conflict) => conflict.slot)).toContain(slot)
      }),
    )
  })

  it('that is over lets a place in the hierarchy through by itself, but not many deactivations', () => {
    const base: Snapshot = { fields: { displayName: 'Ada' }, active: true }
    const world: World = { base, crm: base, quickbooks: { ...base, parentRecordId: '7', active: false } }
    const asking = (['parent', 'active'] as const).map(
      (slot): Barrier => ({ slot, action: 'store', instead: 'ask', because: 'not yet' }),
    )
    const open = conflictsAfter([], plan(sidesOf(world, { barriers: asking }), DEFAULT_SETTINGS))
    expect(open.map(({ slot }) => slot)).toEqual(['parent', 'active'])
    const free = plan(sidesOf(world, { openConflicts: open }), DEFAULT_SETTINGS)
    expect(contactAfter(world.crm, free)).toEqual({ ...base, parentRecordId: '7' })
    expect(conflictsAfter(open, free).map(({ slot }) => slot)).toEqual(['active'])
  })
})

describe('the base of a link that moves to the survivor of a merge', () => {
  it('lets the survivor keep its own values, blanks nothing, and creates nothing anew', () => {
    fc.assert(
      fc.property(threeSides, policies, ({ crm, quickbooks: survivor, base }, policy) => {
        const moved = survivorBase(crm, base, survivor)
        const done = plan(sidesOf({ crm, quickbooks: survivor, base: moved }), settingsOf(policy))
        const [contact, record] = [contactAfter(crm, done), recordAfter(survivor, done)]
        for (const slot of SLOTS) {
          if (slot === 'active' || slot === 'parent') continue
          const [mine, its] = [slotValue(crm, slot), slotValue(survivor, slot)]
          const isEmpty = (value: typeof mine) => sameAsTyped(value, undefined)
          if (!isEmpty(mine)) expect(isEmpty(slotValue(contact, slot))).toBe(false)
          if (!isEmpty(its)) expect(isEmpty(slotValue(record, slot))).toBe(false)
          // What is derived follows what gave way, though nobody touched it.
          const mayFollow = DERIVED_SLOTS.some(
            (derived) => derived === slot && [base, survivor, moved].some(({ fields }) => isDerived(derived, fields)),
          )
          const isUntouched = sameAsTyped(mine, slotValue(base, slot)) && !mayFollow
          if (isUntouched && !isEmpty(its)) expect(sameAsTyped(slotValue(contact, slot), its)).toBe(true)
          if (isUntouched && !isEmpty(its)) expect(sameAsTyped(slotValue(record, slot), its)).toBe(true)
        }
      }),
    )
  })
})

function slotOf(action: object): unknown {
  if ('slot' in action) return action.slot
  return 'conflict' in action &&
    typeof action.conflict === 'object' &&
    action.conflict !== null &&
    'slot' in action.conflict
    ? action.conflict.slot
    : undefined
}
