import { Entity } from 'dynamodb-toolbox/entity'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { string } from 'dynamodb-toolbox/schema/string'
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { keyOf, positionAfter } from '#core/positions'
import type { JournalEntry } from '#core/records'
import type { Contacts } from '#sync/ports'
import { firstItems } from './first-items.ts'
import { HISTORY_PREFIX, historyKey, historyPk } from './keys.ts'
import { journalEntrySchema, readableIn } from './stored.ts'
import type { Tandem } from './table.ts'

/** Just above every sort key that begins with the prefix. */
const HISTORY_END = 'J$'
const storedItem = z.object({ entry: journalEntrySchema })
const place = z.object({ sk: z.string() })

export function createHistory({ table }: Tandem) {
  const journalItem = new Entity({
    name: 'journalEntry',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), entry: any() }),
  })

  const page: Contacts['history'] = async (workspace, contactId, limit, after) => {
    // The least key above the last one handed out.
    const above = after === undefined ? '' : `${keyOf('history', after)}\u0000`
    const query = table.build(QueryCommand).query({
      partition: historyPk(workspace, contactId),
      range: { between: [`${HISTORY_PREFIX}${above}`, HISTORY_END] },
    })
    const items = await firstItems(limit + 1, (options) => query.options({ ...options, consistent: true }).send())
    const rows = readableIn(storedItem, items.slice(0, limit)).map(({ entry }) => entry)
    const last = items[limit - 1]
    return last !== undefined && items.length > limit
      ? { rows, next: positionAfter('history', place.parse(last).sk.slice(HISTORY_PREFIX.length)) }
      : { rows }
  }

  return {
    page,
    /** A further entry, for a transaction. Refused when it is stored already. */
    write: (workspace: string, entry: JournalEntry) =>
      journalItem
        .build(PutTransaction)
        .item({ ...historyKey(workspace, entry.contactId, entry.at, entry.id), entry })
        .options({ condition: { attr: 'pk', exists: false } }),
  }
}
