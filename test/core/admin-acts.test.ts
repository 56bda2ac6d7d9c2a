import { expect, it } from 'vitest'
import { settingChanges } from '#core/admin-acts'
import { DEFAULT_SETTINGS } from '#core/policies'

it('the settings that changed are told one by one, from what to what, a policy of a slot by itself', () => {
  const before = { ...DEFAULT_SETTINGS, conflictsBySlot: { notes: 'crm', phone: 'ask' } } as const
  const after = {
    ...DEFAULT_SETTINGS,
    push: 'whenAsked',
    entities: ['customer', 'vendor'],
    conflictsBySlot: { phone: 'ask', email: 'quickbooks' },
  } as const
  expect(settingChanges(before, after)).toEqual([
    { setting: 'conflictsBySlot.email', to: 'quickbooks' },
    { setting: 'conflictsBySlot.notes', from: 'crm' },
    { setting: 'entities', from: ['customer'], to: ['customer', 'vendor'] },
    { setting: 'push', from: 'automatic', to: 'whenAsked' },
  ])
  expect(settingChanges(before, { ...before, conflictsBySlot: { phone: 'ask', notes: 'crm' } })).toEqual([])
})
