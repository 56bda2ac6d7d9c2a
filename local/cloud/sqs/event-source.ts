import { setTimeout } from 'node:timers/promises'
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { localCredentials } from '../credentials.ts'
import type { LambdaFunction } from '../lambda/function.ts'
import type { Resource } from '../template/resources.ts'
import type { Sky } from '../weather/weather.ts'

export interface EventSource {
  readonly queueName: string
  /** Receipt handles of the messages that an invocation works on at this moment. */
  readonly held: ReadonlySet<string>
  /** Receipt handles of the messages that were not done: they wait for their visibility timeout. */
  readonly failed: ReadonlySet<string>
  /** Starts no further batch and resolves when those at work are done. */
  readonly stop: () => Promise<void>
}

export interface EventSourceSettings {
  readonly mapping: Resource<'mapping'>
  readonly queue: Resource<'queue'>
  readonly lambda: LambdaFunction
  readonly endpoint: string
  readonly region: string
  readonly sky: Sky
  /** Hears of a queue that could not be reached; polling goes on. */
  readonly onError: (error: unknown) => void
}

// Beyond this many batches at once a laptop only waits, while the visibility timeout of their messages runs.
const mostAtOnce = 10
// One receive never gives more; Lambda fills larger batches of standard queues over a batching window.
const largestReceive = 10
const longestWaitSeconds = 20
const pauseAfterError = 1_000

/**
 * Feeds a queue to a function as a Lambda event source mapping does: receives in batches, deletes what succeeded, and
 * leaves the rest to the visibility timeout and the redrive policy.
 */
export function startEventSource(settings: EventSourceSettings): EventSource {
  const { mapping, queue, lambda, endpoint, region, sky } = settings
  const client = new SQSClient({ endpoint, region, credentials: localCredentials })
  const held = new Set<string>()
  const failed = new Set<string>()
  const polls = new AbortController()
  const partial = mapping.properties.FunctionResponseTypes.includes('ReportBatchItemFailures')
  let stopped = false

  /** Runs a batch, deletes what is done, and answers with the rest. */
  const runBatch = async (messages: readonly Message[]): Promise<readonly Message[]> => {
    const batch = { Records: messages.map((message) => recordOf(message, queue, region)) }
    // A queue delivers at least once, and now and then more often.
    if (sky.strikes(sky.now().doubledMessages)) await lambda.invoke(batch)
    const invocation = await lambda.invoke(batch)
    if (!invocation.ok) return messages
    const failures = partial ? failedIds(invocation.payload, messages) : new Set<string>()
    const isDone = ({ MessageId }: Message): boolean => MessageId !== undefined && !failures.has(MessageId)
    const Entries = messages.filter(isDone).map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }))
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.ref, Entries }))
    return messages.filter((message) => !isDone(message))
  }

  const atOnce = Math.min(mapping.properties.ScalingConfig?.MaximumConcurrency ?? mostAtOnce, mostAtOnce)
  const running = new Set<Promise<void>>()

  const startBatch = (messages: readonly Message[]): void => {
    const handles = handlesOf(messages)
    for (const handle of handles) held.add(handle)
    const batch = runBatch(messages)
      .catch((error: unknown) => {
        settings.onError(error)
        return messages
      })
      .then((rest) => {
        for (const handle of handlesOf(rest)) failed.add(handle)
        for (const handle of handles) held.delete(handle)
        running.delete(batch)
      })
    running.add(batch)
  }

  const poll = async (): Promise<void> => {
    while (!stopped) {
      if (running.size >= atOnce) {
        await Promise.race(running)
        continue
      }
      try {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: queue.ref,
            MaxNumberOfMessages: Math.min(mapping.properties.BatchSize, largestReceive),
            WaitTimeSeconds: longestWaitSeconds,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: ['All'],
          }),
          { abortSignal: polls.signal },
        )
        if (Messages.length > 0) startBatch(Messages)
      } catch (error) {
        if (stopped) return
        settings.onError(error)
        await setTimeout(pauseAfterError)
      }
    }
  }

  const polling = mapping.properties.Enabled ? poll() : Promise.resolve()
  return {
    queueName: queue.ref.slice(queue.ref.lastIndexOf('/') + 1),
    held,
    failed,
    stop: async () => {
      stopped = true
      polls.abort()
      await polling
      await Promise.all(running)
      client.destroy()
    },
  }
}

const responseSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
})

/**
 * The ids of the messages that are not done. As on AWS: nothing, or no list, means that all succeeded; an id that was
 * not in the batch, or a list of another form, means that all failed.
 */
export function failedIds(payload: unknown, messages: readonly Pick<Message, 'MessageId'>[]): ReadonlySet<string> {
  const all = new Set(messages.flatMap(({ MessageId }) => MessageId ?? []))
  if (payload === null || payload === undefined || payload === '') return new Set()
  const parsed = responseSchema.safeParse(payload)
  if (!parsed.success) return all
  const ids = (parsed.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier)
  return ids.every((id) => all.has(id)) ? new Set(ids) : all
}

function handlesOf(messages: readonly Message[]): readonly string[] {
  return messages.flatMap(({ ReceiptHandle }) => ReceiptHandle ?? [])
}

function recordOf(message: Message, queue: Resource<'queue'>, region: string): object {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue !== undefined && { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ])
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: region,
  }
}
