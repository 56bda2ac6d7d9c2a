import { Entity } from 'dynamodb-toolbox/entity'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { keyOf, positionAfter } from '#core/positions'
import type { Outcome } from '#core/records'
import type { Clock, Runs } from '#sync/ports'
import { batchGet } from './batch-get.ts'
import { outcomeKey, outcomePks } from './keys.ts'
import { mergeShards } from './sorted-shards.ts'
import { outcomeSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** Longer than the run that they are of, so that no run is there without some of its outcomes: an undo goes by them. */
const KEPT_S = 460 * 24 * 60 * 60

const storedItem = z.object({ sk: z.string(), outcome: outcomeSchema })

export function createOutcomes(tandem: Tandem, clock: Clock): Pick<Runs, 'outcomes' | 'outcomesOf'> {
  const readShard = async (shard: string, limit: number, after: string | undefined) => {
    const { Items, LastEvaluatedKey } = await tandem.table
      .build(QueryCommand)
      .query({ partition: shard, ...(after !== undefined && { range: { gt: after } }) })
      .options({ consistent: true, limit })
      .send()
    const items = z.array(storedItem).parse(Items ?? [])
    return { rows: items.map(({ sk, outcome }) => ({ key: sk, row: outcome })), more: LastEvaluatedKey !== undefined }
  }
  return {
    outcomesOf: async (workspace, runId, recordIds) => {
      const keys = recordIds.map((recordId) => outcomeKey(workspace, runId, recordId))
      return (await batchGet(tandem, clock, keys)).map((value) => storedItem.parse(value).outcome)
    },
    outcomes: async (workspace, runId, limit, after) => {
      const above = after === undefined ? undefined : keyOf('outcomes', after)
      const { rows, more } = await mergeShards(outcomePks(workspace, runId), limit, above, readShard)
      const last = rows.at(-1)
      const page = rows.map(({ row }) => row)
      return more && last !== undefined ? { rows: page, next: positionAfter('outcomes', last.key) } : { rows: page }
    },
  }
}

/** One record's outcome, for a transaction. Refused when the run has one for that record. */
export function createOutcomeWrite({ table }: Tandem, clock: Pick<Clock, 'now'>) {
  const outcomeItem = new Entity({
    name: 'outcome',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), outcome: any(), expiresAt: number() }),
  })
  return (workspace: string, runId: string, outcome: Outcome) =>
    outcomeItem
      .build(PutTransaction)
      .item({
        ...outcomeKey(workspace, runId, outcome.recordId),
        outcome,
        expiresAt: Math.ceil(clock.now() / 1_000) + KEPT_S,
      })
      .options({ condition: { attr: 'pk', exists: false } })
}
