/**
 * The day in slots of a quarter of an hour. Each workspace has its own, so that the daily work of all is spread over
 * the day, and a workspace's comes at the same time each day.
 */
export const SLOTS_A_DAY = 96
const SLOT_MS = (24 * 60 * 60_000) / SLOTS_A_DAY

/** The number of the slot that a moment is in, counted from 1970. */
export function slotAt(nowMs: number): number {
  return Math.floor(nowMs / SLOT_MS)
}

/** A workspace's slot of the day: the same in every process and for ever, and about as many in each (FNV-1a, mixed). */
export function slotOf(workspace: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < workspace.length; at++) hash = Math.imul(hash ^ workspace.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % SLOTS_A_DAY
}

/** Whether a workspace's slot lies among those after `done` up to `to`. Where a day or more lies between, each does. */
export function isDueBetween(workspace: string, done: number, to: number): boolean {
  // From `to` back to the last slot of the day that is the workspace's.
  const back = (((to - slotOf(workspace)) % SLOTS_A_DAY) + SLOTS_A_DAY) % SLOTS_A_DAY
  return to - back > done
}
