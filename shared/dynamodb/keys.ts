import { createHash } from 'node:crypto'
import { ignoringCase, oldSortKey, sortKey } from '#core/names'
import type { Entity, Question } from '#core/records'

/** The primary key of an item. */
export type Key = Readonly<{ pk: string; sk: string }>

/** How many partitions share one company's list in name order, so that a pull writes to all of them at once. */
const LIST_SHARDS = 8
/** How many partitions share the outcomes of one run. */
const OUTCOME_SHARDS = 4
/** How many partitions of the index share all unfinished runs. */
const RUNNING_SHARDS = 4

/** How many partitions of the index share all markers of one kind. */
const MARKER_SHARDS = 4

/** Longest part of a key that is kept readable; a longer one, which only a made-up id can be, is hashed. */
const LONGEST_PART = 200

/**
 * One part of a key. The separator is escaped, so that no id, however made up, can name a key outside of its
 * workspace; `%` is always followed by two digits or, for a hash, by an `h`, so no two texts become the same part.
 */
function part(text: string): string {
  if (text.length > LONGEST_PART) return `%h${createHash('sha256').update(text).digest('base64url')}`
  return text.replaceAll('%', '%25').replaceAll('#', '%23')
}

function digest(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url')
}

/** Spreads evenly, and the same in every process. */
function shardOf(text: string, shards: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE() % shards
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number)
}

const workspacePk = (workspace: string) => `W#${part(workspace)}`

export const connectionKey = (workspace: string): Key => ({ pk: workspacePk(workspace), sk: 'CONNECTION' })
export const tokensKey = (workspace: string): Key => ({ pk: workspacePk(workspace), sk: 'TOKENS' })
export const usageKey = (workspace: string, month: string): Key => ({
  pk: workspacePk(workspace),
  sk: `USAGE#${part(month)}`,
})
/** How many items share the count of all workspaces together, as one takes a thousand writes a second at most. */
const USAGE_SHARDS = 4
const usageOfAllShard = (month: string, shard: number): Key => ({ pk: `USAGE#${part(month)}#${shard}`, sk: 'USAGE' })
export const usageOfAllKey = (workspace: string, month: string): Key =>
  usageOfAllShard(month, shardOf(workspace, USAGE_SHARDS))
export const usageOfAllKeys = (month: string): readonly Key[] =>
  numbers(USAGE_SHARDS).map((shard) => usageOfAllShard(month, shard))
export const adminActsPk = (workspace: string) => `${workspacePk(workspace)}#ACTS`
export const adminActKey = (workspace: string, at: string, id: string): Key => ({
  pk: adminActsPk(workspace),
  sk: `${part(at)}#${part(id)}`,
})
export const DAILY_KEY: Key = { pk: 'DAILY', sk: 'DAILY' }
export const activeRunsPk = workspacePk
export const ACTIVE_PREFIX = 'ACTIVE#'
export const activeRunKey = (workspace: string, runId: string): Key => ({
  pk: activeRunsPk(workspace),
  sk: `${ACTIVE_PREFIX}${part(runId)}`,
})

export const realmKey = (realmId: string): Key => ({ pk: `REALM#${part(realmId)}`, sk: 'REALM' })
export const stateKey = (nonceHash: string): Key => ({ pk: `STATE#${part(nonceHash)}`, sk: 'STATE' })
export const consentsKey = (workspace: string, person: string): Key => ({
  pk: `${workspacePk(workspace)}#CONSENTS#${part(person)}`,
  sk: 'CONSENTS',
})
export const pacerKey = (realmId: string, limits: 'REST' | 'BATCH'): Key => ({
  pk: `PACER#${part(realmId)}`,
  sk: limits,
})
export const idempotencyKey = (workspace: string, key: string): Key => ({
  pk: `${workspacePk(workspace)}#KEY#${part(key)}`,
  sk: 'KEY',
})

export const mirrorKey = (workspace: string, entity: Entity, id: string): Key => ({
  pk: `${workspacePk(workspace)}#Q#${entity}#${part(id)}`,
  sk: 'MIRROR',
})
const contactPk = (workspace: string, id: string) => `${workspacePk(workspace)}#C#${part(id)}`
export const contactKey = (workspace: string, id: string): Key => ({ pk: contactPk(workspace, id), sk: 'CONTACT' })
export const childrenPk = contactPk
export const CHILD_PREFIX = 'CHILD#'
export const childKey = (workspace: string, parentId: string, id: string): Key => ({
  pk: contactPk(workspace, parentId),
  sk: `${CHILD_PREFIX}${part(id)}`,
})
/** All that refusals wait for, of one workspace: few at any time, however many contacts there are. */
export const waitingPk = (workspace: string) => `${workspacePk(workspace)}#WAITING`
export const waitingPrefix = (what: string) => `${part(what)}#`
export const waitingKey = (workspace: string, what: string, contactId: string): Key => ({
  pk: waitingPk(workspace),
  sk: `${waitingPrefix(what)}${part(contactId)}`,
})
export const historyPk = contactPk
export const HISTORY_PREFIX = 'J#'
/** Where an entry stands in its contact's history: in order of time. */
export const historyPlace = (at: string, id: string) => `${part(at)}#${part(id)}`
export const historyKey = (workspace: string, contactId: string, at: string, id: string): Key => ({
  pk: contactPk(workspace, contactId),
  sk: `${HISTORY_PREFIX}${historyPlace(at, id)}`,
})

