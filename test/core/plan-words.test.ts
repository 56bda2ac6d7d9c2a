import { describe, expect, it } from 'vitest'
import { baseAfter, conflictsAfter, isOfQuickBooksAlone, ONLY_QUICKBOOKS, plan, type Sides } from '#core/plan'
import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import type { Conflict, Fields, Snapshot } from '#core/records'

const EARLY = '2026-01-01T00:00:00.000Z'
const LATE = '2026-01-02T00:00:00.000Z'

const side = (fields: Fields): Snapshot => ({ fields, active: true })
const sidesOf = (base: Fields, crm: Fields, quickbooks: Fields, more: Partial<Sides> = {}): Sides => ({
  contact: { snapshot: side(crm), changedAt: EARLY },
  record: { kind: 'present', side: { snapshot: side(quickbooks), changedAt: EARLY } },
  base: side(base),
  openConflicts: [],
  pins: [],
  resolutions: [],
  ...more,
})
const planned = (sides: Sides, settings: Partial<SyncSettings> = {}) =>
  plan(sides, { ...DEFAULT_SETTINGS, ...settings })
const said = (sides: Sides, settings: Partial<SyncSettings> = {}) =>
  planned(sides, settings).actions.map(({ kind, because }) => [kind, because])

describe('a plan says why', () => {
  it('a value goes one way: one side alone changed it, or alone holds one', () => {
    expect(said(sidesOf({ phone: '1' }, { phone: '2' }, { phone: '1' }))).toEqual([['push', 'only the CRM changed it']])
    expect(said(sidesOf({}, { phone: '2' }, {}))).toEqual([['push', 'only the CRM holds a value']])
    expect(said(sidesOf({ phone: '1' }, {}, { phone: '1' }))).toEqual([['push', 'only the CRM changed it']])
    expect(said(sidesOf({ phone: '1' }, { phone: '1' }, { phone: '2' }))).toEqual([
      ['store', 'only QuickBooks changed it'],
    ])
    expect(said(sidesOf({}, {}, { phone: '2' }))).toEqual([['store', 'only QuickBooks holds a value']])
    expect(said(sidesOf({ phone: '1' }, { phone: '1' }, {}))).toEqual([['store', 'only QuickBooks changed it']])
    expect(said(sidesOf({ phone: '415-555' }, { phone: '415-555' }, { phone: '(415) 555' }))).toEqual([
      ['store', 'QuickBooks spells it so'],
    ])
  })

  it('a value that somebody was seen to add is a change, not one that was always held alone', () => {
    const crm = { contact: { snapshot: side({ phone: '2' }), changedAt: LATE, times: { phone: LATE } } }
    expect(said(sidesOf({}, { phone: '2' }, {}, crm))).toEqual([['push', 'only the CRM changed it']])
    const record = {
      kind: 'present',
      side: { snapshot: side({ phone: '2' }), changedAt: LATE, spans: { phone: { after: EARLY, by: LATE } } },
    } as const
    expect(said(sidesOf({}, {}, { phone: '2' }, { record }))).toEqual([['store', 'only QuickBooks changed it']])
  })

  it('both changed it, and who wins', () => {
    const sides = sidesOf({ phone: '1' }, { phone: '2' }, { phone: '3' })
    expect(said(sides, { conflicts: 'crm' })).toEqual([
      ['push', 'both changed it, and the CRM wins by this workspace’s settings'],
    ])
    expect(said(sides, { conflicts: 'quickbooks' })).toEqual([
      ['store', 'both changed it, and QuickBooks wins by this workspace’s settings'],
    ])
    expect(said(sides, { conflicts: 'newest' })).toEqual([
      ['store', 'both changed it, and which was first cannot be told, so QuickBooks wins'],
    ])
    expect(said(sides, { conflicts: 'ask' })).toEqual([
      ['openConflict', 'both sides changed it since they last agreed'],
    ])
  })

  it('two that never agreed hold different values, which is nobody’s change', () => {
    const sides = sidesOf({}, { phone: '2' }, { phone: '3' })
    expect(said(sides, { conflicts: 'ask' })).toEqual([['openConflict', 'the two sides hold different values']])
    expect(said(sides, { conflicts: 'crm' })).toEqual([
      ['push', 'the two sides hold different values, and the CRM wins by this workspace’s settings'],
    ])
  })

  it('the later one wins, and whether that is known of the field or of the contact', () => {
    const base = { phone: '1' }
    const [crm, quickbooks] = [{ phone: '2' }, { phone: '3' }]
    const later = { contact: { snapshot: side(crm), changedAt: LATE } }
    const known = { contact: { snapshot: side(crm), changedAt: LATE, times: { phone: LATE } } }
    const newest = { conflicts: 'newest' } as const
    expect(said(sidesOf(base, crm, quickbooks, later), newest)).toEqual([
      ['push', 'both changed it, and the contact was changed later than the customer'],
    ])
    expect(said(sidesOf(base, crm, quickbooks, known), newest)).toEqual([
      ['push', 'both changed it, and the CRM changed it later'],
    ])
    const spans = { phone: { after: LATE, by: LATE } }
    const record = { kind: 'present', side: { snapshot: side(quickbooks), changedAt: LATE, spans } } as const
    expect(said(sidesOf(base, crm, quickbooks, { record }), newest)).toEqual([
      ['store', 'both changed it, and QuickBooks changed it later'],
    ])
  })

  it('of two spellings one is taken, and which', () => {
    const base = { phone: '1' }
    const [crm, quickbooks] = [{ phone: '415-555' }, { phone: '(415) 555' }]
    const same = 'both sides hold the same but for its spelling'
    const newest = { conflicts: 'newest' } as const
    expect(said(sidesOf(base, crm, quickbooks), newest)).toEqual([
      ['store', `${same}, so QuickBooks’ spelling is taken`],
    ])
    for (const conflicts of ['crm', 'quickbooks', 'ask'] as const) {
      expect(said(sidesOf(base, crm, quickbooks), { conflicts })).toEqual([
        ['store', `${same}, so QuickBooks’ spelling is taken`],
      ])
    }
    const later = { contact: { snapshot: side(crm), changedAt: LATE } }
    expect(said(sidesOf(base, crm, quickbooks, later), newest)).toEqual([
      ['push', `${same}, and the contact was changed later than the customer`],
    ])
    const known = { contact: { snapshot: side(crm), changedAt: LATE, times: { phone: LATE } } }
    expect(said(sidesOf(base, crm, quickbooks, known), newest)).toEqual([
      ['push', `${same}, and the CRM changed it later`],
    ])
    const spans = { phone: { after: LATE, by: LATE } }
    const record = { kind: 'present', side: { snapshot: side(quickbooks), changedAt: LATE, spans } } as const
    expect(said(sidesOf(base, crm, quickbooks, { record }), newest)).toEqual([
      ['store', `${same}, and QuickBooks changed it later`],
    ])
  })

  it('both came to hold the same', () => {
    expect(planned(sidesOf({ phone: '1' }, { phone: '2' }, { phone: '2' }))).toEqual({
      actions: [{ kind: 'agree', slot: 'phone', value: '2', because: 'both sides hold the same value' }],
      because: 'the sides differ',
    })
  })

  it('a difference stays: its spelling was agreed on, it was undone, or notes are not sent', () => {
    const own = sidesOf({ phone: '1' }, { phone: '1 ' }, { phone: '1' }, { ownSpelling: { phone: '1 ' } })
    expect(said(own)).toEqual([['keep', 'the two are spelled differently, as they were when both sides agreed']])
    const pin = { slot: 'phone', crm: '1', quickbooks: '2' } as const
    const undone = sidesOf({ phone: '1' }, { phone: '1' }, { phone: '2' })
    expect(said({ ...undone, pins: [pin] })).toEqual([
      ['keep', 'the change was undone, and neither side has changed it since'],
    ])
    expect(said({ ...undone, pins: [{ ...pin, because: 'Bea said so' }] })).toEqual([['keep', 'Bea said so']])
    expect(said(sidesOf({ notes: '1' }, { notes: '2' }, { notes: '1' }), { pushNotes: false })).toEqual([
      ['keep', 'notes are not sent to QuickBooks, by this workspace’s settings'],
    ])
    expect(said(sidesOf({ notes: 'x' }, { notes: 'a\nb' }, { notes: 'a\r\nb' }), { pushNotes: false })).toEqual([
      ['store', 'both sides hold the same but for its spelling, and notes are not sent to QuickBooks'],
    ])
  })

  it('a barrier is in the way: it is kept, or a person is asked', () => {
    const sides = sidesOf({ phone: '1' }, { phone: '2' }, { phone: '1' })
    const barrier = { slot: 'phone', action: 'push', because: 'it cannot be sent' } as const
    expect(planned({ ...sides, barriers: [{ ...barrier, instead: 'keep' }] }).actions).toEqual([
      { kind: 'keep', slot: 'phone', because: 'it cannot be sent' },
    ])
    expect(planned({ ...sides, barriers: [{ ...barrier, instead: 'ask' }] }).actions).toEqual([
      {
        kind: 'openConflict',
        conflict: { slot: 'phone', base: '1', crm: '2', quickbooks: '1' },
        because: 'it cannot be sent',
      },
    ])
  })

  it('a pin is of its own slot and its own values alone', () => {
    const sides = sidesOf({ phone: '1', fax: '1' }, { phone: '1', fax: '1' }, { phone: '2', fax: '2' })
    const kinds = (pin: Sides['pins'][number]) => said({ ...sides, pins: [pin] }).map(([kind]) => kind)
    expect(kinds({ slot: 'phone', crm: '1', quickbooks: '2' }).sort()).toEqual(['keep', 'store'])
    expect(kinds({ slot: 'phone', crm: '1', quickbooks: '3' })).toEqual(['store', 'store'])
    expect(kinds({ slot: 'phone', crm: '3', quickbooks: '2' })).toEqual(['store', 'store'])
  })

  it('nothing may be done: the record is gone, or was merged into one that another contact has', () => {
    const gone = planned({ ...sidesOf({}, {}, {}), record: { kind: 'gone' } })
    expect(gone).toEqual({
      actions: [
        {
          kind: 'hold',
          code: 'recordGone',
          because: 'QuickBooks no longer holds the customer that this contact is linked to',
        },
      ],
      because: 'the QuickBooks customer is gone',
    })
    const merged = (survivorIsFree: boolean) =>
      planned({ ...sidesOf({}, {}, {}), record: { kind: 'merged', survivorId: '12', survivorIsFree } })
    const because = 'its QuickBooks customer was merged into another one'
    expect(merged(true)).toEqual({ actions: [{ kind: 'relink', toRecordId: '12', because }], because })
    expect(merged(false)).toEqual({
      actions: [
        {
          kind: 'hold',
          code: 'survivorTaken',
          because: `${because}, which another contact is linked to already: decide which contact stays`,
        },
      ],
      because,
    })
  })
})

