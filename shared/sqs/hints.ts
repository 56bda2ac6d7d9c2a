import { createHash } from 'node:crypto'
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Hints, Named, PullHint, PushHint } from '#sync/ports'

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

/** The most messages that one call takes (Amazon SQS API reference, SendMessageBatch). */
const BATCH = 10
/** Calls at the same time: each takes some ten milliseconds, and whoever hints thousands has seconds. */
const AT_ONCE = 16

/**
 * Hints onto the two FIFO queues, and wake-ups: a group is a workspace, so that one company's work is never done twice at the same
 * time and companies do not wait for each other; the queue itself drops a second hint of the same name for five
 * minutes. Throws what SQS throws.
 */
export function createHints({ client, pullQueueUrl, pushQueueUrl, wakeQueueUrl }: HintQueueOptions): Hints {
  const entryOf = ({ hint, dedupe }: Named<PullHint | PushHint>) => ({
    MessageBody: JSON.stringify(hint),
    MessageGroupId: nameable(hint.workspace),
    MessageDeduplicationId: nameable(dedupe),
  })
  const send = async (QueueUrl: string, named: Named<PullHint | PushHint>) => {
    await client.send(new SendMessageCommand({ QueueUrl, ...entryOf(named) }))
  }
  const sendPiece = async (QueueUrl: string, piece: readonly Named<PullHint | PushHint>[]): Promise<number> => {
    const Entries = piece.map((named, at) => ({ Id: String(at), ...entryOf(named) }))
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
    return Failed.length
  }
  /** Piece after piece in each lane, all of them whatever becomes of others. */
  const sendMany = async (queueUrl: string, all: readonly Named<PullHint | PushHint>[]) => {
    const pieces = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, at) =>
      all.slice(at * BATCH, (at + 1) * BATCH),
    )
    let notSent = 0
    const lane = async () => {
      for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
        const { length } = piece
        notSent += await sendPiece(queueUrl, piece).catch(() => length)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    if (notSent > 0) throw new Error(`${notSent} of ${all.length} hints could not be sent.`)
  }
  const pushes = (): string => {
    if (pushQueueUrl === undefined) throw new Error('This function was not given the push queue.')
    return pushQueueUrl
  }
  return {
    pull: (hint, dedupe) => send(pullQueueUrl, { hint, dedupe }),
    push: async (hint, dedupe) => send(pushes(), { hint, dedupe }),
    pullMany: (named) => sendMany(pullQueueUrl, named),
    pushMany: async (named) => sendMany(pushes(), named),
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
