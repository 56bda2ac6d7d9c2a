import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Action,
  baseAfter,
  conflictsAfter,
  contactAfter,
  type Plan,
  plan,
  recordAfter,
  type Sides,
} from '#core/plan'
import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import { type Conflict, SLOTS, type Slot, type Snapshot } from '#core/records'
import { slotValue } from '#core/slots'
import { sameAsTyped } from '#core/spelling'
import { isDerivedFrom } from './derived-from.ts'
import { namedSides, threeSides } from './snapshot-arbitraries.ts'

const EARLY = '2026-01-01T00:00:00.000Z'
const LATE = '2026-01-02T00:00:00.000Z'

const settings: fc.Arbitrary<SyncSettings> = fc.record({
  conflicts: fc.constantFrom('newest', 'quickbooks', 'crm', 'ask'),
  conflictsBySlot: fc.dictionary(fc.constantFrom(...SLOTS), fc.constantFrom('newest', 'quickbooks', 'crm', 'ask')),
  pushNotes: fc.boolean(),
  push: fc.constant('automatic' as const),
  entities: fc.constant(['customer' as const]),
})

type World = Readonly<{ crm: Snapshot; quickbooks: Snapshot; base: Snapshot; open: readonly Conflict[] }>

const sidesOf = (world: World, crmIsNewer: boolean, resolutions: Sides['resolutions'] = []): Sides => ({
  contact: {
    snapshot: world.crm,
    changedAt: LATE,
    times: Object.fromEntries(SLOTS.map((slot) => [slot, crmIsNewer ? LATE : EARLY])),
  },
  record: { kind: 'present', side: { snapshot: world.quickbooks, changedAt: crmIsNewer ? EARLY : LATE } },
  base: world.base,
  openConflicts: world.open,
  pins: [],
  resolutions,
})

const applied = (world: World, done: Plan, pushed = true): World => ({
  crm: contactAfter(world.crm, done),
  quickbooks: pushed ? recordAfter(world.quickbooks, done) : world.quickbooks,
  base: baseAfter(world.base, done, pushed),
  open: conflictsAfter(world.open, done),
})

const slotOf = (action: Action): Slot | undefined =>
  action.kind === 'openConflict' ? action.conflict.slot : 'slot' in action ? action.slot : undefined

const worlds = fc.oneof(threeSides, namedSides).map((sides): World => ({ ...sides, open: [] }))

