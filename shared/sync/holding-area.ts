import { Failure } from '#core/errors'
import { type HeldFilter, isHeldBy, searchedInHeld } from '#core/list-filters'
import type { Entity, Mirror, MirrorRow } from '#core/records'
import { pageOf } from './list-page.ts'
import type { ListPage, Ports } from './ports.ts'

/**
 * A page of the customers or vendors that were pulled, in order of name. A search may use `*` and ignores case and accents.
 * Throws invalidInput (search), cursorInvalid.
 */
export async function listHeld(
  { mirrors }: Pick<Ports, 'mirrors'>,
  {
    workspace,
    entity = 'customer',
    filter,
    search,
    limit,
    after,
  }: Readonly<{
    workspace: string
    entity?: Entity
    filter: HeldFilter
    search?: string
    limit: number
    after?: string
  }>,
): Promise<ListPage<MirrorRow>> {
  return pageOf(
    {
      byName: (rows, from) => mirrors.listByName(workspace, entity, rows, from),
      scan: () => mirrors.scan(workspace, entity),
      searched: searchedInHeld,
    },
    {
      limit,
      ...(filter !== 'all' && { keep: (row: MirrorRow) => isHeldBy(filter, row) }),
      ...(search !== undefined && { search }),
      ...(after !== undefined && { after }),
    },
  )
}

/** One customer or vendor with all its details. Throws notFound. */
export async function getHeld(
  { mirrors }: Pick<Ports, 'mirrors'>,
  workspace: string,
  entity: Entity,
  id: string,
): Promise<Mirror> {
  const mirror = await mirrors.get(workspace, entity, id)
  if (mirror === undefined) throw new Failure({ kind: 'notFound', what: `QuickBooks ${entity}`, id })
  return mirror
}
