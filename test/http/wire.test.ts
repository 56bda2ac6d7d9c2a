import { expect, it } from 'vitest'
import { ContactRow, Dot, JournalEntry, Outcome, Run, ShownSettings, SlotName } from '#http/wire'
import { aRun } from '../contract/records.ts'

it.each([
  ['a dot', Dot],
  ['a slot', SlotName],
  ['the kind of a row', ContactRow.shape.kind],
  ['the kind of a run', Run.shape.kind],
  ['the status of a run', Run.shape.status],
  ['the kind of an outcome', Outcome.shape.kind],
  ['the side of an entry', JournalEntry.shape.side],
  ['a policy', ShownSettings.shape.conflicts],
])('%s that newer code has stored is shown as unknown', (_, schema) => {
  expect(schema.parse('aWordOfTomorrow')).toBe('unknown')
})

it('a run of a kind that newer code has begun is shown with all else that is known of it', () => {
  const run = { ...aRun('r1'), kind: 'match', addedLater: true }
  expect(Run.parse(run)).toMatchObject({ id: 'r1', kind: 'unknown', status: 'queued' })
  expect(Run.parse(run)).not.toHaveProperty('addedLater')
})

it('settings that newer code has stored are shown as far as they are known', () => {
  const settings = {
    conflicts: 'oldest',
    conflictsBySlot: { notes: 'oldest', phone: 'crm' },
    pushNotes: true,
    push: 'automatic',
    entities: ['customer', 'supplier'],
    addedLater: 1,
  }
  expect(ShownSettings.parse(settings)).toEqual({
    conflicts: 'unknown',
    conflictsBySlot: { notes: 'unknown', phone: 'crm' },
    pushNotes: true,
    push: 'automatic',
    entities: ['customer', 'unknown'],
  })
})
