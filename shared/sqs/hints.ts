import { createHash } from 'node:crypto'
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Hints, PullHint, PushHint } from '#sync/ports'

export type HintQueueOptions = Readonly<{
  client: SQSClient
  pullQueueUrl: string
  /** Absent in a function that hints at no push. */
  pushQueueUrl?: string | undefined
  /** A standard queue, as only there a message has a delay of its own. Absent in a function that wakes nobody. */
  wakeQueueUrl?: string | undefined
}>

/**
 * What SQS takes as MessageGroupId and MessageDeduplicationId: up to 128 letters, digits and ASCII punctuation (API
 * reference: SendMessage).
 */
const NAMEABLE = /^[!-~]{1,128}$/

/**
 * Hints onto the two FIFO queues, and wake-ups: a group is a workspace, so that one company's work is never done twice at the same
 * time and companies do not wait for each other; the queue itself drops a second hint of the same name for five
 * minutes. Throws what SQS throws.
 */
export function createHints({ client, pullQueueUrl, pushQueueUrl, wakeQueueUrl }: HintQueueOptions): Hints {
  const send = async (queueUrl: string, hint: PullHint | PushHint, dedupe: string) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(hint),
        MessageGroupId: nameable(hint.workspace),
        MessageDeduplicationId: nameable(dedupe),
      }),
    )
  }
  return {
    pull: (hint, dedupe) => send(pullQueueUrl, hint, dedupe),
    push: async (hint, dedupe) => {
      if (pushQueueUrl === undefined) throw new Error('This function was not given the push queue.')
      await send(pushQueueUrl, hint, dedupe)
    },
    wake: async (wakeUp, delaySeconds) => {
      if (wakeQueueUrl === undefined) throw new Error('This function was not given the queue for wake-ups.')
      await client.send(
        new SendMessageCommand({
          QueueUrl: wakeQueueUrl,
          MessageBody: JSON.stringify(wakeUp),
          DelaySeconds: delaySeconds,
        }),
      )
    },
  }
}

/** The text itself where SQS takes it, else its hash. */
function nameable(text: string): string {
  return NAMEABLE.test(text) ? text : createHash('sha256').update(text).digest('base64url')
}
