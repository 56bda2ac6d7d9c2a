import { settingChanges } from '#core/admin-acts'
import { Failure } from '#core/errors'
import { covers, gapFreeOf } from '#core/gap-free'
import { letsMoreThrough } from '#core/kept-back'
import type { SyncSettings } from '#core/policies'
import { actOf } from './admin-acts.ts'
import { hintPull, hintPush } from './hint-work.ts'
import type { Ports } from './ports.ts'
import { replanFrom } from './replan.ts'

/** The workspace's settings and the version that whoever changes them has to name. */
export type VersionedSettings = Readonly<{ settings: SyncSettings; version: number }>

export async function getSettings(ports: Pick<Ports, 'settings'>, workspace: string): Promise<VersionedSettings> {
  const { settings, version } = await ports.settings.get(workspace)
  return { settings, version }
}

/**
 * Replaces the settings. They decide what is done from the next plan on, and nothing that was done is done anew: a
 * conflict that is open stays open for a person, or until either side changes again. What the former settings kept from
 * QuickBooks and these do not is planned anew (`replan.ts`): the work is stored in the same write as the settings. What
 * waited for somebody to ask is sent at once when it is to be sent by itself from now on, and a list that takes part from
 * now on is pulled.
 * Throws versionMoved when they are not at `version` any more.
 */
export async function saveSettings(
  ports: Pick<Ports, 'clock' | 'ids' | 'settings' | 'connections' | 'hints' | 'log'>,
  {
    workspace,
    person,
    settings: chosen,
    version,
  }: Readonly<{ workspace: string; person: string; settings: SyncSettings; version: number }>,
): Promise<VersionedSettings> {
  const before = await ports.settings.get(workspace)
  // With what a newer version of the code may have stored there.
  const settings: SyncSettings = { ...before.settings, ...chosen }
  // What an earlier change left begins again: it was planned by other settings than these.
  const isToReplan = before.replan !== undefined || letsMoreThrough(before.settings, settings)
  const replan = isToReplan ? replanFrom(ports.clock.now()) : undefined
  const changes = settingChanges(before.settings, settings)
  const act = changes.length === 0 ? undefined : actOf(ports, person, { act: 'settingsChanged', changes })
  const isSaved =
    before.version === version && (await ports.settings.save(workspace, settings, version, replan, act)) === 'saved'
  if (!isSaved) throw new Failure({ kind: 'versionMoved', what: 'settings', id: workspace })
  const occasion = `${workspace}-settings-${version + 1}`
  const connection = await ports.connections.get(workspace)
  const known = connection && gapFreeOf(connection)
  // A list that takes part from now on is pulled at once; if this hint is lost, the daily job sees to it.
  if (known !== undefined && !covers(known, settings.entities)) await hintPull(ports, 'changes', workspace, occasion)
  if (settings.push === 'automatic' || isToReplan) await hintPush(ports, workspace, occasion)
  return { settings, version: version + 1 }
}
