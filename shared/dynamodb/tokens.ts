import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update'
import { UpdateAttributesCommand } from 'dynamodb-toolbox/entity/actions/updateAttributes'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import type { TokenSet } from '#core/records'
import type { Clock, Connections } from '#sync/ports'
import { conditional } from './conflicts.ts'
import { sealedSchema } from './envelope.ts'
import { tokensKey } from './keys.ts'
import type { Tandem } from './table.ts'
import type { TokenVault } from './token-vault.ts'

/** Sealed tokens and the lease for refreshing them: one item, so that storing and freeing are one write. */
export function createTokens({ table }: Tandem, clock: Clock, vault: TokenVault) {
  const tokensItem = new Entity({
    name: 'tokens',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      sealed: any(),
      leaseOwner: string().optional(),
      leaseUntilMs: number().optional(),
      lastWrite: string(),
    }),
  })
  const stored = async (workspace: string) =>
    (await tokensItem.build(GetItemCommand).key(tokensKey(workspace)).options({ consistent: true }).send()).Item
  const freed = { leaseOwner: $remove(), leaseUntilMs: $remove() }

  const get: Connections['tokens'] = async (workspace) => {
    const Item = await stored(workspace)
    return Item && vault.open(workspace, sealedSchema.parse(Item.sealed))
  }

  const takeLease: Connections['takeRefreshLease'] = async (workspace, owner, nowMs, untilMs) => {
    const take = tokensItem
      .build(UpdateItemCommand)
      .item({ ...tokensKey(workspace), leaseOwner: owner, leaseUntilMs: untilMs })
      .options({
        condition: {
          and: [
            { attr: 'pk', exists: true },
            {
              or: [
                { attr: 'leaseOwner', exists: false },
                { attr: 'leaseOwner', eq: owner },
                { attr: 'leaseUntilMs', lte: nowMs },
              ],
            },
          ],
        },
      })
    return (await conditional(clock, () => take.send())) === 'written'
  }

  const storeRefreshed: Connections['storeRefreshed'] = async (workspace, owner, tokens) => {
    const lastWrite = randomUUID()
    const store = tokensItem
      .build(UpdateAttributesCommand)
      .item({ ...tokensKey(workspace), ...freed, sealed: await vault.seal(workspace, tokens), lastWrite })
      .options({ condition: { attr: 'leaseOwner', eq: owner } })
    if ((await conditional(clock, () => store.send())) === 'written') return 'stored'
    // The SDK repeats a write whose answer was lost, and then finds the lease freed by its own.
    return (await stored(workspace))?.lastWrite === lastWrite ? 'stored' : 'leaseLost'
  }

  const freeLease: Connections['freeRefreshLease'] = async (workspace, owner) => {
    const free = tokensItem
      .build(UpdateItemCommand)
      .item({ ...tokensKey(workspace), ...freed })
      .options({ condition: { attr: 'leaseOwner', eq: owner } })
    await conditional(clock, () => free.send())
  }

  return {
    get,
    takeLease,
    storeRefreshed,
    freeLease,
    /** Tokens of a new grant; whoever still refreshes the old one finds its lease lost. */
    putTransaction: async (workspace: string, tokens: TokenSet) =>
      tokensItem.build(PutTransaction).item({
        ...tokensKey(workspace),
        sealed: await vault.seal(workspace, tokens),
        lastWrite: randomUUID(),
      }),
    deleteTransaction: (workspace: string) => tokensItem.build(DeleteTransaction).key(tokensKey(workspace)),
  }
}
