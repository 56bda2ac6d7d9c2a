import type { Clock } from './ports.ts'

/**
 * An index has what its table has within a second, mostly much sooner (DynamoDB developer guide: "Using Global
 * Secondary Indexes").
 */
const LAG_MS = 1_000

/**
 * For whoever was hinted at work and finds none: waits until an index that lags has caught up with what was there when
 * the hint was sent, and answers whether it is worth to look again. A hint that is older than that found nothing
 * because nothing is left, so that a hundred hints at the same work do not wait one after the other.
 */
export async function mayLag({ now, sleep }: Clock, hintedAtMs: number | undefined): Promise<boolean> {
  if (hintedAtMs === undefined) return false
  const leftMs = hintedAtMs + LAG_MS - now()
  if (leftMs <= 0) return false
  // Another machine's clock may be ahead: never longer than the index may lag.
  await sleep(Math.min(leftMs, LAG_MS))
  return true
}
