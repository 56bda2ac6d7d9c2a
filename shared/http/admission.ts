import { type Bucket, isFull, type Rate, takeOne } from '#core/token-bucket'
import type { Clock } from '#sync/ports'

/**
 * What one workspace may ask of lists, searches and starts of runs. A search reads the whole index of a list, so that one
 * workspace could use up what the table gives to all.
 */
export const WORKSPACE_RATE: Rate = { perSecond: 20, burst: 100 }

/** So many workspaces are remembered before those that have long been quiet are forgotten. */
const MOST_REMEMBERED = 1_000

/** 0 when the workspace may go on, else after how many milliseconds. */
export type Admit = (workspace: string) => number

/**
 * Counts in the memory of one process. A workspace that several processes serve has as many times the rate, which is
 * still a limit, and costs no call to the table.
 */
export function createAdmission(clock: Pick<Clock, 'now'>, rate: Rate = WORKSPACE_RATE): Admit {
  const buckets = new Map<string, Bucket>()
  return (workspace) => {
    const nowMs = clock.now()
    const { bucket, waitMs } = takeOne(buckets.get(workspace), rate, nowMs)
    buckets.set(workspace, bucket)
    if (buckets.size > MOST_REMEMBERED) {
      for (const [other, one] of buckets) if (isFull(one, rate, nowMs)) buckets.delete(other)
    }
    return waitMs
  }
}
