import type { Span } from '#core/coverage'
import type { IdOrder } from '#core/id-order'
import type { JsonObject, JsonValue } from '#core/records'
import type { Ports } from './ports.ts'
import type { ReconcileManyPorts } from './reconcile-many.ts'
import type { Slice, SlicePorts } from './run-slice.ts'
import { flagIn, isObject, listIn, maybe, numberIn, objectIn, textIn, wordIn } from './stored-state.ts'

export type PullPorts = SlicePorts & ReconcileManyPorts & Pick<Ports, 'digest'>
export type PullSlice = Slice<PullState>

/** Where the sweep for what changed during the pull stands. */
export type SweepState = Readonly<{ since: string; row: number; done: boolean }>

/** What a pull needs to go on where it stopped. */
export type PullState = Readonly<{
  /** When reading began: nothing older than this is missing when the pull ends. */
  t0?: string
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
  /** A person has said that it is right when many records are gone. */
  confirmGone: boolean
  /** How far the linked contacts have been looked at, in lists of record ids. */
  linked?: LinkedState
}>

/** `mayNotArchive`: so many were deactivated that a person has to confirm it. */
export type LinkedState = Readonly<{ lists: number; next: number; mayNotArchive?: string }>

export function newPullState(confirmGone: boolean): PullState {
  return {
    spans: [],
    bridges: [],
    orders: ['number', 'text'],
    laterLists: 0,
    rounds: 0,
    goneLists: 0,
    confirmGone,
  }
}

export function parsePullState(state: JsonObject): PullState {
  const t0 = maybe(textIn, state, 't0')
  const count = maybe(numberIn, state, 'count')
  const sweep = maybe(objectIn, state, 'sweep')
  const linked = maybe(objectIn, state, 'linked')
  return {
    ...(t0 !== undefined && { t0 }),
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
