import { type Seen, seenBy } from './pull-records.ts'
import { listOf, type PullPorts, type PullSlice } from './pull-state.ts'
import { beginning, sweepChanges } from './pull-sweep.ts'

const MOST_ROUNDS = 3

/**
 * Holds the ids that were seen against COUNT(*). Fewer than QuickBooks counts: some were created after the sweep, so
 * it sweeps and counts again. More: some vanished after they were read; that came after the pull began, so the next
 * one finds it.
 */
export async function compareWithCount(
  ports: PullPorts,
  slice: PullSlice,
): Promise<'again' | Readonly<{ seen: Seen; unproven?: string }>> {
  let seen = await seenBy(ports, slice)
  // The count that the pull began with is the right one when nothing was created or merged: no call is needed.
  if (seen.ids.size === slice.state().count) return { seen }
  for (;;) {
    const count = await slice.company.count(listOf(slice))
    if (seen.ids.size >= count) return { seen }
    const { rounds } = slice.state()
    if (rounds >= MOST_ROUNDS) {
      return {
        seen,
        unproven: `QuickBooks counts ${count} ${listOf(slice)}s, but only ${seen.ids.size} could be read, so the list may not be whole. Pull again.`,
      }
    }
    slice.change({ state: { rounds: rounds + 1, sweep: beginning(slice) } })
    if ((await sweepChanges(ports, slice)) === 'again') return 'again'
    seen = await seenBy(ports, slice, seen)
  }
}
