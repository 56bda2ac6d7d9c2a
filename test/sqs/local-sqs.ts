import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { afterAll } from 'vitest'

export type LocalSqs = Readonly<{
  client: SQSClient
  createFifoQueue(name: string): Promise<string>
  createStandardQueue(name: string): Promise<string>
}>

/** SQS' protocol on 127.0.0.1, for one test file; it ends with the file. */
export async function startLocalSqs(): Promise<LocalSqs> {
  const app = buildApp({ logger: false, host: '', defaultRegion: 'us-east-1' })
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' })
  const client = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  afterAll(async () => {
    client.destroy()
    await app.close()
  })
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }))
    if (QueueUrl === undefined) throw new Error('The queue has no address.')
    return QueueUrl
  }
  return {
    client,
    createFifoQueue: (name) => create(`${name}.fifo`, { FifoQueue: 'true' }),
    createStandardQueue: (name) => create(name, {}),
  }
}
