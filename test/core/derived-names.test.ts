import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactChanges, editErrors, editedFields } from '#core/contact-edit'
import {
  builtName,
  derivedSlots,
  following,
  isDerived,
  NAME_PARTS,
  sourcesOf,
  withFollowing,
} from '#core/derived-names'
import { baseAfter, conflictsAfter, contactAfter, plan, recordAfter, type Sides } from '#core/plan'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Conflict, Contact, Fields, Snapshot } from '#core/records'
import { snapshots, threeSides } from './snapshot-arbitraries.ts'

const ANN: Fields = { givenName: 'Ann', familyName: 'Lee', displayName: 'Ann Lee', printName: 'Ann Lee' }

describe('a display name that is built from the parts of a name', () => {
  it('is what QuickBooks builds: title, first, middle and last name, suffix', () => {
    const parts = { title: 'Dr.', givenName: 'Ada', middleName: 'B.', familyName: 'King', suffix: 'Jr.' }
    expect(editedFields({}, parts)).toEqual({ ...parts, displayName: 'Dr. Ada B. King Jr.' })
    expect(editedFields({}, { familyName: 'King' })).toEqual({ familyName: 'King', displayName: 'King' })
  })

  it('follows a part that changes, and the name on checks with it', () => {
    expect(editedFields(ANN, { familyName: 'Li' })).toEqual({
      givenName: 'Ann',
      familyName: 'Li',
      displayName: 'Ann Li',
      printName: 'Ann Li',
    })
    expect(editedFields(ANN, { familyName: null })).toMatchObject({ displayName: 'Ann', printName: 'Ann' })
  })

  it('stays where somebody chose another', () => {
    const chosen = { ...ANN, displayName: 'Lee & Daughters', printName: 'A. Lee' }
    expect(editedFields(chosen, { familyName: 'Li' })).toEqual({ ...chosen, familyName: 'Li' })
    expect(editedFields(ANN, { familyName: 'Li', displayName: 'Ann Lee' })).toMatchObject({ displayName: 'Ann Lee' })
  })

  it('is the company where that is all there is, follows it, and does not become a person by an added part', () => {
    const acme = editedFields({}, { companyName: 'Acme' })
    expect(acme).toEqual({ companyName: 'Acme', displayName: 'Acme' })
    expect(editedFields(acme, { companyName: 'Acme East' })).toMatchObject({ displayName: 'Acme East' })
    expect(editedFields(acme, { givenName: 'Ann' })).toMatchObject({ displayName: 'Acme' })
    const withContact = { companyName: 'Cool Cars', displayName: 'Cool Cars', givenName: 'Grace' }
    expect(editedFields(withContact, { companyName: 'Hot Cars' })).toMatchObject({ displayName: 'Cool Cars' })
  })

  it('is derived anew where a person empties it, and needed where nothing is left to derive it from', () => {
    expect(editedFields({ ...ANN, displayName: 'Lee' }, { displayName: null })).toMatchObject({
      displayName: 'Ann Lee',
    })
    expect(editErrors({}, editedFields({}, { phone: '1' }))).toMatchObject([{ path: 'fields.displayName' }])
    expect(editErrors({}, editedFields({}, { givenName: 'Ann' }))).toEqual([])
  })
})

describe('the name on checks', () => {
  it('follows a rename, as far as it fits', () => {
    const acme = { displayName: 'Acme', printName: 'Acme' }
    expect(editedFields(acme, { displayName: 'Acme East' })).toEqual({
      displayName: 'Acme East',
      printName: 'Acme East',
    })
    const long = 'x'.repeat(300)
    const renamed = editedFields(acme, { displayName: long })
    expect(renamed.printName).toBe('x'.repeat(110))
    expect(editedFields(renamed, { displayName: 'Acme' })).toEqual(acme)
  })

  it('follows the company where it was the company’s', () => {
    const cars = { displayName: 'Cars, Cool', companyName: 'Cool Cars', printName: 'Cool Cars' }
    expect(editedFields(cars, { displayName: 'Cars' })).toMatchObject({ printName: 'Cool Cars' })
    expect(editedFields(cars, { companyName: 'Hot Cars' })).toMatchObject({ printName: 'Hot Cars' })
  })

  it('stays as somebody chose it, and is left to QuickBooks where there is none', () => {
    const own = { displayName: 'Acme', printName: 'ACME Holding' }
    expect(editedFields(own, { displayName: 'Acme East' })).toMatchObject({ printName: 'ACME Holding' })
    expect(editedFields({ displayName: 'Acme' }, { displayName: 'Acme East' })).toEqual({ displayName: 'Acme East' })
  })
})

