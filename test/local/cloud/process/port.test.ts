import { createServer } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { startCloud } from '../../../../local/cloud/cloud.ts'
import { closeServer, listenOn } from '../../../../local/cloud/process/port.ts'
import { apiResources, writeFixtureApp } from '../fixture-app.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => Promise.all(servers.splice(0).map(closeServer)))

async function takePort(): Promise<number> {
  const server = createServer((_, response) => response.end('somebody else'))
  servers.push(server)
  return listenOn(server, 0)
}

it('says which ports are taken, for every part, and takes the next ones', async () => {
  const [api, services, sqs, dynamodb] = [await takePort(), await takePort(), await takePort(), await takePort()]
  const template = writeFixtureApp({
    functions: { Hello: { source: `export const handler = async () => 'hello'` } },
    resources: apiResources('Hello', { 'GET /': undefined }),
  })
  const taken: string[] = []
  const cloud = await startCloud({
    template,
    ports: { api, services, sqs, dynamodb },
    onTaken: (part, port, next) => taken.push(`${part} ${port} ${next}`),
  })
  try {
    expect(taken).toEqual(
      expect.arrayContaining([
        `api ${api} ${api + 1}`,
        `services ${services} ${services + 1}`,
        `sqs ${sqs} ${sqs + 1}`,
        `dynamodb ${dynamodb} ${dynamodb + 1}`,
      ]),
    )
    expect(await (await fetch(cloud.apiUrl)).text()).toBe('hello')
    expect(Number(new URL(cloud.apiUrl).port)).toBeGreaterThan(api)
  } finally {
    await cloud.close()
  }
})
