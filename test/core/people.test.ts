import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editedFields } from '#core/contact-edit'
import { type BillingEdit, billingPersonOf, nameErrors, peopleOf, takeApart, withoutCopy } from '#core/people'
import type { Fields } from '#core/records'
import { snapshots } from './snapshot-arbitraries.ts'

const building = (fields: Fields) => ({ kind: 'building', fields }) as const
const ann = {
  displayName: 'Tower',
  givenName: 'Ann',
  familyName: 'Lee',
  email: 'ann@example.com',
  billAddress: { line1: 'Main St 1' },
} satisfies Fields

describe('the billing person', () => {
  it('of a building is the person that QuickBooks names, else the customer itself', () => {
    expect(billingPersonOf(building(ann))).toEqual({
      role: 'billing',
      name: 'Ann Lee',
      givenName: 'Ann',
      familyName: 'Lee',
      email: 'ann@example.com',
      address: { line1: 'Main St 1' },
    })
    expect(billingPersonOf(building({ displayName: 'Tower' }))).toEqual({ role: 'billing', name: 'Tower' })
  })

  it('is a building’s alone, also while it is a job, and comes before those that the CRM keeps', () => {
    const people = [{ role: 'site', name: 'Bea' }] as const
    expect(peopleOf({ kind: 'client', fields: ann, people })).toEqual(people)
    expect(peopleOf({ kind: 'job', fields: ann, people })).toEqual(people)
    expect(peopleOf({ kind: 'job', kindAtTop: 'building', fields: ann, people })).toMatchObject([
      { role: 'billing', name: 'Ann Lee' },
      { role: 'site', name: 'Bea' },
    ])
  })

  it('that is sent back as it was shown changes nothing, whatever it holds', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        // A contact always has a name to be shown by.
        const fields = { ...snapshot.fields, displayName: snapshot.fields.displayName ?? 'Ada' }
        const before = building(fields)
        const { fields: edits, people, errors } = takeApart(before, {}, peopleOf({ ...before, people: [] }))
        expect(errors).toEqual([])
        expect(people).toEqual([])
        // A contact without a name gets one from its parts, whatever is edited.
        expect(editedFields(fields, edits)).toEqual(editedFields(fields, {}))
      }),
    )
  })

  it('is changed by changing it, and with it the building’s own fields', () => {
    const edit: BillingEdit = { role: 'billing', givenName: 'Bob', email: null, cell: '555' }
    const apart = takeApart(building(ann), {}, [edit, { role: 'other', name: 'Zoe' }])
    expect(apart).toEqual({
      fields: { givenName: 'Bob', email: null, mobile: '555' },
      people: [{ role: 'other', name: 'Zoe' }],
      errors: [],
    })
    const after = building(editedFields(ann, apart.fields))
    expect(billingPersonOf(after)).toMatchObject({ name: 'Bob Lee', cell: '555' })
    expect(nameErrors(after, [{ ...edit, name: 'Bob Lee' }])).toEqual([])
    expect(nameErrors(after, [{ ...edit, name: 'Ann Lee' }])).toMatchObject([{ path: 'people.0.name' }])
  })

  it('and the fields of one edit have to say the same', () => {
    const person = { role: 'billing', email: 'bob@example.com', address: { line1: 'Side St 2', city: '' } } as const
    const same = { email: 'bob@example.com', billAddress: { line1: 'Side St 2' } }
    expect(takeApart(building(ann), same, [person]).errors).toEqual([])
    const others = { email: 'eve@example.com', billAddress: null, mobile: '1' }
    expect(takeApart(building(ann), others, [person]).errors.map(({ path }) => path)).toEqual([
      'people.0.email',
      'people.0.address',
    ])
  })

  it('cannot be removed, nor be two, nor be given to anybody but a building', () => {
    const person = { role: 'billing' } as const
    const pathOf = (...asked: Parameters<typeof takeApart>) => takeApart(...asked).errors.map(({ path }) => path)
    expect(pathOf(building(ann), {}, [])).toEqual(['people'])
    expect(pathOf(building(ann), {}, [person, { role: 'site', name: 'Bea' }, person])).toEqual(['people.2'])
    expect(pathOf({ kind: 'client', fields: ann }, {}, [person])).toEqual(['people.0.role'])
    expect(pathOf({ kind: 'client', fields: ann }, {}, [])).toEqual([])
  })
})

describe('a billing person that was stored as a copy', () => {
  const copy = { role: 'billing', name: 'Ann Lee', email: 'ann@example.com', address: { line1: 'Main St 1' } } as const

  it('is dropped where the fields say the same', () => {
    expect(withoutCopy(building(ann), [copy])).toEqual([])
  })

  it('is kept under another role where they say something else, so that nobody’s work is lost', () => {
    const { role: _, ...person } = copy
    const kept = [{ role: 'other', ...person }]
    expect(withoutCopy(building({ ...ann, email: 'new@example.com' }), [copy])).toEqual(kept)
    expect(withoutCopy({ kind: 'client', fields: ann }, [copy])).toEqual(kept)
    expect(withoutCopy(building(ann), [{ role: 'site', name: 'Bea' }])).toEqual([{ role: 'site', name: 'Bea' }])
  })
})
