import type { IncomingHttpHeaders } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import * as z from 'zod'
import { accountId } from '../template/identity.ts'

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly sourceIp: string
  readonly protocol: string
}

export interface RoutedRequest extends HttpRequest {
  readonly apiId: string
  readonly requestId: string
  readonly routeKey: string
  readonly pathParameters: Readonly<Record<string, string>>
  readonly authorizer:
    | { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null }
    | undefined
  readonly now: number
}

/**
 * Makes the event of payload format 2.0: header names in lower case, repeated ones and repeated query values joined by
 * commas, cookies apart, and the raw body.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toEvent(request: RoutedRequest): APIGatewayProxyEventV2 {
  const { method, url, headers, body, apiId, routeKey, pathParameters, authorizer, now } = request
  const { cookie, ...otherHeaders } = headers
  const rawPath = decodePath(url.pathname)
  const query = joinRepeated([...url.searchParams])
  const isText = isTextType(headers['content-type'])
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: url.search.slice(1),
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers: {
      ...joinRepeated(
        Object.entries(otherHeaders).flatMap(([name, value]) =>
          [value ?? []].flat().map((one) => [name, one] as const),
        ),
      ),
      'x-forwarded-for': request.sourceIp,
      'x-forwarded-port': url.port,
      'x-forwarded-proto': 'http',
    },
    ...(url.search.length > 1 && { queryStringParameters: query }),
    requestContext: {
      accountId,
      apiId,
      domainName: url.host,
      domainPrefix: url.hostname.split('.')[0] ?? '',
      http: {
        method,
        path: rawPath,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now,
      // Lambda's types know only scopes as a list; on AWS they are null where the route names none.
      ...(authorizer !== undefined && {
        authorizer: { jwt: { claims: authorizer.claims, scopes: authorizer.scopes } },
      }),
    },
    ...(Object.keys(pathParameters).length > 0 && { pathParameters: { ...pathParameters } }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

/**
 * Which bodies arrive as text. Measured on AWS: these, and everything else in base64, also a form and a body without
 * any type.
 */
function isTextType(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return type.startsWith('text/') || ['application/json', 'application/xml', 'application/javascript'].includes(type)
}

function joinRepeated(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const joined = new Map<string, string>()
  for (const [name, value] of pairs) {
    const before = joined.get(name)
    joined.set(name, before === undefined ? value : `${before},${value}`)
  }
  return Object.fromEntries(joined)
}

/** Paths reach routes and functions decoded. One that cannot be decoded is taken as it is. */
export function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function commonLogTime(milliseconds: number): string {
  const time = new Date(milliseconds)
  const day = String(time.getUTCDate()).padStart(2, '0')
  const clock = time.toISOString().slice(11, 19)
  return `${day}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:${clock} +0000`
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  readonly body: Buffer
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const resultSchema = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), scalar).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
})

/**
 * Reads what a function returned. Without a `statusCode` the whole of it is the body of a 200, as JSON. Undefined when
 * it has one but is not of that form: API Gateway answers that with a 500.
 */
export function toResponse(payload: unknown): HttpResponse | undefined {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(body) }
  }
  const parsed = resultSchema.safeParse(payload)
  if (!parsed.success) return undefined
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data
  const lowerCase = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
  return {
    status: statusCode,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...Object.fromEntries(lowerCase) },
    cookies: cookies ?? [],
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  }
}
