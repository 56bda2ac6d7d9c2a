import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SeenRequest = Readonly<{
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}>

/** What to do with a request; `answer` undefined leaves it without one. */
export type Script = (request: SeenRequest, response: ServerResponse) => void

/** A server on this machine that answers as a test says, for what no well-behaved server does. */
export async function scriptedServer() {
  const seen: SeenRequest[] = []
  let connections = 0
  let script: Script = (_, response) => response.writeHead(500).end()
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost')
    let body = ''
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk
    const { method = '', headers } = incoming
    const request = { method, path: url.pathname, query: url.searchParams, headers, body }
    seen.push(request)
    script(request, response)
  })
  server.on('connection', () => {
    connections++
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server's address is an object; only one on a pipe has a string.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    answer(next: Script) {
      script = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function json(status: number, body: unknown): Script {
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function text(status: number, type: string, body: string): Script {
  return (_, response) => response.writeHead(status, { 'content-type': type }).end(body)
}

/** The JSON of a query's answer with these rows. */
export function queryAnswer(rows: Readonly<Record<string, readonly unknown[]>>) {
  return { QueryResponse: { ...rows, startPosition: 1, maxResults: 1 }, time: '2026-11-23T10:00:00.000-08:00' }
}
