import { setTimeout as pause } from 'node:timers/promises'
import type { EventSource } from './event-source.ts'
import type { LambdaFunction } from './lambda.ts'
import type { QueueDepth } from './sqs.ts'

/** Says, in words, each thing that runs or waits to run; nothing when the cloud is idle. */
export function whatIsAtWork(
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

const checkInterval = 5

/**
 * Resolves when nothing is at work any more; `onWait` is called before each further look. Rejects with what is still
 * at work after `timeout` milliseconds.
 */
export async function waitUntilIdle(
  atWork: () => readonly string[],
  timeout: number,
  onWait: () => void,
): Promise<void> {
  const until = Date.now() + timeout
  for (let busy = atWork(); busy.length > 0; busy = atWork()) {
    if (Date.now() > until) throw new Error(`Still at work after ${timeout} ms: ${busy.join('; ')}`)
    onWait()
    await pause(checkInterval)
  }
}

/** Resolves when no invocation runs any more, at the latest after `grace` milliseconds. */
export async function waitForInvocations(functions: readonly LambdaFunction[], grace: number): Promise<void> {
  const until = Date.now() + grace
  while (functions.some((lambda) => lambda.running() > 0) && Date.now() < until) await pause(checkInterval)
}
