import * as z from 'zod'
import { Failure } from '#core/errors'
import type { Clock, Signer } from '#sync/ports'
import { EdgeFailure } from './read-input.ts'

export type CursorPorts = Readonly<{ signer: Signer; clock: Pick<Clock, 'now'> }>

/** The list that a cursor continues: a cursor of any other place is refused. */
export type Place = Readonly<{ workspace: string; list: string; filter: Readonly<Record<string, string | boolean>> }>

/** Longer than anyone looks through a list; after that, what a cursor stands for has moved too far. */
const LIVES_MS = 24 * 60 * 60_000

const Sealed = z.tuple([z.literal('cursor'), z.string(), z.string(), z.string(), z.string(), z.number()])

/** An opaque text from which `openCursor` gets `after` back, at the same place only. */
export function sealCursor({ signer, clock }: CursorPorts, place: Place, after: string): Promise<string> {
  const untilMs = clock.now() + LIVES_MS
  return signer.seal(JSON.stringify(['cursor', place.workspace, place.list, written(place), after, untilMs]))
}

/**
 * The adapter's own position inside a cursor. Throws cursorInvalid for a cursor that this place did not give, and
 * cursorExpired for one that it gave more than a day ago.
 */
export async function openCursor({ signer, clock }: CursorPorts, place: Place, cursor: string): Promise<string> {
  const parsed = Sealed.safeParse(readJson(await signer.open(cursor)))
  if (!parsed.success) throw new Failure({ kind: 'cursorInvalid' })
  const [, workspace, list, filter, after, untilMs] = parsed.data
  if (workspace !== place.workspace || list !== place.list || filter !== written(place)) {
    throw new Failure({ kind: 'cursorInvalid' })
  }
  if (untilMs <= clock.now()) throw new EdgeFailure({ kind: 'cursorExpired' })
  return after
}

function written({ filter }: Place): string {
  return JSON.stringify(Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

// What was sealed is our own, yet anyone's secret-sealed text (an OAuth state) may be sent as a cursor.
function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
