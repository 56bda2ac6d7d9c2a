import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { type Clock, systemClock } from './clock.ts'
import { localCredentials } from './credentials.ts'
import { ensureTable, startDynamoDb } from './dynamodb.ts'
import { type EventSource, startEventSource } from './event-source.ts'
import { functionEnvironment } from './function-environment.ts'
import { type ApiRoute, createHttpApi } from './http-api.ts'
import { openIssuer, type TokenRequest } from './issuer.ts'
import { createAuthorizer } from './jwt-authorizer.ts'
import { openKms } from './kms.ts'
import { createFunction, type Invocation, type LambdaFunction } from './lambda.ts'
import { openLogs } from './logs.ts'
import { closeServer, host, listenOn, type OnTaken, withFreePort } from './port.ts'
import { findByName, type Resource, type Resources, readResources } from './resources.ts'
import { startSchedules } from './schedules.ts'
import { openSecrets } from './secrets.ts'
import { createServicesServer, type Services } from './services.ts'
import { type QueueDepth, startSqs } from './sqs.ts'
import { sweepExpired } from './sweep-expired.ts'
import { readTemplate, type Template } from './template.ts'

/** The parts that listen. */
export type Part = 'api' | 'services' | 'sqs' | 'dynamodb'

export interface CloudSettings {
  /** The synthesized `X.template.json`; its assets lie beside it. */
  readonly template: string
  /** Folder for all that is stored; without one it is kept in memory and gone at the end. */
  readonly dataDir?: string
  /** Ports to prefer; where one is taken the next is tried. Any free one when left out. */
  readonly ports?: Partial<Record<Part, number>>
  /** By which schedules, retries, sweeps and tokens go. The functions themselves have the clock on the wall. */
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
  /** Whether schedules run by themselves. `runSchedule` works all the same. True when left out. */
  readonly schedules?: boolean
  readonly onTaken?: (part: Part, taken: number, next: number) => void
  /** One short line for each invocation that failed, and for what goes wrong in the cloud itself. */
  readonly onProblem?: (line: string) => void
}

export interface FunctionFacts {
  readonly name: string
  readonly logicalId: string
  readonly bundleBytes: number
  readonly initMilliseconds: readonly number[]
}

export interface Cloud {
  readonly apiUrl: string
  /** Where KMS, Secrets Manager and the issuer's documents are served. */
  readonly servicesUrl: string
  readonly resources: Resources
  readonly mintToken: (request: TokenRequest) => Promise<string>
  /** Functions, queues and schedules go by their full name, logical id, or the start of it: `pull`. */
  readonly functions: {
    readonly invoke: (name: string, event: unknown) => Promise<Invocation>
    readonly log: (name: string) => readonly string[]
    readonly facts: () => readonly FunctionFacts[]
  }
  readonly queues: {
    readonly url: (name: string) => string
    readonly depth: (name: string) => QueueDepth
    readonly peek: (name: string) => readonly string[]
    /** The bodies in the dead-letter queue of a queue. */
    readonly deadLetters: (name: string) => readonly string[]
    /** Lets the visibility timeout of messages that failed pass now. */
    readonly passVisibilityTimeout: (name: string) => void
    readonly client: SQSClient
  }
  readonly dynamoDb: {
    readonly endpoint: string
    readonly client: DynamoDBClient
    readonly tableNames: readonly string[]
    /** Deletes what has expired now, and answers how many items that were. */
    readonly sweepExpired: () => Promise<number>
  }
  /**
   * Resolves when no invocation runs or waits to be tried again and no queue that feeds a function has a message. With
   * `passVisibilityTimeout`, messages that failed come back at once until they succeed or are dead letters. Rejects
   * with what is still at work after `timeout` milliseconds (30,000).
   */
  readonly idle: (options?: { readonly timeout?: number; readonly passVisibilityTimeout?: boolean }) => Promise<void>
  readonly runSchedule: (name: string) => Promise<Invocation | undefined>
  /** Ends everything. Invocations at work get `grace` milliseconds (2,000) to end by themselves. */
  readonly close: (options?: { readonly grace?: number }) => Promise<void>
}

