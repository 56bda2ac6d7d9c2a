import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placedUnder } from '#core/place'
import type { Contact, ContactKind } from '#core/records'

const at = '2026-01-01T00:00:00.000Z'
const topContact = (kind: ContactKind): Contact => ({
  id: 'c',
  kind,
  isCustomer: true,
  fields: { displayName: 'Tower' },
  archived: false,
  people: [],
  createdAt: at,
  changedAt: at,
  version: 1,
})
const places = fc.array(fc.option(fc.constantFrom('p', 'q', 'r'), { nil: undefined }))

describe('a contact that moves', () => {
  it('is a job below another one, and at the top what it was there, however often it moved', () => {
    fc.assert(
      fc.property(fc.constantFrom<ContactKind>('client', 'building'), places, (kind, path) => {
        let contact = topContact(kind)
        for (const parentId of path) {
          contact = placedUnder(contact, parentId)
          expect(contact.parentId).toBe(parentId)
          expect(contact.kind).toBe(parentId === undefined ? kind : 'job')
        }
        expect(placedUnder(contact, undefined)).toEqual(topContact(kind))
      }),
    )
  })

  it('becomes a client where it was never anything but a job', () => {
    const job: Contact = { ...topContact('job'), parentId: 'p' }
    expect(placedUnder(job, undefined)).toEqual(topContact('client'))
    expect(placedUnder(job, 'q')).toEqual({ ...job, parentId: 'q' })
  })

  it('keeps in mind nothing but that it was a building', () => {
    const client = topContact('client')
    expect(placedUnder(client, 'p')).toStrictEqual({ ...client, parentId: 'p', kind: 'job' })
    const building = topContact('building')
    expect(placedUnder(building, 'p')).toStrictEqual({ ...building, parentId: 'p', kind: 'job', kindAtTop: 'building' })
  })

  it('stays what it is at the top where it was no job below another one', () => {
    const building: Contact = { ...topContact('building'), parentId: 'p' }
    expect(placedUnder(building, undefined)).toStrictEqual(topContact('building'))
  })

  it('is left alone where it stays where it is', () => {
    const job: Contact = { ...topContact('job'), parentId: 'p', kindAtTop: 'building' }
    expect(placedUnder(job, 'p')).toBe(job)
  })
})
