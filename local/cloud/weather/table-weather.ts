import { Agent, createServer, type IncomingHttpHeaders, request as send } from 'node:http'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { closeServer, host, listenOn } from '../process/port.ts'
import { readBody } from '../read-body.ts'
import type { Resource } from '../template/resources.ts'
import { type Index, type IndexQuery, type Item, laggingPage, type Page } from './lagging-index.ts'
import type { Sky } from './weather.ts'

export interface TableWeather {
  /** Where the functions find DynamoDB while the weather stands between them. */
  readonly endpoint: string
  readonly close: () => Promise<void>
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A write that an index does not show yet: what the item was before it, and until when. */
interface Late {
  readonly until: number
  readonly before: Item | undefined
}

const largestRequest = 20 * 1024 * 1024
const reads = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan'])

/**
 * Stands between the functions and DynamoDB, and does to them what DynamoDB does now and then: refuses for now, does a
 * part of a batch, and shows in an index what stood in the table a moment ago.
 */
export async function startTableWeather(
  endpoint: string,
  tables: readonly Resource<'table'>[],
  sky: Sky,
  now: () => number,
): Promise<TableWeather> {
  const agent = new Agent({ keepAlive: true })
  const target = new URL(endpoint)
  const late = new Map<string, Late[]>()

  const ask = (headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = target
      const outgoing = send(
        { agent, hostname, port, method: 'POST', path: '/', headers: { ...headers, 'content-length': body.length } },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 500, headers: response.headers, body: Buffer.concat(chunks) }),
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })

  const askFor = async (headers: IncomingHttpHeaders, operation: string, input: object): Promise<unknown> => {
    const version = String(headers['x-amz-target']).split('.')[0]
    const answer = await ask(
      { ...headers, 'x-amz-target': `${version}.${operation}` },
      Buffer.from(JSON.stringify(input)),
    )
    return JSON.parse(answer.body.toString('utf8'))
  }

  /** Notes what these items are before a write changes them. */
  const note = async (headers: IncomingHttpHeaders, keys: readonly Key[]): Promise<void> => {
    const at = now()
    for (const { table, key } of keys) {
      const before = itemOf(await askFor(headers, 'GetItem', { TableName: table.ref, Key: key, ConsistentRead: true }))
      const id = idOf(table, key)
      const known = (late.get(id) ?? []).filter(({ until }) => until > at)
      late.set(id, [...known, { until: at + sky.below(sky.now().indexLagMs), before }])
    }
  }

  const handle = async (headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> => {
    const operation = String(headers['x-amz-target'] ?? '').split('.')[1] ?? ''
    const { indexLagMs, throttledReads, throttledWrites } = sky.now()
    const isRead = reads.has(operation)
    if (sky.strikes(isRead ? throttledReads : throttledWrites)) return throttled(operation, body)
    if (indexLagMs === 0 && late.size === 0) return ask(headers, body)

    const input: unknown = JSON.parse(body.toString('utf8'))
    if (!isRead && indexLagMs > 0) await note(headers, keysWritten(tables, operation, input))
    const answer = await ask(headers, body)
    const index = operation === 'Query' ? indexOf(tables, input) : undefined
    return index === undefined || answer.status !== 200 ? answer : lagging(answer, input, index)
  }

  const lagging = (answer: Answer, input: unknown, { table, index }: TableIndex): Answer => {
    const at = now()
    const before = new Map<string, Item | undefined>()
    for (const [id, writes] of late) {
      const open = writes.filter(({ until }) => until > at)
      if (open.length === 0) late.delete(id)
      // The first of those that the index has not come to yet: it stands before that one.
      else if (id.startsWith(`${table.ref}|`)) before.set(id, open[0]?.before)
    }
    if (before.size === 0) return answer
    // DynamoDB's own answer to a Query, and the Query that it answered to.
    const page = JSON.parse(answer.body.toString('utf8')) as Page & object
    const query = input as IndexQuery
    const Items = laggingPage(page, query, index, before, (item) => idOf(table, item))
    const shown = { ...page, Items, Count: Items.length }
    return { ...answer, body: Buffer.from(JSON.stringify(shown)), headers: plain }
  }

  const server = createServer((request, response) => {
    const answered = async (): Promise<Answer> => {
      const body = await readBody(request, largestRequest)
      return body === undefined
        ? refusal('ValidationException', 'The request is too large.')
        : handle(request.headers, body)
    }
    answered().then(
      ({ status, headers, body }) => {
        const { 'transfer-encoding': _chunked, connection: _theirs, ...kept } = headers
        response.writeHead(status, { ...kept, 'content-length': body.length }).end(body)
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    )
  })
  const port = await listenOn(server, 0)
  return {
    endpoint: `http://${host}:${port}`,
    close: async () => {
      await closeServer(server)
      agent.destroy()
    },
  }
}

const plain = { 'content-type': 'application/x-amz-json-1.0' } as const

function refusal(type: string, message: string, more: object = {}): Answer {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...more }
  return { status: 400, headers: plain, body: Buffer.from(JSON.stringify(body)) }
}

