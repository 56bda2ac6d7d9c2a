import { describe, expect, it } from 'vitest'
import {
  type Action,
  baseAfter,
  contactAfter,
  PASSING,
  PUT_BACK,
  plan,
  planPassing,
  recordAfter,
  type Sides,
} from '#core/plan'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Snapshot } from '#core/records'

const named = (displayName: string, phone?: string): Snapshot => ({
  fields: { displayName, ...(phone !== undefined && { phone }) },
  active: true,
})
const BETWEEN = 'Ada (changing names)'

/** The record is called `BETWEEN` now, and was called Ada before that. */
const onItsWay = (crm: Snapshot, more: Partial<Sides> = {}): Sides => ({
  contact: { snapshot: crm, changedAt: '2026-01-01T00:00:00.000Z' },
  record: { kind: 'present', side: { snapshot: named('Ada'), changedAt: '2026-01-02T00:00:00.000Z' } },
  base: named('Ada'),
  openConflicts: [],
  pins: [],
  resolutions: [],
  passing: BETWEEN,
  ...more,
})
const actionsOf = (sides: Sides) => plan(sides, DEFAULT_SETTINGS).actions

describe('a step aside in a ring of names', () => {
  it('goes to QuickBooks alone, and is nothing that both sides agree on', () => {
    const step = planPassing('Ada', BETWEEN)
    expect(step).toEqual({
      actions: [{ kind: 'push', slot: 'displayName', from: 'Ada', to: BETWEEN, because: PASSING, passing: true }],
      because: PASSING,
    })
    expect(PASSING).toBe('names are exchanged, so that one of them goes through a name in between')
    expect(contactAfter(named('Bea'), step)).toEqual(named('Bea'))
    expect(recordAfter(named('Ada'), step)).toEqual(named(BETWEEN))
    for (const pushed of [true, false]) expect(baseAfter(named('Ada'), step, pushed)).toEqual(named('Ada'))
  })
})

describe('a record that has a name in between', () => {
  const back: Action = {
    kind: 'push',
    slot: 'displayName',
    from: BETWEEN,
    to: 'Ada',
    because: PUT_BACK,
    passing: true,
  }

  it('gets the name that its contact wants, and no other', () => {
    expect(actionsOf(onItsWay(named('Bea')))).toMatchObject([
      { kind: 'push', slot: 'displayName', from: 'Ada', to: 'Bea' },
    ])
  })

  it('gets back the one before it where the contact wants none any more', () => {
    expect(PUT_BACK).toBe('the name in between goes')
    expect(actionsOf(onItsWay(named('Ada')))).toEqual([back])
  })

  it('gets it back whatever else is sent or kept', () => {
    expect(actionsOf(onItsWay(named('Ada', '1')))).toEqual([expect.objectContaining({ slot: 'phone', to: '1' }), back])
    const kept = { slot: 'phone', because: 'not now' } as const
    expect(actionsOf(onItsWay(named('Ada'), { aside: [kept] }))).toEqual([{ kind: 'keep', ...kept }, back])
  })

  it('gets it back also where the contact takes the record’s name', () => {
    const actions = actionsOf(onItsWay(named('Bea'), { base: named('Bea') }))
    expect(actions).toEqual([expect.objectContaining({ kind: 'store', slot: 'displayName', to: 'Ada' }), back])
  })

  it('keeps the name in between while its name is on the way', () => {
    const aside = [
      { slot: 'phone', because: 'not now' },
      { slot: 'displayName', because: 'on its way' },
    ] as const
    const kept = aside.map((one) => ({ kind: 'keep', ...one }))
    const actions = actionsOf(onItsWay(named('Ada'), { aside }))
    expect(actions).toHaveLength(2)
    expect(actions).toEqual(expect.arrayContaining(kept))
  })

  it('is nothing that anybody else has', () => {
    const { passing: _, ...ordinary } = onItsWay(named('Ada'))
    expect(plan(ordinary, DEFAULT_SETTINGS)).toEqual({ actions: [], because: 'both sides agree' })
  })
})
