import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedSlots, contactChanges, editErrors, editedFields } from '#core/contact-edit'
import type { Contact } from '#core/records'
import { aContact } from '../contract/records.ts'
import { snapshots } from './snapshot-arbitraries.ts'

/** A contact always has a name to be shown by. What a person types has no blanks around it. */
const named = snapshots.map(({ fields }) => {
  const { displayName, ...rest } = editedFields({ displayName: '-' }, fields)
  return { ...rest, displayName: displayName === undefined || displayName === '-' ? 'Ada' : displayName }
})

describe('an edit of fields', () => {
  it('that names nothing changes nothing, and one that names all replaces all', () => {
    fc.assert(
      fc.property(named, named, (before, after) => {
        expect(editedFields(before, {})).toEqual(before)
        const emptied = Object.fromEntries(Object.keys(before).map((field) => [field, null]))
        expect(editedFields(before, { ...emptied, ...after })).toEqual(after)
      }),
    )
  })

  it('is told change by change, from what was to what is', () => {
    fc.assert(
      fc.property(named, named, (before, after) => {
        const contact = (fields: Contact['fields']): Contact => ({
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
        const changes = contactChanges(contact(before), contact(after))
        const redone = Object.fromEntries(changes.map(({ field, to = null }) => [field, to]))
        // Said again, so that they are chosen and do not follow.
        const { displayName, printName = null } = after
        expect(editedFields(before, { ...redone, displayName, printName })).toEqual(after)
        for (const { from, to } of changes) expect(from).not.toEqual(to)
      }),
    )
  })

  it('keeps what newer code has stored beside it', () => {
    const before = { displayName: 'Ada', pager: '7' }
    expect(editedFields(before, { phone: '1' })).toEqual({ ...before, phone: '1' })
  })

  it('needs a name, and complains only of what it changes', () => {
    expect(editErrors({ displayName: 'Ada' }, {})).toMatchObject([{ path: 'fields.displayName' }])
    expect(editErrors({ displayName: '' }, { displayName: '' })).toMatchObject([{ path: 'fields.displayName' }])
    const odd = { displayName: 'A:B', email: 'odd' }
    expect(editErrors(odd, { ...odd, phone: '1' })).toEqual([])
    expect(editErrors(odd, { ...odd, email: 'odder' })).toMatchObject([{ path: 'fields.email' }])
  })

  it.each(['\u200b', '\u00a0', ' \u2060\ufeff ', '\u200f', '\u00ad\u3164'])(
    'takes what nobody sees for no name (%j), and leaves it where QuickBooks has it so',
    (unseen) => {
      const before = { displayName: 'Ada' }
      const after = editedFields(before, { displayName: unseen })
      expect(after).toEqual({})
      expect(editErrors(before, after)).toEqual([
        { path: 'fields.displayName', message: expect.stringContaining('needs a name to be shown by') },
      ])
      const theirs = { displayName: unseen }
      const edited = editedFields(theirs, { phone: '1', displayName: unseen })
      expect(edited).toEqual({ ...theirs, phone: '1' })
      expect(editErrors(theirs, edited)).toEqual([])
    },
  )

  it('empties a field by null and by nothing typed, a text as an address', () => {
    const before = {
      displayName: 'Ada',
      phone: '1',
      fax: '2',
      billAddress: { line1: '1 Way' },
      shipAddress: { city: 'Bern' },
    }
    expect(editedFields(before, { phone: null, fax: '', billAddress: null, shipAddress: { city: '' } })).toEqual({
      displayName: 'Ada',
    })
  })

  it('replaces an address as a whole, and keeps no empty line of it', () => {
    const before = { billAddress: { line1: '1 Way', city: 'Bern' } }
    expect(editedFields(before, { billAddress: { line1: '2 Way', line2: '' } })).toEqual({
      billAddress: { line1: '2 Way' },
    })
  })

  it.each([undefined, '', '  '])('that leaves %j for a name says where one is missing', (displayName) => {
    const after = displayName === undefined ? {} : { displayName }
    expect(editErrors({ displayName: 'Ada' }, after)).toEqual([
      { path: 'fields.displayName', message: expect.stringMatching(/^A contact needs a name.+\.$/) },
    ])
    expect(editErrors({ displayName: 'Ada' }, { displayName: 'Ada', phone: '1' })).toEqual([])
  })

  it('is judged by what it makes of an address, and only where it changes it', () => {
    const long = { line1: 'x'.repeat(501) }
    expect(editErrors({}, { displayName: 'Ada', billAddress: long })).toMatchObject([
      { path: 'fields.billAddress.line1' },
    ])
    expect(editErrors({ billAddress: long }, { displayName: 'Ada', billAddress: { ...long } })).toEqual([])
  })
})

describe('what is told of a changed contact', () => {
  const before = aContact('c1', 'Ada', { people: [{ role: 'site', name: 'Bob' }], parentId: 'p1' })

  it('is nothing where it is the same, whatever was written beside it', () => {
    expect(contactChanges(before, { ...before, version: 2, changedAt: 'later', people: [...before.people] })).toEqual(
      [],
    )
  })

  it.each<[string, Partial<Contact>, readonly unknown[]]>([
    ['its kind', { kind: 'job' }, [{ field: 'kind', from: 'client', to: 'job' }]],
    ['that it is no customer any more', { isCustomer: false }, [{ field: 'isCustomer', from: true, to: false }]],
    ['that it is archived', { archived: true }, [{ field: 'archived', from: false, to: true }]],
    ['its parent', { parentId: 'p2' }, [{ field: 'parentId', from: 'p1', to: 'p2' }]],
    ['its people', { people: [] }, [{ field: 'people', from: before.people, to: [] }]],
    [
      'an address',
      { fields: { displayName: 'Ada', billAddress: { city: 'Bern' } } },
      [{ field: 'billAddress', to: { city: 'Bern' } }],
    ],
    ['a field that is emptied', { fields: {} }, [{ field: 'displayName', from: 'Ada' }]],
  ])('is %s', (_what, change, told) => {
    expect(contactChanges(before, { ...before, ...change })).toStrictEqual(told)
  })

  it('is that it came to the top, where nothing is above it any more', () => {
    const { parentId: _top, ...after } = before
    expect(contactChanges(before, after)).toStrictEqual([{ field: 'parentId', from: 'p1' }])
    expect(contactChanges(after, before)).toStrictEqual([{ field: 'parentId', to: 'p1' }])
  })

  it('is no change where only the order of an address’s lines differs', () => {
    const withAddress = (billAddress: Contact['fields']['billAddress']): Contact => ({
      ...before,
      fields: { displayName: 'Ada', ...(billAddress && { billAddress }) },
    })
    const [one, other] = [
      { line1: '1', city: 'Bern' },
      { city: 'Bern', line1: '1' },
    ]
    expect(contactChanges(withAddress(one), withAddress(other))).toEqual([])
  })
})

describe('the slots in which two states of a contact differ', () => {
  const ada = aContact('c', 'Ada', { fields: { displayName: 'Ada', phone: '1', billAddress: { city: 'Bern' } } })

  it('are its fields, its place and whether it is active, each by its slot', () => {
    expect(changedSlots(ada, ada)).toEqual([])
    expect(changedSlots(ada, { ...ada, parentId: 'p' })).toEqual(['parent'])
    expect(changedSlots({ ...ada, parentId: 'p' }, { ...ada, parentId: 'q' })).toEqual(['parent'])
    expect(changedSlots(ada, { ...ada, archived: true })).toEqual(['active'])
    const fields = { displayName: 'Ada', phone: '2', billAddress: { city: 'Basel' } }
    expect(changedSlots(ada, { ...ada, fields })).toEqual(['phone', 'billAddress'])
  })

  it('are all that the journal tells of slots, and nothing that the CRM alone keeps', () => {
    fc.assert(
      fc.property(named, named, (before, after) => {
        const [one, other] = [
          { ...ada, fields: before },
          { ...ada, fields: after, isCustomer: false, people: [] },
        ]
        const told = contactChanges(one, other).map(({ field }) => field)
        expect(changedSlots(one, other)).toEqual(told.filter((field) => field !== 'isCustomer'))
      }),
    )
  })
})
