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
