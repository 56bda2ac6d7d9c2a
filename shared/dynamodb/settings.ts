import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { $remove } from 'dynamodb-toolbox/entity/actions/update'
import { UpdateAttributesCommand } from 'dynamodb-toolbox/entity/actions/updateAttributes'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import { DEFAULT_SETTINGS } from '#core/policies'
import type { Clock, Replan, Settings } from '#sync/ports'
import { createAdminActs } from './admin-acts.ts'
import { conditional, transaction } from './conflicts.ts'
import { markerPkOf, markerPlace, settingsKey } from './keys.ts'
import { replanSchema, settingsSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** What the settings leave to be done stands among the markers, where the sweep finds it. */
export function createSettings(tandem: Tandem, clock: Clock): Settings {
  const { table, documentClient } = tandem
  const acts = createAdminActs(tandem)
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
    save: async (workspace, settings, expectedVersion, replan, act) => {
      const put = settingsItem
        .build(PutTransaction)
        .item({
          ...settingsKey(workspace),
          version: expectedVersion + 1,
          // Older code, which runs beside this at a deployment, asks for it.
          lastWrite: randomUUID(),
          settings,
          ...(replan !== undefined && marked(workspace, replan)),
        })
        .options({
          condition: expectedVersion === 0 ? { attr: 'pk', exists: false } : { attr: 'version', eq: expectedVersion },
        })
      const refused = await transaction(clock, documentClient, [put, ...acts.writes(workspace, act)])
      return refused.length === 0 ? 'saved' : 'moved'
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
