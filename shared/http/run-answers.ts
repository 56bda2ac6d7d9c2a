import type { Run as StoredRun } from '#core/records'
import { presentRun } from './present.ts'
import type { AdminUses } from './use-cases.ts'
import { Run } from './wire.ts'

/** A run as examples show it. */
export const exampleRun = {
  id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AB',
  kind: 'pull',
  status: 'running',
  startedBy: 'c1f0a1de-9c1b-4c55-8f7e-2f4e8f1f3c55',
  startedAt: '2026-11-23T09:30:00.000Z',
  progress: { rows: 2000, rowsTotal: 10_000, pages: 2, pagesTotal: 10, calls: 3 },
  counts: { stored: 40, unchanged: 1960 },
  timeLeftSeconds: 9,
} as const

/** The success of a route that starts a run. */
export const started = {
  status: 202,
  description: 'The run that was started; or, for an Idempotency-Key that was used before, the run of that time',
  schema: Run,
  example: { ...exampleRun, status: 'queued', counts: {}, progress: { rows: 0, pages: 0, calls: 0 } },
} as const

/** A run with the time that it is likely to take. */
export function presented(run: StoredRun, uses: AdminUses) {
  return presentRun(run, uses.timeLeftMs(run, uses.clock.now()))
}

/** The answer to whoever started a run. */
export function accepted(run: StoredRun, uses: AdminUses) {
  return { body: presented(run, uses), headers: { location: `/runs/${run.id}` } }
}

/** Starts a run once for each Idempotency-Key; `request` is what the key stands for, its route first. */
export function startOnce(
  uses: AdminUses,
  workspace: string,
  key: string | undefined,
  request: readonly unknown[],
  start: () => Promise<StoredRun>,
): Promise<StoredRun> {
  const fingerprint = uses.digest.sha256(JSON.stringify(request))
  return uses.startOnce({ workspace, fingerprint, ...(key !== undefined && { key }) }, start)
}
