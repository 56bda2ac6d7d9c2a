import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { type Clock, systemClock } from './clock.ts'
import { localCredentials } from './credentials.ts'
import { ensureTable, startDynamoDb } from './dynamodb/dynamodb.ts'
import { sweepExpired, sweepUnfelt } from './dynamodb/sweep-expired.ts'
import { createHttpApi } from './http/http-api.ts'
import { readRoutes } from './http/routes.ts'
import { waitForInvocations, waitUntilIdle, whatIsAtWork } from './idle.ts'
import type { Invocation } from './lambda/function.ts'
import { createFunctions, type FunctionsView, viewFunctions } from './lambda/functions.ts'
import { functionOf, queueOf } from './lambda/links.ts'
import { openLogs } from './lambda/logs.ts'
import { clockAhead, createTimeShift, passTime } from './lambda/time-shift.ts'
import { openListeners, type Part } from './listeners.ts'
import { host, type OnTaken } from './process/port.ts'
import { startSchedules } from './schedule/schedules.ts'
import { openIssuer, type TokenRequest } from './services/issuer.ts'
import { openKms } from './services/kms.ts'
import { openSecrets } from './services/secrets.ts'
import { startEventSource } from './sqs/event-source.ts'
import { type QueuesView, viewQueues } from './sqs/queues.ts'
import { findByName, type Resources, readResources } from './template/resources.ts'
import { readTemplate } from './template/template.ts'
import { startTableWeather } from './weather/table-weather.ts'
import { CALM, createSky, type Sky } from './weather/weather.ts'

export interface CloudSettings {
  /** The synthesized `X.template.json`; its assets lie beside it. */
  readonly template: string
  /** Folder for all that is stored; without one it is kept in memory and gone at the end. */
  readonly dataDir?: string
  /** Ports to prefer; where one is taken the next is tried. Any free one when left out. */
  readonly ports?: Partial<Record<Part, number>>
  /** By which schedules, retries, sweeps and tokens go. The functions themselves have the clock on the wall; see `passTime`. */
  readonly clock?: Clock
  /** The QuickBooks simulator that the functions talk to in place of Intuit (`INTUIT_SIMULATOR_URL`). */
  readonly simulatorUrl?: string
  /** Environment variables that every function gets besides its own. */
  readonly environment?: Readonly<Record<string, string>>
  /** Values of secrets, by the short name of the secret. */
  readonly secrets?: Readonly<Record<string, string>>
  /** A DynamoDB that runs already. */
  readonly dynamoDbEndpoint?: string
  /** The name under which the API is told to others; it listens on 127.0.0.1 all the same. */
  readonly apiHost?: string
  readonly region?: string
  /** What AWS does now and then; without it the cloud is calm, and cannot be made otherwise. */
  readonly sky?: Sky
  /** Whether schedules run by themselves. `runSchedule` works all the same. True when left out. */
  readonly schedules?: boolean
  readonly onTaken?: (part: Part, taken: number, next: number) => void
  /** One short line for each invocation that failed, and for what goes wrong in the cloud itself. */
  readonly onProblem?: (line: string) => void
}

export interface Cloud {
  readonly apiUrl: string
  /** Where KMS, Secrets Manager and the issuer's documents are served. */
  readonly servicesUrl: string
  readonly resources: Resources
  readonly mintToken: (request: TokenRequest) => Promise<string>
  readonly functions: FunctionsView
  readonly queues: QueuesView
  readonly dynamoDb: {
    readonly endpoint: string
    readonly client: DynamoDBClient
    readonly tableNames: readonly string[]
    /** Deletes what has expired now, and answers how many items that were. */
    readonly sweepExpired: () => Promise<number>
    /** Kills its process, and resolves when it answers again with what it has stored. Needs a `dataDir`. */
    readonly crash: () => Promise<void>
  }
  /**
   * Resolves when no invocation runs or waits to be tried again and no queue that feeds a function has a message. With
   * `passVisibilityTimeout`, messages that failed come back at once until they succeed or are dead letters. Rejects
   * with what is still at work after `timeout` milliseconds (30,000).
   */
  readonly idle: (options?: { readonly timeout?: number; readonly passVisibilityTimeout?: boolean }) => Promise<void>
  readonly runSchedule: (name: string) => Promise<Invocation | undefined>
  /** Puts the time of functions, tokens and sweeps ahead. What waits for a timer goes on waiting. */
  readonly passTime: (milliseconds: number) => void
  /** Ends everything. Invocations at work get `grace` milliseconds (2,000) to end by themselves. */
  readonly close: (options?: { readonly grace?: number }) => Promise<void>
}

