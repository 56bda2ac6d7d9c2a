import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { $remove } from 'dynamodb-toolbox/entity/actions/update'
import { UpdateAttributesCommand } from 'dynamodb-toolbox/entity/actions/updateAttributes'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Clock, Replan, Settings } from '#sync/ports'
import { conditional } from './conflicts.ts'
import { markerPkOf, markerPlace, settingsKey } from './keys.ts'
import { replanSchema, settingsSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** What the settings leave to be done stands among the markers, where the sweep finds it. */
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
      replan: any().optional(),
      gsi2pk: string().optional(),
      gsi2sk: string().optional(),
      row: any().optional(),
    }),
  })
  const stored = async (workspace: string) =>
    (await settingsItem.build(GetItemCommand).key(settingsKey(workspace)).options({ consistent: true }).send()).Item

  return {
    get: async (workspace) => {
      const Item = await stored(workspace)
      return Item === undefined
        ? { settings: DEFAULT_SETTINGS, version: 0 }
        : {
            settings: settingsSchema.parse(Item.settings),
            version: Item.version,
            ...(Item.replan !== undefined && { replan: replanSchema.parse(Item.replan) }),
          }
    },
    save: async (workspace, settings, expectedVersion, replan) => {
      const lastWrite = randomUUID()
      const put = settingsItem
        .build(PutItemCommand)
        .item({
          ...settingsKey(workspace),
          version: expectedVersion + 1,
          lastWrite,
          settings,
          ...(replan !== undefined && marked(workspace, replan)),
        })
        .options({
          condition: expectedVersion === 0 ? { attr: 'pk', exists: false } : { attr: 'version', eq: expectedVersion },
        })
      if ((await conditional(clock, () => put.send())) === 'written') return 'saved'
      // The SDK repeats a write whose answer was lost, and then finds its own.
      return (await stored(workspace))?.lastWrite === lastWrite ? 'saved' : 'moved'
    },
    saveReplan: async (workspace, replan, expectedVersion) => {
      const update = settingsItem
        .build(UpdateAttributesCommand)
        .item({ ...settingsKey(workspace), ...(replan === undefined ? UNMARKED() : marked(workspace, replan)) })
        .options({ condition: { attr: 'version', eq: expectedVersion } })
      return (await conditional(clock, () => update.send())) === 'written' ? 'saved' : 'moved'
    },
  }
}

function marked(workspace: string, replan: Replan) {
  return {
    replan,
    gsi2pk: markerPkOf('toReplan', workspace),
    gsi2sk: markerPlace(workspace, replan.dueAtMs, 'settings'),
    row: { workspace },
  }
}

const UNMARKED = () => ({ replan: $remove(), gsi2pk: $remove(), gsi2sk: $remove(), row: $remove() })
