import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listName } from '#core/names'
import type { Contact, Hold, OpenConflict } from '#core/records'
import { contactRow } from '#core/rows'
import type { Conflicts, Contacts, Ledger, Markers, Write } from '#sync/ports'
import { allChunks, allRows } from './pages.ts'
import { aContact, anEntry } from './records.ts'
import { aWorkspace } from './workspaces.ts'

type Ports = Readonly<{ contacts: Contacts; conflicts: Conflicts; markers: Markers; ledger: Ledger }>

const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 8, minute)).toISOString()
const LATER = Date.UTC(2026, 11, 1)
const SLOTS = ['email', 'phone', 'billAddress'] as const
const row = (contactId: string, contactName: string, open: OpenConflict) => ({
  kind: 'slot',
  contactId,
  contactName,
  ...open,
})
const conflict = (slot: OpenConflict['slot'], minute: number): OpenConflict => ({
  slot,
  crm: 'ours',
  quickbooks: 'theirs',
  openedAt: at(minute),
})
const aHold = (reason: string, minute: number): Hold => ({ code: 'recordGone', reason, at: at(minute) })
const heldRow = (contactId: string, contactName: string, { at: openedAt, ...hold }: Hold) => ({
  kind: 'hold',
  contactId,
  contactName,
  openedAt,
  ...hold,
})
const put = (contact: Contact, expectedVersion?: number): Write => ({ kind: 'contact', contact, expectedVersion })
const remove = (contactId: string, expectedVersion: number): Write => ({
  kind: 'removeContact',
  contactId,
  expectedVersion,
})

/**
 * How contacts are found by other than their id: by parent, by open conflict, by waiting to be pushed. `runs`: how many
 * cases a property tries.
 */
