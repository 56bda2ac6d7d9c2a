import type { Clock } from './ports.ts'

/**
 * An index has what its table has within a second, mostly much sooner (DynamoDB developer guide: "Using Global
 * Secondary Indexes").
 */
const LAG_MS = 1_000
/** Whoever comes meanwhile is found as soon. */
const BETWEEN_LOOKS_MS = 250

/**
 * Looks for work that somebody hinted at, and again while there is none and an index that lags may not have what was
 * there when the hint was sent. A hint that is older than that finds nothing because nothing is left, so that a hundred
 * hints at the same work do not wait one after the other; nor does anybody wait longer whose sender's clock is ahead.
 */
export async function lookedFor<Found>(
  { now, sleep }: Clock,
  hintedAtMs: number | undefined,
  look: () => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  let found = await look()
  if (hintedAtMs === undefined) return found
  for (let waitedMs = 0; waitedMs < LAG_MS && found.length === 0; waitedMs += BETWEEN_LOOKS_MS) {
    if (now() - hintedAtMs >= LAG_MS) break
    await sleep(BETWEEN_LOOKS_MS)
    found = await look()
  }
  return found
}
