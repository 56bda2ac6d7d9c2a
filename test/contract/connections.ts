import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Connections } from '#sync/ports'
import { aConnection, aTokenSet } from './records.ts'
import { aWorkspace } from './workspaces.ts'

const aRealm = () => `realm-${randomUUID()}`

/** What every store of connections does. */
export function connectionsContract(open: () => Connections): void {
  const connected = async (changes: Partial<Parameters<typeof aConnection>[2]> = {}) => {
    const connections = open()
    const workspace = aWorkspace()
    const connection = aConnection(workspace, aRealm(), changes ?? {})
    expect(await connections.connect(connection, aTokenSet('first'), undefined)).toBe('stored')
    return { connections, workspace, connection }
  }

  describe('connections', () => {
    it('know nothing of a workspace that never connected', async () => {
      const connections = open()
      const workspace = aWorkspace()
      expect(await connections.get(workspace)).toBeUndefined()
      expect(await connections.tokens(workspace)).toBeUndefined()
      expect(await connections.holderOf(aRealm())).toBeUndefined()
    })

    it('keep connection, tokens and the company’s claim together', async () => {
      const { connections, workspace, connection } = await connected({
        companyName: 'Maler Müller AG',
        hardExpiresAt: '2031-11-01T08:00:00.000Z',
      })
      expect(await connections.get(workspace)).toEqual({ ...connection, version: 1 })
      expect(await connections.tokens(workspace)).toEqual(aTokenSet('first'))
      expect(await connections.holderOf(connection.realmId)).toBe(workspace)
    })

    it('refuse a company that another workspace holds, and store nothing of it', async () => {
      const { connections, workspace, connection } = await connected()
      const other = aWorkspace()
      expect(await connections.connect(aConnection(other, connection.realmId), aTokenSet('other'), undefined)).toBe(
        'realmHeld',
      )
      expect(await connections.get(other)).toBeUndefined()
      expect(await connections.tokens(other)).toBeUndefined()
      expect(await connections.holderOf(connection.realmId)).toBe(workspace)
    })

    it('give one company to one workspace when many connect it at the same moment', async () => {
      const connections = open()
      const realmId = aRealm()
      const answers = await Promise.all(
        Array.from({ length: 8 }, () =>
          connections.connect(aConnection(aWorkspace(), realmId), aTokenSet('x'), undefined),
        ),
      )
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1)
      expect(answers.filter((answer) => answer === 'realmHeld')).toHaveLength(7)
    })

    it('connect the same company anew under the version, with the new tokens', async () => {
      const { connections, workspace, connection } = await connected()
      expect(await connections.connect(connection, aTokenSet('stale'), undefined)).toBe('moved')
      expect(await connections.connect(connection, aTokenSet('second'), 1)).toBe('stored')
      expect((await connections.get(workspace))?.version).toBe(2)
      expect(await connections.tokens(workspace)).toEqual(aTokenSet('second'))
    })

    it('free the former company when a workspace connects another one', async () => {
      const { connections, workspace, connection } = await connected()
      const next = aConnection(workspace, aRealm())
      expect(await connections.connect(next, aTokenSet('second'), 1)).toBe('stored')
      expect(await connections.holderOf(connection.realmId)).toBeUndefined()
      expect(await connections.holderOf(next.realmId)).toBe(workspace)
    })

    it('change under the version only', async () => {
      const { connections, workspace, connection } = await connected()
      const named = { ...connection, companyName: 'Named' }
      expect(await connections.update(named, 1)).toBe('stored')
      expect(await connections.update({ ...connection, companyName: 'Stale' }, 1)).toBe('moved')
      expect(await connections.get(workspace)).toEqual({ ...named, version: 2 })
    })

    it('let one of many simultaneous changes through', async () => {
      const { connections, connection } = await connected()
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => connections.update({ ...connection, companyName: `Company ${n}` }, 1)),
      )
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1)
    })

    it('do not change what was never connected', async () => {
      const connections = open()
      expect(await connections.update(aConnection(aWorkspace(), aRealm()), 1)).toBe('moved')
      expect(await connections.disconnect(aConnection(aWorkspace(), aRealm()), 1)).toBe('moved')
    })

    it('forget the tokens and free the company when disconnected', async () => {
      const { connections, workspace, connection } = await connected()
      expect(await connections.disconnect(connection, 7)).toBe('moved')
      expect(await connections.tokens(workspace)).toEqual(aTokenSet('first'))
      expect(await connections.disconnect(connection, 1)).toBe('stored')
      expect(await connections.get(workspace)).toEqual({ ...connection, status: 'disconnected', version: 2 })
      expect(await connections.tokens(workspace)).toBeUndefined()
      expect(await connections.holderOf(connection.realmId)).toBeUndefined()
    })

    it('leave a freed company to the workspace that took it since', async () => {
      const { connections, workspace, connection } = await connected()
      await connections.disconnect(connection, 1)
      const other = aWorkspace()
      expect(await connections.connect(aConnection(other, connection.realmId), aTokenSet('other'), undefined)).toBe(
        'stored',
      )
      expect(await connections.disconnect(connection, 2)).toBe('stored')
      expect(await connections.connect(aConnection(workspace, aRealm()), aTokenSet('new'), 3)).toBe('stored')
      expect(await connections.holderOf(connection.realmId)).toBe(other)
    })

    it('find connected workspaces a page at a time, and count those that need reconnecting', async () => {
      const connections = open()
      const before = await connections.countNeedingReconnect()
      const connect = async () => {
        const workspace = aWorkspace()
        await connections.connect(aConnection(workspace, aRealm()), aTokenSet('x'), undefined)
        return workspace
      }
      const workspaces = await Promise.all(Array.from({ length: 130 }, connect))
      const [broken = '', gone = ''] = workspaces
      const stored = async (workspace: string) => (await connections.get(workspace)) ?? aConnection(workspace, aRealm())
      await connections.update({ ...(await stored(broken)), status: 'reconnectNeeded', reason: 'expired' }, 1)
      await connections.disconnect(await stored(gone), 1)

      const found: string[] = []
      for (let after: string | undefined, more = true; more; ) {
        const page = await connections.connectedWorkspaces(after)
        found.push(...page.workspaces)
        after = page.next
        more = after !== undefined
      }
      expect(new Set(found).size).toBe(found.length)
      expect(found).toEqual(expect.arrayContaining(workspaces.slice(2)))
      expect(found).not.toContain(broken)
      expect(found).not.toContain(gone)
      expect(await connections.countNeedingReconnect()).toBe(before + 1)
    })
  })

  describe('OAuth states', () => {
    const aState = () => ({
      nonceHash: randomUUID(),
      workspace: aWorkspace(),
      person: 'person-1',
      expiresAtMs: Date.UTC(2026, 10, 1, 9),
    })

    it('are taken once only', async () => {
      const connections = open()
      const state = aState()
      await connections.putState(state)
      const taken = await Promise.all([1, 2, 3, 4].map(() => connections.takeState(state.nonceHash)))
      expect(taken.filter((found) => found !== undefined)).toEqual([state])
      expect(await connections.takeState(state.nonceHash)).toBeUndefined()
    })

    it('are none for a nonce that nobody put', async () => {
      expect(await open().takeState(randomUUID())).toBeUndefined()
    })
  })

  describe('the lease for refreshing', () => {
    it('goes to one of many', async () => {
      const { connections, workspace } = await connected()
      const taken = await Promise.all(
        Array.from({ length: 12 }, (_, n) => connections.takeRefreshLease(workspace, `owner-${n}`, 1_000, 2_000)),
      )
      expect(taken.filter((won) => won)).toHaveLength(1)
    })

    it('passes on when its time is over, and the former owner can store no more', async () => {
      const { connections, workspace } = await connected()
      expect(await connections.takeRefreshLease(workspace, 'first', 1_000, 2_000)).toBe(true)
      expect(await connections.takeRefreshLease(workspace, 'second', 1_999, 3_000)).toBe(false)
      expect(await connections.takeRefreshLease(workspace, 'second', 2_000, 3_000)).toBe(true)
      expect(await connections.storeRefreshed(workspace, 'first', aTokenSet('late'))).toBe('leaseLost')
      expect(await connections.tokens(workspace)).toEqual(aTokenSet('first'))
    })

    it('ends with the new tokens stored', async () => {
      const { connections, workspace } = await connected()
      await connections.takeRefreshLease(workspace, 'first', 1_000, 2_000)
      expect(await connections.storeRefreshed(workspace, 'first', aTokenSet('new'))).toBe('stored')
      expect(await connections.tokens(workspace)).toEqual(aTokenSet('new'))
      expect(await connections.takeRefreshLease(workspace, 'second', 1_001, 2_000)).toBe(true)
    })

    it('is freed by its owner and by nobody else', async () => {
      const { connections, workspace } = await connected()
      await connections.takeRefreshLease(workspace, 'first', 1_000, 2_000)
      await connections.freeRefreshLease(workspace, 'second')
      expect(await connections.takeRefreshLease(workspace, 'second', 1_000, 2_000)).toBe(false)
      await connections.freeRefreshLease(workspace, 'first')
      expect(await connections.takeRefreshLease(workspace, 'second', 1_000, 2_000)).toBe(true)
    })

    it('is lost when the workspace connects anew or disconnects meanwhile', async () => {
      const { connections, workspace, connection } = await connected()
      await connections.takeRefreshLease(workspace, 'first', 1_000, 2_000)
      await connections.connect(connection, aTokenSet('reconnected'), 1)
      expect(await connections.storeRefreshed(workspace, 'first', aTokenSet('late'))).toBe('leaseLost')
      expect(await connections.tokens(workspace)).toEqual(aTokenSet('reconnected'))
      await connections.takeRefreshLease(workspace, 'first', 1_000, 2_000)
      await connections.disconnect(connection, 2)
      expect(await connections.storeRefreshed(workspace, 'first', aTokenSet('late'))).toBe('leaseLost')
      expect(await connections.tokens(workspace)).toBeUndefined()
    })

    it('is not to be had where there are no tokens', async () => {
      const connections = open()
      const workspace = aWorkspace()
      expect(await connections.takeRefreshLease(workspace, 'first', 1_000, 2_000)).toBe(false)
      expect(await connections.tokens(workspace)).toBeUndefined()
    })
  })
}
