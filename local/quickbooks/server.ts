import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from './clock.ts'
import type { SimulatorRequest, SimulatorResponse } from './http.ts'

export interface ListenOptions {
  readonly port: number
  /** Default 127.0.0.1. */
  readonly host?: string
}

export interface Listening {
  /** `http://127.0.0.1:9000`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Ends open connections too. */
  close(): Promise<void>
}

/** What is read of a body before the rest is dropped: enough to see that it is too large. */
const MOST_BODY_BYTES = 12 * 1024 * 1024

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size <= MOST_BODY_BYTES) chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

const until = (clock: Clock, atMs: number): Promise<void> => new Promise((resolve) => clock.setTimer(atMs, resolve))

async function trickle(clock: Clock, body: Buffer, overMs: number, outgoing: ServerResponse): Promise<void> {
  const pieces = Math.min(10, Math.max(body.length, 1))
  const size = Math.ceil(body.length / pieces)
  const start = clock.now()
  for (let i = 0; i < pieces && !outgoing.destroyed; i++) {
    await until(clock, start + ((i + 1) * overMs) / pieces)
    outgoing.write(body.subarray(i * size, (i + 1) * size))
  }
  outgoing.end()
}

async function send(clock: Clock, response: SimulatorResponse, outgoing: ServerResponse): Promise<void> {
  const { transport } = response
  if (response.latencyMs !== undefined && response.latencyMs > 0) await until(clock, clock.now() + response.latencyMs)
  if (transport?.kind === 'reset') {
    outgoing.socket?.resetAndDestroy()
    return
  }
  const body = Buffer.from(response.body)
  outgoing.writeHead(response.status, { ...response.headers, 'content-length': body.length })
  if (transport === undefined) outgoing.end(body)
  else if (transport.kind === 'slow') await trickle(clock, body, transport.overMs, outgoing)
  else {
    outgoing.write(body.subarray(0, transport.afterBytes), () => outgoing.socket?.destroy())
  }
}

/** Serves `handle` over HTTP/1.1. Rejects with the reason if the port is taken. */
export async function listenOn(
  handle: (request: SimulatorRequest) => Promise<SimulatorResponse>,
  clock: Clock,
  options: ListenOptions,
): Promise<Listening> {
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readBody(incoming)
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(incoming.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
    }
    const response = await handle({ method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers, body })
    await send(clock, response, outgoing)
  }
  const server = createServer((incoming, outgoing) => {
    // A caller that hangs up in mid-request has ended its own call; there is no one left to tell.
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.keepAliveTimeout = 60_000
  const host = options.host ?? '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
