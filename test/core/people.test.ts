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
    expect(billingPersonOf(building({ displayName: 'Tower' }))).toStrictEqual({ role: 'billing', name: 'Tower' })
    expect(billingPersonOf(building({ companyName: 'Tower Inc.' }))?.name).toBe('Tower Inc.')
    expect(billingPersonOf(building({}))?.name).toBe('')
    const parts = { title: 'Dr.', givenName: 'Ann', middleName: 'B.', familyName: 'Lee', suffix: 'Jr.' }
    expect(billingPersonOf(building({ ...parts, mobile: '5' }))).toStrictEqual({
      role: 'billing',
      name: 'Dr. Ann B. Lee Jr.',
      ...parts,
      cell: '5',
    })
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
    expect(apart).toStrictEqual({
      fields: { givenName: 'Bob', email: null, mobile: '555' },
      people: [{ role: 'other', name: 'Zoe' }],
      errors: [],
    })
    const after = building(editedFields(ann, apart.fields))
    expect(billingPersonOf(after)).toMatchObject({ name: 'Bob Lee', cell: '555' })
    expect(nameErrors(after, [{ ...edit, name: 'Bob Lee' }])).toEqual([])
    expect(nameErrors(after, [{ role: 'site', name: 'Zoe' }, edit, { ...edit, name: 'Ann Lee' }])).toEqual([
      {
        path: 'people.2.name',
        message:
          'The name of the billing person is made of its title, givenName, middleName, familyName and suffix, and is the contact’s own where it has none. Change those.',
      },
    ])
    expect(nameErrors(after, [{ ...edit, name: ' Bob Lee ' }])).toEqual([])
    expect(nameErrors({ kind: 'client', fields: ann }, [{ ...edit, name: 'Eve' }])).toEqual([])
  })

  it('stands beside others, who are kept without the blanks around what was typed', () => {
    const site = {
      role: 'site',
      name: ' Bea ',
      email: ' bea@example.com',
      cell: '5 ',
      address: { line1: ' Here ' },
    } as const
    const blank = { role: 'site', name: 'Cy', email: ' ', cell: '', address: { line1: ' ' } } as const
    expect(takeApart({ kind: 'client', fields: {} }, {}, [site, blank, { role: 'other', name: 'Di' }])).toStrictEqual({
      fields: {},
      people: [
        { role: 'site', name: 'Bea', email: 'bea@example.com', cell: '5', address: { line1: 'Here' } },
        { role: 'site', name: 'Cy' },
        { role: 'other', name: 'Di' },
      ],
      errors: [],
    })
  })

  it('and the fields of one edit have to say the same', () => {
    const person = { role: 'billing', email: 'bob@example.com', address: { line1: 'Side St 2', city: '' } } as const
    const same = { email: 'bob@example.com', billAddress: { line1: 'Side St 2' } }
    expect(takeApart(building(ann), same, [person]).errors).toEqual([])
    const again = { email: ' bob@example.com ', billAddress: { city: ' ', line1: 'Side St 2 ' } }
    expect(takeApart(building(ann), again, [person]).errors).toEqual([])
    const others = { email: 'eve@example.com', billAddress: null, mobile: '1' }
    expect(takeApart(building(ann), others, [person]).errors.map(({ path }) => path)).toEqual([
      'people.0.email',
      'people.0.address',
    ])
    expect(takeApart(building(ann), { mobile: '1' }, [{ role: 'billing', cell: '2' }]).errors).toEqual([
      {
        path: 'people.0.cell',
        message: 'It is the same as fields.mobile, which is given another value. Give one of the two.',
      },
    ])
  })

  it('and the fields of one edit may empty the same in two ways, and name an address in any order', () => {
    const errorsOf = (fields: Parameters<typeof takeApart>[1], edit: Omit<BillingEdit, 'role'>) =>
      takeApart(building(ann), fields, [{ role: 'billing', ...edit }]).errors.map(({ path }) => path)
    expect(errorsOf({ email: null }, { email: '' })).toEqual([])
    expect(errorsOf({ email: ' ' }, { email: null })).toEqual([])
    expect(errorsOf({ billAddress: null }, { address: { line1: '' } })).toEqual([])
    expect(errorsOf({ billAddress: {} }, { address: null })).toEqual([])
    expect(errorsOf({ email: null }, { email: 'ann@example.com' })).toEqual(['people.0.email'])
    const [one, other] = [
      { line1: 'Side St 2', city: 'Bern' },
      { city: 'Bern', line1: 'Side St 2' },
    ]
    expect(errorsOf({ billAddress: one }, { address: other })).toEqual([])
    expect(errorsOf({ billAddress: one }, { address: { line1: 'Bern', city: 'Side St 2' } })).toEqual([
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

  it('says of what cannot be done what to do instead', () => {
    const person = { role: 'billing' } as const
    const saidOf = (...asked: Parameters<typeof takeApart>) => takeApart(...asked).errors.map(({ message }) => message)
    expect(saidOf(building(ann), {}, [])).toEqual([
      'The billing person of a building is its own name, e-mail, mobile number and billing address. Change it, or clear the fields.',
    ])
    expect(saidOf(building(ann), {}, [person, person])).toEqual([
      'A building has one billing person: give the others another role.',
    ])
    expect(saidOf({ kind: 'client', fields: ann }, {}, [person])).toEqual([
      'Only a building has a billing person. For this one, change its own fields, or give the person another role.',
    ])
  })
})

describe('a billing person that was stored as a copy', () => {
  const copy = { role: 'billing', name: 'Ann Lee', email: 'ann@example.com', address: { line1: 'Main St 1' } } as const

  it('is dropped where the fields say the same', () => {
    expect(withoutCopy(building(ann), [copy])).toEqual([])
    expect(withoutCopy(building(ann), [{ ...copy, cell: '', address: { city: '', line1: 'Main St 1' } }])).toEqual([])
    const { billAddress: _, ...homeless } = ann
    expect(withoutCopy(building(homeless), [{ ...copy, address: { line1: '' } }])).toEqual([])
  })

  it.each([
    ['name', { name: 'Ann' }],
    ['e-mail address', { email: 'old@example.com' }],
    ['mobile number', { cell: '5' }],
    ['address', { address: { line1: 'Main St 2' } }],
  ])('is kept where its %s alone is another', (_what, change) => {
    const { role: _, ...person } = { ...copy, ...change }
    expect(withoutCopy(building(ann), [{ ...copy, ...change }])).toEqual([{ role: 'other', ...person }])
  })

  it('is kept under another role where they say something else, so that nobody’s work is lost', () => {
    const { role: _, ...person } = copy
    const kept = [{ role: 'other', ...person }]
    expect(withoutCopy(building({ ...ann, email: 'new@example.com' }), [copy])).toEqual(kept)
    expect(withoutCopy({ kind: 'client', fields: ann }, [copy])).toEqual(kept)
    expect(withoutCopy(building(ann), [{ role: 'site', name: 'Bea' }])).toEqual([{ role: 'site', name: 'Bea' }])
  })
})
