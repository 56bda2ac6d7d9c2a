import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { keyOf, positionAfter } from '#core/positions'
import type { Conflicts } from '#sync/ports'
import { firstItems } from './first-items.ts'
import { conflictsPk } from './keys.ts'
import { conflictRowSchema } from './stored.ts'
import type { Tandem } from './table.ts'

const indexItem = z.object({ gsi2sk: z.string(), row: conflictRowSchema })

/** Conflicts as contact-writes.ts keeps them beside their contacts. */
export function createConflicts({ table }: Tandem): Conflicts {
  return {
    list: async (workspace, limit, after) => {
      const above = after === undefined ? {} : { range: { gt: keyOf('conflicts', after) } }
      const query = table.build(QueryCommand).query({ index: 'gsi2', partition: conflictsPk(workspace), ...above })
      const found = await firstItems(limit + 1, (options) => query.options(options).send())
      const items = z.array(indexItem).parse(found)
      const rows = items.slice(0, limit).map(({ row }) => row)
      const last = items[limit - 1]
      return last !== undefined && items.length > limit
        ? { rows, next: positionAfter('conflicts', last.gsi2sk) }
        : { rows }
    },
  }
}
