import { isHeldBy, searchedInHeld } from '#core/list-filters'
import type { FilterSelection, ImportPorts, ImportSlice } from './import-state.ts'
import { inPiecesOf } from './in-parallel.ts'
import { searchIn } from './list-page.ts'
import type { Ports } from './ports.ts'

/** Ids in one list of those that people named. */
const NAMED_A_LIST = 1_000
/** Rows that are worked on together: as many ids as one query to QuickBooks may name. */
const ROWS_A_CHUNK = 200
/** Mirrors that are read at once to learn their levels. */
const MIRRORS_AT_ONCE = 100
/** Where ids go that nothing is known of: behind all others. */
const UNKNOWN_LEVEL = 99

/** Stores the ids that people named, in lists beside the run; answers how many lists. */
export async function storeNamed(
  { runs }: Pick<Ports, 'runs'>,
  workspace: string,
  runId: string,
  ids: readonly string[],
): Promise<number> {
  const lists = inPiecesOf(NAMED_A_LIST, ids)
  for (const [number, list] of lists.entries()) await runs.putIds(workspace, runId, 'named', number, list)
  return lists.length
}

export async function readNamed({ runs }: Pick<Ports, 'runs'>, slice: ImportSlice): Promise<readonly string[]> {
  const ids: string[] = []
  for (let number = 0; number < slice.state().namedLists; number++) {
    ids.push(...((await runs.getIds(slice.workspace, slice.runId, 'named', number)) ?? []))
  }
  return ids
}

/** The list of chunks that a pass works through. */
export function passList(pass: number): string {
  return `rows-${pass}`
}

/** Stores the selection as chunks for the first pass, parents before children, whatever order it was made in. */
export async function layOut(
  ports: ImportPorts,
  slice: ImportSlice,
  named: readonly string[],
): Promise<Readonly<{ rows: number; chunks: number }>> {
  const { byFilter } = slice.state()
  const levels =
    byFilter === undefined ? await levelsOf(ports, slice, named) : await selected(ports, slice, byFilter, named)
  const ids = [...levels.keys()].sort((a, b) => a - b).flatMap((level) => levels.get(level) ?? [])
  const chunks = inPiecesOf(ROWS_A_CHUNK, ids)
  for (const [number, chunk] of chunks.entries()) {
    await ports.runs.putIds(slice.workspace, slice.runId, passList(0), number, chunk)
  }
  return { rows: ids.length, chunks: chunks.length }
}

type Levels = Map<number, string[]>

async function levelsOf(
  ports: ImportPorts,
  { workspace, state }: ImportSlice,
  ids: readonly string[],
): Promise<Levels> {
  const levels: Levels = new Map()
  for (const piece of inPiecesOf(MIRRORS_AT_ONCE, ids)) {
    const mirrors = await ports.mirrors.getMany(workspace, state().entity, piece)
    const levelOf = new Map(mirrors.map(({ id, level }) => [id, level]))
    for (const id of piece) add(levels, levelOf.get(id) ?? UNKNOWN_LEVEL, id)
  }
  return levels
}

async function selected(
  ports: ImportPorts,
  { workspace, state }: ImportSlice,
  { filter, search }: FilterSelection,
  except: readonly string[],
): Promise<Levels> {
  const levels: Levels = new Map()
  const left = new Set(except)
  const matches = search === undefined ? () => true : searchIn(search)
  for await (const rows of ports.mirrors.scan(workspace, state().entity)) {
    for (const row of rows) {
      if (!left.has(row.id) && isHeldBy(filter, row) && matches(searchedInHeld(row))) add(levels, row.level, row.id)
    }
  }
  return levels
}

function add(levels: Levels, level: number, id: string): void {
  const ids = levels.get(level)
  if (ids === undefined) levels.set(level, [id])
  else ids.push(id)
}
