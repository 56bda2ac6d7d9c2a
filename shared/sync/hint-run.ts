import type { Run } from '#core/records'
import type { Ports } from './ports.ts'

/**
 * Hints the pull queue to go on with a run. The name carries the run's version, so that however many hint the same
 * step, it is done once. A hint that cannot be sent is no failure: the sweep finds runs that stand still.
 */
export async function hintRun(
  { hints, log }: Pick<Ports, 'hints' | 'log'>,
  workspace: string,
  { id, kind, version }: Pick<Run, 'id' | 'kind' | 'version'>,
): Promise<void> {
  try {
    await hints.pull({ kind: 'run', workspace, runId: id }, `${id}-${version}`)
  } catch {
    log.warn('run.hintNotSent', { workspace, runId: id, kind })
  }
}
