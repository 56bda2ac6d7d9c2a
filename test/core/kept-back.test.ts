import { describe, expect, it } from 'vitest'
import { isKeptApart, LIST_IS_OFF, letsMoreThrough, waitsForItsList } from '#core/kept-back'
import { DEFAULT_SETTINGS, type SyncSettings } from '#core/policies'
import type { Contact, Entity } from '#core/records'
import { aContact, aLink } from '../contract/records.ts'

const AT = '2026-11-01T08:00:00.000Z'
const settings = (changes: Partial<SyncSettings>): SyncSettings => ({ ...DEFAULT_SETTINGS, ...changes })

describe('settings let more through', () => {
  const both: readonly Entity[] = ['customer', 'vendor']

  it.each<[string, Partial<SyncSettings>, Partial<SyncSettings>, boolean]>([
    ['a list takes part that did not', { entities: ['customer'] }, { entities: both }, true],
    ['another list takes part instead', { entities: ['customer'] }, { entities: ['vendor'] }, true],
    ['a list takes no part any more', { entities: both }, { entities: ['customer'] }, false],
    ['notes may go that could not', { pushNotes: false }, { pushNotes: true }, true],
    ['notes may go no more', { pushNotes: true }, { pushNotes: false }, false],
    ['notes may go as before', { pushNotes: true }, { pushNotes: true }, false],
    ['notes stay as before', { pushNotes: false }, { pushNotes: false }, false],
  ])('where %s: %j → %j: %s', (_what, before, after, more) => {
    expect(letsMoreThrough(settings(before), settings(after))).toBe(more)
  })
})

describe('a contact is kept apart from its record', () => {
  const notesOf = (notes: string, entity: Entity = 'customer', more: Partial<Contact> = {}): Contact =>
    aContact('c1', 'Ada', {
      fields: { displayName: 'Ada', notes },
      link: { ...aLink(entity, '1'), base: { fields: { displayName: 'Ada', notes: 'base' }, active: true } },
      ...more,
    })

  it('by notes that could go now', () => {
    expect(isKeptApart(notesOf('new'), settings({}))).toBe(true)
    expect(isKeptApart(notesOf('new'), settings({ pushNotes: false }))).toBe(false)
    expect(isKeptApart(notesOf('base'), settings({}))).toBe(false)
    expect(isKeptApart(notesOf('new', 'vendor'), settings({}))).toBe(false)
  })

  it('but not where it is linked to none, waits already, or needs a person first', () => {
    const { link: _none, ...unlinked } = notesOf('new')
    const hold = { code: 'recordGone', reason: 'Gone.', at: AT } as const
    expect(isKeptApart(unlinked, settings({}))).toBe(false)
    expect(isKeptApart(notesOf('new', 'customer', { toPushSince: AT }), settings({}))).toBe(false)
    expect(isKeptApart(notesOf('new', 'customer', { hold }), settings({}))).toBe(false)
  })
})

it('what is refused for its list bears a code that is stored, and stays what it is', () => {
  expect(LIST_IS_OFF).toBe('listIsOff')
})

describe('a contact waits for its list', () => {
  const refusal = { code: LIST_IS_OFF, reason: 'Off.', at: AT, nextTryAt: AT }
  const vendor = { link: aLink('vendor', '1') }

  it('to take part, and goes once it does', () => {
    expect(waitsForItsList(aContact('c1', 'Ada', { ...vendor, refusal }), settings({ entities: ['vendor'] }))).toBe(
      true,
    )
    expect(waitsForItsList(aContact('c1', 'Ada', { ...vendor, refusal }), settings({ entities: ['customer'] }))).toBe(
      false,
    )
  })

  it('of customers where it is in QuickBooks in no way yet', () => {
    expect(waitsForItsList(aContact('c1', 'Ada', { refusal }), settings({ entities: ['customer'] }))).toBe(true)
    expect(waitsForItsList(aContact('c1', 'Ada', { refusal }), settings({ entities: ['vendor'] }))).toBe(false)
  })

  it('never where it was refused for something else, for good, or not at all', () => {
    const { nextTryAt: _never, ...forGood } = refusal
    for (const other of [{ ...refusal, code: '6240' }, forGood])
      expect(waitsForItsList(aContact('c1', 'Ada', { refusal: other }), settings({}))).toBe(false)
    expect(waitsForItsList(aContact('c1', 'Ada'), settings({}))).toBe(false)
  })
})
