import type { SyncSettings } from './policies.ts'
import type { JsonValue } from './records.ts'

export const ADMIN_ACTS = ['settingsChanged', 'connected', 'disconnected'] as const

/** What somebody did to the workspace as a whole. It commits with what it tells of. */
export type AdminAct = Readonly<{
  id: string
  at: string
  act: (typeof ADMIN_ACTS)[number]
  /** The person's id. */
  actor: string
  /** The QuickBooks company that was connected or disconnected. */
  realmId?: string
  /** Whether Intuit took the access back, too. */
  revoked?: boolean
  /** What settings were changed, from what to what. */
  changes?: readonly SettingChange[]
}>

/** A policy of one slot is a setting by itself: `conflictsBySlot.notes`. */
export type SettingChange = Readonly<{ setting: string; from?: JsonValue; to?: JsonValue }>

/** Every setting that differs, in order of name. */
export function settingChanges(before: SyncSettings, after: SyncSettings): readonly SettingChange[] {
  const [old, now] = [single(before), single(after)]
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((setting) => {
    const [from, to] = [old.get(setting), now.get(setting)]
    if (JSON.stringify(from) === JSON.stringify(to)) return []
    return [{ setting, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }]
  })
}

function single({ conflictsBySlot, ...others }: SyncSettings): ReadonlyMap<string, JsonValue> {
  const slots = Object.entries(conflictsBySlot).map(([slot, policy]) => [`conflictsBySlot.${slot}`, policy] as const)
  return new Map<string, JsonValue>([...Object.entries(others), ...slots])
}
