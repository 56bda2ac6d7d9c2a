import * as z from 'zod'
import type { Clock, Markers } from '#sync/ports'
import { batchGet } from './batch-get.ts'
import { batchPut } from './batch-put.ts'
import { eventKey } from './keys.ts'
import type { Tandem } from './table.ts'

/** How long an event is remembered: longer than anybody sends it again. */
const SEEN_MS = 7 * 24 * 60 * 60 * 1_000

const eventItem = z.object({ eventId: z.string(), untilMs: z.number() })

/**
 * Remembers which events were seen, an item for each. A delivery may bring hundreds, and its sender waits for the
 * answer: they are looked up and stored many with one request.
 */
export function createEventSights(tandem: Tandem, clock: Clock): Pick<Markers, 'seenAmong' | 'remember'> {
  return {
    seenAmong: async (eventIds, nowMs) => {
      const items = await batchGet(tandem, clock, eventIds.map(eventKey), Object.keys(eventItem.shape))
      const known = z.array(eventItem).parse(items)
      return new Set(known.filter(({ untilMs }) => untilMs > nowMs).map(({ eventId }) => eventId))
    },
    remember: async (eventIds, nowMs) => {
      const untilMs = nowMs + SEEN_MS
      // DynamoDB deletes some time after; until it does, `untilMs` tells.
      const expiresAt = Math.ceil(untilMs / 1_000)
      const items = [...new Set(eventIds)].map((eventId) => ({ ...eventKey(eventId), eventId, untilMs, expiresAt }))
      await batchPut(tandem, clock, items)
    },
  }
}
