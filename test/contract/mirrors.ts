import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys, recordName, sortKey } from '#core/names'
import type { Mirror } from '#core/records'
import { mirrorRow } from '#core/rows'
import type { Ledger, Mirrors } from '#sync/ports'
import { allChunks, allRows } from './pages.ts'
import { aMirror } from './records.ts'
import { aWorkspace } from './workspaces.ts'

/** Names that fold, sort and encode in all the ways that go wrong. */
export const AWKWARD_NAMES = [
  'Zürich Bau',
  'zurich bau',
  'Ägypten',
  'apfel',
  'Apfel',
  'ÅNGSTRÖM',
  '東京建設',
  '北京',
  '🏗️ Builders',
  '\u{1F600}',
  '\uFF21wide',
  "O'Brien \\ Sons",
  'Müller (deleted)',
  '#hash % and #',
  'A',
  'A A',
  'É',
  'é',
  'x'.repeat(500),
]

type Ports = Readonly<{ mirrors: Mirrors; ledger: Ledger }>

const byName = (a: Mirror, b: Mirror) =>
  compareKeys(sortKey(recordName(a.snapshot.fields), a.id), sortKey(recordName(b.snapshot.fields), b.id))

/** What every store of mirrors does. `runs`: how many cases a property tries. */
export function mirrorsContract(open: () => Ports, runs = 20): void {
  describe('mirrors', () => {
    it('keep a record exactly as it was, with what is not known of it', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const whole = aMirror('7', 'Everything', {
        revision: '12',
        snapshot: {
          fields: {
            displayName: 'Everything',
            billAddress: { line1: 'Gasse 1', city: 'Zürich' },
            notes: 'ü'.repeat(4_000),
          },
          parentRecordId: '3',
          active: false,
        },
        balance: -12.34,
        balanceWithJobs: 0,
        createdAt: '2020-01-01T00:00:00.000Z',
        goneAt: '2026-11-02T00:00:00.000Z',
        mergedIntoId: '9',
        spans: { phone: { after: '2026-11-01T00:00:00.000Z', by: '2026-11-02T00:00:00.000Z' } },
        raw: { Zeta: null, Alpha: [1, { b: '' }, []], empty: '', nested: { deep: { deeper: true } }, big: 1e21 },
      })
      await mirrors.put(workspace, [whole])
      const stored = await mirrors.get(workspace, 'customer', '7')
      expect(stored).toEqual(whole)
      expect(JSON.stringify(stored?.raw)).toBe(JSON.stringify(whole.raw))
    })

    it('keep one with every field as long as QuickBooks allows, and its name in its place', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const long = '\u{1F3D7}'.repeat(500)
      const raw = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`Field${n}`, long]))
      const huge = aMirror('1', long, {
        snapshot: { fields: { displayName: long, companyName: long, notes: '建'.repeat(4_000) }, active: true },
        fullName: long.repeat(5),
        raw,
      })
      await mirrors.put(workspace, [huge])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual(huge)
      expect((await mirrors.listByName(workspace, 'customer', 10)).rows).toEqual([mirrorRow(huge)])
    })

    it('answer only for what is stored, each once', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'One'), aMirror('2', 'Two', { goneAt: '2026-11-02T00:00:00.000Z' })])
      expect(await mirrors.get(workspace, 'customer', '3')).toBeUndefined()
      expect(await mirrors.getMany(workspace, 'customer', ['1', '1', '3'])).toEqual([aMirror('1', 'One')])
      expect(await mirrors.getMany(workspace, 'customer', [])).toEqual([])
      const stamps = await mirrors.stamps(workspace, 'customer', ['2', '1', '3', '2'])
      expect([...stamps].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        { id: '1', contentHash: 'content of One', rawHash: 'raw of One', changedAt: aMirror('1', '').changedAt },
        {
          id: '2',
          contentHash: 'content of Two',
          rawHash: 'raw of Two',
          changedAt: aMirror('1', '').changedAt,
          goneAt: '2026-11-02T00:00:00.000Z',
        },
      ])
    })

    it('tell customers from vendors of the same id', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const vendor = aMirror('1', 'Vendor', { entity: 'vendor' })
      await mirrors.put(workspace, [aMirror('1', 'Customer'), vendor])
      expect(await mirrors.get(workspace, 'vendor', '1')).toEqual(vendor)
      expect((await mirrors.listByName(workspace, 'customer', 10)).rows.map(({ name }) => name)).toEqual(['Customer'])
      expect(await allChunks(mirrors.scan(workspace, 'vendor'))).toEqual([mirrorRow(vendor)])
    })

    it('never show one workspace what is another’s', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'Mine')])
      for (const other of [aWorkspace(), `${workspace}#Q#customer`, workspace.slice(0, -1), `${workspace}#customer`]) {
        expect(await mirrors.get(other, 'customer', '1')).toBeUndefined()
        expect(await mirrors.stamps(other, 'customer', ['1'])).toEqual([])
        expect(await mirrors.listByName(other, 'customer', 10)).toEqual({ rows: [] })
        expect(await allChunks(mirrors.scan(other, 'customer'))).toEqual([])
      }
    })

    it('find nothing under an id that was made up to reach elsewhere', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'One')])
      const ids = ['', '#', '../1', '1#', '%31', 'x'.repeat(5_000)]
      expect(await mirrors.getMany(workspace, 'customer', ids)).toEqual([])
    })

    it('leave a newer record as it is', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const newer = aMirror('1', 'Newer', { revision: '10', updatedAt: '2026-11-01T10:00:00.000Z' })
      await mirrors.put(workspace, [newer])
      await mirrors.put(workspace, [aMirror('1', 'Older', { revision: '9', updatedAt: '2026-11-01T11:00:00.000Z' })])
      await mirrors.put(workspace, [aMirror('1', 'As old', { revision: '10', updatedAt: '2026-11-01T09:59:59.000Z' })])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual(newer)
      const touched = aMirror('1', 'Touched', { revision: '10', updatedAt: '2026-11-01T10:00:01.000Z' })
      await mirrors.put(workspace, [touched])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual(touched)
    })

    it('leave newer records as they are when many are put at once, and store all others', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const many = (revision: string, ids: readonly string[]) =>
        ids.map((id) => aMirror(id, `Record ${id}`, { revision }))
      const all = Array.from({ length: 90 }, (_, n) => String(n + 1))
      await mirrors.put(workspace, many('5', ['3', '30', '60']))
      await mirrors.put(workspace, many('2', ['4', '31', '61']))
      await mirrors.put(workspace, many('4', all))
      const stored = new Map(
        (await mirrors.getMany(workspace, 'customer', all)).map(({ id, revision }) => [id, revision]),
      )
      expect(all.filter((id) => stored.get(id) === '5')).toEqual(['3', '30', '60'])
      expect(all.filter((id) => stored.get(id) === '4')).toHaveLength(87)
      await mirrors.put(workspace, many('6', all))
      const later = await mirrors.getMany(workspace, 'customer', all)
      expect(later.filter(({ revision }) => revision === '6')).toHaveLength(90)
    })

    it('end at the newest of the same record twice in one put', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const revisions = ['2', '7', '3', '1', '5', '4']
      await mirrors.put(
        workspace,
        revisions.map((revision) => aMirror('1', 'Twice', { revision })),
      )
      expect((await mirrors.get(workspace, 'customer', '1'))?.revision).toBe('7')
    })

    it('take the same record again, and then leave out what it no longer has', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'One', { goneAt: '2026-11-02T00:00:00.000Z', balance: 5 })])
      await mirrors.put(workspace, [aMirror('1', 'One')])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual(aMirror('1', 'One'))
      expect(await mirrors.stamps(workspace, 'customer', ['1'])).not.toMatchObject([{ goneAt: expect.anything() }])
    })

    it('keep what one was merged into, which no read can tell, until it is active again', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const active = aMirror('1', 'One')
      const inactive = { ...active, snapshot: { ...active.snapshot, active: false } }
      await mirrors.put(workspace, [{ ...inactive, mergedIntoId: '2' }])
      await mirrors.put(workspace, [{ ...inactive, balance: 5 }])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual({ ...inactive, balance: 5, mergedIntoId: '2' })
      expect(await mirrors.stamps(workspace, 'customer', ['1'])).toMatchObject([{ mergedIntoId: '2' }])
      await mirrors.put(workspace, [{ ...inactive, mergedIntoId: '3' }])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual({ ...inactive, mergedIntoId: '3' })
      expect((await mirrors.listByName(workspace, 'customer', 1)).rows).toMatchObject([{ mergedIntoId: '3' }])
      await mirrors.put(workspace, [active])
      await mirrors.put(workspace, [inactive])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual(inactive)
      expect((await mirrors.stamps(workspace, 'customer', ['1']))[0]).not.toHaveProperty('mergedIntoId')
    })

    it('end at the newest record whatever the order in which reads arrive', async () => {
      const { mirrors } = open()
      const revisions = ['0', '1', '2', '9', '10', '11', '100']
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray(revisions, { minLength: 1 }), async (arriving) => {
          const workspace = aWorkspace()
          await Promise.all(arriving.map((revision) => mirrors.put(workspace, [aMirror('1', revision, { revision })])))
          const newest = Math.max(...arriving.map(Number))
          expect((await mirrors.get(workspace, 'customer', '1'))?.revision).toBe(String(newest))
        }),
        { numRuns: runs },
      )
    })

    it('keep their end of a link whatever is put', async () => {
      const { mirrors, ledger } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'One', { contactId: 'sneaked in' })])
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual(aMirror('1', 'One'))
      await ledger.commit(workspace, [{ kind: 'claim', entity: 'customer', recordId: '1', contactId: 'c1' }])
      await mirrors.put(workspace, [aMirror('1', 'Renamed', { revision: '1' })])
      const renamed = aMirror('1', 'Renamed', { revision: '1', contactId: 'c1' })
      expect(await mirrors.get(workspace, 'customer', '1')).toEqual(renamed)
      expect((await mirrors.listByName(workspace, 'customer', 10)).rows).toEqual([mirrorRow(renamed)])
    })

    it('are listed in order of name, in pages of any length', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const all = AWKWARD_NAMES.map((name, n) => aMirror(String(n), name))
      await mirrors.put(workspace, all)
      const rows = [...all].sort(byName).map(mirrorRow)
      for (const limit of [1, 2, 3, 7, all.length - 1, all.length, all.length + 1]) {
        expect(await allRows((after) => mirrors.listByName(workspace, 'customer', limit, after))).toEqual(rows)
      }
      const { rows: page, next } = await mirrors.listByName(workspace, 'customer', all.length)
      expect(page).toHaveLength(all.length)
      expect(next).toBeUndefined()
    })

    it('are listed in order of any names', async () => {
      const { mirrors } = open()
      const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      await fc.assert(
        fc.asyncProperty(fc.array(name, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (names, limit) => {
          const workspace = aWorkspace()
          const all = names.map((name, n) => aMirror(String(n), name))
          await mirrors.put(workspace, all)
          const listed = await allRows((after) => mirrors.listByName(workspace, 'customer', limit, after))
          expect(listed).toEqual([...all].sort(byName).map(mirrorRow))
        }),
        { numRuns: runs },
      )
    })

    it('list equal names all, told apart by id', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const ids = Array.from({ length: 30 }, (_, n) => String(n))
      await mirrors.put(
        workspace,
        ids.map((id) => aMirror(id, 'Same')),
      )
      const listed = await allRows((after) => mirrors.listByName(workspace, 'customer', 4, after))
      expect(listed.map(({ id }) => id)).toEqual([...ids].sort())
    })

    it('stand in one place only after a rename', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'Before'), aMirror('2', 'Middle')])
      await mirrors.put(workspace, [aMirror('1', 'Z after', { revision: '1' })])
      const listed = await allRows((after) => mirrors.listByName(workspace, 'customer', 1, after))
      expect(listed.map(({ name }) => name)).toEqual(['Middle', 'Z after'])
      expect(await allChunks(mirrors.scan(workspace, 'customer'))).toHaveLength(2)
    })

    it('list whatever stood there all along, once each, while others are put in between', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const standing = Array.from({ length: 40 }, (_, n) => aMirror(`s${n}`, `Name ${String(n).padStart(2, '0')}`))
      await mirrors.put(workspace, standing)
      let pages = 0
      const listed = await allRows(async (after) => {
        const page = await mirrors.listByName(workspace, 'customer', 7, after)
        pages += 1
        await mirrors.put(workspace, [aMirror(`a${pages}`, `A${pages}`), aMirror(`n${pages}`, `Name 39 and ${pages}`)])
        return page
      })
      const ids = listed.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.filter((id) => id.startsWith('s'))).toEqual(standing.map(({ id }) => id))
    })

    it('refuse a position of another list, and nonsense', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      await mirrors.put(workspace, [aMirror('1', 'A'), aMirror('2', 'B')])
      const { next } = await mirrors.listByName(workspace, 'customer', 1)
      expect(next).toBeDefined()
      const refused = { problem: { kind: 'cursorInvalid' } }
      await expect(mirrors.listByName(workspace, 'vendor', 1, next)).rejects.toMatchObject(refused)
      for (const nonsense of ['', 'x', '{}', '[]', '["customer"]', '["customer",1]', '["customer","a","b"]', 'null']) {
        await expect(mirrors.listByName(workspace, 'customer', 1, nonsense)).rejects.toMatchObject(refused)
      }
    })

    it('show nothing of a workspace by a position that another one was given', async () => {
      const { mirrors } = open()
      const [mine, theirs] = [aWorkspace(), aWorkspace()]
      await mirrors.put(mine, [aMirror('1', 'A mine'), aMirror('2', 'B mine')])
      await mirrors.put(theirs, [aMirror('1', 'A theirs'), aMirror('2', 'B theirs')])
      const { next } = await mirrors.listByName(theirs, 'customer', 1)
      const { rows } = await mirrors.listByName(mine, 'customer', 10, next)
      expect(rows.every(({ name }) => name.endsWith('mine'))).toBe(true)
    })

    it('are found by their full name, ignoring case and nothing else', async () => {
      const { mirrors, ledger } = open()
      const workspace = aWorkspace()
      const named = (id: string, fullName: string, changes: Partial<Mirror> = {}) =>
        aMirror(id, fullName, { fullName, ...changes })
      await mirrors.put(workspace, [
        named('1', 'Müller AG:Dach'),
        named('2', 'MÜLLER AG:dach', { snapshot: { fields: { displayName: 'dach' }, active: false } }),
        named('3', 'Muller AG:Dach'),
        named('4', 'Dach'),
        named('5', 'Müller AG:Dach', { entity: 'vendor' }),
      ])
      const idsOf = async (fullName: string) =>
        [...(await mirrors.idsByFullName(workspace, 'customer', fullName))].sort()
      expect(await idsOf('müller ag:DACH')).toEqual(['1', '2'])
      expect(await idsOf('Mu\u0308ller AG:Dach')).toEqual(['1', '2'])
      expect(await idsOf('DACH')).toEqual(['4'])
      expect(await idsOf('Müller AG')).toEqual([])
      expect(await idsOf('')).toEqual([])
      expect(await mirrors.idsByFullName(workspace, 'vendor', 'Müller AG:Dach')).toEqual(['5'])
      expect(await mirrors.idsByFullName(aWorkspace(), 'customer', 'Dach')).toEqual([])
      await mirrors.put(workspace, [named('1', 'Meier', { revision: '1' })])
      await ledger.commit(workspace, [{ kind: 'claim', entity: 'customer', recordId: '2', contactId: 'c1' }])
      expect(await idsOf('Müller AG:Dach')).toEqual(['2'])
      expect(await idsOf('meier')).toEqual(['1'])
    })

    it('are scanned each once, in chunks, a thousand and more', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const all = Array.from({ length: 1_200 }, (_, n) => aMirror(String(n), `Customer ${n}`))
      await mirrors.put(workspace, all)
      const rows = await allChunks(mirrors.scan(workspace, 'customer'))
      expect(rows.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(all.map((_, n) => n))
      expect(
        await mirrors.stamps(
          workspace,
          'customer',
          all.map(({ id }) => id),
        ),
      ).toHaveLength(1_200)
    })

    it('cannot be changed by whoever put or got them', async () => {
      const { mirrors } = open()
      const workspace = aWorkspace()
      const fields: { displayName: string } = { displayName: 'Mine' }
      await mirrors.put(workspace, [aMirror('1', 'Mine', { snapshot: { fields, active: true } })])
      fields.displayName = 'Changed'
      const got = await mirrors.get(workspace, 'customer', '1')
      try {
        Object.assign(got?.raw ?? {}, { DisplayName: 'Changed' })
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
      }
      const again = await mirrors.get(workspace, 'customer', '1')
      expect(again?.snapshot.fields.displayName).toBe('Mine')
      expect(again?.raw.DisplayName).toBe('Mine')
    })
  })
}
