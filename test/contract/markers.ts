import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Contact, Refusal } from '#core/records'
import type { Ledger, Markers, Settings, ToRead } from '#sync/ports'
import { aContact } from './records.ts'
import { aWorkspace } from './workspaces.ts'

type Ports = Readonly<{ markers: Markers; ledger: Ledger; settings: Settings }>

const START = Date.parse('2026-11-01T08:00:00.000Z')
const MINUTE = 60_000
const at = (minute: number) => new Date(START + minute * MINUTE).toISOString()
const customer = (id: string) => ({ entity: 'customer', id }) as const
const idsOf = (told: readonly ToRead[]) => told.map(({ id }) => id)
const EVERY = 100_000

/** What every keeper of markers does. */
const namesOf = (found: readonly Readonly<{ workspace: string }>[]) => found.map(({ workspace }) => workspace)

export function markersContract(open: () => Ports): void {
  describe('records to read', () => {
    it('are told the longest marked first, customers and vendors apart', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      await markers.markToRead(workspace, [customer('3')], START)
      await markers.markToRead(workspace, [customer('1')], START + 2 * MINUTE)
      await markers.markToRead(workspace, [{ entity: 'vendor', id: '1' }], START + MINUTE)
      expect(await markers.toRead(workspace, 10)).toEqual([
        { ...customer('3'), stamp: expect.any(String) },
        { entity: 'vendor', id: '1', stamp: expect.any(String) },
        { ...customer('1'), stamp: expect.any(String) },
      ])
      expect(idsOf(await markers.toRead(workspace, 2))).toEqual(['3', '1'])
    })

    it('are read once and keep their place however often they are marked', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      await markers.markToRead(workspace, [customer('1'), customer('1')], START)
      await markers.markToRead(workspace, [customer('2')], START + MINUTE)
      await markers.markToRead(workspace, [customer('1'), customer('2')], START + 2 * MINUTE)
      expect(idsOf(await markers.toRead(workspace, 10))).toEqual(['1', '2'])
    })

    it('tell of every record that was merged into the same one', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      const marks = [customer('1'), { ...customer('1'), mergedFromId: '7' }, { ...customer('1'), mergedFromId: '8' }]
      await markers.markToRead(workspace, marks, START)
      await markers.markToRead(workspace, [{ ...customer('1'), mergedFromId: '7' }], START)
      const told = await markers.toRead(workspace, 10)
      expect(told.map(({ mergedFromId }) => mergedFromId ?? 'none').sort()).toEqual(['7', '8', 'none'])
      await markers.clearToRead(
        workspace,
        told.filter(({ mergedFromId }) => mergedFromId === '7'),
      )
      expect(await markers.toRead(workspace, 10)).toHaveLength(2)
    })

    it('are cleared when they were read', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      const all = Array.from({ length: 120 }, (_, n) => customer(String(n)))
      await markers.markToRead(workspace, all, START)
      const told = await markers.toRead(workspace, 200)
      expect(idsOf(told).sort()).toEqual(idsOf(all.map((one) => ({ ...one, stamp: '' }))).sort())
      await markers.clearToRead(workspace, told)
      await markers.clearToRead(workspace, told)
      expect(await markers.toRead(workspace, 10)).toEqual([])
    })

    it('stay marked when they were marked anew since they were read', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      await markers.markToRead(workspace, [customer('1'), customer('2')], START)
      const told = await markers.toRead(workspace, 10)
      await markers.markToRead(workspace, [customer('1')], START)
      await markers.clearToRead(workspace, told)
      expect(idsOf(await markers.toRead(workspace, 10))).toEqual(['1'])
    })

    it('stay marked when they are marked in the very moment of being cleared', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      const ids = Array.from({ length: 30 }, (_, n) => String(n))
      await markers.markToRead(workspace, ids.map(customer), START)
      const told = await markers.toRead(workspace, 100)
      await Promise.all(
        told.flatMap((one) => [
          markers.clearToRead(workspace, [one]),
          markers.markToRead(workspace, [customer(one.id)], START + MINUTE),
        ]),
      )
      expect(idsOf(await markers.toRead(workspace, 100)).sort()).toEqual([...ids].sort())
    })

    it('are told to their own workspace only, whatever its name', async () => {
      const { markers } = open()
      const name = aWorkspace()
      const workspaces = ['', '#', '$', '!', '"', '%', '#0', `#${'0'.repeat(15)}`, 'ü', 'x'.repeat(300)].map(
        (end) => `${name}${end}`,
      )
      for (const [n, workspace] of workspaces.entries()) {
        await markers.markToRead(workspace, [customer(String(n))], START)
      }
      for (const [n, workspace] of workspaces.entries()) {
        expect(idsOf(await markers.toRead(workspace, 10))).toEqual([String(n)])
      }
      const waiting = namesOf(await markers.waiting('toRead', START + 1, EVERY))
      expect(waiting.filter((workspace) => workspace.startsWith(name)).sort()).toEqual([...workspaces].sort())
      const [first = '', second = ''] = workspaces
      await markers.clearToRead(second, await markers.toRead(first, 10))
      expect(idsOf(await markers.toRead(first, 10))).toEqual(['0'])
    })
  })

  describe('contacts to push', () => {
    const refusal = (nextTryAt: string): Refusal => ({ code: '6240', reason: 'Taken.', at: at(0), nextTryAt })
    const stored = async (contacts: readonly Contact[]) => {
      const ports = open()
      const workspace = aWorkspace()
      const put = async (contact: Contact, expectedVersion: number | undefined) =>
        expect(await ports.ledger.commit(workspace, [{ kind: 'contact', contact, expectedVersion }])).toBe('committed')
      for (const contact of contacts) await put(contact, undefined)
      return { ...ports, workspace, put }
    }

    it('are told the longest due first, and not before they are due', async () => {
      const { markers, workspace } = await stored([
        aContact('late', 'A', { toPushSince: at(5) }),
        aContact('refused', 'B', { toPushSince: at(0), refusal: refusal(at(10)) }),
        aContact('early', 'C', { toPushSince: at(1) }),
        aContact('idle', 'D'),
        aContact('only refused', 'E', { refusal: refusal(at(0)) }),
      ])
      const due = (minute: number, limit = 10) => markers.toPush(workspace, START + minute * MINUTE, limit)
      expect(await due(0)).toEqual([])
      expect(await due(1)).toEqual(['early'])
      expect(await due(9)).toEqual(['early', 'late'])
      expect(await due(10)).toEqual(['early', 'late', 'refused'])
      expect(await due(10, 2)).toEqual(['early', 'late'])
    })

    it('are due at once when nothing says when a refused one is tried again', async () => {
      const { nextTryAt: _, ...unset } = refusal(at(9))
      const { markers, workspace } = await stored([aContact('c1', 'A', { toPushSince: at(1), refusal: unset })])
      expect(await markers.toPush(workspace, START + MINUTE, 10)).toEqual(['c1'])
    })

    it('change their place, and leave, with the contact', async () => {
      const { markers, ledger, workspace, put } = await stored([
        aContact('c1', 'A', { toPushSince: at(1) }),
        aContact('c2', 'B', { toPushSince: at(2) }),
        aContact('c3', 'C', { toPushSince: at(3) }),
      ])
      const due = () => markers.toPush(workspace, START + 60 * MINUTE, 10)
      await put(aContact('c1', 'A', { toPushSince: at(1), refusal: refusal(at(30)) }), 1)
      expect(await due()).toEqual(['c2', 'c3', 'c1'])
      await put(aContact('c1', 'A', { toPushSince: at(1) }), 2)
      expect(await due()).toEqual(['c1', 'c2', 'c3'])
      await put(aContact('c2', 'B'), 1)
      await ledger.commit(workspace, [{ kind: 'removeContact', contactId: 'c3', expectedVersion: 1 }])
      expect(await due()).toEqual(['c1'])
    })

    it('are told to their own workspace only', async () => {
      const { markers, workspace } = await stored([aContact('c1', 'Mine', { toPushSince: at(0) })])
      for (const other of [aWorkspace(), workspace.slice(0, -1), `${workspace}#`, `${workspace}$`]) {
        expect(await markers.toPush(other, START + MINUTE, 10)).toEqual([])
      }
    })
  })

  describe('waiting workspaces', () => {
    it('are those with a marker that was due before, each once, of either kind', async () => {
      const { markers, ledger } = open()
      const [old, fresh, pushing] = [aWorkspace(), aWorkspace(), aWorkspace()]
      await markers.markToRead(old, ['1', '2', '3'].map(customer), START)
      await markers.markToRead(old, [customer('9')], START + 9 * MINUTE)
      await markers.markToRead(fresh, [customer('1')], START + 5 * MINUTE)
      const contact = aContact('c1', 'A', { toPushSince: at(0) })
      await ledger.commit(pushing, [{ kind: 'contact', contact, expectedVersion: undefined }])
      const ours = (found: readonly string[]) => found.filter((one) => [old, fresh, pushing].includes(one))
      const waiting = async (kind: 'toRead' | 'toPush', minute: number) =>
        ours(namesOf(await markers.waiting(kind, START + minute * MINUTE, EVERY)))
      expect(await waiting('toRead', 0)).toEqual([])
      expect(await waiting('toRead', 5)).toEqual([old])
      expect((await waiting('toRead', 6)).sort()).toEqual([old, fresh].sort())
      expect(await waiting('toPush', 5)).toEqual([pushing])
    })

    it('tell since when the first of their markers was due', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      await markers.markToRead(workspace, [customer('2')], START + 2 * MINUTE)
      await markers.markToRead(workspace, [customer('1')], START + MINUTE)
      const found = await markers.waiting('toRead', START + 3 * MINUTE, EVERY)
      expect(found.find((one) => one.workspace === workspace)).toEqual({ workspace, dueMs: START + MINUTE })
    })

    it('are those whose settings leave something to be done, from when it is due until it is done', async () => {
      const { markers, settings } = open()
      const workspace = aWorkspace()
      const isFound = async (minute: number) =>
        namesOf(await markers.waiting('toReplan', START + minute * MINUTE, EVERY)).includes(workspace)
      await settings.save(workspace, DEFAULT_SETTINGS, 0, { dueAtMs: START, isLast: false })
      expect(await Promise.all([isFound(0), isFound(1)])).toEqual([false, true])
      expect(await markers.toPush(workspace, START + MINUTE, 10)).toEqual([])
      expect(await markers.toRead(workspace, 10)).toEqual([])
      await settings.saveReplan(workspace, { dueAtMs: START + 5 * MINUTE, isLast: true }, 1)
      expect(await Promise.all([isFound(5), isFound(6)])).toEqual([false, true])
      await settings.saveReplan(workspace, undefined, 1)
      expect(await isFound(6)).toBe(false)
    })

    it('are found all when there are many, and no more than asked for', async () => {
      const { markers } = open()
      const workspaces = Array.from({ length: 60 }, aWorkspace)
      for (const workspace of workspaces) await markers.markToRead(workspace, ['1', '2', '3'].map(customer), START)
      const found = namesOf(await markers.waiting('toRead', START + MINUTE, EVERY))
      expect(new Set(found).size).toBe(found.length)
      expect(found).toEqual(expect.arrayContaining(workspaces))
      const some = namesOf(await markers.waiting('toRead', START + MINUTE, 7))
      expect(new Set(some).size).toBe(7)
      expect(found).toEqual(expect.arrayContaining([...some]))
    })

    it('wait no more when their markers are cleared', async () => {
      const { markers } = open()
      const workspace = aWorkspace()
      await markers.markToRead(workspace, [customer('1')], START)
      await markers.clearToRead(workspace, await markers.toRead(workspace, 10))
      expect(namesOf(await markers.waiting('toRead', START + MINUTE, EVERY))).not.toContain(workspace)
    })
  })

  describe('an event', () => {
    it('is seen once it is remembered, alone or among many', async () => {
      const { markers } = open()
      const events = Array.from({ length: 230 }, () => `event-${randomUUID()}`)
      const [first = '', ...others] = events
      expect(await markers.seenAmong(events, START)).toEqual(new Set())
      await markers.remember([first], START)
      expect(await markers.seenAmong(events, START)).toEqual(new Set([first]))
      await markers.remember([...others, ...others.slice(0, 3)], START)
      expect(await markers.seenAmong([...events, `${first}#`], START + MINUTE)).toEqual(new Set(events))
    })

    it('is remembered by several at once', async () => {
      const { markers } = open()
      const event = `event-${randomUUID()}`
      await Promise.all(Array.from({ length: 8 }, () => markers.remember([event], START)))
      expect(await markers.seenAmong([event], START)).toEqual(new Set([event]))
    })

    it('is forgotten some days after it was last remembered', async () => {
      const { markers } = open()
      const event = `event-${randomUUID()}`
      const day = 24 * 60 * MINUTE
      await markers.remember([event], START)
      await markers.remember([event], START + 5 * day)
      expect(await markers.seenAmong([event], START + 8 * day)).toEqual(new Set([event]))
      expect(await markers.seenAmong([event], START + 30 * day)).toEqual(new Set())
    })

    it('needs none', async () => {
      const { markers } = open()
      await markers.remember([], START)
      expect(await markers.seenAmong([], START)).toEqual(new Set())
    })
  })
}
