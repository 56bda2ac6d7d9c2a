import type { Ports } from './ports.ts'

/**
 * Hints the push queue that contacts of the workspace wait. `because` names the occasion, so that one told twice is
 * served once. A hint that cannot be sent is no failure: the sweep finds the marks.
 */
export async function hintPush(
  { hints, log }: Pick<Ports, 'hints' | 'log'>,
  workspace: string,
  because: string,
): Promise<void> {
  try {
    await hints.push({ kind: 'contacts', workspace }, `push-${because}`)
  } catch {
    log.warn('push.hintNotSent', { workspace })
  }
}

/** The same for the pull queue. */
export async function hintPull(
  { hints, log }: Pick<Ports, 'hints' | 'log'>,
  kind: 'marked' | 'changes' | 'upkeep',
  workspace: string,
  because: string,
): Promise<void> {
  try {
    await hints.pull({ kind, workspace }, `${kind}-${because}`)
  } catch {
    log.warn('pull.hintNotSent', { workspace, kind })
  }
}
