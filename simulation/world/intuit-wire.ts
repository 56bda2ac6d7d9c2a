// The very instance through which shared/quickbooks sends everything.
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import axios from 'axios/dist/node/axios.cjs'
import type { Simulator } from '../../local/quickbooks/simulator.ts'
import type { Process } from './processes.ts'
import type { LookAt } from './sightings.ts'

const { AxiosError } = axios

/** The client gives a call so long (its default); real time stands still here. */
const PATIENCE_MS = 30_000

type Line = Readonly<{ simulator: Simulator; process: Process; lookAt: LookAt }>

const lines = new Map<string, Line>()
let opened = 0

/**
 * An address that stands in for Intuit's hosts for one process: what it sends there reaches the simulator without a
 * socket, takes its time on the virtual clock, and meets the simulator's transport faults.
 */
export function openLine(line: Line): Readonly<{ url: string; close: () => void }> {
  const host = `line-${opened++}.simulated`
  lines.set(host, line)
  return { url: `http://${host}`, close: () => lines.delete(host) }
}

axios.defaults.adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
  const url = new URL(axios.getUri(config))
  const line = lines.get(url.host)
  if (line === undefined) throw new AxiosError('Nothing listens there.', 'ECONNREFUSED', config)
  const { simulator, process, lookAt } = line
  const body = config.data === undefined ? undefined : String(config.data)
  const ask = async () => {
    const answer = await simulator.handle({
      method: config.method ?? 'get',
      path: `${url.pathname}${url.search}`,
      headers: Object.fromEntries(
        Object.entries(config.headers.toJSON()).map(([name, value]) => [name, String(value)]),
      ),
      ...(body !== undefined && { body }),
    })
    lookAt({ url, body: body ?? '' }, answer)
    return answer
  }
  const label = `${(config.method ?? 'get').toUpperCase()} ${url.pathname}`
  const answer = await process.call(label, ask, () => `${url.search} ${body ?? ''}`)
  const { transport, latencyMs = 0 } = answer
  const tookMs = latencyMs + (transport?.kind === 'slow' ? transport.overMs : 0)
  if (tookMs > 0) await process.sleep(Math.min(tookMs, PATIENCE_MS))
  if (tookMs >= PATIENCE_MS) throw new AxiosError('canceled', 'ERR_CANCELED', config)
  if (transport?.kind === 'reset') throw new AxiosError('socket hang up', 'ECONNRESET', config)
  if (transport?.kind === 'truncated') throw new AxiosError('stream has been aborted', 'ERR_BAD_RESPONSE', config)
  return { data: answer.body, status: answer.status, statusText: '', headers: answer.headers, config, request: {} }
}
