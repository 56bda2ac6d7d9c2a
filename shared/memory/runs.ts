import { keyOf, positionAfter } from '#core/positions'
import type { Run } from '#core/records'
import type { Runs } from '#sync/ports'
import { keep } from './keep.ts'
import type { Store } from './store.ts'
import { createTables } from './tables.ts'

export function createRuns(store: Store): Runs {
  const runs = createTables(() => new Map<string, Run>())
  const idLists = createTables(() => new Map<string, readonly string[]>())

  return {
    create: async (workspace, run) => {
      const table = runs.of(workspace)
      if (table.has(run.id)) return 'exists'
      table.set(run.id, keep({ ...run, version: 1 }))
      return 'created'
    },
    get: async (workspace, id) => runs.of(workspace).get(id),
    save: async (workspace, run, expectedVersion) => {
      const table = runs.of(workspace)
      if (table.get(run.id)?.version !== expectedVersion) return 'moved'
      table.set(run.id, keep({ ...run, version: expectedVersion + 1 }))
      return 'saved'
    },
    list: async (workspace, limit, after) => {
      const newestFirst = [...runs.of(workspace).values()].sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
      const below = after === undefined ? undefined : keyOf('runs', after)
      const rest = newestFirst.filter((run) => below === undefined || placeOf(run) < below)
      const rows = rest.slice(0, limit)
      const last = rows.at(-1)
      return last !== undefined && rest.length > limit ? { rows, next: positionAfter('runs', placeOf(last)) } : { rows }
    },
    unfinished: async (workspace) => [...runs.of(workspace).values()].filter(isUnfinished),
    stalled: async (beforeMs, limit) => {
      const all = [...runs.all()].flatMap(([workspace, table]) =>
        [...table.values()].filter(isUnfinished).map((run) => ({ workspace, run, dueMs: dueMs(run) })),
      )
      return all
        .filter((due) => due.dueMs <= beforeMs)
        .sort((a, b) => a.dueMs - b.dueMs)
        .slice(0, limit)
        .map(({ workspace, run }) => ({ workspace, runId: run.id, kind: run.kind }))
    },
    putIds: async (workspace, runId, list, page, ids) => {
      idLists.of(workspace).set(JSON.stringify([runId, list, page]), keep(ids))
    },
    getIds: async (workspace, runId, list, page) => idLists.of(workspace).get(JSON.stringify([runId, list, page])),
    outcomesOf: async (workspace, runId, recordIds) => {
      const outcomes = store.outcomes.of(workspace).of(runId)
      return [...new Set(recordIds)].flatMap((id) => outcomes.get(id) ?? [])
    },
    outcomes: async (workspace, runId, limit, after) =>
      store.outcomes.of(workspace).of(runId).page('outcomes', limit, after),
  }
}

function placeOf(run: Run): string {
  return `${run.startedAt}#${run.id}`
}

function isUnfinished({ status }: Run): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting'
}

/** From when on a run counts as stalled, unless it moves. */
function dueMs({ movedAt, waitUntil }: Run): number {
  return Math.max(Date.parse(movedAt), waitUntil === undefined ? 0 : Date.parse(waitUntil))
}