export const conflictKey = (workspace: string, contactId: string, question: Question): Key => ({
  pk: contactPk(workspace, contactId),
  sk: `CONFLICT#${question}`,
})
export const conflictsPk = (workspace: string) => `${workspacePk(workspace)}#CONFLICTS`
/** Where a conflict stands among those of its workspace: in order of time. */
export const conflictPlace = (openedAt: string, contactId: string, question: Question) =>
  `${part(openedAt)}#${part(contactId)}#${question}`

const runPk = (workspace: string, runId: string) => `${workspacePk(workspace)}#RUN#${part(runId)}`
export const runKey = (workspace: string, runId: string): Key => ({ pk: runPk(workspace, runId), sk: 'RUN' })
export const idsKey = (workspace: string, runId: string, list: string, page: number): Key => ({
  pk: runPk(workspace, runId),
  sk: `IDS#${part(list)}#${page}`,
})
export const outcomeKey = (workspace: string, runId: string, recordId: string): Key => ({
  pk: `${runPk(workspace, runId)}#O#${shardOf(recordId, OUTCOME_SHARDS)}`,
  sk: recordId.length > LONGEST_PART ? part(recordId) : recordId,
})
export const outcomePks = (workspace: string, runId: string): readonly string[] =>
  numbers(OUTCOME_SHARDS).map((shard) => `${runPk(workspace, runId)}#O#${shard}`)

export type ListName = 'contacts' | Entity

const listPk = (workspace: string, list: ListName, shard: number) => `${workspacePk(workspace)}#${list}#${shard}`

/** The part of a list's sort key that equal names share. */
const listPkOf = (workspace: string, list: ListName, prefix: string): string =>
  listPk(workspace, list, shardOf(prefix, LIST_SHARDS))

/**
 * Where the names that are alike are in a list: all in one partition, so that one query finds them. A second place is where
 * a contact is that was stored when each spelling of blanks had a place of its own.
 */
export function namedPlaces(workspace: string, list: ListName, name: string) {
  const prefixes = new Set([sortKey(name, ''), oldSortKey(name, '')])
  return [...prefixes].map((prefix) => ({
    partition: listPkOf(workspace, list, prefix),
    range: { beginsWith: prefix },
  }))
}

export const listPks = (workspace: string, list: ListName): readonly string[] =>
  numbers(LIST_SHARDS).map((shard) => listPk(workspace, list, shard))

/** Where a record stands in its list, as attributes of its item. */
export const listPlace = (workspace: string, list: ListName, name: string, id: string) => ({
  gsi1pk: listPkOf(workspace, list, sortKey(name, '')),
  gsi1sk: sortKey(name, id),
})

export const runListPk = (workspace: string) => `${workspacePk(workspace)}#runs`

export const runningPkOf = (runId: string) => `RUNNING#${shardOf(runId, RUNNING_SHARDS)}`
export const runningPks = (): readonly string[] => numbers(RUNNING_SHARDS).map((shard) => `RUNNING#${shard}`)

/** Digits of an epoch in milliseconds, until the year 33658. */
const TIME_DIGITS = 15
export const timeDigits = (ms: number) => String(Math.max(0, Math.floor(ms))).padStart(TIME_DIGITS, '0')

/** The partition in which all of a workspace's records of this full name are found, whatever its case. */
export const fullNamePk = (workspace: string, entity: Entity, fullName: string) =>
  `${workspacePk(workspace)}#N#${entity}#${digest(ignoringCase(fullName))}`

export type MarkerKind = 'toRead' | 'toPush' | 'toReplan'
const MARKERS = { toRead: 'READ', toPush: 'PUSH', toReplan: 'REPLAN' } as const

export const markerPks = (kind: MarkerKind): readonly string[] =>
  numbers(MARKER_SHARDS).map((shard) => `${MARKERS[kind]}#${shard}`)

/** The partition that all of a workspace's markers of this kind are in, with those of others. */
export const markerPkOf = (kind: MarkerKind, workspace: string) =>
  `${MARKERS[kind]}#${shardOf(workspace, MARKER_SHARDS)}`

/** Where a marker stands in its partition: by workspace, and there in order of time. */
export const markerPlace = (workspace: string, dueMs: number, what: string) =>
  `${part(workspace)}#${timeDigits(dueMs)}#${digest(what)}`

/** From the first marker of a workspace to just above those that are due at `untilMs`. */
export const markerRange = (workspace: string, untilMs: number): [from: string, to: string] => [
  `${part(workspace)}#`,
  `${part(workspace)}#${timeDigits(untilMs + 1)}`,
]
/** Just above every marker of the workspace: `$` follows `#`, which no workspace's part of a key holds. */
export const aboveMarkers = (workspace: string) => `${part(workspace)}$`
/** The moment in a marker's place, as digits: what follows the workspace. */
export const markerTime = (place: string): string => place.split('#')[1] ?? ''

/** A marker lies with the record that it is of; the survivor of a merge has one for each record that went into it. */
export const toReadKey = (
  workspace: string,
  entity: Entity | 'employee',
  id: string,
  mergedFromId: string | undefined,
): Key => ({
  pk: `${workspacePk(workspace)}#Q#${entity}#${part(id)}`,
  sk: mergedFromId === undefined ? 'TOREAD' : `TOREAD#${part(mergedFromId)}`,
})

export const eventKey = (eventId: string): Key => ({ pk: `EVENT#${part(eventId)}`, sk: 'EVENT' })
export const settingsKey = (workspace: string): Key => ({ pk: workspacePk(workspace), sk: 'SETTINGS' })

export const CONNECTED_PK = 'CONNECTION#connected'
export const RECONNECT_PK = 'CONNECTION#reconnectNeeded'
