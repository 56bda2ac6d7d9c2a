import type { SQSClient } from '@aws-sdk/client-sqs'
import { nameOf } from '../lambda/links.ts'
import { findByName, type Resources } from '../template/resources.ts'
import type { EventSource } from './event-source.ts'
import type { QueueDepth } from './server.ts'
import type { Sqs } from './sqs.ts'

/** The queues as tests and people reach them: by full name, logical id, or the start of it. */
export interface QueuesView {
  readonly url: (name: string) => string
  readonly depth: (name: string) => Promise<QueueDepth>
  /** The bodies of the messages of a queue, without receiving them. */
  readonly peek: (name: string) => Promise<readonly string[]>
  /** The bodies in the dead-letter queue of a queue. */
  readonly deadLetters: (name: string) => Promise<readonly string[]>
  /** Lets the visibility timeout of messages that failed pass now. */
  readonly passVisibilityTimeout: (name: string) => Promise<void>
  /** Kills their process, and resolves when it answers again with what it has stored. Needs a `dataDir`. */
  readonly crash: () => Promise<void>
  readonly client: SQSClient
}

/** `eventSources` say which messages failed; those that an invocation works on stay out of sight. */
export function viewQueues(
  resources: Resources,
  sqs: Sqs,
  eventSources: readonly EventSource[],
  client: SQSClient,
): QueuesView {
  const queues = resources.queue.map((queue) => ({ logicalId: queue.logicalId, name: nameOf(queue), queue }))
  const find = (name: string) => findByName(queues, name)
  return {
    url: (name) => find(name).queue.ref,
    depth: async (name) => {
      const wanted = find(name).name
      const depth = (await sqs.depths()).find((each) => each.name === wanted)
      if (depth === undefined) throw new Error(`SQS has no queue ${wanted}.`)
      return depth
    },
    peek: (name) => sqs.peek(find(name).name),
    deadLetters: async (name) => {
      const { properties } = find(name).queue
      const target = queues.find(({ queue }) => queue.arn === properties.RedrivePolicy?.deadLetterTargetArn)
      if (target === undefined) throw new Error(`${name} has no dead-letter queue.`)
      return sqs.peek(target.name)
    },
    passVisibilityTimeout: (name) => {
      const queueName = find(name).name
      const failed = eventSources.flatMap((source) => (source.queueName === queueName ? [...source.failed] : []))
      return sqs.passVisibilityTimeout(queueName, failed)
    },
    crash: sqs.crash,
    client,
  }
}
