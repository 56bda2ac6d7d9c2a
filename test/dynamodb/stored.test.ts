import { expect, it } from 'vitest'
import { peopleOf } from '#core/people'
import { contactSchema } from '#dynamodb/stored'

const at = '2026-11-01T08:00:00.000Z'
const stored = {
  id: 'c1',
  kind: 'building',
  isCustomer: true,
  fields: { displayName: 'Tower', givenName: 'Ann', email: 'ann@example.com' },
  archived: false,
  createdAt: at,
  changedAt: at,
  version: 3,
}

it('a building that was stored with a copy of its billing person is read with one billing person', () => {
  const contact = contactSchema.parse({
    ...stored,
    people: [{ role: 'billing', name: 'Ann', email: 'ann@example.com' }],
  })
  expect(contact.people).toEqual([])
  expect(peopleOf(contact)).toMatchObject([{ role: 'billing', name: 'Ann', email: 'ann@example.com' }])
})

it('and where the copy says something else, with that as another person', () => {
  const contact = contactSchema.parse({ ...stored, people: [{ role: 'billing', name: 'Bob', cell: '555' }] })
  expect(peopleOf(contact)).toMatchObject([
    { role: 'billing', name: 'Ann' },
    { role: 'other', name: 'Bob', cell: '555' },
  ])
})
