import type { ListPage } from '#sync/ports'
import { type CursorPorts, openCursor, type Place, sealCursor } from './cursors.ts'

type Wanted = Readonly<{ limit: number; cursor?: string | undefined }>

/**
 * One page of a list: opens the cursor, reads, and seals the position after it.
 * Throws cursorInvalid for a cursor of another workspace, list or filter, cursorExpired for one of yesterday.
 */
export async function listPage<Row>(
  ports: CursorPorts,
  place: Place,
  { limit, cursor }: Wanted,
  read: (slice: Readonly<{ limit: number; after?: string }>) => Promise<ListPage<Row>>,
): Promise<Readonly<{ items: readonly Row[]; next?: string }>> {
  const after = cursor === undefined ? undefined : await openCursor(ports, place, cursor)
  const { rows, next } = await read({ limit, ...(after !== undefined && { after }) })
  return { items: rows, ...(next !== undefined && { next: await sealCursor(ports, place, next) }) }
}
