import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AdminAct } from '#core/admin-acts'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Ports } from '#sync/ports'
import { allRows } from './pages.ts'
import { aConnection, aTokenSet } from './records.ts'
import { aWorkspace } from './workspaces.ts'

const act = (id: string, kind: AdminAct['act'] = 'settingsChanged'): AdminAct => ({
  id,
  at: `2026-11-23T08:00:0${id.length}.000Z`,
  act: kind,
  actor: 'ada',
  ...(kind === 'settingsChanged'
    ? { changes: [{ setting: 'entities', from: ['customer'], to: ['customer', 'vendor'] }] }
    : { realmId: '93', revoked: true }),
})

/** What every store of acts does. */
export function adminActsContract(open: () => Pick<Ports, 'adminActs' | 'connections' | 'settings'>): void {
  describe('acts of admins', () => {
    it('are none until somebody acts', async () => {
      expect(await open().adminActs.list(aWorkspace(), 10)).toEqual({ rows: [] })
    })

    it('commit with the settings that they tell of, and are not there where those were not saved', async () => {
      const { adminActs, settings } = open()
      const workspace = aWorkspace()
      expect(await settings.save(workspace, DEFAULT_SETTINGS, 0, undefined, act('a'))).toBe('saved')
      expect(await settings.save(workspace, DEFAULT_SETTINGS, 0, undefined, act('bb'))).toBe('moved')
      expect((await adminActs.list(workspace, 10)).rows).toEqual([act('a')])
      expect((await adminActs.list(aWorkspace(), 10)).rows).toEqual([])
    })

    it('commit with the connection that they tell of', async () => {
      const { adminActs, connections } = open()
      const workspace = aWorkspace()
      const connection = aConnection(workspace, `realm-${randomUUID()}`)
      const [on, off] = [act('a', 'connected'), act('bb', 'disconnected')]
      expect(await connections.connect(connection, aTokenSet('1'), 7, act('zzz'))).toBe('moved')
      expect(await connections.connect(connection, aTokenSet('1'), undefined, on)).toBe('stored')
      expect(await connections.disconnect(connection, 7, act('zzz'))).toBe('moved')
      expect(await connections.disconnect(connection, 1, off)).toBe('stored')
      expect((await adminActs.list(workspace, 10)).rows).toEqual([off, on])
    })

    it('are listed newest first, a page at a time', async () => {
      const { adminActs, settings } = open()
      const workspace = aWorkspace()
      const acts = ['a', 'bb', 'ccc', 'dddd', 'eeeee'].map((id) => act(id))
      for (const [version, one] of acts.entries()) {
        await settings.save(workspace, DEFAULT_SETTINGS, version, undefined, one)
      }
      const read = (limit: number) => allRows((after) => adminActs.list(workspace, limit, after))
      for (const limit of [1, 2, 5, 6]) expect(await read(limit)).toEqual(acts.toReversed())
    })
  })
}