describe('a plan', () => {
  it('loses no value that one side wrote: it is on both sides, in a conflict, superseded, or kept by a setting', () => {
    fc.assert(
      fc.property(worlds, settings, fc.boolean(), (world, chosen, crmIsNewer) => {
        const done = plan(sidesOf(world, crmIsNewer), chosen)
        const after = applied(world, done)
        for (const slot of SLOTS) {
          const base = slotValue(world.base, slot)
          for (const side of ['crm', 'quickbooks'] as const) {
            const wrote = slotValue(world[side], slot)
            if (sameAsTyped(wrote, base)) continue
            const onBoth =
              sameAsTyped(slotValue(after.crm, slot), wrote) && sameAsTyped(slotValue(after.quickbooks, slot), wrote)
            const open = after.open.some((conflict) => conflict.slot === slot && sameAsTyped(conflict[side], wrote))
            const superseded = done.actions.some(
              (action) =>
                (action.kind === 'store' || action.kind === 'push') &&
                action.slot === slot &&
                action.superseded?.side === side &&
                sameAsTyped(action.superseded.value, wrote),
            )
            const kept = done.actions.some((action) => action.kind === 'keep' && action.slot === slot)
            // What is derived stays on its own side while what it is derived from is asked about.
            const isOwn =
              sameAsTyped(slotValue(after[side], slot), wrote) &&
              after.open.some((conflict) => isDerivedFrom(slot, conflict.slot))
            expect(onBoth || open || superseded || kept || isOwn, `${side} wrote ${slot}`).toBe(true)
          }
        }
      }),
    )
  })

  it('settles in one round: planned again, only what a person or a setting holds back is left', () => {
    fc.assert(
      fc.property(worlds, settings, fc.boolean(), (world, chosen, crmIsNewer) => {
        const after = applied(world, plan(sidesOf(world, crmIsNewer), chosen))
        const again = plan(sidesOf(after, crmIsNewer), chosen)
        expect(again.actions.filter(({ kind }) => kind !== 'keep')).toEqual([])
        for (const slot of SLOTS) {
          const isAsked = after.open.some((conflict) => isDerivedFrom(slot, conflict.slot))
          const held = isAsked || (slot === 'notes' && !chosen.pushNotes)
          if (!held) expect(sameAsTyped(slotValue(after.crm, slot), slotValue(after.quickbooks, slot))).toBe(true)
        }
      }),
    )
  })

  it('decides the same again when the worker dies after storing and before sending', () => {
    fc.assert(
      fc.property(worlds, settings, fc.boolean(), fc.boolean(), (world, chosen, crmIsNewer, newerLater) => {
        const straight = applied(world, plan(sidesOf(world, crmIsNewer), chosen))
        const crashed = applied(world, plan(sidesOf(world, crmIsNewer), chosen), false)
        const resumed = applied(crashed, plan(sidesOf(crashed, newerLater), chosen))
        for (const slot of SLOTS) {
          for (const side of ['crm', 'quickbooks'] as const) {
            expect(
              sameAsTyped(slotValue(resumed[side], slot), slotValue(straight[side], slot)),
              `${side} ${slot}`,
            ).toBe(true)
          }
        }
      }),
    )
  })

  it('lets the name on checks follow the same name after a crash as without one', () => {
    const asked: SyncSettings = { ...DEFAULT_SETTINGS, conflicts: 'newest' }
    const of = (displayName: string, printName?: string): Snapshot => ({
      fields: { displayName, ...(printName !== undefined && { printName }) },
      active: true,
    })
    const stories: readonly (readonly [World, string])[] = [
      [{ base: of('ada'), crm: of('Ada'), quickbooks: of('ada', 'ada'), open: [] }, 'Ada'],
      [{ base: of('Bau', 'B'), crm: of('Ada', 'B'), quickbooks: of('Bau', 'Bau'), open: [] }, 'Ada'],
      [{ base: of('Bau', 'Bau'), crm: of('Ada', 'Chosen'), quickbooks: of('Bau', 'Bau'), open: [] }, 'Chosen'],
    ]
    for (const [world, printName] of stories) {
      const crashed = applied(world, plan(sidesOf(world, false), asked), false)
      for (const from of [world, crashed]) {
        const after = applied(from, plan(sidesOf(from, true), asked))
        expect([after.crm.fields.printName, after.quickbooks.fields.printName]).toEqual([printName, printName])
      }
    }
  })

  it('answers an echo of its own write with nothing', () => {
    fc.assert(
      fc.property(worlds, fc.boolean(), (world, crmIsNewer) => {
        const after = applied(world, plan(sidesOf(world, crmIsNewer), DEFAULT_SETTINGS))
        expect(plan(sidesOf(after, false), DEFAULT_SETTINGS)).toEqual({ actions: [], because: 'both sides agree' })
      }),
    )
  })

  it('changes nothing on a side that alone changed a slot', () => {
    fc.assert(
      fc.property(worlds, settings, fc.boolean(), (world, chosen, crmIsNewer) => {
        for (const action of plan(sidesOf(world, crmIsNewer), chosen).actions) {
          if (action.kind === 'store' && action.superseded === undefined) {
            expect(sameAsTyped(slotValue(world.crm, action.slot), slotValue(world.base, action.slot))).toBe(true)
          }
          if (action.kind === 'push' && action.superseded === undefined) {
            const { slot } = action
            expect(sameAsTyped(slotValue(world.quickbooks, slot), slotValue(world.base, slot))).toBe(true)
          }
        }
      }),
    )
  })

  it('lets a person decide: the value they chose ends on both sides and the conflict closes', () => {
    fc.assert(
      fc.property(worlds, fc.constantFrom('crm', 'quickbooks'), (world, take) => {
        const ask: SyncSettings = { ...DEFAULT_SETTINGS, conflicts: 'ask' }
        const asked = applied(world, plan(sidesOf(world, true), ask))
        const resolutions = asked.open.map((conflict) => ({
          slot: conflict.slot,
          value: conflict[take],
          seen: { crm: conflict.crm, quickbooks: conflict.quickbooks },
        }))
        const settled = applied(asked, plan(sidesOf(asked, true, resolutions), ask))
        expect(settled.open).toEqual([])
        for (const { slot, value } of resolutions) {
          expect(sameAsTyped(slotValue(settled.crm, slot), value)).toBe(true)
          expect(sameAsTyped(slotValue(settled.quickbooks, slot), value)).toBe(true)
        }
      }),
    )
  })

  it('lets names that nobody chose follow what was decided', () => {
    const part = fc.constantFrom('Ada', 'Ann', 'Bau', 'Lee')
    const person = fc.tuple(part, part).map(([givenName, familyName]): Snapshot => {
      const name = `${givenName} ${familyName}`
      return { fields: { givenName, familyName, displayName: name, printName: name }, active: true }
    })
    const take = fc.constantFrom('crm', 'quickbooks', 'another')
    fc.assert(
      fc.property(person, person, person, take, take, fc.boolean(), (base, crm, quickbooks, first, second, dies) => {
        const ask: SyncSettings = { ...DEFAULT_SETTINGS, conflicts: 'ask' }
        const round = (world: World, resolutions: Sides['resolutions'] = []) => {
          const done = plan(sidesOf(world, true, resolutions), ask)
          if (!dies) return applied(world, done)
          const stored = applied(world, done, false)
          return applied(stored, plan(sidesOf(stored, true, resolutions), ask))
        }
        const decide = (world: World, taken: typeof first) => {
          const [conflict] = world.open
          if (conflict === undefined) return world
          const value = taken === 'another' ? 'Cy' : conflict[taken]
          return round(world, [
            { slot: conflict.slot, value, seen: { crm: conflict.crm, quickbooks: conflict.quickbooks } },
          ])
        }
        const asked = round(round({ base, crm, quickbooks, open: [] }))
        const rested = round(decide(round(decide(asked, first)), second))
        expect(rested.open).toEqual([])
        expect(rested.crm).toEqual(rested.quickbooks)
        const { givenName, familyName, displayName, printName } = rested.crm.fields
        expect([displayName, printName]).toEqual(Array(2).fill(`${givenName} ${familyName}`))
        expect(round(rested)).toEqual(rested)
      }),
    )
  })

  it('lets an undone slot rest until either side changes it', () => {
    fc.assert(
      fc.property(worlds, worlds, settings, (world, later, chosen) => {
        const pins = SLOTS.map((slot) => ({
          slot,
          crm: slotValue(world.crm, slot),
          quickbooks: slotValue(world.quickbooks, slot),
        }))
        const undone = plan({ ...sidesOf(world, true), pins }, chosen)
        expect(undone.actions.every(({ kind }) => kind === 'keep' || kind === 'agree')).toBe(true)
        for (const moved of [
          { ...world, crm: later.crm },
          { ...world, quickbooks: later.quickbooks },
        ]) {
          const free = plan(sidesOf(moved, true), chosen).actions
          const { actions } = plan({ ...sidesOf(moved, true), pins }, chosen)
          const resting = actions.flatMap((action) => (action.kind === 'keep' ? [action.slot] : []))
          for (const action of actions) {
            // What is derived from a slot that rests follows it as it is.
            if (resting.some((slot) => slot !== slotOf(action) && isDerivedFrom(slotOf(action), slot))) continue
            const rests =
              action.kind === 'keep' &&
              (['crm', 'quickbooks'] as const).every((side) =>
                sameAsTyped(slotValue(moved[side], action.slot), slotValue(world[side], action.slot)),
              )
            expect(rests || free.some((other) => JSON.stringify(other) === JSON.stringify(action))).toBe(true)
          }
        }
      }),
    )
  })

  it.each([
    ['before', '2026-01-01T11:59:59.000Z', 'quickbooks'],
    ['in the same second', '2026-01-01T12:00:00.000Z', 'quickbooks'],
    ['after', '2026-01-02T12:00:00.000Z', 'crm'],
  ] as const)('takes the newest: what the CRM changed %s QuickBooks did', (_when, crmChangedAt, winner) => {
    const world: World = {
      base: { fields: { phone: '1' }, active: true },
      crm: { fields: { phone: '2' }, active: true },
      quickbooks: { fields: { phone: '3' }, active: true },
      open: [],
    }
    const sides: Sides = {
      ...sidesOf(world, true),
      contact: { snapshot: world.crm, changedAt: crmChangedAt },
      record: { kind: 'present', side: { snapshot: world.quickbooks, changedAt: '2026-01-01T12:00:00.000Z' } },
    }
    const after = applied(world, plan(sides, { ...DEFAULT_SETTINGS, conflicts: 'newest' }))
    expect(after.crm).toEqual(world[winner])
    expect(after.quickbooks).toEqual(world[winner])
  })

  it.each<[string, Partial<World>, string]>([
    ['neither side changes', {}, 'keep'],
    ['QuickBooks changes', { quickbooks: { fields: { phone: 'later' }, active: true } }, 'store'],
    ['the CRM changes', { crm: { fields: { phone: 'later' }, active: true } }, 'push'],
  ])('lets what was undone rest as it is until somebody changes it: %s', (_who, change, kind) => {
    const undone: World = {
      base: { fields: { phone: 'base' }, active: true },
      crm: { fields: { phone: 'base' }, active: true },
      quickbooks: { fields: { phone: 'books' }, active: true },
      open: [],
    }
    const pins = [{ slot: 'phone' as const, crm: 'base', quickbooks: 'books' }]
    const world = { ...undone, ...change }
    // Where the CRM changes it, QuickBooks' value counts as known.
    const base = kind === 'push' ? undone.quickbooks : undone.base
    const done = plan({ ...sidesOf({ ...world, base }, true), pins }, DEFAULT_SETTINGS)
    expect(done.actions.map((action) => action.kind)).toEqual([kind])
  })

  it('ignores a decision that was made on values which have moved since', () => {
    const world: World = {
      base: { fields: { displayName: 'Ada' }, active: true },
      crm: { fields: { displayName: 'Ada L.' }, active: true },
      quickbooks: { fields: { displayName: 'Ada Lovelace' }, active: true },
      open: [],
    }
    const stale = [{ slot: 'displayName' as const, value: 'Ada L.', seen: { crm: 'Ada L.', quickbooks: 'Ada King' } }]
    const done = plan(sidesOf(world, true, stale), { ...DEFAULT_SETTINGS, conflicts: 'ask' })
    expect(done.actions.map(({ kind }) => kind)).toEqual(['openConflict'])
  })

  it('re-links to a free survivor after a merge, and waits for a person when it is taken', () => {
    const world: World = {
      base: { fields: {}, active: true },
      crm: { fields: {}, active: true },
      quickbooks: { fields: {}, active: true },
      open: [],
    }
    const merged = (survivorIsFree: boolean): Sides => ({
      ...sidesOf(world, true),
      record: { kind: 'merged', survivorId: '12', survivorIsFree },
    })
    expect(plan(merged(true), DEFAULT_SETTINGS).actions).toMatchObject([{ kind: 'relink', toRecordId: '12' }])
    expect(plan(merged(false), DEFAULT_SETTINGS).actions).toMatchObject([{ kind: 'hold', code: 'survivorTaken' }])
  })

  it('never blanks a contact whose record is gone', () => {
    const world: World = {
      base: { fields: { notes: 'x' }, active: true },
      crm: { fields: { notes: 'x' }, active: true },
      quickbooks: { fields: {}, active: true },
      open: [],
    }
    const done = plan({ ...sidesOf(world, true), record: { kind: 'gone' } }, DEFAULT_SETTINGS)
    expect(contactAfter(world.crm, done)).toEqual(world.crm)
    expect(done.actions).toMatchObject([{ kind: 'hold', code: 'recordGone' }])
  })

  it('of two changes of one field takes the later, in whatever order others were changed around them', () => {
    const at = (minute: number) => new Date(Date.parse(EARLY) + minute * 60_000).toISOString()
    const moments = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(moments, ([phoneHere = 0, phoneThere = 0, emailHere = 0, notesThere = 0]) => {
        const world: World = {
          base: { fields: { phone: '1' }, active: true },
          crm: { fields: { phone: '2', email: 'a@x.example' }, active: true },
          quickbooks: { fields: { phone: '3', notes: 'n' }, active: true },
          open: [],
        }
        // QuickBooks is seen after each of its changes.
        const there = [phoneThere, notesThere].sort((a, b) => a - b)
        const span = (minute: number) => ({ after: at(minute === there[0] ? 0 : (there[0] ?? 0)), by: at(minute) })
        const done = plan(
          {
            ...sidesOf(world, true),
            contact: {
              snapshot: world.crm,
              changedAt: at(Math.max(phoneHere, emailHere)),
              times: { phone: at(phoneHere), email: at(emailHere) },
            },
            record: {
              kind: 'present',
              side: {
                snapshot: world.quickbooks,
                changedAt: at(Math.max(...there)),
                spans: { phone: span(phoneThere), notes: span(notesThere) },
              },
            },
          },
          { ...DEFAULT_SETTINGS, conflicts: 'newest' },
        )
        const after = applied(world, done)
        const phone = phoneHere > phoneThere ? '2' : '3'
        expect([after.crm.fields.phone, after.quickbooks.fields.phone]).toEqual([phone, phone])
        expect(after.crm.fields).toMatchObject({ email: 'a@x.example', notes: 'n' })
        const because = done.actions.flatMap((action) =>
          'slot' in action && action.slot === 'phone' ? [action.because] : [],
        )
        const isKnown = phoneHere > phoneThere || at(phoneHere) < span(phoneThere).after
        const words =
          phone === '2'
            ? 'the CRM changed it later'
            : isKnown
              ? 'QuickBooks changed it later'
              : 'which was first cannot be told'
        expect(because.every((sentence) => sentence.includes(words))).toBe(true)
      }),
    )
  })

  it('cannot tell which of two was first within the second and the clocks, and then the books win', () => {
    const world: World = {
      base: { fields: { phone: '1' }, active: true },
      crm: { fields: { phone: '2' }, active: true },
      quickbooks: { fields: { phone: '3' }, active: true },
      open: [],
    }
    const by = Date.parse('2026-01-01T12:00:00.000Z')
    const after = new Date(by - 60_000).toISOString()
    const winnerAt = (ms: number) => {
      const sides: Sides = {
        ...sidesOf(world, true),
        contact: { snapshot: world.crm, changedAt: LATE, times: { phone: new Date(ms).toISOString() } },
        record: {
          kind: 'present',
          side: {
            snapshot: world.quickbooks,
            changedAt: LATE,
            spans: { phone: { after, by: new Date(by).toISOString() } },
          },
        },
      }
      const [action] = plan(sides, { ...DEFAULT_SETTINGS, conflicts: 'newest' }).actions
      return action !== undefined && 'because' in action ? action.because : ''
    }
    expect(winnerAt(by + 3_000)).toContain('cannot be told')
    expect(winnerAt(by + 3_001)).toContain('the CRM changed it later')
    expect(winnerAt(by - 62_000)).toContain('cannot be told')
    expect(winnerAt(by - 62_001)).toContain('QuickBooks changed it later')
  })

  it('never asks about a spelling, and keeps the one that gives way in the history', () => {
    const policies = fc.constantFrom('newest', 'quickbooks', 'crm', 'ask')
    fc.assert(
      fc.property(policies, fc.boolean(), fc.boolean(), (conflicts, crmIsNewer, pushNotes) => {
        const world: World = {
          base: { fields: { phone: '1', notes: 'x' }, active: true },
          crm: { fields: { phone: '415-555-0100', notes: 'a\nb' }, active: true },
          quickbooks: { fields: { phone: '(415) 555-0100', notes: 'a\r\nb' }, active: true },
          open: [],
        }
        const done = plan(sidesOf(world, crmIsNewer), { ...DEFAULT_SETTINGS, conflicts, pushNotes })
        const after = applied(world, done)
        expect(after.open).toEqual([])
        const winner = conflicts === 'newest' && crmIsNewer ? world.crm : world.quickbooks
        expect(after.crm.fields.phone).toBe(winner.fields.phone)
        expect(after.quickbooks.fields.phone).toBe(winner.fields.phone)
        expect(done.actions).toContainEqual(expect.objectContaining({ slot: 'phone', superseded: expect.anything() }))
      }),
    )
  })

  it('takes a spelling that was the contact’s own when both agreed for no change of it', () => {
    const world: World = {
      base: { fields: { phone: '4155550100' }, active: true },
      crm: { fields: { phone: '415-555-0100' }, active: true },
      quickbooks: { fields: { phone: '4155550100' }, active: true },
      open: [],
    }
    const own = { ...sidesOf(world, true), ownSpelling: { phone: '415-555-0100' } }
    expect(plan(own, DEFAULT_SETTINGS).actions.map(({ kind }) => kind)).toEqual(['keep'])
    expect(plan(sidesOf(world, true), DEFAULT_SETTINGS).actions.map(({ kind }) => kind)).toEqual(['push'])
  })
})
