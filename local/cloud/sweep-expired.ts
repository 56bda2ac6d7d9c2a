import { DeleteItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { Resource } from './resources.ts'

/**
 * Deletes the items of a table whose time to live has passed, as DynamoDB does by itself and the local one does not.
 * Answers with how many went. An item that got a later time meanwhile stays.
 */
export async function sweepExpired(
  client: DynamoDBClient,
  table: Resource<'table'>,
  nowMilliseconds: number,
): Promise<number> {
  const { TimeToLiveSpecification, KeySchema } = table.properties
  if (TimeToLiveSpecification?.Enabled !== true || TimeToLiveSpecification.AttributeName === undefined) return 0
  const keys = KeySchema.map(({ AttributeName }) => AttributeName)
  const condition = {
    ExpressionAttributeNames: { '#ttl': TimeToLiveSpecification.AttributeName },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(nowMilliseconds / 1000)) }, ':number': { S: 'N' } },
  }
  const expired = 'attribute_type(#ttl, :number) AND #ttl < :now'
  let deleted = 0
  let from: Parameters<typeof scan>[0]
  const scan = (ExclusiveStartKey: ScanCommand['input']['ExclusiveStartKey']) =>
    client.send(
      new ScanCommand({
        TableName: table.ref,
        FilterExpression: expired,
        ProjectionExpression: keys.map((_, at) => `#key${at}`).join(', '),
        ...condition,
        ExpressionAttributeNames: {
          ...condition.ExpressionAttributeNames,
          ...Object.fromEntries(keys.map((key, at) => [`#key${at}`, key])),
        },
        ExclusiveStartKey,
      }),
    )
  do {
    const page = await scan(from)
    for (const Key of page.Items ?? []) {
      try {
        await client.send(
          new DeleteItemCommand({ TableName: table.ref, Key, ConditionExpression: expired, ...condition }),
        )
        deleted += 1
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error
      }
    }
    from = page.LastEvaluatedKey
  } while (from !== undefined)
  return deleted
}
