import type { Span } from '#core/coverage'
import type { IdOrder } from '#core/id-order'
import { ENTITIES, type Entity, type JsonObject, type JsonValue } from '#core/records'
import type { Ports } from './ports.ts'
import type { ReconcileManyPorts } from './reconcile-many.ts'
import type { Slice, SlicePorts } from './run-slice.ts'
import { flagIn, isObject, listIn, maybe, numberIn, objectIn, textIn, wordIn } from './stored-state.ts'

export type PullPorts = SlicePorts & ReconcileManyPorts & Pick<Ports, 'digest' | 'markers'>
export type PullSlice = Slice<PullState>

/** Where the sweep for what changed during the pull stands. */
export type SweepState = Readonly<{ since: string; row: number; done: boolean }>

/** What a pull needs to go on where it stopped: its lists, one after the other, and where it stands in the present one. */
export type PullState = ListState &
  Readonly<{
    /** When reading began: nothing older than this is missing when the pull ends. */
    t0?: string
    /** The lists that it reads, in this order. */
    entities: readonly Entity[]
    /** How many of them are done, and what they came to. */
    listsDone: number
    before: ListTotals
    /** Why lists that are done are not proven to be whole. */
    unproven: readonly string[]
    /** Why the guard has stopped lists that are done. */
    stopped: readonly string[]
    /** A person has said that it is right when many records are gone. */
    confirmGone: boolean
  }>

export type ListTotals = Readonly<{
  rows: number
  pages: number
  stored: number
  unchanged: number
  gone: number
  missing: number
}>

/** Where the reading of one list stands. */
export type ListState = Readonly<{
  /** What QuickBooks' COUNT(*) said. */
  count?: number
  /** One for each page of the list; null while it is not read. */
  spans: readonly (Span | null)[]
  /** Answers that close gaps between pages. */
  bridges: readonly Span[]
  /** The orders of ids that all answers fit so far. */
  orders: readonly IdOrder[]
  sweep?: SweepState
  /** Answers beyond the pages whose ids are stored. */
  laterLists: number
  /** How often the count was found to be wrong. */
  rounds: number
  /** Lists of ids that were found to be gone. */
  goneLists: number
  /** How far the linked contacts have been looked at, in lists of record ids. */
  linked?: LinkedState
}>

/** `mayNotArchive`: so many were deactivated that a person has to confirm it. */
export type LinkedState = Readonly<{ lists: number; next: number; mayNotArchive?: string }>

const NEW_LIST: ListState = {
  spans: [],
  bridges: [],
  orders: ['number', 'text'],
  laterLists: 0,
  rounds: 0,
  goneLists: 0,
}

export function newPullState(entities: readonly Entity[], confirmGone: boolean): PullState {
  const before: ListTotals = { rows: 0, pages: 0, stored: 0, unchanged: 0, gone: 0, missing: 0 }
  return { ...NEW_LIST, entities, listsDone: 0, before, unproven: [], stopped: [], confirmGone }
}

/** The pull with its present list done, at the beginning of the next one. */
export function onNextList(
  { t0, entities, listsDone, confirmGone, unproven, stopped }: PullState,
  before: ListTotals,
  why: Readonly<{ unproven?: string; stopped?: string }>,
): PullState {
  return {
    ...NEW_LIST,
    ...(t0 !== undefined && { t0 }),
    entities,
    listsDone: listsDone + 1,
    before,
    unproven: why.unproven === undefined ? unproven : [...unproven, why.unproven],
    stopped: why.stopped === undefined ? stopped : [...stopped, why.stopped],
    confirmGone,
  }
}

/** The list that is being read; undefined when all are done. */
export function presentList({ entities, listsDone }: PullState): Entity | undefined {
  return entities[listsDone]
}

/** The list that is being read, for those who are called only while one is. */
export function listOf(slice: PullSlice): Entity {
  const entity = presentList(slice.state())
  if (entity === undefined) throw new Error('A pull that has read all its lists reads no more.')
  return entity
}

/** Keeps the ids of one list apart from those of another. */
export function idListName(slice: PullSlice, name: string): string {
  return `${listOf(slice)}-${name}`
}

export function parsePullState(state: JsonObject): PullState {
  const t0 = maybe(textIn, state, 't0')
  const count = maybe(numberIn, state, 'count')
  const sweep = maybe(objectIn, state, 'sweep')
  const linked = maybe(objectIn, state, 'linked')
  return {
    ...(t0 !== undefined && { t0 }),
    entities: listIn(state, 'entities').map((entity) => wordIn(ENTITIES, { entity }, 'entity')),
    listsDone: numberIn(state, 'listsDone'),
    before: parseTotals(objectIn(state, 'before')),
    unproven: textsIn(state, 'unproven'),
    stopped: textsIn(state, 'stopped'),
    ...(count !== undefined && { count }),
    spans: listIn(state, 'spans').map((span) => (span === null ? null : parseSpan(span))),
    bridges: listIn(state, 'bridges').map(parseSpan),
    orders: listIn(state, 'orders').map((order) => wordIn(['number', 'text'], { order }, 'order')),
    ...(sweep !== undefined && {
      sweep: { since: textIn(sweep, 'since'), row: numberIn(sweep, 'row'), done: flagIn(sweep, 'done') },
    }),
    laterLists: numberIn(state, 'laterLists'),
    rounds: numberIn(state, 'rounds'),
    goneLists: numberIn(state, 'goneLists'),
    confirmGone: flagIn(state, 'confirmGone'),
    ...(linked !== undefined && { linked: parseLinked(linked) }),
  }
}

function parseTotals(totals: JsonObject): ListTotals {
  return {
    rows: numberIn(totals, 'rows'),
    pages: numberIn(totals, 'pages'),
    stored: numberIn(totals, 'stored'),
    unchanged: numberIn(totals, 'unchanged'),
    gone: numberIn(totals, 'gone'),
    missing: numberIn(totals, 'missing'),
  }
}

function textsIn(state: JsonObject, name: string): readonly string[] {
  return listIn(state, name).map((text) => textIn({ text }, 'text'))
}

function parseLinked(linked: JsonObject): LinkedState {
  const mayNotArchive = maybe(textIn, linked, 'mayNotArchive')
  return {
    lists: numberIn(linked, 'lists'),
    next: numberIn(linked, 'next'),
    ...(mayNotArchive !== undefined && { mayNotArchive }),
  }
}

function parseSpan(value: JsonValue): Span {
  const span = isObject(value) ? value : {}
  const first = maybe(textIn, span, 'first')
  const last = maybe(textIn, span, 'last')
  return {
    row: numberIn(span, 'row'),
    rows: numberIn(span, 'rows'),
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ended: flagIn(span, 'ended'),
  }
}
