import { keepLater } from './pull-records.ts'
import { listOf, type PullPorts, type PullSlice, type SweepState } from './pull-state.ts'

/** QuickBooks' clock and ours differ, and its times are whole seconds. */
export const OVERLAP_MS = 5 * 60_000
/** When more rows than an answer holds share one second, the next answer begins this share of them further on. */
const STEP = 0.9

/**
 * Reads what changed since the pull began, so that it ends as fresh as it can: edits on pages that were read before,
 * and what was created. Goes on from the last time seen rather than by position, because every edit moves a row to
 * the end of this list. It comes when all pages are stored: of two reads within one second none is known to be the
 * newer one, and the later to be stored stays. Answers 'again' when the slice is over.
 */
export async function sweepChanges(ports: PullPorts, slice: PullSlice): Promise<'again' | 'swept'> {
  const { mostRows } = slice.company
  for (;;) {
    const sweep = slice.state().sweep ?? beginning(slice)
    if (sweep.done) return 'swept'
    const { records } = await slice.company.updatedSince(listOf(slice), sweep.since, sweep.row, mostRows)
    await keepLater(ports, slice, records)
    const last = Math.max(0, ...records.map(({ updatedAt }) => Date.parse(updatedAt)))
    slice.change({ state: { sweep: sweptOn(sweep, { rows: records.length, of: mostRows, lastMs: last }) } })
    await slice.save()
    if (slice.isOver() && slice.state().sweep?.done !== true) return 'again'
  }
}

/** Where a sweep begins. */
export function beginning(slice: PullSlice): SweepState {
  const t0 = slice.state().t0
  if (t0 === undefined) throw new Error('A pull that has not begun has nothing to sweep.')
  return { since: new Date(Date.parse(t0) - OVERLAP_MS).toISOString(), row: 1, done: false }
}

/** Where a sweep goes on after an answer of so many rows, of so many at most; the last one was updated at `lastMs`. */
export function sweptOn(
  sweep: SweepState,
  { rows, of, lastMs }: Readonly<{ rows: number; of: number; lastMs: number }>,
): SweepState {
  if (rows < of) return { ...sweep, done: true }
  return lastMs > Date.parse(sweep.since)
    ? { since: new Date(lastMs).toISOString(), row: 1, done: false }
    : { ...sweep, row: sweep.row + Math.floor(of * STEP) }
}
