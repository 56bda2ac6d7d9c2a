import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { keyOf, positionAfter } from '#core/positions'
import type { Conflicts } from '#sync/ports'
import { firstItems } from './first-items.ts'
import { conflictsPk } from './keys.ts'
import { conflictRowSchema, readableIn } from './stored.ts'
import type { Tandem } from './table.ts'

const indexItem = z.object({ row: conflictRowSchema })
const place = z.object({ gsi2sk: z.string() })

/** Conflicts as contact-writes.ts keeps them beside their contacts. */
export function createConflicts({ table }: Tandem): Conflicts {
  return {
    list: async (workspace, limit, after) => {
      const above = after === undefined ? {} : { range: { gt: keyOf('conflicts', after) } }
      const query = table.build(QueryCommand).query({ index: 'gsi2', partition: conflictsPk(workspace), ...above })
      const found = await firstItems(limit + 1, (options) => query.options(options).send())
      const rows = readableIn(indexItem, found.slice(0, limit)).map(({ row }) => row)
      const last = found[limit - 1]
      return last !== undefined && found.length > limit
        ? { rows, next: positionAfter('conflicts', place.parse(last).gsi2sk) }
        : { rows }
    },
  }
}
