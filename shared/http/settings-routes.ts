import { route, versionTag } from './declare.ts'
import { listPage } from './list-page.ts'
import { pageOnly } from './query.ts'
import type { AdminUses } from './use-cases.ts'
import { AdminAct, listOf, Settings, ShownSettings } from './wire.ts'

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
      const saved = await uses.saveSettings({ ...caller, settings: body, version })
      return { body: saved.settings, headers: versionTag(saved.version) }
    },
  }),
  route({
    id: 'listSettingsHistory',
    method: 'GET',
    path: '/settings/history',
    tag: 'Settings',
    access: 'tandem/read',
    summary: 'List who changed which setting from what to what, and who connected or disconnected, and when',
    query: pageOnly,
    success: {
      status: 200,
      description: 'What was done, newest first',
      schema: listOf(AdminAct),
      example: {
        items: [
          {
            id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AE',
            at: '2026-11-23T09:40:00.000Z',
            act: 'settingsChanged' as const,
            actor: 'c1f0a1de-9c1b-4c55-8f7e-2f4e8f1f3c55',
            changes: [{ setting: 'conflicts', from: 'newest', to: 'ask' }],
          },
        ],
      },
    },
    problems: ['cursorInvalid'],
    async answer({ caller: { workspace }, query }, uses: AdminUses) {
      const place = { workspace, list: 'adminActs', filter: {} }
      return { body: await listPage(uses, place, query, (slice) => uses.listAdminActs(workspace, slice)) }
    },
  }),
]
