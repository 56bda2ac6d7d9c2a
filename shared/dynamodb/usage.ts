import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { $add, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import type { Usage, UsageCounts } from '#sync/ports'
import { type Key, usageKey, usageOfAllKey, usageOfAllKeys } from './keys.ts'
import type { Tandem } from './table.ts'

/** Each workspace has its own count, and its share of the count of all beside it. */
export function createUsage({ table }: Tandem): Usage {
  const usageItem = new Entity({
    name: 'usage',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), reads: number(), writes: number() }),
  })
  const addTo = async (key: Key, { reads, writes }: UsageCounts): Promise<UsageCounts> => {
    const { Attributes } = await usageItem
      .build(UpdateItemCommand)
      .item({ ...key, reads: $add(reads), writes: $add(writes) })
      .options({ returnValues: 'UPDATED_NEW' })
      .send()
    return { reads: Attributes?.reads ?? reads, writes: Attributes?.writes ?? writes }
  }
  const at = async (key: Key, consistent: boolean): Promise<UsageCounts> => {
    const { Item } = await usageItem.build(GetItemCommand).key(key).options({ consistent }).send()
    return { reads: Item?.reads ?? 0, writes: Item?.writes ?? 0 }
  }
  return {
    add: async (workspace, month, counts) => {
      const [own] = await Promise.all([
        addTo(usageKey(workspace, month), counts),
        addTo(usageOfAllKey(workspace, month), counts),
      ])
      return own
    },
    get: (workspace, month) => at(usageKey(workspace, month), true),
    ofAll: async (month) => {
      const shares = await Promise.all(usageOfAllKeys(month).map((key) => at(key, false)))
      return shares.reduce((a, b) => ({ reads: a.reads + b.reads, writes: a.writes + b.writes }))
    },
  }
}
