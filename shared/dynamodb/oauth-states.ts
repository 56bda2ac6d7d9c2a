import { Entity } from 'dynamodb-toolbox/entity'
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import type { Connections } from '#sync/ports'
import { stateKey } from './keys.ts'
import type { Tandem } from './table.ts'

/** Kept for a while after it expired, so that a late person is told "expired" and not "forged". */
const KEPT_PAST_EXPIRY_S = 24 * 60 * 60

export function createOAuthStates({
  table,
}: Tandem): Readonly<{ put: Connections['putState']; take: Connections['takeState'] }> {
  const stateItem = new Entity({
    name: 'oauthState',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      workspace: string(),
      person: string(),
      expiresAtMs: number(),
      expiresAt: number(),
    }),
  })
  return {
    put: async ({ nonceHash, workspace, person, expiresAtMs }) => {
      const expiresAt = Math.ceil(expiresAtMs / 1_000) + KEPT_PAST_EXPIRY_S
      await stateItem
        .build(PutItemCommand)
        .item({ ...stateKey(nonceHash), workspace, person, expiresAtMs, expiresAt })
        .send()
    },
    take: async (nonceHash) => {
      const { Attributes } = await stateItem
        .build(DeleteItemCommand)
        .key(stateKey(nonceHash))
        .options({ returnValues: 'ALL_OLD' })
        .send()
      if (Attributes === undefined) return undefined
      const { workspace, person, expiresAtMs } = Attributes
      return { nonceHash, workspace, person, expiresAtMs }
    },
  }
}
