import { randomUUID } from 'node:crypto'
import { Entity } from 'dynamodb-toolbox/entity'
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put'
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { any } from 'dynamodb-toolbox/schema/any'
import { boolean } from 'dynamodb-toolbox/schema/boolean'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { keyOf, positionAfter } from '#core/positions'
import type { Run } from '#core/records'
import type { Clock, Runs } from '#sync/ports'
import { batchGet } from './batch-get.ts'
import { conditional, transaction } from './conflicts.ts'
import {
  ACTIVE_PREFIX,
  activeRunKey,
  activeRunsPk,
  type Key,
  runKey,
  runListPk,
  runningPkOf,
  runningPks,
  timeDigits,
} from './keys.ts'
import { createOutcomes } from './outcomes.ts'
import { createRunIds } from './run-ids.ts'
import { runKindSchema, runSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** A finished run is kept for so long, then nobody asks what it did, or to undo it; the journal stays. */
const RUN_KEPT_S = 400 * 24 * 60 * 60

const storedItem = z.object({ run: runSchema, version: z.number(), lastWrite: z.string(), active: z.boolean() })
const place = z.object({ pk: z.string(), sk: z.string(), gsi1sk: z.string() })
const activeItem = z.object({ runId: z.string() })
const stalledItem = z.object({
  gsi2sk: z.string(),
  row: z.object({
    workspace: z.string(),
    runId: z.string(),
    kind: runKindSchema,
  }),
})

export function createRuns(tandem: Tandem, clock: Clock): Runs {
  const { table, documentClient } = tandem
  const { runItem, activeRunItem } = createItems(tandem)

  const stored = async (keys: readonly Key[]) =>
    (await batchGet(tandem, clock, keys)).map((value) => storedItem.parse(value))
  const mark = (workspace: string, runId: string) =>
    activeRunItem.build(PutTransaction).item({ ...activeRunKey(workspace, runId), runId })
  const unmark = (workspace: string, runId: string) =>
    activeRunItem.build(DeleteTransaction).key(activeRunKey(workspace, runId))

  return {
    create: async (workspace, run) => {
      const put = runItem
        .build(PutTransaction)
        .item(toItem(workspace, { ...run, version: 1 }))
        .options({ condition: { attr: 'pk', exists: false } })
      const refused = await transaction(clock, documentClient, [
        put,
        ...(isUnfinished(run) ? [mark(workspace, run.id)] : []),
      ])
      return refused.length === 0 ? 'created' : 'exists'
    },
    get: async (workspace, id) => (await stored([runKey(workspace, id)]))[0]?.run,
    save: async (workspace, run, expectedVersion) => {
      const next = toItem(workspace, { ...run, version: expectedVersion + 1 })
      const atVersion = { attr: 'version', eq: expectedVersion } as const
      if (isUnfinished(run)) {
        const put = runItem
          .build(PutItemCommand)
          .item(next)
          .options({ condition: { and: [atVersion, { attr: 'active', eq: true }] } })
        if ((await conditional(clock, () => put.send())) === 'written') return 'saved'
        const [found] = await stored([runKey(workspace, run.id)])
        // The SDK repeats a write whose answer was lost, and then finds its own.
        if (found?.lastWrite === next.lastWrite) return 'saved'
        if (found?.version !== expectedVersion) return 'moved'
      }
      // A run that ends, or comes back, changes its mark among the workspace's unfinished runs in the same breath.
      const put = runItem.build(PutTransaction).item(next).options({ condition: atVersion })
      const refused = await transaction(clock, documentClient, [
        put,
        isUnfinished(run) ? mark(workspace, run.id) : unmark(workspace, run.id),
      ])
      return refused.length === 0 ? 'saved' : 'moved'
    },
    list: async (workspace, limit, after) => {
      const below = after === undefined ? {} : { range: { lt: keyOf('runs', after) } }
      const { Items } = await table
        .build(QueryCommand)
        .query({ index: 'gsi1', partition: runListPk(workspace), ...below })
        .options({ reverse: true, limit: limit + 1 })
        .send()
      const places = z.array(place).parse(Items ?? [])
      const runs = (await stored(places.slice(0, limit).map(({ pk, sk }) => ({ pk, sk })))).map(({ run }) => run)
      const last = places[limit - 1]
      const rows = [...runs].sort((a, b) => (listKey(a) < listKey(b) ? 1 : -1))
      return last !== undefined && places.length > limit ? { rows, next: positionAfter('runs', last.gsi1sk) } : { rows }
    },
    unfinished: async (workspace) => {
      const { Items } = await table
        .build(QueryCommand)
        .query({ partition: activeRunsPk(workspace), range: { beginsWith: ACTIVE_PREFIX } })
        .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
        .send()
      const ids = z.array(activeItem).parse(Items ?? [])
      const found = await stored(ids.map(({ runId }) => runKey(workspace, runId)))
      return found.map(({ run }) => run).filter(isUnfinished)
    },
    stalled: async (beforeMs, limit) => {
      const query = (partition: string) =>
        table
          .build(QueryCommand)
          // Whatever follows the time in the key is below the next millisecond.
          .query({ index: 'gsi2', partition, range: { lt: timeDigits(beforeMs + 1) } })
          .options({ limit })
          .send()
      const answers = await Promise.all(runningPks().map(query))
      const items = z.array(stalledItem).parse(answers.flatMap(({ Items }) => Items ?? []))
      return [...items]
        .sort((a, b) => (a.gsi2sk < b.gsi2sk ? -1 : 1))
        .slice(0, limit)
        .map(({ row }) => row)
    },
    ...createRunIds(tandem, clock),
    ...createOutcomes(tandem, clock),
  }
}

function createItems({ table }: Tandem) {
  const runItem = new Entity({
    name: 'run',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      gsi1pk: string(),
      gsi1sk: string(),
      gsi2pk: string().optional(),
      gsi2sk: string().optional(),
      row: any(),
      version: number(),
      lastWrite: string(),
      active: boolean(),
      run: any(),
      expiresAt: number().optional(),
    }),
  })
  const activeRunItem = new Entity({
    name: 'activeRun',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), runId: string() }),
  })
  return { runItem, activeRunItem }
}

function toItem(workspace: string, run: Run) {
  const active = isUnfinished(run)
  return {
    ...runKey(workspace, run.id),
    gsi1pk: runListPk(workspace),
    gsi1sk: listKey(run),
    ...(active && { gsi2pk: runningPkOf(run.id), gsi2sk: `${timeDigits(dueMs(run))}#${run.id}` }),
    row: { workspace, runId: run.id, kind: run.kind },
    version: run.version,
    lastWrite: randomUUID(),
    active,
    run,
    ...(run.finishedAt !== undefined && { expiresAt: Math.ceil(Date.parse(run.finishedAt) / 1_000) + RUN_KEPT_S }),
  }
}

function listKey({ startedAt, id }: Run): string {
  return `${startedAt}#${id}`
}

function isUnfinished({ status }: Run): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting'
}

/** From when on a run counts as stalled, unless it moves. */
function dueMs({ movedAt, waitUntil }: Run): number {
  return Math.max(Date.parse(movedAt), waitUntil === undefined ? 0 : Date.parse(waitUntil))
}