export function contactIndexContract(open: () => Ports, runs = 20): void {
  const world = (workspace = aWorkspace()) => {
    const ports = open()
    const childrenOf = async (id: string) => [...(await ports.contacts.children(workspace, id))].sort()
    const conflicts = (limit = 100) => allRows((after) => ports.conflicts.list(workspace, limit, after))
    const commit = (...writes: readonly Write[]) => ports.ledger.commit(workspace, writes)
    return { ...ports, workspace, childrenOf, conflicts, commit }
  }

  describe('children', () => {
    it('are those whose parent a contact is', async () => {
      const { commit, childrenOf } = world()
      await commit(
        put(aContact('p', 'Parent')),
        put(aContact('a', 'A', { parentId: 'p' })),
        put(aContact('b', 'B', { parentId: 'p' })),
        put(aContact('c', 'C', { parentId: 'a' })),
        { kind: 'journal', entry: anEntry('j1', 'p') },
      )
      expect(await childrenOf('p')).toEqual(['a', 'b'])
      expect(await childrenOf('a')).toEqual(['c'])
      expect(await childrenOf('c')).toEqual([])
    })

    it('go with the contact that moves, stays or leaves', async () => {
      const { commit, childrenOf } = world()
      await commit(put(aContact('a', 'A', { parentId: 'p' })), put(aContact('b', 'B', { parentId: 'p' })))
      await commit(put(aContact('a', 'A', { parentId: 'q' }), 1), put(aContact('b', 'Renamed', { parentId: 'p' }), 1))
      expect([await childrenOf('p'), await childrenOf('q')]).toEqual([['b'], ['a']])
      await commit(put(aContact('a', 'A'), 2), remove('b', 2))
      expect([await childrenOf('p'), await childrenOf('q')]).toEqual([[], []])
    })

    it('are all told when there are a thousand', async () => {
      const { commit, childrenOf } = world()
      const ids = Array.from({ length: 1_000 }, (_, n) => `c${n}`)
      for (let start = 0; start < ids.length; start += 50) {
        const writes = ids.slice(start, start + 50).map((id) => put(aContact(id, id, { parentId: 'p' })))
        expect(await commit(...writes)).toBe('committed')
      }
      expect(await childrenOf('p')).toEqual([...ids].sort())
    })

    it('are in one place when many move the same contact at the same moment', async () => {
      const { commit, childrenOf, contacts, workspace } = world()
      await commit(put(aContact('a', 'A', { parentId: 'p' })))
      const parents = Array.from({ length: 8 }, (_, n) => `p${n}`)
      const answers = await Promise.all(parents.map((parentId) => commit(put(aContact('a', 'A', { parentId }), 1))))
      expect(answers.filter((answer) => answer === 'committed')).toHaveLength(1)
      const parentId = (await contacts.get(workspace, 'a'))?.parentId
      const found = await Promise.all(
        ['p', ...parents].map(async (id) => ((await childrenOf(id)).length > 0 ? id : '')),
      )
      expect(found.filter((id) => id !== '')).toEqual([parentId])
    })

    it('are those of the own workspace', async () => {
      const mine = world()
      await mine.commit(put(aContact('a', 'A', { parentId: 'p' })))
      for (const other of [aWorkspace(), `${mine.workspace}#C`, mine.workspace.slice(0, -1)]) {
        expect(await mine.contacts.children(other, 'p')).toEqual([])
      }
    })
  })

  describe('what refusals wait for', () => {
    const refusal = (...waitsFor: string[]) => ({ code: '6240', reason: 'Taken.', at: at(1), waitsFor })

    it('is found by the thing and as a whole, and goes with the refusal', async () => {
      const { commit, contacts, workspace } = world()
      await commit(
        put(aContact('a', 'A', { refusal: refusal('customer/1') })),
        put(aContact('b', 'B', { refusal: refusal('customer/1', 'unseen') })),
        put(aContact('c', 'C', { refusal: refusal('customer/11') })),
        put(aContact('d', 'D')),
      )
      const found = async (what?: string) =>
        (await contacts.waiting(workspace, what)).map(({ contactId, what: on }) => `${contactId} ${on}`).sort()
      expect(await found('customer/1')).toEqual(['a customer/1', 'b customer/1'])
      expect(await found()).toEqual(['a customer/1', 'b customer/1', 'b unseen', 'c customer/11'])
      await commit(put(aContact('b', 'B', { refusal: refusal('unseen') }), 1), remove('a', 1))
      expect(await found('customer/1')).toEqual([])
      expect(await found('unseen')).toEqual(['b unseen'])
      await commit(put(aContact('b', 'B'), 2), put(aContact('c', 'C'), 1))
      expect(await found()).toEqual([])
      expect(await contacts.waiting(`${workspace}x`)).toEqual([])
    })

    it('is told whole when there are a thousand', async () => {
      const { commit, contacts, workspace } = world()
      const ids = Array.from({ length: 1_000 }, (_, n) => `c${n}`)
      for (let start = 0; start < ids.length; start += 40) {
        const writes = ids.slice(start, start + 40).map((id) => put(aContact(id, id, { refusal: refusal('vendor/7') })))
        expect(await commit(...writes)).toBe('committed')
      }
      const waiting = await contacts.waiting(workspace, 'vendor/7')
      expect(waiting.map(({ contactId }) => contactId).sort()).toEqual([...ids].sort())
    })
  })

  describe('open conflicts', () => {
    it('are listed the oldest first, with the name of their contact, in pages of any length', async () => {
      const { commit, conflicts } = world()
      const a = aContact('a', 'A', { conflicts: [conflict('email', 3), conflict('phone', 1)] })
      const b = aContact('b', 'B', { conflicts: [conflict('email', 2)] })
      await commit(put(a), put(b))
      const rows = [
        row('a', 'A', conflict('phone', 1)),
        row('b', 'B', conflict('email', 2)),
        row('a', 'A', conflict('email', 3)),
      ]
      for (const limit of [1, 2, 3, 4]) expect(await conflicts(limit)).toEqual(rows)
    })

    it('close, change and take their contact’s new name with it', async () => {
      const { commit, conflicts } = world()
      await commit(put(aContact('a', 'A', { conflicts: [conflict('email', 1), conflict('phone', 2)] })))
      const changed = { ...conflict('phone', 2), crm: 'changed again' }
      await commit(put(aContact('a', 'Renamed', { conflicts: [changed, conflict('billAddress', 0)] }), 1))
      expect(await conflicts()).toEqual([row('a', 'Renamed', conflict('billAddress', 0)), row('a', 'Renamed', changed)])
      await commit(put(aContact('a', 'Renamed again', { conflicts: [changed] }), 2))
      expect(await conflicts()).toEqual([row('a', 'Renamed again', changed)])
      await commit(remove('a', 3))
      expect(await conflicts()).toEqual([])
    })

    it('have contacts among them that are held, from the moment on that they are', async () => {
      const { commit, conflicts } = world()
      const hold: Hold = { code: 'survivorTaken', reason: 'Merged.', at: at(2), survivorId: '7' }
      await commit(put(aContact('a', 'A', { hold, conflicts: [conflict('email', 1), conflict('phone', 3)] })))
      expect(await conflicts()).toEqual([
        row('a', 'A', conflict('email', 1)),
        heldRow('a', 'A', hold),
        row('a', 'A', conflict('phone', 3)),
      ])
      await commit(put(aContact('a', 'B', { hold: aHold('Gone.', 4) }), 1))
      expect(await conflicts()).toEqual([heldRow('a', 'B', aHold('Gone.', 4))])
      await commit(put(aContact('a', 'B'), 2))
      expect(await conflicts()).toEqual([])
      await commit(put(aContact('a', 'B', { hold }), 3))
      await commit(remove('a', 4))
      expect(await conflicts()).toEqual([])
    })

    it('open again in their new place', async () => {
      const { commit, conflicts } = world()
      await commit(put(aContact('a', 'A', { conflicts: [conflict('email', 1)] })))
      await commit(put(aContact('a', 'A'), 1))
      expect(await conflicts()).toEqual([])
      await commit(put(aContact('a', 'A', { conflicts: [conflict('email', 5)] }), 2))
      await commit(put(aContact('a', 'A', { conflicts: [conflict('email', 9)] }), 3))
      expect(await conflicts()).toEqual([row('a', 'A', conflict('email', 9))])
    })

    it('are those of the own workspace, by its own positions', async () => {
      const mine = world()
      await mine.commit(put(aContact('a', 'A', { conflicts: [conflict('email', 1)] })))
      for (const other of [aWorkspace(), `${mine.workspace}#CONFLICTS`, mine.workspace.slice(0, -1)]) {
        expect(await world(other).conflicts()).toEqual([])
      }
      const refused = { problem: { kind: 'cursorInvalid' } }
      expect(await mine.conflicts()).toHaveLength(1)
      await expect(open().conflicts.list(mine.workspace, 1, '["contacts","a"]')).rejects.toMatchObject(refused)
    })
  })

  describe('a contact that is removed', () => {
    it('is found nowhere any more, and keeps its history', async () => {
      const { commit, contacts, workspace } = world()
      await commit(put(aContact('a', 'A')), { kind: 'journal', entry: anEntry('j1', 'a') })
      expect(await commit(remove('a', 1))).toBe('committed')
      expect(await contacts.get(workspace, 'a')).toBeUndefined()
      expect((await contacts.listByName(workspace, 10)).rows).toEqual([])
      expect(await contacts.namedAlike(workspace, 'A')).toEqual([])
      expect(await allChunks(contacts.scan(workspace))).toEqual([])
      expect((await contacts.history(workspace, 'a', 10)).rows).toEqual([anEntry('j1', 'a')])
    })

    it('must be there, as it was seen, and is not changed and removed at once', async () => {
      const { commit, contacts, workspace } = world()
      expect(await commit(remove('a', 1))).toEqual({ conflict: remove('a', 1) })
      await commit(put(aContact('a', 'A', { parentId: 'p' })))
      await commit(put(aContact('a', 'Changed', { parentId: 'p' }), 1))
      expect(await commit(put(aContact('b', 'B')), remove('a', 1))).toEqual({ conflict: remove('a', 1) })
      expect(await contacts.getMany(workspace, ['a', 'b'])).toHaveLength(1)
      expect(await contacts.children(workspace, 'p')).toEqual(['a'])
      await expect(commit(put(aContact('a', 'Again'), 2), remove('a', 2))).rejects.toThrow(RangeError)
    })
  })

  describe('a commit of contacts with many conflicts', () => {
    it('counts them among the hundred items that commit together', async () => {
      const { commit, contacts, conflicts, workspace } = world()
      const three = SLOTS.map((slot, n) => conflict(slot, n))
      const contact = (n: number) => put(aContact(`c${n}`, `C${n}`, { parentId: 'p', conflicts: three }))
      const writes = Array.from({ length: 20 }, (_, n) => contact(n))
      await expect(commit(...writes, put(aContact('one more', 'X')))).rejects.toThrow('100 items')
      expect(await contacts.get(workspace, 'c0')).toBeUndefined()
      expect(await conflicts()).toEqual([])
      expect(await commit(...writes)).toBe('committed')
      expect(await conflicts()).toHaveLength(60)
    })
  })

  describe('whatever is written, in whatever order and race', () => {
    const change = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('put', 'put', 'put', 'remove'),
      name: fc.constantFrom('One', 'Two'),
      parentId: fc.option(fc.constantFrom('p', 'q'), { nil: undefined }),
      conflicts: fc.subarray(SLOTS.map((slot, n) => conflict(slot, n))),
      toPushSince: fc.option(fc.constantFrom(at(1), at(2)), { nil: undefined }),
      hold: fc.option(fc.constantFrom(...['Merged.', 'Gone.'].map((reason) => aHold(reason, 1))), { nil: undefined }),
    })

    it('contacts are found by parent, conflict and wait as they are', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 6 }), async (rounds) => {
          const { commit, contacts, conflicts, childrenOf, markers, workspace } = world()
          for (const round of rounds) {
            await Promise.all(
              round.map(async ({ id, what, name, parentId, conflicts, toPushSince, hold }) => {
                const version = (await contacts.get(workspace, id))?.version
                if (what === 'remove') return version !== undefined && commit(remove(id, version))
                const rest = {
                  ...(parentId !== undefined && { parentId }),
                  ...(conflicts.length > 0 && { conflicts }),
                  ...(toPushSince !== undefined && { toPushSince }),
                  ...(hold !== undefined && { hold }),
                }
                return commit(put(aContact(id, name, rest), version))
              }),
            )
          }
          const all = await contacts.getMany(workspace, ['a', 'b', 'c'])
          for (const parent of ['p', 'q']) {
            const right = all.filter(({ parentId }) => parentId === parent).map(({ id }) => id)
            expect(await childrenOf(parent)).toEqual(right.sort())
          }
          const open = all.flatMap((contact) => [
            ...(contact.conflicts ?? []).map((one) => row(contact.id, listName(contact), one)),
            ...(contact.hold === undefined ? [] : [heldRow(contact.id, listName(contact), contact.hold)]),
          ])
          expect(new Set(await conflicts(2))).toEqual(new Set(open))
          const waiting = all.filter(({ toPushSince }) => toPushSince !== undefined).map(({ id }) => id)
          expect([...(await markers.toPush(workspace, LATER, 10))].sort()).toEqual(waiting.sort())
          const rows = await allRows((after) => contacts.listByName(workspace, 2, after))
          expect(new Set(rows)).toEqual(new Set(all.map(contactRow)))
        }),
        { numRuns: runs },
      )
    })
  })
}