describe('the history’s reasons', () => {
  it('tell what followed QuickBooks alone from what somebody in the CRM had a part in', () => {
    for (const because of [ONLY_QUICKBOOKS, 'only QuickBooks holds a value', 'QuickBooks spells it so']) {
      expect(isOfQuickBooksAlone(because)).toBe(true)
    }
    for (const because of ['', 'only the CRM changed it', 'both changed it, and QuickBooks changed it later']) {
      expect(isOfQuickBooksAlone(because)).toBe(false)
    }
  })
})

describe('an open question', () => {
  const open: Conflict = { slot: 'phone', base: '1', crm: '2', quickbooks: '3' }
  const askedOf = (crm: string, quickbooks: string, more: Partial<Sides> = {}) =>
    sidesOf({ phone: '1' }, { phone: crm }, { phone: quickbooks }, { openConflicts: [open], ...more })
  const ask = { conflicts: 'ask' } as const

  it('is asked once, and again where either value has moved', () => {
    expect(planned(askedOf('2', '3'), ask).actions).toEqual([])
    for (const [crm, quickbooks] of [
      ['2', '4'],
      ['4', '3'],
    ] as const) {
      const moved = planned(askedOf(crm, quickbooks), ask)
      expect(moved.actions).toMatchObject([{ kind: 'openConflict', conflict: { crm, quickbooks } }])
      expect(conflictsAfter([open], moved)).toEqual([{ ...open, crm, quickbooks }])
    }
  })

  it('closes where the answer is there already: both hold the same, or one side took its change back', () => {
    expect(said(askedOf('3', '3'), ask)).toEqual([
      ['agree', 'both sides hold the same value'],
      ['closeConflict', 'both sides hold the same value now'],
    ])
    expect(said(askedOf('1', '3'), ask)).toEqual([
      ['store', 'only QuickBooks changed it'],
      ['closeConflict', 'only QuickBooks changed it'],
    ])
    expect(said(askedOf('2', '1'), ask)).toEqual([
      ['push', 'only the CRM changed it'],
      ['closeConflict', 'only the CRM changed it'],
    ])
  })

  it('closes where a setting or a person decides, and says so', () => {
    expect(said(askedOf('2', '3'), { conflicts: 'quickbooks' }).map(([kind]) => kind)).toEqual([
      'store',
      'closeConflict',
    ])
    const decision = { slot: 'phone', value: '9', seen: { crm: '2', quickbooks: '3' } } as const
    expect(planned(askedOf('2', '3', { resolutions: [decision] }), ask).actions).toEqual([
      {
        kind: 'store',
        slot: 'phone',
        from: '2',
        to: '9',
        because: 'a person decided the conflict',
        superseded: { side: 'crm', value: '2' },
      },
      {
        kind: 'push',
        slot: 'phone',
        from: '3',
        to: '9',
        because: 'a person decided the conflict',
        superseded: { side: 'quickbooks', value: '3' },
      },
      { kind: 'closeConflict', slot: 'phone', because: 'a person decided the conflict' },
    ])
  })

  it('is not answered by a decision about another slot or other values', () => {
    const seen = { crm: '2', quickbooks: '3' }
    for (const decision of [
      { slot: 'fax', value: '2', seen },
      { slot: 'phone', value: '2', seen: { ...seen, crm: '4' } },
      { slot: 'phone', value: '2', seen: { ...seen, quickbooks: '4' } },
    ] as const) {
      expect(planned(askedOf('2', '3', { resolutions: [decision] }), ask).actions).toEqual([])
    }
  })

  it('about notes closes where they are not sent any more', () => {
    const notes: Conflict = { ...open, slot: 'notes' }
    const sides = sidesOf({ notes: '1' }, { notes: '2' }, { notes: '3' }, { openConflicts: [notes] })
    expect(said(sides, { pushNotes: false })).toEqual([
      ['keep', 'notes are not sent to QuickBooks, by this workspace’s settings'],
      ['closeConflict', 'notes are not sent to QuickBooks'],
    ])
    const spelled = sidesOf({ notes: '1' }, { notes: 'a' }, { notes: 'a ' }, { openConflicts: [notes] })
    expect(said(spelled, { pushNotes: false }).map(([kind]) => kind)).toEqual(['store', 'closeConflict'])
  })

  it('that a barrier made of one side’s change is answered by a person', () => {
    const barred: Conflict = { slot: 'active', base: true, crm: true, quickbooks: false }
    const sides: Sides = {
      ...sidesOf({}, {}, {}, { openConflicts: [barred] }),
      record: { kind: 'present', side: { snapshot: { fields: {}, active: false }, changedAt: LATE } },
    }
    expect(planned(sides).actions).toEqual([])
    const seen = { crm: true, quickbooks: false }
    expect(said({ ...sides, resolutions: [{ slot: 'active', value: false, seen }] })).toEqual([
      ['store', 'a person decided it'],
      ['closeConflict', 'a person decided it'],
    ])
    expect(said({ ...sides, resolutions: [{ slot: 'active', value: true, seen }] })).toEqual([
      ['push', 'a person decided it'],
      ['closeConflict', 'a person decided it'],
    ])
  })

  it('stays open beside others that close or are opened', () => {
    const others: readonly Conflict[] = [{ ...open, slot: 'fax' }, open]
    const because = ''
    expect(conflictsAfter(others, { actions: [{ kind: 'closeConflict', slot: 'fax', because }], because })).toEqual([
      open,
    ])
    expect(conflictsAfter(others, { actions: [{ kind: 'keep', slot: 'fax', because }], because })).toEqual(others)
    const asked = { ...open, crm: '5' }
    expect(conflictsAfter(others, { actions: [{ kind: 'openConflict', conflict: asked, because }], because })).toEqual([
      others[0],
      asked,
    ])
  })
})

