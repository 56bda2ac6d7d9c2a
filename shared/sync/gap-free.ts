import { type GapFree, gapFreeAfter, gapFreeOf } from '#core/gap-free'
import { changeConnection } from './connection-changes.ts'
import type { Ports } from './ports.ts'

/** Keeps on the connection what was proven, as long as it is that company's still. */
export async function moveGapFree(
  ports: Pick<Ports, 'connections'>,
  workspace: string,
  realmId: string,
  proven: GapFree,
): Promise<void> {
  await changeConnection(ports, workspace, (connection) => {
    const known = gapFreeOf(connection)
    const after = gapFreeAfter(known, proven)
    if (connection.realmId !== realmId) return undefined
    if (after === known || (after.since === known?.since && after.entities.join() === known.entities.join()))
      return undefined
    return { ...connection, gapFreeSince: after.since, gapFreeEntities: after.entities }
  })
}
