import type { AdminAct } from '#core/admin-acts'
import { keyOf, positionAfter } from '#core/positions'
import type { AdminActs } from '#sync/ports'
import { keep } from './keep.ts'
import type { Store } from './store.ts'

export function createAdminActs({ adminActs }: Store): AdminActs {
  return {
    list: async (workspace, limit, after) => {
      const below = after === undefined ? undefined : keyOf('adminActs', after)
      const rest = [...adminActs.of(workspace).values()]
        .filter((act) => below === undefined || placeOf(act) < below)
        .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
      const rows = rest.slice(0, limit)
      const last = rows.at(-1)
      return last !== undefined && rest.length > limit
        ? { rows, next: positionAfter('adminActs', placeOf(last)) }
        : { rows }
    },
  }
}

export function storeAct({ adminActs }: Store, workspace: string, act: AdminAct | undefined): void {
  if (act !== undefined) adminActs.of(workspace).set(act.id, keep(act))
}

const placeOf = ({ at, id }: AdminAct) => `${at}#${id}`