describe('the base before the rest is sent', () => {
  const superseded = { side: 'quickbooks', value: '3' } as const
  const push = { kind: 'push', slot: 'phone', from: '3', to: '2', because: '' } as const
  const baseOf = (action: Parameters<typeof baseAfter>[1]['actions'][number], pushed: boolean) =>
    baseAfter(side({ phone: '1' }), { actions: [action], because: '' }, pushed).fields.phone

  it('is what gives way in QuickBooks, so that the winner is sent again after a crash', () => {
    expect(baseOf({ ...push, superseded }, false)).toBe('3')
    expect(baseOf(push, false)).toBe('1')
    expect(baseOf({ ...push, superseded }, true)).toBe('2')
    expect(baseOf(push, true)).toBe('2')
  })

  it('is what was stored or agreed on at once, and nothing of what is kept or asked', () => {
    for (const pushed of [true, false]) {
      expect(baseOf({ kind: 'store', slot: 'phone', from: '1', to: '3', because: '' }, pushed)).toBe('3')
      expect(baseOf({ kind: 'agree', slot: 'phone', value: '3', because: '' }, pushed)).toBe('3')
      expect(baseOf({ kind: 'keep', slot: 'phone', because: '' }, pushed)).toBe('1')
      expect(baseOf({ kind: 'closeConflict', slot: 'phone', because: '' }, pushed)).toBe('1')
    }
  })
})
