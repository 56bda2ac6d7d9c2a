import { randomUUID } from 'node:crypto'
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { pullHint, pushHint, wakeUp } from '#lambda/hint-schemas'
import { createHints } from '#sqs/hints'
import type { PullHint, PushHint, WakeUp } from '#sync/ports'
import { hintsContract, type Received } from '../contract/hints.ts'
import { startLocalSqs } from './local-sqs.ts'

const { client, createFifoQueue, createStandardQueue } = await startLocalSqs()

hintsContract(async () => {
  const [pullQueueUrl, pushQueueUrl] = await Promise.all(
    ['pull', 'push'].map((name) => createFifoQueue(`${name}-${randomUUID()}`)),
  )
  if (pullQueueUrl === undefined || pushQueueUrl === undefined) throw new Error('A queue is missing.')
  const wakeQueueUrl = await createStandardQueue(`wake-${randomUUID()}`)
  return {
    hints: createHints({ client, pullQueueUrl, pushQueueUrl, wakeQueueUrl }),
    takePulls: () => receive(pullQueueUrl, (body): PullHint => pullHint.parse(JSON.parse(body))),
    takePushes: () => receive(pushQueueUrl, (body): PushHint => pushHint.parse(JSON.parse(body))),
    takeWakeUps: async (withinSeconds) => {
      const received = await receive(wakeQueueUrl, (body): WakeUp => wakeUp.parse(JSON.parse(body)), withinSeconds)
      await Promise.all(received.map(({ done }) => done()))
      return received.map(({ hint }) => hint)
    },
  }
})

async function receive<Hint>(
  QueueUrl: string,
  parse: (body: string) => Hint,
  withinSeconds = 0,
): Promise<readonly Received<Hint>[]> {
  const { Messages } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 600,
      WaitTimeSeconds: withinSeconds,
    }),
  )
  return (Messages ?? []).map(({ Body = '', ReceiptHandle }) => ({
    hint: parse(Body),
    done: async () => void (await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
  }))
}
