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
import { startChild } from './child.ts'
import { localCredentials } from './credentials.ts'
import { findFreePort, host, type OnTaken } from './port.ts'
import type { Resource } from './resources.ts'

export interface DynamoDb {
  readonly endpoint: string
  readonly client: DynamoDBClient
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
  /** Hears of an end that nobody asked for, with the last line that the program said. */
  readonly onEnded?: (lastWords: string) => void
}

/**
 * Starts DynamoDB's protocol on 127.0.0.1. Throws an Error with advice when the program is not installed for this
 * platform and no endpoint is given.
 */
export async function startDynamoDb(settings: DynamoDbSettings): Promise<DynamoDb> {
  const server = settings.endpoint === undefined ? await startServer(settings) : undefined
  const endpoint = settings.endpoint ?? server?.endpoint ?? ''
  const client = new DynamoDBClient({ endpoint, region: settings.region, credentials: localCredentials })
  const close = async (): Promise<void> => {
    client.destroy()
    await server?.stop()
  }
  return { endpoint, client, close }
}

interface Server {
  readonly endpoint: string
  readonly stop: () => Promise<void>
}

const startsTried = 10

async function startServer({ folder, port, onTaken, onEnded }: DynamoDbSettings): Promise<Server> {
  const binary = findBinary()
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const storage = folder === undefined ? [] : ['--db-path', join(folder, 'dynamodb.db')]
  let lastWords = ''
  for (let tried = 0; tried < startsTried; tried += 1) {
    // The program cannot say which port it got, so it is told one; another may take that in between, hence the loop.
    const free = await findFreePort(port, onTaken)
    const listening = Promise.withResolvers<boolean>()
    const child = startChild(binary, ['serve', '--host', host, '--port', String(free), ...storage], {
      onLine: (line) => {
        if (line.trim() !== '') lastWords = line
        if (line.includes('listening on')) listening.resolve(true)
      },
    })
    void child.ended.then(() => listening.resolve(false))
    if (await listening.promise) {
      let stopped = false
      void child.ended.then(() => {
        if (!stopped) onEnded?.(lastWords)
      })
      const stop = (): Promise<void> => {
        stopped = true
        return child.stop()
      }
      return { endpoint: `http://${host}:${free}`, stop }
    }
    if (!lastWords.includes('in use')) break
  }
  throw new Error(`The local DynamoDB did not start: ${lastWords}`)
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
