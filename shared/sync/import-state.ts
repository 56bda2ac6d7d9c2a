import { IMPORT_KINDS, type ImportKind } from '#core/import-mapping'
import { HELD_FILTERS, type HeldFilter } from '#core/list-filters'
import { ENTITIES, type Entity, type JsonObject } from '#core/records'
import type { Ports } from './ports.ts'
import type { ReconcileManyPorts } from './reconcile-many.ts'
import type { Slice, SlicePorts } from './run-slice.ts'
import { flagIn, maybe, numberIn, objectIn, textIn, wordIn } from './stored-state.ts'

export type ImportPorts = SlicePorts & ReconcileManyPorts & Pick<Ports, 'digest'>
export type ImportSlice = Slice<ImportState>

/** What to do where an unlinked contact of the same name exists: say so, or link it. */
export const SAME_NAME = ['ask', 'link'] as const
export type SameName = (typeof SAME_NAME)[number]

/** All that a filter shows, beyond the page; `except` names those that were taken out by hand. */
export type FilterSelection = Readonly<{ filter: HeldFilter; search?: string }>

/** What an import needs to go on where it stopped. Ids are kept in lists beside the run. */
export type ImportState = Readonly<{
  /** The QuickBooks list that it imports from. */
  entity: Entity
  as: ImportKind
  sameName: SameName
  /** Absent when people named the ids. */
  byFilter?: FilterSelection
  /** Lists of ids that people named: the selection itself, or what a filter's selection leaves out. */
  namedLists: number
  /** Whether the selection has been laid out in chunks, parents before children. */
  prepared: boolean
  /** Rows whose parent was not there yet are taken again in the next pass. */
  pass: number
  chunks: number
  nextChunk: number
  rowsInPass: number
  putOff: number
  /** The last pass: who has no parent now gets none. */
  last: boolean
}>

export function newImportState(
  made: Readonly<Pick<ImportState, 'entity' | 'as' | 'sameName' | 'namedLists'> & { byFilter?: FilterSelection }>,
): ImportState {
  return { ...made, prepared: false, pass: 0, chunks: 0, nextChunk: 0, rowsInPass: 0, putOff: 0, last: false }
}

export function parseImportState(state: JsonObject): ImportState {
  const byFilter = maybe(objectIn, state, 'byFilter')
  return {
    entity: wordIn(ENTITIES, state, 'entity'),
    as: wordIn(IMPORT_KINDS, state, 'as'),
    sameName: wordIn(SAME_NAME, state, 'sameName'),
    ...(byFilter !== undefined && { byFilter: parseFilter(byFilter) }),
    namedLists: numberIn(state, 'namedLists'),
    prepared: flagIn(state, 'prepared'),
    pass: numberIn(state, 'pass'),
    chunks: numberIn(state, 'chunks'),
    nextChunk: numberIn(state, 'nextChunk'),
    rowsInPass: numberIn(state, 'rowsInPass'),
    putOff: numberIn(state, 'putOff'),
    last: flagIn(state, 'last'),
  }
}

function parseFilter(value: JsonObject): FilterSelection {
  const search = maybe(textIn, value, 'search')
  return { filter: wordIn(HELD_FILTERS, value, 'filter'), ...(search !== undefined && { search }) }
}
