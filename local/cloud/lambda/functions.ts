import { findByName, type Resources } from '../template/resources.ts'
import type { Template } from '../template/template.ts'
import type { Sky } from '../weather/weather.ts'
import type { FunctionError } from './execution-environment.ts'
import { createFunction, type Invocation, type LambdaFunction } from './function.ts'
import { assetOf } from './links.ts'
import type { Logs } from './logs.ts'
import type { TimeShift } from './time-shift.ts'
import { type Endpoints, functionEnvironment } from './variables.ts'

export interface FunctionFacts {
  readonly name: string
  readonly logicalId: string
  /** Bytes of code that Lambda would load. */
  readonly bundleBytes: number
  /** Milliseconds that each start of an environment took, oldest first. */
  readonly initMilliseconds: readonly number[]
}

/** The functions as tests and people reach them: by full name, logical id, or the start of it. */
export interface FunctionsView {
  /** Runs a function once, as a direct invocation does. What went wrong is in the answer. */
  readonly invoke: (name: string, event: unknown) => Promise<Invocation>
  /** Ends all that runs of a function at once, as the death of its machines does. */
  readonly crash: (name: string) => Promise<void>
  /** The last lines of a function's log. */
  readonly log: (name: string) => readonly string[]
  readonly facts: () => readonly FunctionFacts[]
}

export interface FunctionsSettings {
  readonly template: Template
  readonly resources: Resources
  readonly region: string
  readonly endpoints: Endpoints
  /** Environment variables that every function gets besides its own. */
  readonly environment: Readonly<Record<string, string>>
  readonly logs: Logs
  readonly timeShift: TimeShift
  readonly sky: Sky
  readonly onProblem: (line: string) => void
}

/** Prepares the functions of the template; none is loaded before its first invocation. */
export function createFunctions(settings: FunctionsSettings): readonly LambdaFunction[] {
  const { template, resources, region, endpoints, environment, logs, timeShift, sky, onProblem } = settings
  const onFailure = ({ logicalId }: { readonly logicalId: string }, error: FunctionError): void =>
    onProblem(`${logicalId} failed: ${error.errorType}: ${error.errorMessage}`)
  return resources.function.map((lambda) =>
    createFunction(
      {
        name: lambda.ref,
        logicalId: lambda.logicalId,
        arn: lambda.arn,
        handler: lambda.properties.Handler,
        taskRoot: assetOf(template, lambda),
        timeoutSeconds: lambda.properties.Timeout,
        memoryMb: lambda.properties.MemorySize,
        environment: functionEnvironment(lambda, region, endpoints, environment),
        reservedConcurrency: lambda.properties.ReservedConcurrentExecutions,
        timeShift,
        sky,
      },
      logs.of(lambda.logicalId),
      onFailure,
    ),
  )
}

export function viewFunctions(functions: readonly LambdaFunction[]): FunctionsView {
  const named = functions.map((lambda) => ({ ...lambda.settings, lambda }))
  const find = (name: string): LambdaFunction => findByName(named, name).lambda
  return {
    invoke: (name, event) => find(name).invoke(event),
    crash: (name) => find(name).crash(),
    log: (name) => find(name).log.lines(),
    facts: () =>
      functions.map((lambda) => ({
        name: lambda.settings.name,
        logicalId: lambda.settings.logicalId,
        bundleBytes: lambda.bundleBytes(),
        initMilliseconds: lambda.initTimes(),
      })),
  }
}
