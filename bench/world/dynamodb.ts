import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import { localCredentials } from '../../local/cloud/credentials.ts'
import { ensureTable, startDynamoDb } from '../../local/cloud/dynamodb/dynamodb.ts'
import { readResources } from '../../local/cloud/template/resources.ts'
import { synthesize } from '../../local/cloud/template/synthesize.ts'
import { readTemplate } from '../../local/cloud/template/template.ts'

const REGION = 'us-east-1'
const NOWHERE = { api: 'http://127.0.0.1', sqs: 'http://127.0.0.1', issuer: 'http://127.0.0.1' }

/** The stack as `npm start` synthesizes it: its template and what is in it. */
export async function laptopStack() {
  const root = join(import.meta.dirname, '..', '..')
  const template = readTemplate((await synthesize(root, { stage: 'laptop', intuitEnvironment: 'sandbox' })).template)
  return { template, region: REGION, resources: readResources(template, REGION, NOWHERE) }
}

export type TableAt = Readonly<{ endpoint: string; tableName: string }>

/** A DynamoDB in memory, as a process of its own, with the stack's table in it. DYNAMODB_ENDPOINT names another one. */
export async function startTable(): Promise<Readonly<{ at: TableAt; stop: () => Promise<void> }>> {
  const { resources } = await laptopStack()
  const [table] = resources.table
  if (table === undefined) throw new Error('The stack has no table.')
  const { endpoint, client, close } = await startDynamoDb({
    folder: undefined,
    endpoint: process.env.DYNAMODB_ENDPOINT,
    port: 0,
    region: REGION,
  })
  await ensureTable(client, table)
  return { at: { endpoint, tableName: table.ref }, stop: close }
}

/** Requests and items that went to a table. A mirror is a customer as it was last seen; the rest is the run's own. */
export type TableCounts = Readonly<{
  requests: number
  itemsRead: number
  mirrorsWritten: number
  othersWritten: number
}>

const keysOf = z.union([z.string(), z.object({ S: z.string() }).transform(({ S }) => S)])
const writeInput = z.object({
  Key: z.object({ sk: keysOf }).optional(),
  Item: z.object({ sk: keysOf }).optional(),
})
const transactionInput = z.object({
  TransactItems: z.array(z.record(z.string(), writeInput)),
})
const batchInput = z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.unknown()) })) })

/** A PartiQL INSERT names its attributes and gives their values apart. */
const statementsInput = z.object({
  Statements: z.array(z.object({ Statement: z.string().startsWith('INSERT INTO '), Parameters: z.array(z.unknown()) })),
})

function countInserts(input: unknown, counts: { mirrorsWritten: number; othersWritten: number }): void {
  for (const { Statement, Parameters } of statementsInput.parse(input).Statements) {
    const names = [...Statement.matchAll(/'(\w+)': \?/g)].map(([, name]) => name)
    if (keysOf.parse(Parameters[names.indexOf('sk')]) === 'MIRROR') counts.mirrorsWritten += 1
    else counts.othersWritten += 1
  }
}

/** A client that counts what it sends, with the settings that the functions' own have. */
export function countingClient({ endpoint }: TableAt): Readonly<{ client: DynamoDBClient; counts: () => TableCounts }> {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: localCredentials })
  const counts = { requests: 0, itemsRead: 0, mirrorsWritten: 0, othersWritten: 0 }
  const countWrite = ({ Key, Item }: z.output<typeof writeInput>) => {
    if ((Key ?? Item)?.sk === 'MIRROR') counts.mirrorsWritten += 1
    else counts.othersWritten += 1
  }
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        counts.requests += 1
        if (/^(Put|Update|Delete)Item/.test(commandName)) countWrite(writeInput.parse(args.input))
        else if (commandName.startsWith('BatchExecuteStatement')) countInserts(args.input, counts)
        else if (commandName.startsWith('TransactWrite'))
          for (const item of transactionInput.parse(args.input).TransactItems) Object.values(item).forEach(countWrite)
        else if (commandName.startsWith('BatchGet'))
          for (const { Keys } of Object.values(batchInput.parse(args.input).RequestItems))
            counts.itemsRead += Keys.length
        else if (/^(GetItem|Query)/.test(commandName)) counts.itemsRead += 1
        else throw new Error(`${commandName} is not counted yet.`)
        return next(args)
      },
    { step: 'initialize', priority: 'low' },
  )
  return { client, counts: () => ({ ...counts }) }
}
