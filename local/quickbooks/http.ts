/** A request as it came in, whether over a socket or in process. */
export interface SimulatorRequest {
  readonly method: string
  /** The path with its query string, as sent: `/v3/company/1/query?query=…`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** What happens to an answer on its way. Absent: it arrives whole. */
export type Transport =
  /** The connection is reset before a byte of the answer; the status and body are what was lost. */
  | { readonly kind: 'reset' }
  /** The body trickles in over this many milliseconds. */
  | { readonly kind: 'slow'; readonly overMs: number }
  /** The body stops after this many bytes and the connection ends. */
  | { readonly kind: 'truncated'; readonly afterBytes: number }

export interface SimulatorResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** How long QuickBooks takes for this answer; whoever drives `handle` in process decides whether to wait. */
  readonly latencyMs?: number
  readonly transport?: Transport
}

/** A request after routing. Header names are lower case. */
export interface RoutedRequest {
  readonly method: string
  /** The path as sent, with its query string. */
  readonly url: string
  /** The path alone, not decoded. */
  readonly pathname: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export type Handler = (request: RoutedRequest) => SimulatorResponse | Promise<SimulatorResponse>

/** A route: method (`*` for any) and a pattern of literal segments, `:name`, and a last `*rest`. */
export interface Route {
  readonly method: string
  readonly pattern: string
  readonly handler: Handler
}

/** Builds a JSON answer; the key order of `value` is the key order on the wire. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimulatorResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** Builds an HTML answer. */
export function htmlResponse(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): SimulatorResponse {
  return { status, headers: { 'content-type': 'text/html;charset=utf-8', ...headers }, body }
}

/** The request's body as text, or undefined when it is not valid UTF-8. */
export function bodyText(request: RoutedRequest): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(request.body)
  } catch {
    return undefined
  }
}
