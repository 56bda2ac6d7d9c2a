import type { Entity, Slot } from './records.ts'

/** Who wins where both sides changed the same slot since they last agreed. */
export const CONFLICT_POLICIES = ['newest', 'quickbooks', 'crm', 'ask'] as const
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number]

export const PUSH_MODES = ['automatic', 'whenAsked'] as const

/** What the workspace has chosen; it decides what a plan may do, never what a plan sees. */
export type SyncSettings = Readonly<{
  conflicts: ConflictPolicy
  /** Overrides `conflicts` for single slots. */
  conflictsBySlot: Readonly<Partial<Record<Slot, ConflictPolicy>>>
  /** Off: notes of the CRM never leave it. */
  pushNotes: boolean
  /** Whether what changed in the CRM is sent by itself, or only when somebody asks for a sync. */
  push: (typeof PUSH_MODES)[number]
  /** Which QuickBooks lists take part. */
  entities: readonly Entity[]
}>

export const DEFAULT_SETTINGS: SyncSettings = {
  conflicts: 'newest',
  conflictsBySlot: {},
  pushNotes: true,
  push: 'automatic',
  entities: ['customer'],
}

/** The policy for one slot. */
export function policyFor(settings: SyncSettings, slot: Slot): ConflictPolicy {
  return settings.conflictsBySlot[slot] ?? settings.conflicts
}

/** How many links a listing may archive or unlink by itself before a person has to look. */
export const GUARD_SHARE = 0.2
export const GUARD_FLOOR = 10

/**
 * Why a change of this size must wait for a person, or undefined when it may go on: a side that suddenly
 * lists nothing is a fault far more often than a decision.
 */
export function massChangeReason(removals: number, links: number): string | undefined {
  if (removals <= GUARD_FLOOR || removals <= links * GUARD_SHARE) return undefined
  const percent = Math.round((removals / links) * 100)
  return `${removals} of ${links} records (${percent} %) would be removed at once: a person has to confirm that this is meant`
}
