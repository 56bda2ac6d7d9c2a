import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Clock, Settings } from '#sync/ports'
import { conditional } from './conflicts.ts'
import { settingsKey } from './keys.ts'
import { settingsSchema } from './stored.ts'
import type { Tandem } from './table.ts'

export function createSettings({ table }: Tandem, clock: Clock): Settings {
  const settingsItem = new Entity({
    name: 'settings',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      version: number(),
      lastWrite: string(),
      settings: any(),
    }),
  })
  const stored = async (workspace: string) =>
    (await settingsItem.build(GetItemCommand).key(settingsKey(workspace)).options({ consistent: true }).send()).Item

  return {
    get: async (workspace) => {
      const Item = await stored(workspace)
      return Item === undefined
        ? { settings: DEFAULT_SETTINGS, version: 0 }
        : { settings: settingsSchema.parse(Item.settings), version: Item.version }
    },
    save: async (workspace, settings, expectedVersion) => {
      const lastWrite = randomUUID()
      const put = settingsItem
        .build(PutItemCommand)
        .item({ ...settingsKey(workspace), version: expectedVersion + 1, lastWrite, settings })
        .options({
          condition: expectedVersion === 0 ? { attr: 'pk', exists: false } : { attr: 'version', eq: expectedVersion },
        })
      if ((await conditional(clock, () => put.send())) === 'written') return 'saved'
      // The SDK repeats a write whose answer was lost, and then finds its own.
      return (await stored(workspace))?.lastWrite === lastWrite ? 'saved' : 'moved'
    },
  }
}