/** What DynamoDB answers where it has no capacity left; of a batch, it leaves the whole undone and says so. */
function throttled(operation: string, body: Buffer): Answer {
  const done = (answer: object): Answer => ({ status: 200, headers: plain, body: Buffer.from(JSON.stringify(answer)) })
  const { RequestItems, Statements, TransactItems } = JSON.parse(body.toString('utf8'))
  if (operation === 'BatchGetItem') return done({ Responses: {}, UnprocessedKeys: RequestItems })
  if (operation === 'BatchWriteItem') return done({ UnprocessedItems: RequestItems })
  if (operation === 'BatchExecuteStatement') {
    const refused = { Error: { Code: 'ThrottlingError', Message: 'Throughput exceeds the current capacity.' } }
    return done({ Responses: Array.from(Statements ?? [], () => refused) })
  }
  if (operation === 'TransactWriteItems') {
    const reasons = Array.from(TransactItems ?? [], (_, at) =>
      at === 0 ? { Code: 'ThrottlingError', Message: 'Throughput exceeds the current capacity.' } : { Code: 'None' },
    )
    const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`
    return refusal('TransactionCanceledException', message, { Message: message, CancellationReasons: reasons })
  }
  return refusal('ThrottlingException', 'Throughput exceeds the current capacity of your table or index.')
}

interface TableIndex {
  readonly table: Resource<'table'>
  readonly index: Index
}

interface Key {
  readonly table: Resource<'table'>
  readonly key: Item
}

// The properties of DynamoDB's requests that are looked into here. The SDK made them, and DynamoDB checks them: nothing
// is decided for it here, so that their types are taken at their word.
interface Request {
  readonly TableName?: string
  readonly IndexName?: string
  readonly Key?: Item
  readonly Item?: Item
  readonly TransactItems?: readonly Readonly<Record<string, Request>>[]
  readonly RequestItems?: Readonly<
    Record<string, readonly Readonly<{ PutRequest?: Request; DeleteRequest?: Request }>[]>
  >
  readonly Statements?: readonly Readonly<{ Statement: string; Parameters?: readonly AttributeValue[] }>[]
}

function indexOf(tables: readonly Resource<'table'>[], input: unknown): TableIndex | undefined {
  const { TableName, IndexName } = input as Request
  const table = tables.find(({ ref }) => ref === TableName)
  const index = table?.properties.GlobalSecondaryIndexes.find((one) => one.IndexName === IndexName)
  if (table === undefined || index === undefined) return undefined
  const keyOf = (type: string) => index.KeySchema.find(({ KeyType }) => KeyType === type)?.AttributeName
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection ?? {}
  const keys = [...table.properties.KeySchema, ...index.KeySchema].map(({ AttributeName }) => AttributeName)
  return {
    table,
    index: {
      partitionKey: keyOf('HASH') ?? '',
      sortKey: keyOf('RANGE'),
      attributes: ProjectionType === 'ALL' ? undefined : new Set([...keys, ...NonKeyAttributes]),
    },
  }
}

/** The keys of the items that a request writes. */
function keysWritten(tables: readonly Resource<'table'>[], operation: string, input: unknown): readonly Key[] {
  const request = input as Request
  const key = (name: string | undefined, item: Item | undefined): readonly Key[] => {
    const table = tables.find(({ ref }) => ref === name)
    return table === undefined || item === undefined ? [] : [{ table, key: keyOf(table, item) }]
  }
  switch (operation) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return key(request.TableName, request.Key ?? request.Item)
    case 'TransactWriteItems':
      return (request.TransactItems ?? []).flatMap((one) =>
        Object.entries(one).flatMap(([kind, write]) =>
          kind === 'ConditionCheck' ? [] : key(write.TableName, write.Key ?? write.Item),
        ),
      )
    case 'BatchWriteItem':
      return Object.entries(request.RequestItems ?? {}).flatMap(([name, writes]) =>
        writes.flatMap(({ PutRequest, DeleteRequest }) => key(name, PutRequest?.Item ?? DeleteRequest?.Key)),
      )
    case 'BatchExecuteStatement':
      return (request.Statements ?? []).flatMap(({ Statement, Parameters = [] }) => {
        const [, name] = /^INSERT INTO "([^"]+)"/i.exec(Statement) ?? []
        const attributes = [...Statement.matchAll(/'([^']+)': \?/g)].map(([, attribute = '']) => attribute)
        return key(
          name,
          Object.fromEntries(attributes.flatMap((attribute, at) => withValue(attribute, Parameters[at]))),
        )
      })
    default:
      return []
  }
}

function withValue(name: string, value: AttributeValue | undefined): readonly (readonly [string, AttributeValue])[] {
  return value === undefined ? [] : [[name, value]]
}

function keyOf({ properties: { KeySchema } }: Resource<'table'>, item: Item): Item {
  return Object.fromEntries(KeySchema.flatMap(({ AttributeName }) => withValue(AttributeName, item[AttributeName])))
}

function idOf(table: Resource<'table'>, item: Item): string {
  return `${table.ref}|${JSON.stringify(Object.values(keyOf(table, item)).map(({ S }) => S))}`
}

function itemOf(answer: unknown): Item | undefined {
  return (answer as { Item?: Item }).Item
}
