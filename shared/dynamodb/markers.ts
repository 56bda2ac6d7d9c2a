import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete'
import { $get } from 'dynamodb-toolbox/entity/actions/update'
import { UpdateAttributesCommand } from 'dynamodb-toolbox/entity/actions/updateAttributes'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { string } from 'dynamodb-toolbox/schema/string'
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import type { Clock, Markers, ToRead } from '#sync/ports'
import { conditional } from './conflicts.ts'
import { createEventSights } from './event-sights.ts'
import { firstItems } from './first-items.ts'
import { inParallel } from './in-parallel.ts'
import { aboveMarkers, markerPkOf, markerPks, markerPlace, markerRange, markerTime, toReadKey } from './keys.ts'
import { toReadSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** Below the SDK's 50 connections, so that other calls of the same Lambda find one free. */
const WRITES_AT_ONCE = 40

const toReadItem = z.object({ row: toReadSchema })
const toPushItem = z.object({ row: z.object({ id: z.string() }) })
const markerItem = z.object({ gsi2sk: z.string(), row: z.object({ workspace: z.string() }) })

/**
 * Markers in the sparse index. Those of records are items of their own beside the mirror, because a record may be
 * told of before it is known; those of contacts are attributes of the contact, which contact-writes.ts writes.
 */
export function createMarkers(tandem: Tandem, clock: Clock): Markers {
  const { table } = tandem
  const markItem = createMarkItem(tandem)

  const mark = (workspace: string, told: ToRead, nowMs: number) => {
    const { entity, id, mergedFromId, stamp } = told
    const place = markerPlace(workspace, nowMs, JSON.stringify([entity, id, mergedFromId ?? null]))
    const update = markItem.build(UpdateAttributesCommand).item({
      ...toReadKey(workspace, entity, id, mergedFromId),
      gsi2pk: markerPkOf('toRead', workspace),
      // Marked again it keeps its place, so that a record which never rests is not put off for ever.
      gsi2sk: $get('gsi2sk', place),
      stamp,
      row: { ...told, workspace },
    })
    return conditional(clock, () => update.send())
  }
  const clear = (workspace: string, { entity, id, mergedFromId, stamp }: ToRead) => {
    const remove = markItem
      .build(DeleteItemCommand)
      .key(toReadKey(workspace, entity, id, mergedFromId))
      .options({ condition: { attr: 'stamp', eq: stamp } })
    return conditional(clock, () => remove.send())
  }
  const queryMarkers = (kind: 'toRead' | 'toPush', workspace: string, untilMs: number, limit: number) => {
    const partition = markerPkOf(kind, workspace)
    const range = { between: markerRange(workspace, untilMs) }
    const query = table.build(QueryCommand).query({ index: 'gsi2', partition, range })
    return firstItems(limit, (options) => query.options(options).send())
  }

  /** Each workspace of a shard by its first marker, jumping from one workspace to the next: a query for each. */
  const firstMarkers = async (shard: string) => {
    const found: { workspace: string; dueMs: number }[] = []
    for (let above: string | undefined; ; ) {
      const { Items } = await table
        .build(QueryCommand)
        .query({ index: 'gsi2', partition: shard, ...(above !== undefined && { range: { gt: above } }) })
        .options({ limit: 1 })
        .send()
      const [first] = z.array(markerItem).parse(Items ?? [])
      if (first === undefined) return found
      const { workspace } = first.row
      found.push({ workspace, dueMs: Number(markerTime(first.gsi2sk)) })
      above = aboveMarkers(workspace)
    }
  }

  return {
    markToRead: async (workspace, records, nowMs) => {
      const told = records.map((record) => ({ ...record, stamp: randomUUID() }))
      await inParallel(WRITES_AT_ONCE, told, (one) => mark(workspace, one, nowMs))
    },
    toRead: async (workspace, limit) => {
      const items = await queryMarkers('toRead', workspace, Number.MAX_SAFE_INTEGER - 1, limit)
      return z
        .array(toReadItem)
        .parse(items)
        .map(({ row }) => row)
    },
    clearToRead: async (workspace, done) => {
      await inParallel(WRITES_AT_ONCE, done, (told) => clear(workspace, told))
    },
    toPush: async (workspace, nowMs, limit) => {
      const items = await queryMarkers('toPush', workspace, nowMs, limit)
      return z
        .array(toPushItem)
        .parse(items)
        .map(({ row }) => row.id)
    },
    waiting: async (kind, beforeMs, limit) => {
      const found = (await Promise.all(markerPks(kind).map(firstMarkers))).flat()
      const due = found.filter(({ dueMs }) => dueMs < Math.floor(beforeMs))
      return due.length <= limit ? due : sampleOf(due, limit)
    },
    ...createEventSights(tandem, clock),
  }
}

/** Any `count` of them: of more than can be helped at once, none may wait for ever behind those that cannot be. */
function sampleOf<T>(all: readonly T[], count: number): readonly T[] {
  return all
    .map((one) => ({ one, lot: Math.random() }))
    .sort((a, b) => a.lot - b.lot)
    .slice(0, count)
    .map(({ one }) => one)
}

function createMarkItem({ table }: Tandem) {
  return new Entity({
    name: 'toRead',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      gsi2pk: string(),
      gsi2sk: string(),
      stamp: string(),
      row: any(),
    }),
  })
}
