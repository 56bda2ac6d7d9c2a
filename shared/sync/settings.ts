import { Failure } from '#core/errors'
import { covers, gapFreeOf } from '#core/gap-free'
import type { SyncSettings } from '#core/policies'
import { hintPull, hintPush } from './hint-work.ts'
import type { Ports } from './ports.ts'

/** The workspace's settings and the version that whoever changes them has to name. */
export type VersionedSettings = Readonly<{ settings: SyncSettings; version: number }>

export async function getSettings(
  { settings }: Pick<Ports, 'settings'>,
  workspace: string,
): Promise<VersionedSettings> {
  return settings.get(workspace)
}

/**
 * Replaces the settings. They decide what is done from the next plan on; nothing that was done is done anew. What
 * waited for somebody to ask is sent at once when it is to be sent by itself from now on, and a list that takes part from
 * now on is pulled.
 * Throws versionMoved when they are not at `version` any more.
 */
export async function saveSettings(
  ports: Pick<Ports, 'settings' | 'connections' | 'hints' | 'log'>,
  { workspace, settings, version }: Readonly<{ workspace: string; settings: SyncSettings; version: number }>,
): Promise<VersionedSettings> {
  if ((await ports.settings.save(workspace, settings, version)) === 'moved') {
    throw new Failure({ kind: 'versionMoved', what: 'settings', id: workspace })
  }
  const connection = await ports.connections.get(workspace)
  const known = connection && gapFreeOf(connection)
  // A list that takes part from now on is pulled at once; if this hint is lost, the daily job sees to it.
  if (known !== undefined && !covers(known, settings.entities)) {
    await hintPull(ports, 'changes', workspace, `${workspace}-settings-${version + 1}`)
  }
  if (settings.push === 'automatic') await hintPush(ports, workspace, `${workspace}-settings-${version + 1}`)
  return { settings, version: version + 1 }
}
