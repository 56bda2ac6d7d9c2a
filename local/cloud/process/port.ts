import type { Server } from 'node:http'
import { createServer, type Server as TcpServer } from 'node:net'

/** Everything of the laptop cloud is reachable from this machine only. */
export const host = '127.0.0.1'

const portsTried = 50

export type OnTaken = (taken: number, next: number) => void

/**
 * Runs `listen` with the preferred port, and with the next ones while it rejects with EADDRINUSE. Port 0 takes any.
 * `onTaken` hears of each port that was taken.
 */
export async function withFreePort<Result>(
  preferred: number,
  listen: (port: number) => Promise<Result>,
  onTaken: OnTaken = () => {},
): Promise<Result> {
  for (let port = preferred; ; port += 1) {
    try {
      return await listen(port)
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || preferred === 0 || port - preferred >= portsTried) throw error
      onTaken(port, port + 1)
    }
  }
}

/** Listens and answers with the port. Rejects with EADDRINUSE when it is taken. */
export function listenOn(server: TcpServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** A port nobody listens on at this moment, for programs that cannot say which one they took. */
export async function findFreePort(preferred: number, onTaken?: OnTaken): Promise<number> {
  const server = createServer()
  const port = await withFreePort(preferred, (candidate) => listenOn(server, candidate), onTaken)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Ends a server at once: connections that are kept open by clients would hold it for minutes. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
