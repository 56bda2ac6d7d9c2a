import { randomUUID } from 'node:crypto'
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Sky } from '../weather/weather.ts'
import { type FunctionError, type LambdaEnvironment, startEnvironment } from './execution-environment.ts'
import type { FunctionLog } from './logs.ts'
import type { TimeShift } from './time-shift.ts'

/** A function as the template describes it, with the environment variables it gets. */
export interface FunctionSettings {
  readonly name: string
  readonly logicalId: string
  readonly arn: string
  readonly handler: string
  readonly taskRoot: string
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly environment: Readonly<Record<string, string>>
  readonly reservedConcurrency: number | undefined
  readonly timeShift: TimeShift
  readonly sky: Sky
}

export type Invocation =
  | { readonly ok: true; readonly payload: unknown; readonly requestId: string }
  | { readonly ok: false; readonly error: FunctionError | Throttled; readonly requestId: string }

/** No environment was free and none more is allowed, or the cloud is closing. */
export interface Throttled {
  readonly kind: 'throttled'
  readonly errorType: 'TooManyRequestsException'
  readonly errorMessage: string
}

export interface LambdaFunction {
  readonly settings: FunctionSettings
  /** Runs the function once. Never rejects: what went wrong is in the answer. */
  readonly invoke: (event: unknown) => Promise<Invocation>
  readonly running: () => number
  /** How many invocations have begun so far. */
  readonly begun: () => number
  /** Milliseconds that each start of an environment took, oldest first. */
  readonly initTimes: () => readonly number[]
  /** Bytes of code that Lambda would load. */
  readonly bundleBytes: () => number
  readonly log: FunctionLog
  /** Ends every environment, as the death of a machine does; what still runs answers as ended. The next call starts one. */
  readonly crash: () => Promise<void>
  /** Ends every environment for good; what still runs answers as ended. */
  readonly stop: () => Promise<void>
}

// A laptop has a few cores; AWS would start up to a thousand environments.
const environmentsByDefault = 10

interface Waiting {
  readonly go: (environment: LambdaEnvironment) => void
  readonly refuse: () => void
}

/**
 * Prepares a function. An environment starts with the first invocation, is used again while it lives, and takes one
 * invocation at a time. Beyond a reserved concurrency an invocation is throttled; beyond the laptop's own limit it waits.
 */
export function createFunction(
  settings: FunctionSettings,
  log: FunctionLog,
  onFailure: (settings: FunctionSettings, error: FunctionError) => void,
): LambdaFunction {
  const taskRoot = realpathSync(settings.taskRoot)
  const limit = settings.reservedConcurrency ?? environmentsByDefault
  const idle: LambdaEnvironment[] = []
  const alive = new Set<LambdaEnvironment>()
  const waiting: Waiting[] = []
  const initTimes: number[] = []
  let running = 0
  let begun = 0
  let stopped = false

  const start = (): LambdaEnvironment => {
    const environment = startEnvironment({
      functionName: settings.name,
      functionArn: settings.arn,
      handler: settings.handler,
      taskRoot,
      memoryMb: settings.memoryMb,
      timeoutSeconds: settings.timeoutSeconds,
      timeShift: settings.timeShift,
      environment: { ...settings.environment, LAMBDA_TASK_ROOT: taskRoot, AWS_LAMBDA_LOG_STREAM_NAME: randomUUID() },
      onLine: log.write,
    })
    alive.add(environment)
    void environment.initialised.then(({ error, milliseconds }) => {
      if (error === undefined) initTimes.push(milliseconds)
    })
    return environment
  }

  const acquire = (): Promise<LambdaEnvironment | undefined> => {
    if (stopped) return Promise.resolve(undefined)
    let free = idle.pop()
    while (free !== undefined && !free.isAlive()) {
      alive.delete(free)
      free = idle.pop()
    }
    if (free !== undefined) return Promise.resolve(free)
    if (alive.size < limit) return Promise.resolve(start())
    if (settings.reservedConcurrency !== undefined) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      waiting.push({ go: resolve, refuse: () => resolve(undefined) })
    })
  }

  const release = (environment: LambdaEnvironment): void => {
    if (!environment.isAlive()) alive.delete(environment)
    const next = waiting.shift()
    if (next !== undefined) next.go(environment.isAlive() ? environment : start())
    else if (environment.isAlive()) idle.push(environment)
  }

  const discard = async (environment: LambdaEnvironment): Promise<void> => {
    await environment.stop()
    alive.delete(environment)
  }

  const runIn = async (environment: LambdaEnvironment, requestId: string, event: string): Promise<Invocation> => {
    const { error } = await environment.initialised
    if (error !== undefined) {
      await discard(environment)
      return { ok: false, error, requestId }
    }
    const deadline = Date.now() + settings.timeoutSeconds * 1000
    const freezes = settings.sky.now().freezes
    const answer = await environment.invoke({ requestId, event, deadline, freezes })
    if (answer.ok) return { ok: true, payload: JSON.parse(answer.payload), requestId }
    if (answer.error.kind !== 'threw') await discard(environment)
    return { ok: false, error: answer.error, requestId }
  }

  const invoke = async (event: unknown): Promise<Invocation> => {
    const requestId = randomUUID()
    running += 1
    begun += 1
    try {
      const environment = await acquire()
      if (environment === undefined) {
        const errorMessage = stopped ? 'The laptop cloud is closing.' : 'Rate Exceeded.'
        return {
          ok: false,
          error: { kind: 'throttled', errorType: 'TooManyRequestsException', errorMessage },
          requestId,
        }
      }
      const startedAt = performance.now()
      const invocation = await runIn(environment, requestId, JSON.stringify(event) ?? 'null')
      release(environment)
      report(invocation, performance.now() - startedAt)
      return invocation
    } finally {
      running -= 1
    }
  }

  const endAll = async (): Promise<void> => {
    await Promise.all([...alive].map((environment) => environment.stop()))
  }

  const report = (invocation: Invocation, milliseconds: number): void => {
    const error = invocation.ok ? {} : { status: 'error', ...invocation.error }
    const durationMs = Math.round(milliseconds)
    log.write(JSON.stringify({ type: 'platform.report', requestId: invocation.requestId, durationMs, ...error }))
    if (!invocation.ok && invocation.error.kind !== 'throttled' && !stopped) onFailure(settings, invocation.error)
  }

  return {
    settings,
    invoke,
    running: () => running,
    begun: () => begun,
    initTimes: () => initTimes,
    bundleBytes: () =>
      readdirSync(taskRoot, { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.[cm]?js$/.test(file))
        .reduce((bytes, file) => bytes + statSync(join(taskRoot, file)).size, 0),
    log,
    crash: endAll,
    stop: async () => {
      stopped = true
      for (const { refuse } of waiting.splice(0)) refuse()
      await endAll()
      alive.clear()
      idle.length = 0
    },
  }
}
