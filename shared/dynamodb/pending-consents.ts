import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import type { Clock, PendingConsents } from '#sync/ports'
import { conditional } from './conflicts.ts'
import { type KmsKey, openText, sealedSchema, sealText } from './envelope.ts'
import { consentsKey } from './keys.ts'
import { pendingConsentsSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** Longer than the last of them is of any use, and than its end is told. */
const KEPT_S = 24 * 60 * 60

/**
 * The consents that a person has to confirm, sealed as one text. The purpose in KMS' context keeps them from functions
 * that may open tokens, and the owner from being put in another person's place.
 */
export function createPendingConsents({ table }: Tandem, clock: Clock, key: KmsKey): PendingConsents {
  const consentsItem = new Entity({
    name: 'consents',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      version: number(),
      lastWrite: string(),
      sealed: any(),
      expiresAt: number(),
    }),
  })
  const boundTo = (workspace: string, person: string) => ({
    context: { workspace, purpose: 'consent' },
    owner: JSON.stringify([workspace, person]),
  })
  const stored = async (workspace: string, person: string) => {
    const get = consentsItem.build(GetItemCommand).key(consentsKey(workspace, person))
    return (await get.options({ consistent: true }).send()).Item
  }
  return {
    get: async (workspace, person) => {
      const Item = await stored(workspace, person)
      if (Item === undefined) return { consents: [], version: 0 }
      const text = await openText(key, boundTo(workspace, person), sealedSchema.parse(Item.sealed))
      return { consents: pendingConsentsSchema.parse(JSON.parse(text)), version: Item.version }
    },
    save: async (workspace, person, consents, expectedVersion) => {
      const lastWrite = randomUUID()
      const put = consentsItem
        .build(PutItemCommand)
        .item({
          ...consentsKey(workspace, person),
          version: expectedVersion + 1,
          lastWrite,
          sealed: await sealText(key, boundTo(workspace, person), JSON.stringify(consents)),
          expiresAt: Math.ceil(clock.now() / 1_000) + KEPT_S,
        })
        .options({
          condition: expectedVersion === 0 ? { attr: 'pk', exists: false } : { attr: 'version', eq: expectedVersion },
        })
      if ((await conditional(clock, () => put.send())) === 'written') return 'saved'
      // The SDK repeats a write whose answer was lost, and then finds its own.
      return (await stored(workspace, person))?.lastWrite === lastWrite ? 'saved' : 'moved'
    },
  }
}
