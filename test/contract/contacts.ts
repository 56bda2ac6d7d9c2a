import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alikeName, compareKeys, listName, sortKey } from '#core/names'
import type { Contact } from '#core/records'
import { contactRow } from '#core/rows'
import type { Contacts, Ledger } from '#sync/ports'
import { AWKWARD_NAMES } from './mirrors.ts'
import { allChunks, allRows } from './pages.ts'
import { aContact, aLink, anEntry } from './records.ts'
import { aWorkspace } from './workspaces.ts'

type Ports = Readonly<{ contacts: Contacts; ledger: Ledger }>

const byName = (a: Contact, b: Contact) => compareKeys(sortKey(listName(a), a.id), sortKey(listName(b), b.id))

/** What every store of contacts does. `runs`: how many cases a property tries. */
export function contactsContract(open: () => Ports, runs = 20): void {
  const stored = async (contacts: readonly Contact[]) => {
    const ports = open()
    const workspace = aWorkspace()
    for (let start = 0; start < contacts.length; start += 100) {
      const writes = contacts
        .slice(start, start + 100)
        .map((contact) => ({ kind: 'contact', contact, expectedVersion: undefined }) as const)
      expect(await ports.ledger.commit(workspace, writes)).toBe('committed')
    }
    return { ...ports, workspace }
  }

  describe('contacts', () => {
    it('are kept whole', async () => {
      const whole = aContact('c1', 'Everything', {
        kind: 'job',
        parentId: 'c0',
        kindAtTop: 'building',
        archived: true,
        fields: { displayName: 'Everything', companyName: 'Bau AG', billAddress: { line1: 'Gasse 1', country: 'CH' } },
        people: [{ role: 'site', name: 'Ada', email: 'ada@example.com', address: { city: 'Bern' } }],
        link: aLink('vendor', '7'),
        refusal: {
          code: '6240',
          reason: 'The name is taken.',
          advice: 'Choose another one.',
          at: '2026-11-01T08:00:00.000Z',
          nextTryAt: '2026-11-01T08:05:00.000Z',
        },
        conflicts: [
          { slot: 'email', base: 'a@example.com', crm: 'b@example.com', openedAt: '2026-11-01T08:00:00.000Z' },
          { slot: 'billAddress', quickbooks: { line1: 'Gasse 2' }, openedAt: '2026-11-01T08:00:00.000Z' },
        ],
        hold: { code: 'survivorTaken', reason: 'Merged.', at: '2026-11-01T08:00:00.000Z', survivorId: '8' },
        pins: [{ slot: 'active', crm: true, quickbooks: false }],
        intent: {
          requestId: 'q1',
          operation: 'update',
          slots: ['email'],
          sent: { fields: { email: 'b@example.com' }, active: true },
          revision: '3',
          at: '2026-11-01T08:00:00.000Z',
          actor: 'person-1',
          runId: 'r1',
        },
        toPushSince: '2026-11-01T08:00:00.000Z',
        slotTimes: { email: '2026-11-01T08:00:00.000Z', parent: '2026-11-01T08:00:01.000Z' },
      })
      const { contacts, workspace } = await stored([whole])
      expect(await contacts.get(workspace, 'c1')).toEqual(whole)
      expect((await contacts.listByName(workspace, 10)).rows).toEqual([contactRow(whole)])
    })

    it('answer only for what is stored, each once', async () => {
      const one = aContact('c1', 'One')
      const { contacts, workspace } = await stored([one])
      expect(await contacts.get(workspace, 'c2')).toBeUndefined()
      expect(await contacts.getMany(workspace, ['c1', 'c2', 'c1'])).toEqual([one])
      expect(await contacts.getMany(workspace, [])).toEqual([])
    })

    it('never show one workspace what is another’s', async () => {
      const { contacts, workspace } = await stored([aContact('c1', 'Mine')])
      for (const other of [aWorkspace(), `${workspace}#C`, `${workspace}#contacts`, workspace.slice(0, -1)]) {
        expect(await contacts.get(other, 'c1')).toBeUndefined()
        expect(await contacts.listByName(other, 10)).toEqual({ rows: [] })
        expect(await contacts.namedAlike(other, 'Mine')).toEqual([])
        expect(await contacts.history(other, 'c1', 10)).toEqual({ rows: [] })
        expect(await allChunks(contacts.scan(other))).toEqual([])
      }
    })

    it('are listed in order of name, in pages of any length, and scanned each once', async () => {
      const all = AWKWARD_NAMES.map((name, n) => aContact(`c${n}`, name))
      const { contacts, workspace } = await stored(all)
      const rows = [...all].sort(byName).map(contactRow)
      for (const limit of [1, 4, all.length, all.length + 1]) {
        expect(await allRows((after) => contacts.listByName(workspace, limit, after))).toEqual(rows)
      }
      const scanned = await allChunks(contacts.scan(workspace))
      expect([...scanned].sort((a, b) => compareKeys(sortKey(a.name, a.id), sortKey(b.name, b.id)))).toEqual(rows)
    })

    it('move to their new place when renamed', async () => {
      const before = aContact('c1', 'Before')
      const { contacts, ledger, workspace } = await stored([before, aContact('c2', 'Middle')])
      const renamed = aContact('c1', 'Z after', { version: 2 })
      await ledger.commit(workspace, [{ kind: 'contact', contact: renamed, expectedVersion: 1 }])
      expect((await contacts.listByName(workspace, 10)).rows.map(({ name }) => name)).toEqual(['Middle', 'Z after'])
      expect(await contacts.namedAlike(workspace, 'Before')).toEqual([])
      expect(await contacts.namedAlike(workspace, 'Z after')).toEqual([contactRow(renamed)])
    })

    it('are found by a name that a person takes for theirs: accents and punctuation count, blanks and case do not', async () => {
      const names = [
        'Müller',
        'müller',
        'Muller',
        'Müller ',
        'Müller.',
        'Müller AG',
        'Müller',
        'x'.repeat(300),
        `${'x'.repeat(300)}y`,
        '\u200bM\u00adu\u0308ller\u00a0',
        'Müller  ag',
      ]
      const { contacts, workspace } = await stored(names.map((name, n) => aContact(`c${n}`, name)))
      const idsOf = async (name: string) => (await contacts.namedAlike(workspace, name)).map(({ id }) => id).sort()
      const muellers = ['c0', 'c1', 'c3', 'c6', 'c9']
      for (const name of ['Müller', 'müller', ' Müller\u200b']) expect(await idsOf(name)).toEqual(muellers)
      expect(await idsOf('Müller AG')).toEqual(['c10', 'c5'])
      expect(await idsOf('Muller')).toEqual(['c2'])
      expect(await idsOf('x'.repeat(300))).toEqual(['c7'])
      expect(await idsOf('Mülle')).toEqual([])
      expect(await idsOf('')).toEqual([])
    })

    it('are found by any name, as those and only those that are alike', async () => {
      const { contacts, ledger } = open()
      const name = fc.string({ unit: 'grapheme', maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 20 }), async (names) => {
          const workspace = aWorkspace()
          const all = names.map((name, n) => aContact(`c${n}`, name))
          await ledger.commit(
            workspace,
            all.map((contact) => ({ kind: 'contact', contact, expectedVersion: undefined })),
          )
          for (const sought of names) {
            const found = await contacts.namedAlike(workspace, sought)
            const right = all
              .filter((contact) => alikeName(listName(contact)) === alikeName(sought))
              .map(({ id }) => id)
            expect(found.map(({ id }) => id).sort()).toEqual(right.sort())
          }
        }),
        { numRuns: runs },
      )
    })

    it('refuse a position of another list', async () => {
      const { contacts, workspace } = await stored([aContact('c1', 'A'), aContact('c2', 'B')])
      const refused = { problem: { kind: 'cursorInvalid' } }
      const { next } = await contacts.listByName(workspace, 1)
      await expect(contacts.history(workspace, 'c1', 1, next)).rejects.toMatchObject(refused)
      await expect(contacts.listByName(workspace, 1, '["customer","a"]')).rejects.toMatchObject(refused)
    })
  })

  describe('a contact’s history', () => {
    it('is told oldest first, in pages of any length', async () => {
      const { contacts, ledger, workspace } = await stored([aContact('c1', 'One'), aContact('c10', 'Ten')])
      const minute = (n: number) => new Date(Date.UTC(2026, 10, 1, 8, n)).toISOString()
      const entries = Array.from({ length: 11 }, (_, n) =>
        anEntry(`j${99 - n}`, 'c1', { at: minute(n), changes: [{ field: 'notes', from: null, to: { n } }] }),
      )
      await ledger.commit(
        workspace,
        [...entries].reverse().map((entry) => ({ kind: 'journal', entry })),
      )
      await ledger.commit(workspace, [{ kind: 'journal', entry: anEntry('j1', 'c10') }])
      for (const limit of [1, 3, 11, 12]) {
        expect(await allRows((after) => contacts.history(workspace, 'c1', limit, after))).toEqual(entries)
      }
      expect((await contacts.history(workspace, 'c10', 5)).rows).toEqual([anEntry('j1', 'c10')])
      expect(await contacts.history(workspace, 'c2', 5)).toEqual({ rows: [] })
    })
  })
}
