import { changeConnection } from './connection-changes.ts'
import type { Ports } from './ports.ts'
import { wakeAt } from './wake-up.ts'

/**
 * Puts a company to rest for all its workers, and has both kinds look again when the rest is over. A rest that is as
 * long already stays, with its own wake-ups.
 */
export async function restCompany(
  ports: Pick<Ports, 'clock' | 'connections' | 'hints' | 'log'>,
  workspace: string,
  untilMs: number,
): Promise<void> {
  const restUntil = new Date(untilMs).toISOString()
  const isLonger = await changeConnection(ports, workspace, (connection) =>
    connection.status === 'disconnected' || (connection.restUntil ?? '') >= restUntil
      ? undefined
      : { ...connection, restUntil },
  )
  if (!isLonger) return
  await Promise.all([
    wakeAt(ports, { queue: 'pull', workspace }, untilMs),
    wakeAt(ports, { queue: 'push', workspace }, untilMs),
  ])
}
