import { describe, expect, it } from 'vitest'
import { archiveStory } from '#core/archive-story'
import { ONLY_QUICKBOOKS } from '#core/plan'
import type { JournalChange, JournalEntry } from '#core/records'

const entry = (
  because: string,
  changes: readonly JournalChange[],
  side: JournalEntry['side'] = 'crm',
): JournalEntry => ({
  id: because,
  at: '2026-11-01T10:00:00.000Z',
  contactId: 'c',
  side,
  actor: 'somebody',
  because,
  changes,
})
const archived = { field: 'archived', from: false, to: true }
const back = { field: 'archived', from: true, to: false }

describe('who has archived a contact', () => {
  it.each<[string, readonly JournalEntry[], 'quickbooks' | 'crm']>([
    ['QuickBooks, which made its customer inactive', [entry(ONLY_QUICKBOOKS, [archived])], 'quickbooks'],
    [
      'QuickBooks, where it was imported so',
      [
        entry('imported', [
          { field: 'kind', to: 'client' },
          { field: 'archived', to: true },
          { field: 'link', to: {} },
        ]),
      ],
      'quickbooks',
    ],
    ['a person', [entry('archived in the CRM', [archived])], 'crm'],
    ['an undo', [entry(ONLY_QUICKBOOKS, [archived, back]), entry('a run was undone', [archived])], 'crm'],
    [
      'whoever did it last',
      [entry('archived in the CRM', [archived]), entry('taken out', [back]), entry(ONLY_QUICKBOOKS, [archived])],
      'quickbooks',
    ],
    ['somebody in the CRM, where nothing is known', [entry('edited in the CRM', [{ field: 'phone', to: '1' }])], 'crm'],
  ])('is %s', (_who, entries, by) => {
    expect(archiveStory(entries).by).toBe(by)
  })

  it('knows what the CRM’s people changed since, and what was there before', () => {
    const { heldBefore } = archiveStory([
      entry('edited in the CRM', [{ field: 'fax', from: '0', to: '1' }]),
      entry(ONLY_QUICKBOOKS, [archived]),
      entry('edited in the CRM', [
        { field: 'phone', from: '1', to: '2' },
        { field: 'mobile', to: '7' },
      ]),
      entry('sent', [{ field: 'phone', from: '1', to: '2' }], 'quickbooks'),
      entry('edited in the CRM', [{ field: 'phone', from: '2', to: '3' }]),
      entry(ONLY_QUICKBOOKS, [{ field: 'email', from: 'a@x', to: 'b@x' }]),
    ])
    expect([...heldBefore]).toEqual([
      ['phone', '1'],
      ['mobile', undefined],
    ])
  })
})

describe('what tells who has archived a contact', () => {
  const last = (entries: readonly JournalEntry[]) => archiveStory(entries).by

  it('is that the CRM says it is archived, not that another field is set or that QuickBooks says so', () => {
    const followed = entry(ONLY_QUICKBOOKS, [archived])
    expect(last([followed, entry('edited', [{ field: 'isCustomer', from: false, to: true }])])).toBe('quickbooks')
    expect(last([followed, entry('taken out', [back])])).toBe('quickbooks')
    expect(last([followed, entry('sent', [archived], 'quickbooks')])).toBe('quickbooks')
    expect(last([entry('by hand', [archived]), entry(ONLY_QUICKBOOKS, [{ field: 'phone', to: '1' }])])).toBe('crm')
  })

  it.each<[string, readonly JournalChange[]]>([
    ['changed its kind', [{ field: 'kind', from: 'client', to: 'job' }, archived, { field: 'link', to: {} }]],
    ['was new in the CRM alone', [{ field: 'kind', to: 'client' }, archived]],
    ['was linked only', [archived, { field: 'link', to: {} }]],
  ])('is no import where it %s', (_what, changes) => {
    expect(last([entry('by hand', changes)])).toBe('crm')
  })

  it('tells when each slot was last changed since, and of no other field', () => {
    const { times, heldBefore } = archiveStory([
      entry(ONLY_QUICKBOOKS, [archived]),
      {
        ...entry('edited', [
          { field: 'phone', from: '1', to: '2' },
          { field: 'people', to: [] },
        ]),
        at: '2026-11-02T10:00:00.000Z',
      },
      { ...entry('edited', [{ field: 'fax', to: '3' }]), at: '2026-11-03T10:00:00.000Z' },
      { ...entry('sent', [{ field: 'mobile', to: '5' }], 'quickbooks'), at: '2026-11-03T11:00:00.000Z' },
      { ...entry('edited', [{ field: 'phone', from: '2', to: '4' }]), at: '2026-11-04T10:00:00.000Z' },
    ])
    expect(times).toEqual({ phone: '2026-11-04T10:00:00.000Z', fax: '2026-11-03T10:00:00.000Z' })
    expect([...heldBefore]).toEqual([
      ['phone', '1'],
      ['fax', undefined],
    ])
  })
})