/** Starts the laptop cloud: all that a synthesized template describes, and nothing else, on 127.0.0.1. */
export async function startCloud(settings: CloudSettings): Promise<Cloud> {
  const closers: (() => unknown)[] = []
  const onOpen = (close: () => unknown): void => {
    closers.push(close)
  }
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    return await start(settings, onOpen, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function start(
  settings: CloudSettings,
  onOpen: (close: () => unknown) => void,
  closeAll: () => Promise<void>,
): Promise<Cloud> {
  const { dataDir, ports = {}, region = 'us-east-1', onProblem = () => {} } = settings
  const sky = settings.sky ?? createSky(CALM)
  const timeShift = createTimeShift()
  const clock = clockAhead(settings.clock ?? systemClock, timeShift)
  const onTaken =
    (part: Part): OnTaken =>
    (port, next) =>
      settings.onTaken?.(part, port, next)
  const onError = (error: unknown): void => onProblem(error instanceof Error ? error.message : String(error))

  const template = readTemplate(settings.template)
  const apiHost = settings.apiHost ?? host
  const listeners = await openListeners({ dataDir, ports, apiHost, region, onTaken, onEnded: onProblem, onOpen })
  const { apiServer, apiUrl, servicesUrl, setServices, sqs } = listeners
  const resources = readResources(template, region, { api: apiUrl, sqs: sqs.endpoint, issuer: servicesUrl })
  await sqs.setQueues(resources.queue)

  const dynamoDb = await startDynamoDb({
    folder: dataDir === undefined ? undefined : `${dataDir}/dynamodb`,
    endpoint: settings.dynamoDbEndpoint,
    port: ports.dynamodb ?? 0,
    region,
    onTaken: onTaken('dynamodb'),
    onEnded: onProblem,
  })
  onOpen(dynamoDb.close)
  await Promise.all(resources.table.map((table) => ensureTable(dynamoDb.client, table)))

  const tableWeather =
    settings.sky === undefined ? undefined : await startTableWeather(dynamoDb.endpoint, resources.table, sky, clock.now)
  if (tableWeather !== undefined) onOpen(tableWeather.close)

  const jwt = resources.authorizer[0]?.properties.JwtConfiguration
  const issuer = await openIssuer(dataDir, jwt?.Issuer ?? servicesUrl, servicesUrl, clock)
  const kms = openKms(dataDir, resources.key, resources.alias)
  const given = givenSecrets(resources, settings.secrets ?? {})
  setServices({
    issuer,
    kms,
    secretsManager: openSecrets(dataDir, resources.secret, given, clock.now),
    sky: settings.sky,
  })

  const logFolder = dataDir === undefined ? undefined : `${dataDir}/logs`
  const logs = openLogs(logFolder, (functionName, message) => onProblem(`${functionName}: ${message}`))
  onOpen(logs.close)
  const functions = createFunctions({
    template,
    resources,
    region,
    endpoints: { dynamoDb: tableWeather?.endpoint ?? dynamoDb.endpoint, sqs: sqs.endpoint, services: servicesUrl },
    environment: {
      ...(settings.simulatorUrl !== undefined && { INTUIT_SIMULATOR_URL: settings.simulatorUrl }),
      ...settings.environment,
    },
    logs,
    timeShift,
    sky,
    onProblem,
  })
  const stopFunctions = () => Promise.all(functions.map((lambda) => lambda.stop()))
  onOpen(stopFunctions)

  const [api] = resources.api
  const routes = readRoutes(resources, functions, issuer, clock)
  if (api !== undefined) apiServer.on('request', createHttpApi({ api, routes, clock, sky }))

  const queueClient = new SQSClient({ endpoint: sqs.endpoint, region, credentials: localCredentials })
  onOpen(() => queueClient.destroy())
  const running = settings.schedules ?? true
  const schedules = startSchedules({ resources, functions, sqs: queueClient, region, clock, onError, running })
  const sweepTables = async (): Promise<number> => {
    const counts = resources.table.map((table) => sweepExpired(dynamoDb.client, table, clock.now()))
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }
  const stopSweeping = resources.table.map((table) => sweepUnfelt(dynamoDb.client, table, clock, onError))
  // Last, because it sets functions to work at once: what waited in the queues since the last run.
  const eventSources = resources.mapping.map((mapping) => {
    const lambda = functionOf(functions, mapping.properties.FunctionName)
    return startEventSource({
      mapping,
      queue: queueOf(resources, mapping),
      lambda,
      endpoint: sqs.endpoint,
      region,
      sky,
      onError,
    })
  })

  const queues = viewQueues(resources, sqs, eventSources, queueClient)
  const atWork = () => whatIsAtWork(functions, eventSources, sqs.depths, schedules.retrying)
  return {
    apiUrl,
    servicesUrl,
    resources,
    mintToken: (request) => issuer.mint(request, jwt?.Audience[0]),
    functions: viewFunctions(functions),
    queues,
    dynamoDb: {
      endpoint: dynamoDb.endpoint,
      client: dynamoDb.client,
      tableNames: resources.table.map(({ ref }) => ref),
      sweepExpired: sweepTables,
      crash: dynamoDb.crash,
    },
    idle: ({ timeout = 30_000, passVisibilityTimeout = false } = {}) =>
      waitUntilIdle(atWork, timeout, async () => {
        if (!passVisibilityTimeout) return
        for (const { queueName } of eventSources) await queues.passVisibilityTimeout(queueName)
      }),
    runSchedule: (name) => findByName(schedules.all, name).run(),
    passTime: (milliseconds) => passTime(timeShift, milliseconds),
    close: async ({ grace = 2_000 } = {}) => {
      schedules.stop()
      for (const stop of stopSweeping) stop()
      const sourcesStopped = Promise.all(eventSources.map((source) => source.stop()))
      await waitForInvocations(functions, grace)
      await stopFunctions()
      await sourcesStopped
      await closeAll()
    },
  }
}

function givenSecrets(resources: Resources, values: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const secrets = resources.secret.map((secret) => ({ logicalId: secret.logicalId, name: secret.ref, secret }))
  return new Map(Object.entries(values).map(([name, value]) => [findByName(secrets, name).secret.ref, value]))
}