const sweepInterval = 5 * 60_000
const idleCheckInterval = 5

/** Starts the laptop cloud: all that a synthesized template describes, and nothing else, on 127.0.0.1. */
export async function startCloud(settings: CloudSettings): Promise<Cloud> {
  const { dataDir, ports = {}, clock = systemClock, region = 'us-east-1', onProblem = () => {} } = settings
  const template = readTemplate(settings.template)
  const taken =
    (part: Part): OnTaken =>
    (port, next) =>
      settings.onTaken?.(part, port, next)
  const closers: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }

  try {
    // The addresses first: the template's references resolve to them.
    let services: Services | undefined
    const servicesServer = createServicesServer(() => services)
    const servicesPort = await withFreePort(
      ports.services ?? 0,
      (port) => listenOn(servicesServer, port),
      taken('services'),
    )
    closers.push(() => closeServer(servicesServer))
    const servicesUrl = `http://${host}:${servicesPort}`

    const sqsFolder = dataDir === undefined ? undefined : `${dataDir}/sqs`
    const sqs = await startSqs({ folder: sqsFolder, port: ports.sqs ?? 0, region, onTaken: taken('sqs') })
    closers.push(sqs.close)

    const apiServer = createServer()
    const apiPort = await withFreePort(ports.api ?? 0, (port) => listenOn(apiServer, port), taken('api'))
    closers.push(() => closeServer(apiServer))
    const apiUrl = `http://${settings.apiHost ?? host}:${apiPort}`

    const addresses = { api: apiUrl, sqs: sqs.endpoint, issuer: servicesUrl }
    const resources = readResources(template, region, addresses)
    sqs.setQueues(resources.queue, region)

    const dynamoDb = await startDynamoDb({
      folder: dataDir === undefined ? undefined : `${dataDir}/dynamodb`,
      endpoint: settings.dynamoDbEndpoint,
      port: ports.dynamodb ?? 0,
      region,
      onTaken: taken('dynamodb'),
    })
    closers.push(dynamoDb.close)
    await Promise.all(resources.table.map((table) => ensureTable(dynamoDb.client, table)))

    const authorizer = resources.authorizer[0]?.properties.JwtConfiguration
    const issuer = await openIssuer(dataDir, authorizer?.Issuer ?? servicesUrl, clock)
    const secrets = openSecrets(dataDir, resources.secret, givenSecrets(resources, settings.secrets ?? {}), clock.now)
    services = {
      issuer,
      kms: openKms(dataDir, resources.key, resources.alias),
      secretsManager: secrets.operations,
    }

    const endpoints = { dynamoDb: dynamoDb.endpoint, sqs: sqs.endpoint, services: servicesUrl }
    const simulator = settings.simulatorUrl === undefined ? {} : { INTUIT_SIMULATOR_URL: settings.simulatorUrl }
    const logs = openLogs(dataDir === undefined ? undefined : `${dataDir}/logs`)
    closers.push(async () => logs.close())
    const functions = resources.function.map((lambda) =>
      createFunction(
        {
          name: lambda.ref,
          logicalId: lambda.logicalId,
          arn: lambda.arn,
          handler: lambda.properties.Handler,
          taskRoot: assetOf(template, lambda),
          timeoutSeconds: lambda.properties.Timeout,
          memoryMb: lambda.properties.MemorySize,
          environment: functionEnvironment(lambda, region, endpoints, { ...simulator, ...settings.environment }),
          reservedConcurrency: lambda.properties.ReservedConcurrentExecutions,
        },
        logs.of(lambda.logicalId),
        ({ logicalId }, error) => onProblem(`${logicalId} failed: ${error.errorType}: ${error.errorMessage}`),
      ),
    )
    closers.push(() => Promise.all(functions.map((lambda) => lambda.stop())))

    const problem = (error: unknown): void => onProblem(error instanceof Error ? error.message : String(error))
    const eventSources = resources.mapping.map((mapping) =>
      startEventSource({
        mapping,
        queue: queueOf(resources, mapping),
        lambda: functionOf(functions, mapping.properties.FunctionName),
        endpoint: sqs.endpoint,
        region,
        onError: problem,
      }),
    )

    const queueClient = new SQSClient({ endpoint: sqs.endpoint, region, credentials: localCredentials })
    closers.push(async () => queueClient.destroy())
    const schedules = startSchedules({
      resources,
      functions,
      sqs: queueClient,
      region,
      clock,
      onError: problem,
      running: settings.schedules ?? true,
    })
    const sweepAll = async (): Promise<number> => {
      const counts = resources.table.map((table) => sweepExpired(dynamoDb.client, table, clock.now()))
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
    }
    const stopSweeping = repeat(clock, sweepInterval, () => sweepAll().then(() => undefined, problem))

    const [api] = resources.api
    if (api !== undefined) {
      const authorize = createAuthorizer({
        issuer: issuer.url,
        audience: authorizer?.Audience ?? [],
        jwks: issuer.jwks,
        clock,
      })
      const routes = resources.route.map((route): ApiRoute => {
        const integration = integrationOf(resources, route)
        return {
          routeKey: route.properties.RouteKey,
          lambda: functionOf(functions, integration.properties.IntegrationUri),
          timeoutMilliseconds: integration.properties.TimeoutInMillis,
          authorize: route.properties.AuthorizationType === 'JWT' ? authorize : undefined,
          scopes: route.properties.AuthorizationScopes,
        }
      })
      apiServer.on('request', createHttpApi({ api, routes, clock }))
    }

    const queues = resources.queue.map((queue) => ({ logicalId: queue.logicalId, name: nameOf(queue), queue }))
    const queueNamed = (name: string): string => findByName(queues, name).name
    const named = functions.map((lambda) => ({
      logicalId: lambda.settings.logicalId,
      name: lambda.settings.name,
      lambda,
    }))
    const passVisibilityTimeout = (queueName: string): void =>
      sqs.passVisibilityTimeout(
        queueName,
        new Set(eventSources.flatMap((source) => (source.queueName === queueName ? [...source.held] : []))),
      )
    const atWork = (): readonly string[] => whatIsAtWork(functions, eventSources, sqs.depth, schedules.retrying())

    return {
      apiUrl,
      servicesUrl,
      resources,
      mintToken: (request) => issuer.mint(request, authorizer?.Audience[0]),
      functions: {
        invoke: (name, event) => findByName(named, name).lambda.invoke(event),
        log: (name) => findByName(named, name).lambda.log.lines(),
        facts: () =>
          functions.map((lambda) => ({
            name: lambda.settings.name,
            logicalId: lambda.settings.logicalId,
            bundleBytes: lambda.bundleBytes(),
            initMilliseconds: lambda.initTimes(),
          })),
      },
      queues: {
        url: (name) => findByName(queues, name).queue.ref,
        depth: (name) => sqs.depth(queueNamed(name)),
        peek: (name) => sqs.peek(queueNamed(name)),
        deadLetters: (name) => {
          const { properties } = findByName(queues, name).queue
          const target = queues.find(({ queue }) => queue.arn === properties.RedrivePolicy?.deadLetterTargetArn)
          if (target === undefined) throw new Error(`${name} has no dead-letter queue.`)
          return sqs.peek(target.name)
        },
        passVisibilityTimeout: (name) => passVisibilityTimeout(queueNamed(name)),
        client: queueClient,
      },
      dynamoDb: {
        endpoint: dynamoDb.endpoint,
        client: dynamoDb.client,
        tableNames: resources.table.map(({ ref }) => ref),
        sweepExpired: sweepAll,
      },
      idle: async ({ timeout = 30_000, passVisibilityTimeout: pass = false } = {}) => {
        const until = Date.now() + timeout
        for (let busy = atWork(); busy.length > 0; busy = atWork()) {
          if (Date.now() > until) throw new Error(`Still at work after ${timeout} ms: ${busy.join('; ')}`)
          if (pass) for (const { queueName } of eventSources) passVisibilityTimeout(queueName)
          await pause(idleCheckInterval)
        }
      },
      runSchedule: (name) => findByName(schedules.all, name).run(),
      close: async ({ grace = 2_000 } = {}) => {
        schedules.stop()
        stopSweeping()
        const sourcesStopped = Promise.all(eventSources.map((source) => source.stop()))
        const until = Date.now() + grace
        while (functions.some((lambda) => lambda.running() > 0) && Date.now() < until) await pause(idleCheckInterval)
        await Promise.all(functions.map((lambda) => lambda.stop()))
        await sourcesStopped
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function whatIsAtWork(
  functions: readonly LambdaFunction[],
  eventSources: readonly EventSource[],
  depth: (queueName: string) => QueueDepth,
  retrying: number,
): readonly string[] {
  const running = functions
    .filter((lambda) => lambda.running() > 0)
    .map((lambda) => `${lambda.settings.logicalId} runs ${lambda.running()}×`)
  const waiting = eventSources.flatMap(({ queueName, held }) => {
    const { visible, delayed, inFlight } = depth(queueName)
    if (visible + delayed + inFlight + held.size === 0) return []
    return [`${queueName} has ${visible} visible, ${delayed} delayed, ${inFlight} in flight (${held.size} at work)`]
  })
  return [...running, ...waiting, ...(retrying > 0 ? [`${retrying} failed invocations wait to be tried again`] : [])]
}

function repeat(clock: Clock, milliseconds: number, run: () => Promise<void>): () => void {
  let cancel = (): void => {}
  let stopped = false
  const arm = (): void => {
    cancel = clock.after(milliseconds, () => {
      void run().then(() => {
        if (!stopped) arm()
      })
    })
  }
  arm()
  return () => {
    stopped = true
    cancel()
  }
}

function givenSecrets(resources: Resources, values: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const secrets = resources.secret.map((secret) => ({ logicalId: secret.logicalId, name: secret.ref, secret }))
  return new Map(Object.entries(values).map(([name, value]) => [findByName(secrets, name).secret.ref, value]))
}

function assetOf(template: Template, lambda: Resource<'function'>): string {
  const path = template.assets.get(lambda.properties.Code.S3Key)
  if (path === undefined) throw new Error(`The code of ${lambda.logicalId} is not among the template's assets.`)
  return path
}

function nameOf(queue: Resource<'queue'>): string {
  return queue.ref.slice(queue.ref.lastIndexOf('/') + 1)
}

function queueOf(resources: Resources, mapping: Resource<'mapping'>): Resource<'queue'> {
  const queue = resources.queue.find(({ arn }) => arn === mapping.properties.EventSourceArn)
  if (queue === undefined) throw new Error(`${mapping.logicalId} takes from a queue that is not in the template.`)
  return queue
}

/** By name, ARN, or the longer form with the ARN in it that an integration may have. */
function functionOf(functions: readonly LambdaFunction[], reference: string): LambdaFunction {
  const found = functions.find(({ settings }) => settings.name === reference || reference.includes(settings.arn))
  if (found === undefined) throw new Error(`The template leads to ${reference}, which is no function of it.`)
  return found
}

function integrationOf(resources: Resources, route: Resource<'route'>): Resource<'integration'> {
  const found = resources.integration.find(({ ref }) => route.properties.Target === `integrations/${ref}`)
  if (found === undefined) throw new Error(`The route ${route.properties.RouteKey} leads nowhere.`)
  return found
}
