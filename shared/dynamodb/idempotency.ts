import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import type { Clock, Idempotency } from '#sync/ports'
import { conditional } from './conflicts.ts'
import { idempotencyKey } from './keys.ts'
import type { Tandem } from './table.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

export function createIdempotency({ table }: Tandem, clock: Clock): Idempotency {
  const claimItem = new Entity({
    name: 'idempotencyKey',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      fingerprint: string(),
      untilMs: number(),
      expiresAt: number(),
      lastWrite: string(),
      runId: string().optional(),
    }),
  })
  const begin: Idempotency['begin'] = async (workspace, key, fingerprint, nowMs) => {
    const lastWrite = randomUUID()
    const untilMs = nowMs + DAY_MS
    const claim = claimItem
      .build(PutItemCommand)
      .item({
        ...idempotencyKey(workspace, key),
        fingerprint,
        untilMs,
        // DynamoDB deletes some time after; until it does, `untilMs` tells.
        expiresAt: Math.ceil(untilMs / 1_000),
        lastWrite,
      })
      .options({
        condition: {
          or: [
            { attr: 'pk', exists: false },
            { attr: 'untilMs', lte: nowMs },
          ],
        },
      })
    if ((await conditional(clock, () => claim.send())) === 'written') return 'new'
    const { Item } = await claimItem
      .build(GetItemCommand)
      .key(idempotencyKey(workspace, key))
      .options({ consistent: true })
      .send()
    // Forgotten between the two calls: whoever asks now is the first again.
    if (Item === undefined) return begin(workspace, key, fingerprint, nowMs)
    if (Item.lastWrite === lastWrite) return 'new'
    if (Item.fingerprint !== fingerprint) return 'mismatch'
    return Item.runId === undefined ? {} : { runId: Item.runId }
  }
  return {
    begin,
    finish: async (workspace, key, runId) => {
      const finish = claimItem
        .build(UpdateItemCommand)
        .item({ ...idempotencyKey(workspace, key), runId })
        .options({ condition: { attr: 'pk', exists: true } })
      await conditional(clock, () => finish.send())
    },
    forget: async (workspace, key) => {
      await claimItem.build(DeleteItemCommand).key(idempotencyKey(workspace, key)).send()
    },
  }
}
