import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import * as z from 'zod'
import type { Clock, Runs } from '#sync/ports'
import { idsKey } from './keys.ts'
import type { Tandem } from './table.ts'

/** Longer than any run waits: a spent read budget comes back with the next month. */
const KEPT_S = 60 * 24 * 60 * 60

const idList = z.array(z.string())

export function createRunIds({ table }: Tandem, clock: Clock): Pick<Runs, 'putIds' | 'getIds'> {
  const idsItem = new Entity({
    name: 'runIds',
    table,
    timestamps: false,
    entityAttribute: false,
    // One string for all ids, because a page has a thousand: a list would take longer to write and to read than to use.
    schema: item({ pk: string().key(), sk: string().key(), ids: string(), expiresAt: number() }),
  })
  return {
    putIds: async (workspace, runId, list, page, ids) => {
      const expiresAt = Math.ceil(clock.now() / 1_000) + KEPT_S
      await idsItem
        .build(PutItemCommand)
        .item({ ...idsKey(workspace, runId, list, page), ids: JSON.stringify(ids), expiresAt })
        .send()
    },
    getIds: async (workspace, runId, list, page) => {
      const { Item } = await idsItem
        .build(GetItemCommand)
        .key(idsKey(workspace, runId, list, page))
        .options({ consistent: true })
        .send()
      return Item && idList.parse(JSON.parse(Item.ids))
    },
  }
}
