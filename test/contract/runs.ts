import { describe, expect, it } from 'vitest'
import type { Ledger, Runs } from '#sync/ports'
import { allRows } from './pages.ts'
import { anOutcome, aRun } from './records.ts'
import { aWorkspace } from './workspaces.ts'

type Ports = Readonly<{ runs: Runs; ledger: Ledger }>

const HOUR_MS = 60 * 60 * 1_000
const at = (ms: number) => new Date(ms).toISOString()

/** What every store of runs does. */
export function runsContract(open: () => Ports): void {
  describe('runs', () => {
    it('are kept whole', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      const whole = aRun('r1', {
        kind: 'import',
        status: 'waiting',
        reason: 'QuickBooks asks for a rest.',
        waitUntil: '2026-11-01T08:01:00.000Z',
        cancelRequested: true,
        progress: { rows: 5, rowsTotal: 10, pages: 1, pagesTotal: 2, calls: 3 },
        counts: { imported: 4, failed: 1 },
        state: { cursor: { page: 1, done: ['a', 'b'], none: null } },
      })
      expect(await runs.create(workspace, whole)).toBe('created')
      expect(await runs.get(workspace, 'r1')).toEqual(whole)
      expect(await runs.get(workspace, 'r2')).toBeUndefined()
      expect(await runs.get(aWorkspace(), 'r1')).toBeUndefined()
    })

    it('are created once', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, n) => runs.create(workspace, aRun('r1', { startedBy: `person-${n}` }))),
      )
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(1)
    })

    it('are saved under their version by one of many', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      await runs.create(workspace, aRun('r1'))
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => runs.save(workspace, aRun('r1', { counts: { n } }), 1)),
      )
      expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1)
      const stored = await runs.get(workspace, 'r1')
      expect(stored).toEqual(aRun('r1', { counts: { n: answers.indexOf('saved') }, version: 2 }))
      expect(await runs.save(workspace, aRun('r1'), 1)).toBe('moved')
      expect(await runs.save(workspace, aRun('r2'), 1)).toBe('moved')
      expect(await runs.save(workspace, aRun('r2', { status: 'done' }), 1)).toBe('moved')
    })

    it('are listed newest first, in pages of any length', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      const all = Array.from({ length: 9 }, (_, n) => aRun(`r${n}`, { startedAt: at(n * HOUR_MS) }))
      for (const run of all) await runs.create(workspace, run)
      await runs.create(aWorkspace(), aRun('other'))
      const newestFirst = [...all].reverse()
      for (const limit of [1, 4, 9, 10]) {
        expect(await allRows((after) => runs.list(workspace, limit, after))).toEqual(newestFirst)
      }
      await expect(runs.list(workspace, 1, '["contacts","a"]')).rejects.toMatchObject({
        problem: { kind: 'cursorInvalid' },
      })
    })

    it('are unfinished until they are done, failed or cancelled', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      const ids = ['queued', 'running', 'waiting', 'done', 'failed', 'cancelled'] as const
      for (const status of ids) {
        await runs.create(workspace, aRun(status))
        await runs.save(workspace, aRun(status, { status }), 1)
      }
      const unfinished = async () => (await runs.unfinished(workspace)).map(({ id }) => id).sort()
      expect(await unfinished()).toEqual(['queued', 'running', 'waiting'])
      await runs.save(workspace, aRun('waiting', { status: 'done' }), 2)
      expect(await unfinished()).toEqual(['queued', 'running'])
      expect(await runs.unfinished(aWorkspace())).toEqual([])
    })

    it('are unfinished again when taken up again', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      await runs.create(workspace, aRun('r1', { status: 'failed' }))
      expect(await runs.unfinished(workspace)).toEqual([])
      expect(await runs.save(workspace, aRun('r1', { status: 'running' }), 1)).toBe('saved')
      expect(await runs.unfinished(workspace)).toEqual([aRun('r1', { status: 'running', version: 2 })])
      expect(await runs.save(workspace, aRun('r1', { status: 'running' }), 1)).toBe('moved')
    })

    it('are stalled when they have neither moved nor wait, and only while unfinished', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      // A time of its own, long before all others, so that other tests' runs are none of it.
      const start = Date.UTC(1990, 0, 1) + Math.floor(Math.random() * 1e9)
      const create = (id: string, changes: Parameters<typeof aRun>[1]) => runs.create(workspace, aRun(id, changes))
      await create('old', { movedAt: at(start), kind: 'import' })
      await create('older', { movedAt: at(start - HOUR_MS) })
      await create('moved', { movedAt: at(start + 1) })
      await create('waits', { movedAt: at(start - HOUR_MS), status: 'waiting', waitUntil: at(start + HOUR_MS) })
      await create('waited', { movedAt: at(start - 2 * HOUR_MS), status: 'waiting', waitUntil: at(start - 1) })
      await create('finished', { movedAt: at(start - HOUR_MS), status: 'done' })
      const stalled = async (beforeMs: number, limit = 100) =>
        (await runs.stalled(beforeMs, limit)).filter((found) => found.workspace === workspace)
      expect(await stalled(start)).toEqual([
        { workspace, runId: 'older', kind: 'pull' },
        { workspace, runId: 'waited', kind: 'pull' },
        { workspace, runId: 'old', kind: 'import' },
      ])
      expect(await stalled(start - HOUR_MS - 1)).toEqual([])
      expect((await stalled(start + HOUR_MS)).map(({ runId }) => runId)).toEqual([
        'older',
        'waited',
        'old',
        'moved',
        'waits',
      ])
      await runs.save(workspace, aRun('older', { movedAt: at(start + HOUR_MS) }), 1)
      await runs.save(workspace, aRun('old', { movedAt: at(start), status: 'cancelled' }), 1)
      expect((await stalled(start)).map(({ runId }) => runId)).toEqual(['waited'])
      expect((await runs.stalled(Date.UTC(2100, 0, 1), 2)).length).toBe(2)
      for (const id of ['moved', 'waits', 'waited', 'older']) {
        const run = await runs.get(workspace, id)
        if (run !== undefined) await runs.save(workspace, { ...run, status: 'done' }, run.version)
      }
    })

    it('keep lists of ids in numbered pages', async () => {
      const { runs } = open()
      const workspace = aWorkspace()
      const thousand = Array.from({ length: 1_000 }, (_, n) => `${n}`)
      await runs.putIds(workspace, 'r1', 'seen', 0, thousand)
      await runs.putIds(workspace, 'r1', 'seen', 1, [])
      await runs.putIds(workspace, 'r1', 'missing', 0, ['x'])
      await runs.putIds(workspace, 'r1', 'missing', 0, ['y'])
      expect(await runs.getIds(workspace, 'r1', 'seen', 0)).toEqual(thousand)
      expect(await runs.getIds(workspace, 'r1', 'seen', 1)).toEqual([])
      expect(await runs.getIds(workspace, 'r1', 'missing', 0)).toEqual(['y'])
      expect(await runs.getIds(workspace, 'r1', 'seen', 2)).toBeUndefined()
      expect(await runs.getIds(workspace, 'r2', 'seen', 0)).toBeUndefined()
      expect(await runs.getIds(aWorkspace(), 'r1', 'seen', 0)).toBeUndefined()
    })

    it('keep an outcome for each record, in pages of any length', async () => {
      const { runs, ledger } = open()
      const workspace = aWorkspace()
      const outcomes = Array.from({ length: 30 }, (_, n) =>
        anOutcome(
          String(n).padStart(3, '0'),
          n % 2 === 0 ? {} : { kind: 'failed', code: 'gone', reason: 'It is gone.' },
        ),
      )
      await ledger.commit(
        workspace,
        outcomes.map((outcome) => ({ kind: 'outcome', runId: 'r1', outcome })),
      )
      await ledger.commit(workspace, [{ kind: 'outcome', runId: 'r2', outcome: anOutcome('000') }])
      for (const limit of [1, 7, 30, 31]) {
        expect(await allRows((after) => runs.outcomes(workspace, 'r1', limit, after))).toEqual(outcomes)
      }
      expect(await runs.outcomesOf(workspace, 'r1', ['001', '999', '001'])).toEqual([outcomes[1]])
      expect(await runs.outcomes(aWorkspace(), 'r1', 10)).toEqual({ rows: [] })
      await expect(runs.outcomes(workspace, 'r1', 10, '["runs","x"]')).rejects.toMatchObject({
        problem: { kind: 'cursorInvalid' },
      })
    })
  })
}
