import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndexDescription,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb'
import { localCredentials } from '../credentials.ts'
import { host, type OnTaken } from '../process/port.ts'
import { type ServerProcess, startServerProcess } from '../process/server-process.ts'
import type { Resource } from '../template/resources.ts'

export interface DynamoDb {
  readonly endpoint: string
  readonly client: DynamoDBClient
  /** Kills the program of ours with SIGKILL and resolves when it answers again with what it has stored. */
  readonly crash: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface DynamoDbSettings {
  /** Folder for what is stored; without one it is kept in memory. */
  readonly folder: string | undefined
  /** A DynamoDB that runs already, instead of one of our own. */
  readonly endpoint: string | undefined
  readonly port: number
  readonly region: string
  readonly onTaken?: OnTaken
  /** Hears of an end that nobody asked for, and of what becomes of it. */
  readonly onEnded?: (line: string) => void
}

/**
 * Starts DynamoDB's protocol on 127.0.0.1. Throws an Error with advice when the program is not installed for this
 * platform and no endpoint is given.
 */
export async function startDynamoDb(settings: DynamoDbSettings): Promise<DynamoDb> {
  const server = settings.endpoint === undefined ? await startServer(settings) : undefined
  const endpoint = settings.endpoint ?? `http://${host}:${server?.port}`
  const client = new DynamoDBClient({ endpoint, region: settings.region, credentials: localCredentials })
  const close = async (): Promise<void> => {
    client.destroy()
    await server?.stop()
  }
  const crash = async (): Promise<void> => {
    if (server === undefined) throw new Error('A DynamoDB that is not ours cannot be killed.')
    await server.crash()
  }
  return { endpoint, client, crash, close }
}

function startServer({ folder, port, onTaken, onEnded }: DynamoDbSettings): Promise<ServerProcess> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const storage = folder === undefined ? [] : ['--db-path', join(folder, 'dynamodb.db')]
  return startServerProcess({
    name: 'The local DynamoDB',
    command: findBinary(),
    args: (free) => ['serve', '--host', host, '--port', String(free), ...storage],
    isListening: (line) => line.includes('listening on'),
    taken: 'in use',
    port,
    // Everything that it has answered to is in its write-ahead log.
    survives: folder !== undefined,
    ...(onTaken !== undefined && { onTaken }),
    ...(onEnded !== undefined && { onEnded }),
  })
}

function findBinary(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json')
    const binary = join(dirname(manifest), 'dynoxide')
    if (existsSync(binary)) return binary
  } catch {
    // An optional package: npm leaves it out on other platforms.
  }
  throw new Error(
    `There is no local DynamoDB for ${process.platform} ${process.arch}: the one that comes along runs on Linux x64. ` +
      'Start one of your own (anything that speaks the DynamoDB protocol) and name it: ' +
      'DYNAMODB_ENDPOINT=http://127.0.0.1:8000 npm start',
  )
}

/**
 * Creates a table of the template where it is missing, and indexes that it has gained since.
 * Throws an Error when the stored table has other keys: only an empty table can take new ones.
 */
export async function ensureTable(client: DynamoDBClient, table: Resource<'table'>): Promise<void> {
  const { ref: TableName, properties } = table
  const existing = await describeTable(client, TableName)
  if (existing === undefined) {
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: properties.AttributeDefinitions,
        KeySchema: properties.KeySchema,
        BillingMode: 'PAY_PER_REQUEST',
        ...(properties.GlobalSecondaryIndexes.length > 0 && {
          GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
        }),
        ...(properties.LocalSecondaryIndexes.length > 0 && { LocalSecondaryIndexes: properties.LocalSecondaryIndexes }),
      }),
    )
    return
  }
  if (keysOf(existing) !== keysOf(properties)) {
    throw new Error(`The stored table ${TableName} has other keys than infra/ says; begin anew with --fresh.`)
  }
  const stored = new Map((existing.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]))
  for (const index of properties.GlobalSecondaryIndexes) {
    const same = stored.get(index.IndexName)
    if (same === undefined) {
      await client.send(
        new UpdateTableCommand({
          TableName,
          AttributeDefinitions: properties.AttributeDefinitions,
          GlobalSecondaryIndexUpdates: [{ Create: index }],
        }),
      )
    } else if (keysOf(same) !== keysOf(index)) {
      throw new Error(`The stored index ${index.IndexName} has other keys than infra/ says; begin anew with --fresh.`)
    }
  }
}

async function describeTable(client: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

function keysOf({ KeySchema }: Pick<GlobalSecondaryIndexDescription, 'KeySchema'>): string {
  return (KeySchema ?? [])
    .map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`)
    .toSorted()
    .join()
}
