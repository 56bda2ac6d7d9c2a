import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterAll } from 'vitest'
import * as z from 'zod'
import { startChild } from '../../local/cloud/process/child.ts'

/** What infra/ declares, as CloudFormation gets it: the tests run on that table and no other. */
const TEMPLATE = new URL('../infra/__snapshots__/laptop.template.json', import.meta.url)
/** An answer comes in under 50 ms; a machine under load may need more. */
const STARTS_WITHIN_MS = 10_000
const TABLE_NAME = 'tandem'

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
const tableSchema = z.object({
  Type: z.literal('AWS::DynamoDB::GlobalTable'),
  Properties: z.object({
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
    KeySchema: keySchema,
    GlobalSecondaryIndexes: z.array(
      z.object({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.object({
          ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    ),
  }),
})
const templateSchema = z.object({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) })

export type LocalDynamo = Readonly<{
  client: DynamoDBClient
  tableName: string
  endpoint: string
  /** One more table like it, for a test that names its workspaces itself; answers with its name. */
  newTable(): Promise<string>
}>

/**
 * A DynamoDB in memory with the stack's table in it, for one test file; it ends with the file. DYNAMODB_ENDPOINT names
 * another one instead, where dynoxide has no binary. Workspaces keep tests apart, not tables.
 */
export async function startLocalDynamo(): Promise<LocalDynamo> {
  const given = process.env.DYNAMODB_ENDPOINT
  const { endpoint, stop } = given === undefined ? await startDynoxide() : { endpoint: given, stop: () => undefined }
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  afterAll(() => {
    client.destroy()
    stop()
  })
  await untilItAnswers(client)
  const createTable = async (tableName: string) => {
    await client.send(
      new CreateTableCommand({ TableName: tableName, BillingMode: 'PAY_PER_REQUEST', ...declaredTable() }),
    )
    return tableName
  }
  const newTable = () => createTable(`${TABLE_NAME}-${crypto.randomUUID()}`)
  return {
    client,
    tableName: given === undefined ? await createTable(TABLE_NAME) : await newTable(),
    endpoint,
    newTable,
  }
}

function declaredTable() {
  const { Resources } = templateSchema.parse(JSON.parse(readFileSync(TEMPLATE, 'utf8')))
  const [table, ...others] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable')
  if (others.length > 0) throw new Error('The stack declares more than one table.')
  return tableSchema.parse(table).Properties
}

async function startDynoxide(): Promise<Readonly<{ endpoint: string; stop: () => void }>> {
  const port = await freePort()
  // It ends with this process, however that ends: a test run that is torn down hard leaves nothing behind.
  const { stop } = startChild(binary(), ['--port', String(port)])
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => void stop() }
}

function binary(): string {
  try {
    return fileURLToPath(import.meta.resolve('@dynoxide/linux-x64/dynoxide'))
  } catch (cause) {
    throw new Error('No local DynamoDB for this platform: let DYNAMODB_ENDPOINT name one that runs.', { cause })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = z.object({ port: z.number() }).parse(server.address())
  server.close()
  await once(server, 'close')
  return address.port
}

async function untilItAnswers(client: DynamoDBClient): Promise<void> {
  for (const giveUpAt = Date.now() + STARTS_WITHIN_MS; ; ) {
    try {
      await client.send(new ListTablesCommand({}))
      return
    } catch (error) {
      if (Date.now() > giveUpAt) throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
