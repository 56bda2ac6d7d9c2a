import type { Markers, ToRead } from '#sync/ports'
import { keep } from './keep.ts'
import type { Store } from './store.ts'
import { createTables } from './tables.ts'

/** How long an event is remembered: longer than anybody sends it again. */
const SEEN_MS = 7 * 24 * 60 * 60 * 1_000

type Mark = Readonly<{ sinceMs: number; told: ToRead }>

export function createMarkers(store: Store): Markers {
  const marks = createTables(() => new Map<string, Mark>())
  const seenUntilMs = new Map<string, number>()
  let stamps = 0

  const readSince = function* (): Iterable<readonly [workspace: string, sinceMs: number]> {
    for (const [workspace, table] of marks.all()) {
      for (const { sinceMs } of table.values()) yield [workspace, sinceMs]
    }
  }
  const pushDue = function* (): Iterable<readonly [workspace: string, dueMs: number]> {
    for (const [workspace, { toPush }] of store.contacts.all()) {
      for (const dueMs of toPush.values()) yield [workspace, dueMs]
    }
  }
  const replanDue = function* (): Iterable<readonly [workspace: string, dueMs: number]> {
    for (const [workspace, { replan }] of store.settings) if (replan !== undefined) yield [workspace, replan.dueAtMs]
  }
  const due = { toRead: readSince, toPush: pushDue, toReplan: replanDue }

  return {
    markToRead: async (workspace, records, nowMs) => {
      const table = marks.of(workspace)
      for (const record of records) {
        const key = keyOf(record)
        const told = keep({ ...record, stamp: String(stamps++) })
        table.set(key, { sinceMs: table.get(key)?.sinceMs ?? nowMs, told })
      }
    },
    toRead: async (workspace, limit) =>
      [...marks.of(workspace).values()]
        .sort((a, b) => a.sinceMs - b.sinceMs)
        .slice(0, limit)
        .map(({ told }) => told),
    clearToRead: async (workspace, done) => {
      const table = marks.of(workspace)
      for (const told of done) {
        const key = keyOf(told)
        if (table.get(key)?.told.stamp === told.stamp) table.delete(key)
      }
    },
    toPush: async (workspace, nowMs, limit) =>
      [...store.contacts.of(workspace).toPush]
        .filter(([, dueMs]) => dueMs <= nowMs)
        .sort(([, a], [, b]) => a - b)
        .slice(0, limit)
        .map(([id]) => id),
    waiting: async (kind, beforeMs, limit) => {
      const first = new Map<string, number>()
      for (const [workspace, dueMs] of due[kind]()) {
        if (dueMs < beforeMs) first.set(workspace, Math.min(dueMs, first.get(workspace) ?? dueMs))
      }
      return [...first].slice(0, limit).map(([workspace, dueMs]) => ({ workspace, dueMs }))
    },
    seenAmong: async (eventIds, nowMs) =>
      new Set(eventIds.filter((eventId) => (seenUntilMs.get(eventId) ?? nowMs) > nowMs)),
    remember: async (eventIds, nowMs) => {
      for (const eventId of eventIds) seenUntilMs.set(eventId, nowMs + SEEN_MS)
    },
  }
}

function keyOf({ entity, id, mergedFromId }: Omit<ToRead, 'stamp'>): string {
  return JSON.stringify([entity, id, mergedFromId ?? null])
}