describe('what is derived', () => {
  it('is told as derived', () => {
    const contact = (fields: Fields): Contact => ({
      id: 'c',
      kind: 'client',
      isCustomer: true,
      fields,
      archived: false,
      people: [],
      createdAt: '',
      changedAt: '',
      version: 1,
    })
    const changes = contactChanges(contact(ANN), contact(editedFields(ANN, { familyName: 'Li' })))
    expect(changes).toEqual([
      { field: 'displayName', from: 'Ann Lee', to: 'Ann Li', derived: true },
      { field: 'familyName', from: 'Lee', to: 'Li' },
      { field: 'printName', from: 'Ann Lee', to: 'Ann Li', derived: true },
    ])
    expect(derivedSlots(ANN)).toEqual(['displayName', 'printName'])
    expect(derivedSlots({ ...ANN, printName: 'Lee' })).toEqual(['displayName'])
  })

  it('is still what would be derived after any edit, and what was chosen is left alone', () => {
    fc.assert(
      fc.property(snapshots, snapshots, ({ fields: before }, { fields: after }) => {
        for (const slot of ['displayName', 'printName'] as const) {
          const value = following(slot, before, after)
          if (before[slot] === undefined) continue
          if (!isDerived(slot, before)) expect(value).toBe(before[slot])
          else if (value !== before[slot]) expect(isDerived(slot, { ...after, [slot]: value })).toBe(true)
        }
      }),
    )
  })

  it('is derived from the person, else from the company, and the name on checks from the name before the company', () => {
    const company = { companyName: 'Acme', displayName: 'Acme', printName: 'Acme' }
    expect(sourcesOf('displayName', ANN)).toEqual(['title', 'givenName', 'middleName', 'familyName', 'suffix'])
    expect(sourcesOf('displayName', company)).toEqual(['companyName'])
    expect(sourcesOf('printName', company)).toEqual(['displayName'])
    expect(sourcesOf('printName', { ...company, displayName: 'Acme East' })).toEqual(['companyName'])
    expect(sourcesOf('printName', { ...company, printName: 'ACME Holding' })).toEqual([])
    expect(sourcesOf('displayName', { ...ANN, displayName: 'Lee' })).toEqual([])
    expect(sourcesOf('displayName', {})).toEqual([])
    for (const slot of ['displayName', 'printName'] as const) expect(isDerived(slot, {})).toBe(false)
  })

  it('follows what there still is, and stays where nothing is left', () => {
    const company = { companyName: 'Acme', displayName: 'Acme', printName: 'Acme' }
    expect(following('displayName', company, { givenName: 'Ann' })).toBe('Ann')
    expect(following('displayName', company, {})).toBe('Acme')
    expect(following('displayName', ANN, { companyName: 'Lee Ltd' })).toBe('Lee Ltd')
    expect(following('displayName', ANN, {})).toBe('Ann Lee')
    const printed = { companyName: 'Acme', displayName: 'East', printName: 'Acme' }
    expect(following('printName', printed, { displayName: 'West' })).toBe('West')
    expect(following('printName', printed, { displayName: 'West', companyName: 'Apex' })).toBe('Apex')
    expect(following('printName', printed, {})).toBe('Acme')
    expect(following('printName', ANN, {})).toBe('Ann Lee')
    expect(following('displayName', {}, { givenName: 'Ann' })).toBe('Ann')
    expect(following('printName', {}, ANN)).toBeUndefined()
  })

  it('is derived anew where somebody typed nothing that is seen, and stays where that stood before', () => {
    const typed = new Set(['displayName'] as const)
    for (const blank of ['', ' ', '\u200b']) {
      expect(withFollowing(ANN, { ...ANN, displayName: blank }, typed)).toEqual(ANN)
      const before = { ...ANN, displayName: blank, printName: 'A. Lee' }
      expect(withFollowing(before, before, typed)).toEqual(before)
    }
    expect(withFollowing(ANN, { ...ANN, displayName: 'Lee' }, typed)).toMatchObject({ displayName: 'Lee' })
  })

  it('is built from its parts alone', () => {
    const part = fc.option(fc.string({ minLength: 1 }), { nil: undefined })
    fc.assert(
      fc.property(fc.tuple(part, part, part, part, part), (values) => {
        const fields = Object.fromEntries(
          NAME_PARTS.flatMap((name, index) => (values[index] === undefined ? [] : [[name, values[index]]])),
        )
        expect(builtName(fields) ?? '').toBe(values.filter((value) => value !== undefined).join(' '))
      }),
    )
  })
})

