import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { item } from 'dynamodb-toolbox/schema/item'
import { list } from 'dynamodb-toolbox/schema/list'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import { BATCH_LIMITS, planCalls, REST_LIMITS } from '#core/pacing'
import type { CallKind, Clock, Pacer } from '#sync/ports'
import { conditional, pauseMs } from './conflicts.ts'
import { pacerKey } from './keys.ts'
import type { Tandem } from './table.ts'

/** Longer than any limit looks back. */
const KEPT_S = 60 * 60

/** All workers of a company plan their calls in the same item, each under the version that it read. */
export function createPacer({ table }: Tandem, clock: Clock): Pacer {
  const pacerItem = new Entity({
    name: 'pacer',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      version: number(),
      recent: list(number()),
      expiresAt: number(),
    }),
  })

  /** Plans under the stored version; undefined when another worker was quicker. */
  const tryReserve = async (realmId: string, kind: CallKind, count: number, nowMs: number) => {
    const [limits, name] = kind === 'batch' ? ([BATCH_LIMITS, 'BATCH'] as const) : ([REST_LIMITS, 'REST'] as const)
    const key = pacerKey(realmId, name)
    const { Item } = await pacerItem.build(GetItemCommand).key(key).options({ consistent: true }).send()
    const { at, recent } = planCalls(Item?.recent ?? [], count, nowMs, limits)
    const put = pacerItem
      .build(PutItemCommand)
      .item({
        ...key,
        version: (Item?.version ?? 0) + 1,
        recent: [...recent],
        expiresAt: Math.ceil(Math.max(nowMs, at.at(-1) ?? nowMs) / 1_000) + KEPT_S,
      })
      .options({
        condition: Item === undefined ? { attr: 'pk', exists: false } : { attr: 'version', eq: Item.version },
      })
    return (await conditional(clock, () => put.send())) === 'written' ? at : undefined
  }

  const reserve = async (realmId: string, kind: CallKind, count: number, nowMs: number) => {
    for (let attempt = 1; ; attempt++) {
      const at = await tryReserve(realmId, kind, count, nowMs)
      if (at !== undefined) return at
      await clock.sleep(pauseMs(attempt))
    }
  }

  // Calls of this process line up here, so that only processes collide in the table.
  const queues = new Map<string, Promise<unknown>>()
  return {
    reserve: (realmId, kind, count, nowMs) => {
      const before = queues.get(realmId) ?? Promise.resolve()
      const turn = before.then(() => reserve(realmId, kind, count, nowMs))
      const settled = turn.then(
        () => undefined,
        () => undefined,
      )
      queues.set(realmId, settled)
      void settled.then(() => {
        if (queues.get(realmId) === settled) queues.delete(realmId)
      })
      return turn
    },
  }
}
