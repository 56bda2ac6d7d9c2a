import { describe, expect, it } from 'vitest'
import type { Contacts, Ledger, Mirrors, Runs, Write } from '#sync/ports'
import { aContact, aMirror, anEntry, anOutcome } from './records.ts'
import { aWorkspace } from './workspaces.ts'

type Ports = Readonly<{ contacts: Contacts; mirrors: Mirrors; runs: Runs; ledger: Ledger }>

const create = (id: string): Write => ({
  kind: 'contact',
  contact: aContact(id, `Name ${id}`),
  expectedVersion: undefined,
})
const claim = (recordId: string, contactId: string): Write => ({
  kind: 'claim',
  entity: 'customer',
  recordId,
  contactId,
})
const release = (recordId: string, contactId: string): Write => ({
  kind: 'release',
  entity: 'customer',
  recordId,
  contactId,
})
const journal = (id: string, contactId: string): Write => ({ kind: 'journal', entry: anEntry(id, contactId) })
const outcome = (runId: string, recordId: string): Write => ({ kind: 'outcome', runId, outcome: anOutcome(recordId) })

/** What every ledger does. */
export function ledgerContract(open: () => Ports): void {
  describe('a commit', () => {
    it('writes all of it', async () => {
      const { ledger, contacts, mirrors, runs } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'One')])
      const writes = [create('c1'), claim('1', 'c1'), journal('j1', 'c1'), outcome('r1', '1')]
      expect(await ledger.commit(workspace, writes)).toBe('committed')
      expect(await contacts.get(workspace, 'c1')).toEqual(aContact('c1', 'Name c1'))
      expect((await mirrors.get(workspace, 'customer', '1'))?.contactId).toBe('c1')
      expect((await contacts.history(workspace, 'c1', 10)).rows).toEqual([anEntry('j1', 'c1')])
      expect(await runs.outcomesOf(workspace, 'r1', ['1'])).toEqual([anOutcome('1')])
    })

    it('writes none of it when one is refused, and names that one', async () => {
      const { ledger, contacts, runs } = open()
      const workspace = aWorkspace()
      const refused = claim('not stored', 'c1')
      const writes = [create('c1'), journal('j1', 'c1'), refused, outcome('r1', '1')]
      expect(await ledger.commit(workspace, writes)).toEqual({ conflict: refused })
      expect(await contacts.get(workspace, 'c1')).toBeUndefined()
      expect((await contacts.listByName(workspace, 10)).rows).toEqual([])
      expect((await contacts.history(workspace, 'c1', 10)).rows).toEqual([])
      expect(await runs.outcomesOf(workspace, 'r1', ['1'])).toEqual([])
    })

    it('names the first of several that are refused', async () => {
      const { ledger } = open()
      const workspace = aWorkspace()
      const writes = [journal('j1', 'c1'), claim('x', 'c1'), claim('y', 'c1')]
      expect(await ledger.commit(workspace, writes)).toEqual({ conflict: writes[1] })
    })

    it('refuses to create a contact twice and to replace one that moved', async () => {
      const { ledger, contacts } = open()
      const workspace = aWorkspace()
      await ledger.commit(workspace, [create('c1')])
      expect(await ledger.commit(workspace, [create('c1')])).toEqual({ conflict: create('c1') })
      const replace = (name: string, expectedVersion: number): Write => ({
        kind: 'contact',
        contact: aContact('c1', name),
        expectedVersion,
      })
      expect(await ledger.commit(workspace, [replace('Second', 1)])).toBe('committed')
      expect(await ledger.commit(workspace, [replace('Stale', 1)])).toEqual({ conflict: replace('Stale', 1) })
      expect(await ledger.commit(workspace, [replace('Ahead', 3)])).toEqual({ conflict: replace('Ahead', 3) })
      expect(await contacts.get(workspace, 'c1')).toEqual(aContact('c1', 'Second', { version: 2 }))
    })

    it('refuses a record that another contact holds, and takes a claim again', async () => {
      const { ledger, mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'One')])
      expect(await ledger.commit(workspace, [claim('1', 'c1')])).toBe('committed')
      expect(await ledger.commit(workspace, [claim('1', 'c1')])).toBe('committed')
      expect(await ledger.commit(workspace, [claim('1', 'c2')])).toEqual({ conflict: claim('1', 'c2') })
      expect(await ledger.commit(workspace, [release('1', 'c2')])).toEqual({ conflict: release('1', 'c2') })
      expect(await ledger.commit(workspace, [release('1', 'c1')])).toBe('committed')
      expect(await ledger.commit(workspace, [release('1', 'c1')])).toBe('committed')
      expect((await mirrors.get(workspace, 'customer', '1'))?.contactId).toBeUndefined()
      expect(await ledger.commit(workspace, [claim('1', 'c2')])).toBe('committed')
    })

    it('makes no record of one that is not stored', async () => {
      const { ledger, mirrors } = open()
      const workspace = aWorkspace()
      expect(await ledger.commit(workspace, [release('1', 'c1')])).toEqual({ conflict: release('1', 'c1') })
      expect(await mirrors.get(workspace, 'customer', '1')).toBeUndefined()
    })

    it('gives a record to one of many contacts that claim it at the same moment', async () => {
      const { ledger, mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'One')])
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => ledger.commit(workspace, [create(`c${n}`), claim('1', `c${n}`)])),
      )
      const winners = answers.flatMap((answer, n) => (answer === 'committed' ? [`c${n}`] : []))
      expect(winners).toHaveLength(1)
      expect((await mirrors.get(workspace, 'customer', '1'))?.contactId).toBe(winners[0])
    })

    it('refuses a second outcome of the same record, so that a repeated slice changes nothing', async () => {
      const { ledger, contacts } = open()
      const workspace = aWorkspace()
      await ledger.commit(workspace, [create('c1'), outcome('r1', '1')])
      expect(await ledger.commit(workspace, [create('c2'), outcome('r1', '1')])).toEqual({
        conflict: outcome('r1', '1'),
      })
      expect(await contacts.get(workspace, 'c2')).toBeUndefined()
      expect(await ledger.commit(workspace, [outcome('r2', '1')])).toBe('committed')
    })

    it('refuses an entry that is in the journal already', async () => {
      const { ledger } = open()
      const workspace = aWorkspace()
      await ledger.commit(workspace, [journal('j1', 'c1')])
      expect(await ledger.commit(workspace, [journal('j1', 'c1')])).toEqual({ conflict: journal('j1', 'c1') })
    })

    it('holds a hundred writes, and not one more', async () => {
      const { ledger, contacts } = open()
      const workspace = aWorkspace()
      const hundred = Array.from({ length: 100 }, (_, n) => create(`c${n}`))
      await expect(ledger.commit(workspace, [...hundred, create('c100')])).rejects.toThrow(RangeError)
      expect(await contacts.get(workspace, 'c0')).toBeUndefined()
      expect(await ledger.commit(workspace, hundred)).toBe('committed')
      expect(
        await contacts.getMany(
          workspace,
          Array.from({ length: 101 }, (_, n) => `c${n}`),
        ),
      ).toHaveLength(100)
    })

    it('takes nothing at all', async () => {
      expect(await open().ledger.commit(aWorkspace(), [])).toBe('committed')
    })

    it('does not take two writes to the same record', async () => {
      const { ledger, contacts } = open()
      const workspace = aWorkspace()
      await expect(ledger.commit(workspace, [create('c1'), create('c1')])).rejects.toThrow(RangeError)
      await expect(ledger.commit(workspace, [release('1', 'c1'), claim('1', 'c2')])).rejects.toThrow(RangeError)
      expect(await contacts.get(workspace, 'c1')).toBeUndefined()
    })

    it('stays in its workspace', async () => {
      const { ledger, mirrors, contacts } = open()
      const [mine, theirs] = [aWorkspace(), aWorkspace()]
      await mirrors.put(theirs, [aMirror('1', 'One')])
      expect(await ledger.commit(mine, [claim('1', 'c1')])).toEqual({ conflict: claim('1', 'c1') })
      await ledger.commit(theirs, [create('c1')])
      expect(await contacts.get(mine, 'c1')).toBeUndefined()
      expect(await ledger.commit(mine, [create('c1')])).toBe('committed')
    })
  })
}
