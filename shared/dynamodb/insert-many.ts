import { BatchExecuteStatementCommand } from '@aws-sdk/lib-dynamodb'
import { inParallel } from './in-parallel.ts'
import type { Tandem } from './table.ts'

/** Most statements that one BatchExecuteStatement takes (API reference). */
export const BATCH = 25
const BATCHES_AT_ONCE = 8

export type NewItem = Readonly<Record<string, unknown>>

/**
 * Inserts those items whose keys are free, and answers with the places of all others, which were left as they are:
 * taken keys, and what DynamoDB refused for now.
 *
 * PartiQL's INSERT is a put that refuses a taken key, at the price of any put, and twenty-five of them are one request:
 * signing and sending each by itself takes longer than everything else that a pull does with a row. BatchWriteItem
 * knows no conditions, and a transaction costs twice as much.
 */
export async function insertMany(
  { documentClient, tableName }: Tandem,
  items: readonly NewItem[],
): Promise<readonly number[]> {
  const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, batch) => batch * BATCH)
  const left = await inParallel(BATCHES_AT_ONCE, batches, async (start) => {
    const batch = items.slice(start, start + BATCH)
    const { Responses = [] } = await documentClient.send(
      new BatchExecuteStatementCommand({ Statements: batch.map((item) => insert(tableName, item)) }),
    )
    // What has no answer of its own counts as refused: whoever asks writes it again, which changes nothing.
    const isIn = batch.map((_, place) => Responses[place] !== undefined && Responses[place].Error === undefined)
    return batch.flatMap((_, place) => (isIn[place] === true ? [] : [start + place]))
  })
  return left.flat()
}

function insert(tableName: string, item: NewItem) {
  const attributes = Object.entries(item).filter(([, value]) => value !== undefined)
  return {
    Statement: `INSERT INTO "${tableName}" VALUE {${attributes.map(([name]) => `'${name}': ?`).join(', ')}}`,
    Parameters: attributes.map(([, value]) => value),
  }
}
