import { AsyncLocalStorage } from 'node:async_hooks'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { InternalAxiosRequestConfig } from 'axios'
// The CommonJS build by its path: it is the very instance that node-quickbooks and intuit-oauth require, while
// `import 'axios'` would be a second one, with interceptors of its own.
import axios from 'axios/dist/node/axios.cjs'
import { Failure } from '#core/errors'

/** What every call out of this room gets, whichever library builds its request. */
export type Sending = Readonly<{
  /** The whole call, body included, in milliseconds. */
  timeoutMs: number
  /** Stands in for every Intuit host, as `http://127.0.0.1:9000`. */
  simulatorUrl: string | undefined
  /** Waits for the call's turn just before it is sent, and answers with what it adds to the request. */
  enter(): Promise<Readonly<{ bearer?: string; requestId?: string }>>
}>

/** An answer, not yet understood. */
export type Answer = Readonly<{ status: number; text: string }>

type Underway = Sending & { outcome?: Readonly<{ answer: Answer } | { thrown: unknown }> }

const underway = new AsyncLocalStorage<Underway>()

/**
 * Lets a library send one request, and answers with what came back, of any status. What the library itself makes of
 * it is ignored: neither its way of reading nor its error objects, which hold tokens, get any further.
 * Throws what `enter` throws, and quickbooksDown when no whole answer came.
 */
export async function exchange(sending: Sending, send: () => Promise<unknown>): Promise<Answer> {
  const call: Underway = { ...sending }
  const thrown = await underway.run(call, send).then(
    () => new Error('A library answered without sending a request.'),
    (error: unknown) => error,
  )
  if (call.outcome === undefined) throw thrown
  if ('thrown' in call.outcome) throw call.outcome.thrown
  return call.outcome.answer
}

/** Sends a request that no library can, through the same instance and so with the same care. */
export const { post } = axios

axios.interceptors.request.use(async (request) => {
  const call = underway.getStore()
  if (call === undefined) return request
  try {
    const { bearer, requestId } = await call.enter()
    if (bearer !== undefined) request.headers.set('Authorization', `Bearer ${bearer}`)
    if (requestId !== undefined) request.params = { ...request.params, requestid: requestId }
    request.headers.set('Accept', 'application/json')
    return inOurWay(request, call)
  } catch (thrown) {
    call.outcome = { thrown }
    throw thrown
  }
})

axios.interceptors.response.use(
  (response) => {
    const call = underway.getStore()
    if (call !== undefined) call.outcome = { answer: { status: response.status, text: String(response.data ?? '') } }
    return response
  },
  (error: unknown) => {
    const call = underway.getStore()
    if (call === undefined || call.outcome !== undefined) throw error
    call.outcome = { thrown: new Failure({ kind: 'quickbooksDown', reason: withoutAnswer(error, call.timeoutMs) }) }
    throw call.outcome.thrown
  },
)

function inOurWay(request: InternalAxiosRequestConfig, call: Underway): InternalAxiosRequestConfig {
  return Object.assign(request, {
    ...(call.simulatorUrl !== undefined && { url: onSimulator(request.url ?? '', call.simulatorUrl), proxy: false }),
    ...agents(Date.now()),
    // axios' own timeout starts again with every byte, so that a body that trickles would never end.
    signal: AbortSignal.timeout(call.timeoutMs),
    // A redirect would carry the bearer token to another host, and a refresh token there and here.
    maxRedirects: 0,
    responseType: 'text',
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
  })
}

/** `url` at the simulator's address, path and query as they are. */
export function onSimulator(url: string, simulatorUrl: string): string {
  return url.replace(/^https?:\/\/[^/?#]+/, simulatorUrl.replace(/\/$/, ''))
}

const STALE_AFTER_MS = 20_000
let kept: Readonly<{ httpAgent: HttpAgent; httpsAgent: HttpsAgent }> | undefined
let usedAtMs = 0

/** Keeps connections open, but not those of before a Lambda slept: the other side has closed them meanwhile. */
function agents(nowMs: number) {
  if (kept === undefined || nowMs - usedAtMs > STALE_AFTER_MS)
    kept = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) }
  usedAtMs = nowMs
  return kept
}

function withoutAnswer(error: unknown, timeoutMs: number): string {
  const code = axios.isAxiosError(error) ? error.code : undefined
  if (code === 'ERR_CANCELED' || code === 'ECONNABORTED' || code === 'ETIMEDOUT')
    return `QuickBooks did not answer within ${timeoutMs / 1000} s.`
  return code === 'ERR_BAD_RESPONSE' || code === 'ECONNRESET'
    ? 'The connection to QuickBooks was cut.'
    : `QuickBooks could not be reached (${code ?? 'unknown error'}).`
}
