import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { string } from 'dynamodb-toolbox/schema/string'
import * as z from 'zod'
import type { DailyProgress } from '#sync/ports'
import { DAILY_KEY } from './keys.ts'
import type { Tandem } from './table.ts'

const doneSchema = z.looseObject({
  slot: z.number(),
  under: z.looseObject({ to: z.number(), after: z.string() }).optional(),
})

/** One item for all workspaces. Two that write it at once do some of the work twice, which changes nothing. */
export function createDailyProgress({ table }: Tandem): DailyProgress {
  const dailyItem = new Entity({
    name: 'daily',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), done: any() }),
  })
  return {
    get: async () => {
      const { Item } = await dailyItem.build(GetItemCommand).key(DAILY_KEY).options({ consistent: true }).send()
      if (Item === undefined) return undefined
      const { slot, under } = doneSchema.parse(Item.done)
      return under === undefined ? { slot } : { slot, under }
    },
    save: async (done) => {
      await dailyItem
        .build(PutItemCommand)
        .item({ ...DAILY_KEY, done })
        .send()
    },
  }
}
