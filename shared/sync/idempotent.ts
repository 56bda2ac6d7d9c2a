import { Failure } from '#core/errors'
import type { Run } from '#core/records'
import type { Ports } from './ports.ts'

const POLL_MS = 200
/** Starting a run takes a second or two: whoever has not finished after this long died on the way. */
const PATIENCE_MS = 10_000

/**
 * Starts a run once for each Idempotency-Key: the same key with the same body answers with the run that was started
 * then, with another body it throws idempotencyMismatch. `fingerprint` stands for the body. Without a key it starts.
 */
export async function startOnce(
  { clock, idempotency, runs }: Pick<Ports, 'clock' | 'idempotency' | 'runs'>,
  { workspace, key, fingerprint }: Readonly<{ workspace: string; key?: string; fingerprint: string }>,
  start: () => Promise<Run>,
): Promise<Run> {
  if (key === undefined) return start()
  const giveUpAtMs = clock.now() + PATIENCE_MS
  for (;;) {
    const begun = await idempotency.begin(workspace, key, fingerprint, clock.now())
    if (begun === 'mismatch') throw new Failure({ kind: 'idempotencyMismatch', key })
    if (begun === 'new') break
    if (begun.runId !== undefined) {
      const run = await runs.get(workspace, begun.runId)
      if (run === undefined) throw new Failure({ kind: 'notFound', what: 'run', id: begun.runId })
      return run
    }
    // The same request is being served at this moment, or whoever served it died.
    if (clock.now() >= giveUpAtMs) await idempotency.forget(workspace, key)
    else await clock.sleep(POLL_MS)
  }
  let run: Run
  try {
    run = await start()
  } catch (thrown) {
    // Nothing was started, so the key may be used again.
    await idempotency.forget(workspace, key)
    throw thrown
  }
  await idempotency.finish(workspace, key, run.id)
  return run
}
