import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import type { Clock, Markers } from '#sync/ports'
import { conditional } from './conflicts.ts'
import { eventKey } from './keys.ts'
import type { Tandem } from './table.ts'

/** How long an event is remembered: longer than anybody sends it again. */
const SEEN_MS = 7 * 24 * 60 * 60 * 1_000

/** Remembers which events were seen, one write for each. */
export function createEventSights({ table }: Tandem, clock: Clock): Pick<Markers, 'firstSight' | 'wasSeen'> {
  const eventItem = new Entity({
    name: 'event',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      untilMs: number(),
      expiresAt: number(),
      lastWrite: string(),
    }),
  })
  const stored = async (eventId: string) => {
    const { Item } = await eventItem.build(GetItemCommand).key(eventKey(eventId)).options({ consistent: true }).send()
    return Item
  }
  const firstSight: Markers['firstSight'] = async (eventId, nowMs) => {
    const lastWrite = randomUUID()
    const untilMs = nowMs + SEEN_MS
    const see = eventItem
      .build(PutItemCommand)
      // DynamoDB deletes some time after; until it does, `untilMs` tells.
      .item({ ...eventKey(eventId), untilMs, expiresAt: Math.ceil(untilMs / 1_000), lastWrite })
      .options({
        condition: {
          or: [
            { attr: 'pk', exists: false },
            { attr: 'untilMs', lte: nowMs },
          ],
        },
      })
    if ((await conditional(clock, () => see.send())) === 'written') return true
    // The SDK repeats a write whose answer was lost, and then finds its own: that is the first sight all the same.
    return (await stored(eventId))?.lastWrite === lastWrite
  }
  return {
    firstSight,
    wasSeen: async (eventId, nowMs) => ((await stored(eventId))?.untilMs ?? nowMs) > nowMs,
  }
}
