import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '#sync/ports'
import { pauseMs } from './conflicts.ts'
import { inParallel } from './in-parallel.ts'
import type { Tandem } from './table.ts'

/** Most items that one BatchWriteItem takes (API reference). */
const BATCH = 25
const BATCHES_AT_ONCE = 8
/** Attempts in a row that wrote nothing before it is called an error. */
const FRUITLESS_ATTEMPTS = 8

type Item = Readonly<Record<string, unknown>>

/**
 * Stores those items over whatever is there, twenty-five with one request; no two of the same key. Throws an Error when
 * DynamoDB goes on taking none of them; some may be stored then.
 *
 * Plain lib-dynamodb for the same reason as batchGet: what is left unprocessed is sent again with growing pauses on our
 * clock.
 */
export async function batchPut(
  { documentClient, tableName }: Tandem,
  clock: Clock,
  items: readonly Item[],
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) =>
    items.slice(n * BATCH, (n + 1) * BATCH),
  )
  await inParallel(BATCHES_AT_ONCE, batches, async (batch) => {
    let rest: readonly Item[] = batch
    for (let fruitless = 0; rest.length > 0; ) {
      const Puts = rest.map((Item) => ({ PutRequest: { Item } }))
      const { UnprocessedItems } = await documentClient.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: Puts } }),
      )
      const left = (UnprocessedItems?.[tableName] ?? []).flatMap(({ PutRequest }) => PutRequest?.Item ?? [])
      fruitless = left.length < rest.length ? 0 : fruitless + 1
      rest = left
      if (rest.length === 0) break
      if (fruitless === FRUITLESS_ATTEMPTS)
        throw new Error(`DynamoDB left ${rest.length} of ${batch.length} items unwritten.`)
      await clock.sleep(pauseMs(fruitless + 1))
    }
  })
}
