/** A request as the router takes it, free of whatever carried it. */
export type HttpRequest = Readonly<{
  method: string
  /** Decoded or not: ids in paths need no escapes. */
  path: string
  query: URLSearchParams
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  /** The bytes exactly as they were sent; empty when there was no body. */
  body: Uint8Array
  /** The claims of the token, which the gateway has verified; absent on public routes. */
  claims?: Readonly<Record<string, unknown>>
  requestId: string
}>

export type HttpResponse = Readonly<{
  status: number
  headers: Readonly<Record<string, string>>
  body: string
  /** Whether the body is bytes in base64. */
  isBase64?: boolean
}>

export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
