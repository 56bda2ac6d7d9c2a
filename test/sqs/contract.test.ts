import { randomUUID } from 'node:crypto'
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { pullHint, pushHint } from '#lambda/hint-schemas'
import { createHints } from '#sqs/hints'
import type { PullHint, PushHint } from '#sync/ports'
import { hintsContract, type Received } from '../contract/hints.ts'
import { startLocalSqs } from './local-sqs.ts'

const { client, createFifoQueue } = await startLocalSqs()

hintsContract(async () => {
  const [pullQueueUrl, pushQueueUrl] = await Promise.all(
    ['pull', 'push'].map((name) => createFifoQueue(`${name}-${randomUUID()}`)),
  )
  if (pullQueueUrl === undefined || pushQueueUrl === undefined) throw new Error('A queue is missing.')
  return {
    hints: createHints({ client, pullQueueUrl, pushQueueUrl }),
    takePulls: () => receive(pullQueueUrl, (body): PullHint => pullHint.parse(JSON.parse(body))),
    takePushes: () => receive(pushQueueUrl, (body): PushHint => pushHint.parse(JSON.parse(body))),
  }
})

async function receive<Hint>(QueueUrl: string, parse: (body: string) => Hint): Promise<readonly Received<Hint>[]> {
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
  )
  return (Messages ?? []).map(({ Body = '', ReceiptHandle }) => ({
    hint: parse(Body),
    done: async () => void (await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
  }))
}
