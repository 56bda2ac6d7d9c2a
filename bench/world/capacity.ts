import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import { localCredentials } from '../../local/cloud/credentials.ts'
import type { TableAt } from './dynamodb.ts'

/** What went to a table: calls, and the capacity units that DynamoDB says they used, indexes among them. */
export type Capacity = Readonly<{ requests: number; readUnits: number; writeUnits: number }>

const consumed = z.object({ CapacityUnits: z.number() })
const outputSchema = z.object({ ConsumedCapacity: z.union([consumed.transform((one) => [one]), z.array(consumed)]) })
const statementsSchema = z.object({ Statements: z.array(z.unknown()) })

/** The DynamoDB in memory says nothing of statements: each is an insert, and counts as one unit at least. */
function unitsOf(commandName: string, input: unknown, output: unknown): number {
  if (commandName.startsWith('BatchExecuteStatement')) return statementsSchema.parse(input).Statements.length
  return outputSchema.parse(output).ConsumedCapacity.reduce((total, { CapacityUnits }) => total + CapacityUnits, 0)
}

/** A client that asks what each of its calls used, and adds it up. Throws an Error where DynamoDB does not say. */
export function meteredClient({ endpoint }: TableAt): Readonly<{ client: DynamoDBClient; used: () => Capacity }> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: localCredentials })
  const sum = { requests: 0, readUnits: 0, writeUnits: 0 }
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
        const units = unitsOf(commandName, args.input, answer.output)
        sum.requests += 1
        if (/^(Get|BatchGet|Query|Scan)/.test(commandName)) sum.readUnits += units
        else sum.writeUnits += units
        return answer
      },
    // The document client's own middleware stands before this one: what comes here is as it is sent.
    { step: 'initialize', priority: 'low' },
  )
  return { client, used: () => ({ ...sum }) }
}
