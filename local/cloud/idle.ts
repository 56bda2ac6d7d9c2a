import { setTimeout as pause } from 'node:timers/promises'
import type { LambdaFunction } from './lambda/function.ts'
import type { EventSource } from './sqs/event-source.ts'
import type { QueueDepth } from './sqs/server.ts'

/**
 * Says, in words, each thing that runs or waits to run; nothing when the cloud is idle. What waits for its time, a
 * delayed message as much as a schedule, is not at work.
 */
export async function whatIsAtWork(
  functions: readonly LambdaFunction[],
  eventSources: readonly EventSource[],
  depths: () => Promise<readonly QueueDepth[]>,
  retrying: () => number,
): Promise<readonly string[]> {
  const begun = () => functions.reduce((sum, lambda) => sum + lambda.begun(), 0)
  const begunBefore = begun()
  const runningBefore = runningIn(functions)
  // While they are asked, whatever runs may put a message there and end.
  const waiting = await depths().then(
    (all) => all.flatMap((depth) => waitingIn(depth, eventSources)),
    (error: unknown) => [`the queues do not answer: ${error instanceof Error ? error.message : String(error)}`],
  )
  const running = runningIn(functions)
  const meanwhile = begun() > begunBefore || runningBefore.length > running.length ? ['something ran just now'] : []
  return [
    ...(running.length > 0 ? running : meanwhile),
    ...waiting,
    ...(retrying() > 0 ? [`${retrying()} failed invocations wait to be tried again`] : []),
  ]
}

function runningIn(functions: readonly LambdaFunction[]): readonly string[] {
  return functions
    .filter((lambda) => lambda.running() > 0)
    .map((lambda) => `${lambda.settings.logicalId} runs ${lambda.running()}×`)
}

function waitingIn({ name, visible, inFlight }: QueueDepth, eventSources: readonly EventSource[]): readonly string[] {
  const source = eventSources.find(({ queueName }) => queueName === name)
  // What no function is fed from is for people.
  if (source === undefined || visible + inFlight + source.held.size === 0) return []
  return [`${name} has ${visible} visible, ${inFlight} in flight (${source.held.size} at work)`]
}

const checkInterval = 5

/**
 * Resolves when nothing is at work any more; `onWait` is called before each further look. Rejects with what is still
 * at work after `timeout` milliseconds.
 */
export async function waitUntilIdle(
  atWork: () => Promise<readonly string[]>,
  timeout: number,
  onWait: () => Promise<unknown>,
): Promise<void> {
  const until = Date.now() + timeout
  for (let busy = await atWork(); busy.length > 0; busy = await atWork()) {
    if (Date.now() > until) throw new Error(`Still at work after ${timeout} ms: ${busy.join('; ')}`)
    await onWait()
    await pause(checkInterval)
  }
}

/** Resolves when no invocation runs any more, at the latest after `grace` milliseconds. */
export async function waitForInvocations(functions: readonly LambdaFunction[], grace: number): Promise<void> {
  const until = Date.now() + grace
  while (functions.some((lambda) => lambda.running() > 0) && Date.now() < until) await pause(checkInterval)
}