describe('a plan', () => {
  const side = (fields: Fields): Snapshot => ({ fields, active: true })
  const planOf = (base: Fields, crm: Fields, quickbooks: Fields, settings = DEFAULT_SETTINGS) =>
    plan(
      {
        contact: { snapshot: side(crm), changedAt: '2026-11-02T00:00:00Z' },
        record: { kind: 'present', side: { snapshot: side(quickbooks), changedAt: '2026-11-01T00:00:00Z' } },
        base: side(base),
        openConflicts: [],
        pins: [],
        resolutions: [],
      },
      settings,
    )
  const ends = (base: Fields, crm: Fields, quickbooks: Fields) => {
    const done = planOf(base, crm, quickbooks)
    return [contactAfter(side(crm), done).fields, recordAfter(side(quickbooks), done).fields]
  }
  const acme = { displayName: 'Acme', printName: 'Acme' }

  it('sends the name on checks with a rename that was made before anybody knew it for derived', () => {
    const east = { displayName: 'East', printName: 'East' }
    expect(ends(acme, { displayName: 'East', printName: 'Acme' }, acme)).toEqual([east, east])
  })

  it('asks about the name, and not about what follows it', () => {
    const asked = planOf(
      acme,
      { displayName: 'East', printName: 'East' },
      { displayName: 'West', printName: 'West' },
      { ...DEFAULT_SETTINGS, conflicts: 'ask' },
    )
    expect(asked.actions.map(({ kind }) => kind)).toEqual(['openConflict', 'keep'])
  })

  it('derives from what both sides made of the parts', () => {
    const both = { givenName: 'Anna', familyName: 'Li', displayName: 'Anna Li', printName: 'Anna Li' }
    const anna = editedFields(ANN, { givenName: 'Anna' })
    expect(ends(ANN, anna, { ...ANN, familyName: 'Li' })).toEqual([both, both])
  })

  it('leaves to QuickBooks what it has not derived anew itself, and to people what they chose', () => {
    const renamed = { displayName: 'West', printName: 'Acme' }
    expect(ends(acme, acme, renamed)).toEqual([renamed, renamed])
    const chosen = { displayName: 'Acme', printName: 'Acme Holding' }
    const east = { displayName: 'East', printName: 'Acme' }
    expect(ends(acme, east, chosen)[1]).toEqual({ displayName: 'East', printName: 'Acme Holding' })
  })

  it('leaves a derived name as it is where it was undone or is set aside, though its parts are sent', () => {
    const li = editedFields(ANN, { familyName: 'Li' })
    const held = { printName: 'Ann Lee' }
    const sides = (more: Partial<Sides>): Sides => ({
      contact: { snapshot: side({ ...li, ...held }), changedAt: '2026-11-02T00:00:00Z' },
      record: { kind: 'present', side: { snapshot: side(ANN), changedAt: '2026-11-01T00:00:00Z' } },
      base: side(ANN),
      openConflicts: [],
      pins: [],
      resolutions: [],
      ...more,
    })
    const pins = [{ slot: 'displayName', crm: 'Ann Li', quickbooks: 'Ann Lee' }] as const
    for (const more of [{ pins }, { aside: [{ slot: 'displayName', because: 'not now' }] as const }]) {
      const done = plan(sides(more), DEFAULT_SETTINGS).actions
      expect(done.map((action) => [action.kind, 'slot' in action && action.slot])).toEqual([
        ['keep', 'displayName'],
        ['push', 'familyName'],
      ])
    }
  })

  it('keeps in the history each name that somebody made and that gives way to the one of both', () => {
    const { printName: _, ...ann } = ANN
    const because = 'it is derived from the parts of the name'
    const store = { kind: 'store', slot: 'displayName', from: 'Ann Lee', to: 'Anna Li', because }
    const push = { ...store, kind: 'push' }
    const toldOf = (crm: Fields, quickbooks: Fields) =>
      planOf(ann, crm, quickbooks).actions.filter((action) => 'slot' in action && action.slot === 'displayName')
    const anna = { ...ann, givenName: 'Anna', displayName: 'Anna Lee' }
    expect(toldOf(anna, { ...ann, familyName: 'Li' })).toStrictEqual([
      { ...store, from: 'Anna Lee', superseded: { side: 'crm', value: 'Anna Lee' } },
      { ...push, superseded: { side: 'quickbooks', value: 'Ann Lee' } },
    ])
    expect(toldOf({ ...ann, familyName: 'Li' }, anna)).toStrictEqual([
      store,
      { ...push, from: 'Anna Lee', superseded: { side: 'quickbooks', value: 'Anna Lee' } },
    ])
    expect(toldOf({ ...ann, familyName: 'Li', displayName: 'Ann Li' }, ann)).toStrictEqual([{ ...push, to: 'Ann Li' }])
  })

  it('is not held up by a question about something else', () => {
    const east = { displayName: 'East', printName: 'East' }
    const crm = { displayName: 'East', printName: 'Acme', phone: '2' }
    const done = planOf(
      { ...acme, phone: '1' },
      crm,
      { ...acme, phone: '3' },
      { ...DEFAULT_SETTINGS, conflicts: 'ask' },
    )
    expect(contactAfter(side(crm), done).fields).toEqual({ ...east, phone: '2' })
    expect(recordAfter(side({ ...acme, phone: '3' }), done).fields).toEqual({ ...east, phone: '3' })
  })

  it('leaves the name on checks as both have it, while a person is asked about the name', () => {
    const [east, west] = [
      { ...acme, displayName: 'East' },
      { ...acme, displayName: 'West' },
    ]
    const asked = planOf(acme, east, west, { ...DEFAULT_SETTINGS, conflicts: 'ask' })
    expect(asked.actions).toMatchObject([{ kind: 'openConflict', conflict: { slot: 'displayName' } }])
  })

  describe('of a name on checks that may be the name’s or the company’s', () => {
    const names = { displayName: 'Acme', companyName: 'Acme Inc' }
    const printed = (printName: string) => ({ ...names, printName })
    const told = (base: string, crm: string, quickbooks: string) =>
      planOf(printed(base), printed(crm), printed(quickbooks), { ...DEFAULT_SETTINGS, conflicts: 'ask' }).actions

    it('takes what one side alone made of it, as of any other field', () => {
      expect(told('Acme', 'Acme Inc', 'Acme')).toMatchObject([
        { kind: 'push', slot: 'printName', to: 'Acme Inc', because: 'only the CRM changed it' },
      ])
      expect(told('Acme', 'Acme', 'Acme Inc')).toMatchObject([
        { kind: 'store', slot: 'printName', to: 'Acme Inc', because: 'only QuickBooks changed it' },
      ])
    })

    it('takes QuickBooks’ where both changed it, and asks nobody', () => {
      expect(told('Acme Holding', 'Acme', 'Acme Inc')).toMatchObject([
        { kind: 'store', slot: 'printName', from: 'Acme', to: 'Acme Inc', because: 'it is derived from the name' },
      ])
      expect(told('Acme Holding', 'Acme', 'Acme')).toMatchObject([
        { kind: 'agree', slot: 'printName', value: 'Acme', because: 'both sides hold the same value' },
      ])
    })
  })

  it('takes a name on checks that the CRM alone made the company’s, though the name is asked about or gives way', () => {
    const names = { displayName: 'Acme', companyName: 'Acme Inc', printName: 'Acme' }
    const crm = { ...names, printName: 'Acme Inc' }
    const push = { kind: 'push', slot: 'printName', to: 'Acme Inc' }
    const west = { ...names, displayName: 'West' }
    expect(planOf(names, crm, west).actions).toContainEqual(expect.objectContaining(push))
    const asked = planOf(names, { ...crm, displayName: 'East' }, west, { ...DEFAULT_SETTINGS, conflicts: 'ask' })
    expect(asked.actions).toContainEqual(expect.objectContaining(push))
  })

  it('agrees on a name on checks that is the same for two names, as far as it goes', () => {
    const long = 'x'.repeat(110)
    const [here, there] = [
      { displayName: `${long}b`, printName: long },
      { displayName: `${long}a`, printName: long },
    ]
    const toldOf = (base: Fields) =>
      planOf(base, here, there).actions.flatMap((action) =>
        'slot' in action && action.slot === 'printName' ? [action.kind] : [],
      )
    expect(toldOf({ ...there, printName: 'Old' })).toEqual(['agree'])
    expect(toldOf(there)).toEqual([])
  })

  it('lets a name follow on each side what that side has, while a person is asked about a part of it', () => {
    const names = (fields: Fields) => ({ ...fields, displayName: `${fields.givenName} ${fields.familyName}` })
    const ann = names({ givenName: 'Ann', familyName: 'Lee' })
    const asked = (crm: Fields, quickbooks: Fields) => {
      const done = planOf(ann, crm, quickbooks, { ...DEFAULT_SETTINGS, conflicts: 'ask' })
      expect(done.actions.filter(({ kind }) => kind === 'openConflict')).toMatchObject([
        { conflict: { slot: 'givenName' } },
      ])
      return [contactAfter(side(crm), done).fields.displayName, recordAfter(side(quickbooks), done).fields.displayName]
    }
    const anna = names({ givenName: 'Anna', familyName: 'Lee' })
    const anne = names({ givenName: 'Anne', familyName: 'Lee' })
    expect(asked(anna, anne)).toEqual(['Anna Lee', 'Anne Lee'])
    expect(asked(anna, names({ ...anne, familyName: 'Li' }))).toEqual(['Anna Li', 'Anne Li'])
    expect(asked(names({ ...anna, familyName: 'Li' }), anne)).toEqual(['Anna Li', 'Anne Li'])
  })

  describe('while a person is asked about a part of the name', () => {
    type World = Readonly<{ crm: Snapshot; quickbooks: Snapshot; base: Snapshot; open: readonly Conflict[] }>
    const next = ({ crm, quickbooks, base, open }: World, resolutions: Sides['resolutions'] = []): World => {
      const done = plan(
        {
          contact: { snapshot: crm, changedAt: '2026-11-02T00:00:00Z' },
          record: { kind: 'present', side: { snapshot: quickbooks, changedAt: '2026-11-01T00:00:00Z' } },
          base,
          openConflicts: open,
          pins: [],
          resolutions,
        },
        { ...DEFAULT_SETTINGS, conflicts: 'ask' },
      )
      return {
        crm: contactAfter(crm, done),
        quickbooks: recordAfter(quickbooks, done),
        base: baseAfter(base, done, true),
        open: conflictsAfter(open, done),
      }
    }
    const named = (givenName: string, familyName: string): Fields => {
      const name = `${givenName} ${familyName}`
      return { givenName, familyName, displayName: name, printName: name }
    }

    it.each([
      ['the CRM', named('Anna', 'Li'), named('Anne', 'Lee'), 'Li'],
      ['QuickBooks', named('Anna', 'Lee'), named('Anne', 'Li'), 'Li'],
      ['nobody', named('Anna', 'Lee'), named('Anne', 'Lee'), 'Lee'],
    ])(
      'each side has its own name where %s changed another part, and both what was decided',
      (_who, crm, books, family) => {
        const world = { crm: side(crm), quickbooks: side(books), base: side(named('Ann', 'Lee')), open: [] }
        const asked = next(next(world))
        expect(asked.open.map(({ slot }) => slot)).toEqual(['givenName'])
        expect(asked.crm.fields).toEqual(named('Anna', family))
        expect(asked.quickbooks.fields).toEqual(named('Anne', family))
        for (const value of ['Anna', 'Anne', 'Annie']) {
          const decided = { slot: 'givenName', value, seen: { crm: 'Anna', quickbooks: 'Anne' } } as const
          const rested = next(next(asked, [decided]))
          expect(rested.open).toEqual([])
          expect(rested.crm.fields).toEqual(named(value, family))
          expect(rested.quickbooks.fields).toEqual(named(value, family))
        }
      },
    )
  })

  it('comes to rest: what it has made it makes again nothing of', () => {
    fc.assert(
      fc.property(threeSides, ({ base, crm, quickbooks }) => {
        const done = planOf(base.fields, crm.fields, quickbooks.fields)
        const [contact, record] = [contactAfter(side(crm.fields), done), recordAfter(side(quickbooks.fields), done)]
        const again = planOf(contact.fields, contact.fields, record.fields)
        expect(again.actions.filter(({ kind }) => kind === 'push')).toEqual([])
      }),
    )
  })
})
