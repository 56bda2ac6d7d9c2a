import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { keyOf, positionAfter } from '#core/positions'
import type { ListPage } from '#sync/ports'
import { type ListName, listPks, namedPlaces } from './keys.ts'
import { scanShards } from './scan-shards.ts'
import { mergeShards } from './sorted-shards.ts'
import type { Tandem } from './table.ts'

/** How many shards of a list are read at once when all of it is wanted. */
const SHARDS_AT_ONCE = 4

const startKey = z.record(z.string(), z.unknown()).optional()

/** One company's list in name order, in the shards of gsi1. */
export type NameList<Row> = Readonly<{
  page(workspace: string, list: ListName, limit: number, after: string | undefined): Promise<ListPage<Row>>
  /** Rows whose name is folded like `name`: those of a name that is alike are among them. */
  namedLike(workspace: string, list: ListName, name: string): Promise<readonly Row[]>
  scan(workspace: string, list: ListName): AsyncIterable<readonly Row[]>
}>

/**
 * `parse` turns an index item into a row, or says that it cannot be read, as where newer code wrote it: such a row is
 * left out, so that it stops its own item and never its list.
 */
export function createNameList<Row>({ table }: Tandem, parse: (indexItem: unknown) => Row | undefined): NameList<Row> {
  const place = z.object({ gsi1sk: z.string() })
  const readable = (items: readonly unknown[] | undefined): readonly Row[] =>
    (items ?? []).flatMap((item) => parse(item) ?? [])

  const readShard = async (shard: string, limit: number, after: string | undefined) => {
    const { Items, LastEvaluatedKey } = await table
      .build(QueryCommand)
      .query({ index: 'gsi1', partition: shard, ...(after !== undefined && { range: { gt: after } }) })
      .options({ limit })
      .send()
    const rows = (Items ?? []).map((item) => ({ key: place.parse(item).gsi1sk, row: parse(item) }))
    return { rows, more: LastEvaluatedKey !== undefined }
  }

  const readAll = async (shard: string, start: Record<string, unknown> | undefined) => {
    const { Items, LastEvaluatedKey } = await table
      .build(QueryCommand)
      .query({ index: 'gsi1', partition: shard })
      .options(start === undefined ? {} : { exclusiveStartKey: start })
      .send()
    return { rows: readable(Items), next: startKey.parse(LastEvaluatedKey) }
  }

  return {
    page: async (workspace, list, limit, after) => {
      const above = after === undefined ? undefined : keyOf(list, after)
      const { rows, more } = await mergeShards(listPks(workspace, list), limit, above, readShard)
      const last = rows.at(-1)
      const page = rows.flatMap(({ row }) => (row === undefined ? [] : [row]))
      return more && last !== undefined ? { rows: page, next: positionAfter(list, last.key) } : { rows: page }
    },
    namedLike: async (workspace, list, name) => {
      const places = namedPlaces(workspace, list, name).map(async (place) => {
        const { Items } = await table
          .build(QueryCommand)
          .query({ index: 'gsi1', ...place })
          .options({ maxPages: Number.POSITIVE_INFINITY })
          .send()
        return readable(Items)
      })
      return (await Promise.all(places)).flat()
    },
    scan: (workspace, list) => scanShards(listPks(workspace, list), SHARDS_AT_ONCE, readAll),
  }
}
