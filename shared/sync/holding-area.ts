import { Failure } from '#core/errors'
import { type HeldFilter, isHeldBy, searchedInHeld } from '#core/list-filters'
import type { Mirror, MirrorRow } from '#core/records'
import { pageOf } from './list-page.ts'
import type { ListPage, Ports } from './ports.ts'

/**
 * A page of the customers that were pulled, in order of name. A search may use `*` and ignores case and accents.
 * Throws invalidInput (search), cursorInvalid.
 */
export async function listHeld(
  { mirrors }: Pick<Ports, 'mirrors'>,
  {
    workspace,
    filter,
    search,
    limit,
    after,
  }: Readonly<{
    workspace: string
    filter: HeldFilter
    search?: string
    limit: number
    after?: string
  }>,
): Promise<ListPage<MirrorRow>> {
  return pageOf(
    {
      byName: (rows, from) => mirrors.listByName(workspace, 'customer', rows, from),
      scan: () => mirrors.scan(workspace, 'customer'),
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

/** One customer with all its details. Throws notFound. */
export async function getHeld({ mirrors }: Pick<Ports, 'mirrors'>, workspace: string, id: string): Promise<Mirror> {
  const mirror = await mirrors.get(workspace, 'customer', id)
  if (mirror === undefined) throw new Failure({ kind: 'notFound', what: 'QuickBooks customer', id })
  return mirror
}
