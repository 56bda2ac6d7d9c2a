import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it } from 'vitest'
import { AWS_CLIENT, DYNAMODB_CLIENT } from '#lambda/aws-clients'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** Where a client finds a server that does this. */
async function serving(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  // An address of TCP is an object.
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
}

describe('an AWS client', () => {
  it('gives up on a server that takes the call and never answers', async () => {
    let calls = 0
    const where = await serving(() => {
      calls += 1
    })
    // So long only that a test is not.
    const requestHandler = { ...AWS_CLIENT.requestHandler, requestTimeout: 500 }
    const client = new SQSClient({ ...AWS_CLIENT, ...where, requestHandler })
    const sent = client.send(new SendMessageCommand({ QueueUrl: `${where.endpoint}/1/q`, MessageBody: '' }))
    await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(calls).toBe(AWS_CLIENT.maxAttempts)
  }, 30_000)

  it('asks a table again that throttles, until it has grown', async () => {
    // One more than the SDK bears by itself.
    let refusals = 3
    const where = await serving((_request, response) => {
      const isRefused = refusals-- > 0
      response.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' })
      const name = 'com.amazonaws.dynamodb.v20120810#ThrottlingException'
      response.end(JSON.stringify(isRefused ? { __type: name, message: 'Slow down.' } : { Item: { pk: { S: 'p' } } }))
    })
    const client = new DynamoDBClient({ ...DYNAMODB_CLIENT, ...where })
    const { Item } = await client.send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'p' } } }))
    expect(Item).toEqual({ pk: { S: 'p' } })
  }, 30_000)

  it('of every function waits and tries so, and no other way', async () => {
    const { readFileSync } = await import('node:fs')
    const made = ['functions/compose.ts', 'shared/lambda/secrets.ts'].flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/new \w*(?:Client|Provider)\(.*?\)/g),
    ])
    expect(made.length).toBeGreaterThan(3)
    for (const [text] of made) expect(text).toMatch(/\((?:AWS_CLIENT|DYNAMODB_CLIENT|\{ clientConfig: AWS_CLIENT \})\)/)
  })
})
