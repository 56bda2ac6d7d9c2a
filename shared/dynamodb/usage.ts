import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { $add, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import type { Usage } from '#sync/ports'
import { usageKey } from './keys.ts'
import type { Tandem } from './table.ts'

export function createUsage({ table }: Tandem): Usage {
  const usageItem = new Entity({
    name: 'usage',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), reads: number(), writes: number() }),
  })
  return {
    add: async (workspace, month, { reads, writes }) => {
      await usageItem
        .build(UpdateItemCommand)
        .item({ ...usageKey(workspace, month), reads: $add(reads), writes: $add(writes) })
        .send()
    },
    get: async (workspace, month) => {
      const { Item } = await usageItem
        .build(GetItemCommand)
        .key(usageKey(workspace, month))
        .options({ consistent: true })
        .send()
      return { reads: Item?.reads ?? 0, writes: Item?.writes ?? 0 }
    },
  }
}
