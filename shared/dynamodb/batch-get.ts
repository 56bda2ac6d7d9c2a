import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '#sync/ports'
import { pauseMs } from './conflicts.ts'
import { inParallel } from './in-parallel.ts'
import type { Key } from './keys.ts'
import type { Tandem } from './table.ts'

/** Most keys that one BatchGetItem takes (API reference). */
const BATCH = 100
const BATCHES_AT_ONCE = 8
/** Attempts in a row that read nothing before it is called an error. */
const FRUITLESS_ATTEMPTS = 8

type Item = Readonly<Record<string, unknown>>

/**
 * The items of those keys that are stored, in no order; each key once. Reads are strongly consistent, because what
 * is compared with them has often just been written.
 *
 * Plain lib-dynamodb instead of the toolbox: what DynamoDB leaves unprocessed (16 MB an answer, throttling) has to be
 * asked for again with growing pauses on our clock, and the toolbox repeats at once or not at all.
 *
 * @param attributes only these, to save transfer; the cost is that of the whole items
 */
export async function batchGet(
  { documentClient, tableName }: Tandem,
  clock: Clock,
  keys: readonly Key[],
  attributes?: readonly string[],
): Promise<readonly Item[]> {
  const projection = attributes && {
    ProjectionExpression: attributes.map((_, place) => `#${place}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, place) => [`#${place}`, name])),
  }
  const getBatch = async (batch: readonly Key[]) => {
    const items: Item[] = []
    let rest: Record<string, unknown>[] = [...batch]
    for (let fruitless = 0; rest.length > 0; ) {
      const answer = await documentClient.send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys: rest, ConsistentRead: true, ...projection } } }),
      )
      const read = answer.Responses?.[tableName] ?? []
      items.push(...read)
      rest = answer.UnprocessedKeys?.[tableName]?.Keys ?? []
      fruitless = read.length > 0 ? 0 : fruitless + 1
      if (rest.length === 0) break
      if (fruitless === FRUITLESS_ATTEMPTS)
        throw new Error(`DynamoDB left ${rest.length} of ${batch.length} keys unread.`)
      await clock.sleep(pauseMs(fruitless + 1))
    }
    return items
  }
  return (await inParallel(BATCHES_AT_ONCE, batchesOf(distinct(keys)), getBatch)).flat()
}

function distinct(keys: readonly Key[]): readonly Key[] {
  return [...new Map(keys.map((key) => [JSON.stringify([key.pk, key.sk]), key])).values()]
}

function batchesOf(keys: readonly Key[]): readonly (readonly Key[])[] {
  return Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, n) => keys.slice(n * BATCH, (n + 1) * BATCH))
}
