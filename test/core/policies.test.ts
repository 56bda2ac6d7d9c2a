import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS, massChangeReason, policyFor } from '#core/policies'

describe('the mass-change guard', () => {
  it.each([
    [10, 10],
    [10, 20],
    [20, 100],
    [0, 0],
  ])('lets %i of %i removals pass', (removals, links) => {
    expect(massChangeReason(removals, links)).toBeUndefined()
  })

  it.each([
    [11, 50],
    [21, 100],
    [100_000, 100_000],
  ])('stops %i of %i removals and says how many', (removals, links) => {
    expect(massChangeReason(removals, links)).toContain(`${removals} of ${links}`)
  })
})

it('says how many per cent would go, in a whole sentence', () => {
  expect(massChangeReason(21, 90)).toBe(
    '21 of 90 records (23 %) would be removed at once: a person has to confirm that this is meant',
  )
})

describe('the settings of a workspace that has chosen nothing', () => {
  it('send everything of customers by themselves, and let the newest win', () => {
    expect(DEFAULT_SETTINGS).toEqual({
      conflicts: 'newest',
      conflictsBySlot: {},
      pushNotes: true,
      push: 'automatic',
      entities: ['customer'],
    })
  })
})

describe('the policy of a slot', () => {
  it('is the workspace’s, unless that slot has its own', () => {
    const settings = { ...DEFAULT_SETTINGS, conflicts: 'ask' as const, conflictsBySlot: { notes: 'crm' as const } }
    expect(policyFor(settings, 'notes')).toBe('crm')
    expect(policyFor(settings, 'email')).toBe('ask')
  })
})
