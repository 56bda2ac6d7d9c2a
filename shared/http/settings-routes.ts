import { route, versionTag } from './declare.ts'
import type { AdminUses } from './use-cases.ts'
import { Settings, ShownSettings } from './wire.ts'

const success = {
  status: 200 as const,
  description: 'The settings; their ETag is what a change of them names in If-Match',
  schema: ShownSettings,
  example: {
    conflicts: 'newest' as const,
    conflictsBySlot: { notes: 'crm' as const },
    pushNotes: true,
    push: 'automatic' as const,
    entities: ['customer' as const],
  },
}

/** What a workspace has chosen. */
export const settingsRoutes = [
  route({
    id: 'getSettings',
    method: 'GET',
    path: '/settings',
    tag: 'Settings',
    access: 'tandem/read',
    summary: 'Show how this workspace is kept in step',
    success,
    async answer({ caller }, uses: AdminUses) {
      const { settings, version } = await uses.getSettings(caller.workspace)
      return { body: settings, headers: versionTag(version) }
    },
  }),
  route({
    id: 'saveSettings',
    method: 'PUT',
    path: '/settings',
    tag: 'Settings',
    access: 'tandem/admin',
    summary: 'Choose how this workspace is kept in step',
    description:
      'Replaces all settings. They hold from the next plan on. What the former settings kept from QuickBooks, such as notes, goes there once these let it. What was decided stays decided, and a conflict that is open stays open, whatever the policy is now, until a person decides it or either side changes again.',
    takesVersion: true,
    body: Settings,
    success,
    async answer({ caller, version, body }, uses: AdminUses) {
      const saved = await uses.saveSettings({ workspace: caller.workspace, settings: body, version })
      return { body: saved.settings, headers: versionTag(saved.version) }
    },
  }),
]
