import { Entity } from 'dynamodb-toolbox/entity'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { string } from 'dynamodb-toolbox/schema/string'
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import type { AdminAct } from '#core/admin-acts'
import { keyOf, positionAfter } from '#core/positions'
import type { AdminActs } from '#sync/ports'
import { firstItems } from './first-items.ts'
import { adminActKey, adminActsPk } from './keys.ts'
import { adminActSchema, readableIn } from './stored.ts'
import type { Tandem } from './table.ts'

const storedItem = z.object({ act: adminActSchema })
const place = z.object({ sk: z.string() })

export function createAdminActs({ table }: Tandem) {
  const actItem = new Entity({
    name: 'adminAct',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), act: any() }),
  })

  const list: AdminActs['list'] = async (workspace, limit, after) => {
    const below = after === undefined ? {} : { range: { lt: keyOf('adminActs', after) } }
    const query = table.build(QueryCommand).query({ partition: adminActsPk(workspace), ...below })
    const items = await firstItems(limit + 1, (options) =>
      query.options({ ...options, reverse: true, consistent: true }).send(),
    )
    const rows = readableIn(storedItem, items.slice(0, limit)).map(({ act }) => act)
    const last = items[limit - 1]
    return last !== undefined && items.length > limit
      ? { rows, next: positionAfter('adminActs', place.parse(last).sk) }
      : { rows }
  }

  return {
    list,
    /** A further act, for the transaction of what it tells of. */
    writes: (workspace: string, act: AdminAct | undefined) =>
      act === undefined
        ? []
        : [
            actItem
              .build(PutTransaction)
              .item({ ...adminActKey(workspace, act.at, act.id), act })
              .options({ condition: { attr: 'pk', exists: false } }),
          ],
  }
}
