import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../clock.ts'
import type { Resource } from '../template/resources.ts'

type Key = Record<string, AttributeValue>

/** How far a sweep has come, and how many items it deleted on its last page; `next` is absent once it is through. */
export interface SweptPage {
  readonly deleted: number
  readonly next: Key | undefined
}

// So few that nobody who asks for something meanwhile feels it: some hundred kilobytes.
const itemsOnPage = 50
// Of the time that passes, a sweep takes a hundredth, however large the table is.
const restOfWork = 100
const shortestRest = 50
const restBetweenSweeps = 5 * 60_000

/**
 * Deletes what has expired on one page of a table, as DynamoDB does by itself and the local one does not. An item that
 * got a later time meanwhile stays. A table without a time to live is one empty page.
 */
export async function sweepPage(
  client: DynamoDBClient,
  { ref: TableName, properties: { TimeToLiveSpecification, KeySchema } }: Resource<'table'>,
  nowMilliseconds: number,
  from: Key | undefined,
): Promise<SweptPage> {
  if (TimeToLiveSpecification?.Enabled !== true || TimeToLiveSpecification.AttributeName === undefined) {
    return { deleted: 0, next: undefined }
  }
  const keys = KeySchema.map(({ AttributeName }) => AttributeName)
  const ttl = { '#ttl': TimeToLiveSpecification.AttributeName }
  const values = { ':now': { N: String(Math.floor(nowMilliseconds / 1000)) }, ':number': { S: 'N' } }
  const expired = 'attribute_type(#ttl, :number) AND #ttl < :now'
  const page: ScanCommandOutput = await client.send(
    new ScanCommand({
      TableName,
      Limit: itemsOnPage,
      FilterExpression: expired,
      ProjectionExpression: keys.map((_, at) => `#key${at}`).join(', '),
      ExpressionAttributeNames: { ...ttl, ...Object.fromEntries(keys.map((key, at) => [`#key${at}`, key])) },
      ExpressionAttributeValues: values,
      ExclusiveStartKey: from,
    }),
  )
  let deleted = 0
  for (const Key of page.Items ?? []) {
    try {
      await client.send(
        new DeleteItemCommand({
          TableName,
          Key,
          ConditionExpression: expired,
          ExpressionAttributeNames: ttl,
          ExpressionAttributeValues: values,
        }),
      )
      deleted += 1
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error
    }
  }
  return { deleted, next: page.LastEvaluatedKey }
}

/** Deletes all that has expired by now, and answers how many items that were. */
export async function sweepExpired(client: DynamoDBClient, table: Resource<'table'>, now: number): Promise<number> {
  let all = 0
  let from: Key | undefined
  do {
    const { deleted, next } = await sweepPage(client, table, now, from)
    all += deleted
    from = next
  } while (from !== undefined)
  return all
}

/**
 * Sweeps a table for as long as it is not stopped, page by page with long rests, so that it is not felt at any size: a
 * large table takes hours, as it may on AWS, and whoever reads an item looks at its time himself. Returns what stops it.
 */
export function sweepUnfelt(
  client: DynamoDBClient,
  table: Resource<'table'>,
  clock: Clock,
  onError: (error: unknown) => void,
): () => void {
  let from: Key | undefined
  let stopped = false
  let cancel = (): void => {}
  const step = async (): Promise<void> => {
    const startedAt = performance.now()
    from = await sweepPage(client, table, clock.now(), from).then(
      ({ next }) => next,
      (error: unknown) => {
        if (!stopped) onError(error)
        return undefined
      },
    )
    if (stopped) return
    const rest = Math.max(shortestRest, restOfWork * (performance.now() - startedAt))
    cancel = clock.after(from === undefined ? restBetweenSweeps : rest, () => void step())
  }
  cancel = clock.after(restBetweenSweeps, () => void step())
  return () => {
    stopped = true
    cancel()
  }
}
