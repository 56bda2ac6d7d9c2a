import type { Connection } from '#core/records'
import type { Ports } from './ports.ts'

const TRIES = 5

/**
 * Changes a stored connection under its version, and again when somebody else was faster. `change` answers undefined
 * when there is nothing (more) to change. Answers whether something was.
 */
export async function changeConnection(
  { connections }: Pick<Ports, 'connections'>,
  workspace: string,
  change: (connection: Connection) => Connection | undefined,
): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    const connection = await connections.get(workspace)
    const changed = connection && change(connection)
    if (connection === undefined || changed === undefined) return false
    if ((await connections.update(changed, connection.version)) === 'stored') return true
  }
  throw new Error('The connection was changed by others too often to be changed here.')
}
