import type { Run } from '#core/records'
import { hintRun } from './hint-run.ts'
import { hintPull, hintPush } from './hint-work.ts'
import type { Ports, WakeUp } from './ports.ts'
import { isFinished } from './runs.ts'

/**
 * A time has come: hints what waits for that queue in the workspace now, and nothing when nothing does. Many that come
 * in the same second are one hint.
 */
export async function wake(
  ports: Pick<Ports, 'clock' | 'hints' | 'log' | 'markers' | 'runs'>,
  { queue, workspace }: WakeUp,
): Promise<void> {
  const { clock, markers, runs } = ports
  const nowMs = clock.now()
  const because = `${workspace}-wake-${Math.floor(nowMs / 1_000)}`
  if (queue === 'push') {
    if ((await markers.toPush(workspace, nowMs, 1)).length > 0) await hintPush(ports, workspace, because)
    return
  }
  const [marked, unfinished] = await Promise.all([markers.toRead(workspace, 1), runs.unfinished(workspace)])
  if (marked.length > 0) await hintPull(ports, 'marked', workspace, because)
  for (const run of unfinished) if (hasWaited(run, nowMs)) await hintRun(ports, workspace, run)
}

/** It waited for a time that has come. One that did not wait has its own hint under way. */
function hasWaited(run: Run, nowMs: number): boolean {
  return !isFinished(run) && run.waitUntil !== undefined && Date.parse(run.waitUntil) <= nowMs
}
