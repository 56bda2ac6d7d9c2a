import * as z from 'zod'
import { Failure } from '#core/errors'
import type { Signer } from '#sync/ports'

/** The list that a cursor continues: a cursor of any other place is refused. */
export type Place = Readonly<{ workspace: string; list: string; filter: Readonly<Record<string, string | boolean>> }>

const Sealed = z.tuple([z.literal('cursor'), z.string(), z.string(), z.string(), z.string()])

/** An opaque text from which `openCursor` gets `after` back, at the same place only. */
export function sealCursor(signer: Signer, place: Place, after: string): Promise<string> {
  return signer.seal(JSON.stringify(['cursor', place.workspace, place.list, written(place), after]))
}

/** The adapter's own position inside a cursor. Throws cursorInvalid for a cursor that this place did not give. */
export async function openCursor(signer: Signer, place: Place, cursor: string): Promise<string> {
  const parsed = Sealed.safeParse(readJson(await signer.open(cursor)))
  if (!parsed.success) throw new Failure({ kind: 'cursorInvalid' })
  const [, workspace, list, filter, after] = parsed.data
  if (workspace !== place.workspace || list !== place.list || filter !== written(place)) {
    throw new Failure({ kind: 'cursorInvalid' })
  }
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
