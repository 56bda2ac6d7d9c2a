import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { LambdaFunction } from '../lambda/function.ts'
import { readBody } from '../read-body.ts'
import type { Resource } from '../template/resources.ts'
import type { Sky } from '../weather/weather.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import { decodePath, type HttpRequest, type HttpResponse, toEvent, toResponse } from './event.ts'
import type { Authorize } from './jwt-authorizer.ts'
import { matchRoute } from './route.ts'

export interface ApiRoute {
  readonly routeKey: string
  readonly lambda: LambdaFunction
  /** How long the API waits for the function. */
  readonly timeoutMilliseconds: number
  /** Undefined for a route that everyone may call. */
  readonly authorize: Authorize | undefined
  readonly scopes: readonly string[]
}

export interface HttpApiSettings {
  readonly api: Resource<'api'>
  readonly routes: readonly ApiRoute[]
  readonly clock: Clock
  readonly sky: Sky
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const largestBody = 10 * 1024 * 1024
// Lambda takes no larger event and gives no larger answer.
const largestPayload = 6 * 1024 * 1024

/** Answers requests as the HTTP API of the template does. */
export function createHttpApi(settings: HttpApiSettings): RequestListener {
  return (request, response) => {
    const requestId = randomUUID()
    handle(settings, request, requestId).then(
      (answer) => send(response, answer, requestId),
      (error: unknown) => {
        // Nothing that a caller sends leads here; a caller that has gone away does.
        response.destroy(error instanceof Error ? error : undefined)
      },
    )
  }
}

async function handle(settings: HttpApiSettings, request: IncomingMessage, requestId: string): Promise<HttpResponse> {
  const { api, routes, clock, sky } = settings
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`)
  const method = request.method ?? 'GET'
  const cors = api.properties.CorsConfiguration
  const corsAnswer = corsHeaders(cors, request.headers.origin)

  const body = await readBody(request, largestBody)
  if (body === undefined) return message(413, 'Request Entity Too Large', corsAnswer)
  if (cors !== undefined && method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
    const allowed = Object.keys(corsAnswer).length > 0 ? preflightHeaders(cors) : {}
    return { status: 204, headers: { ...corsAnswer, ...allowed }, cookies: [], body: Buffer.alloc(0) }
  }
  const matched = matchRoute(routes, method, decodePath(url.pathname))
  if (matched === undefined) return message(404, 'Not Found', corsAnswer)

  if (sky.strikes(sky.now().refusedRequests)) {
    return sky.strikes(0.5)
      ? message(429, 'Too Many Requests', corsAnswer)
      : message(503, 'Service Unavailable', corsAnswer)
  }
  const { route, pathParameters } = matched
  const authorization = await route.authorize?.(request.headers.authorization, route.scopes)
  if (authorization?.kind === 'unauthorized') {
    return message(401, 'Unauthorized', { ...corsAnswer, 'www-authenticate': 'Bearer' })
  }
  if (authorization?.kind === 'forbidden') return message(403, 'Forbidden', corsAnswer)

  const httpRequest: HttpRequest = {
    method,
    url,
    headers: request.headers,
    body,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    protocol: `HTTP/${request.httpVersion}`,
  }
  const event = toEvent({
    ...httpRequest,
    apiId: api.ref,
    requestId,
    routeKey: route.routeKey,
    pathParameters,
    authorizer: authorization,
    now: clock.now(),
  })
  if (Buffer.byteLength(JSON.stringify(event)) > largestPayload)
    return message(413, 'Request Entity Too Large', corsAnswer)
  const answer = await callFunction(route, event)
  return { ...answer, headers: { ...answer.headers, ...corsAnswer } }
}

async function callFunction(route: ApiRoute, event: object): Promise<HttpResponse> {
  const tooLate = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => tooLate.resolve(undefined), route.timeoutMilliseconds)
  const invocation = await Promise.race([route.lambda.invoke(event), tooLate.promise])
  clearTimeout(timer)
  if (invocation === undefined) return message(503, 'Service Unavailable')
  if (!invocation.ok) {
    return invocation.error.kind === 'throttled'
      ? message(503, 'Service Unavailable')
      : message(500, 'Internal Server Error')
  }
  const answer = toResponse(invocation.payload)
  if (answer === undefined || answer.body.length > largestPayload) return message(500, 'Internal Server Error')
  return answer
}

function message(status: number, text: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const body = Buffer.from(JSON.stringify({ message: text }))
  return { status, headers: { 'content-type': 'application/json', ...headers }, cookies: [], body }
}

function send(response: ServerResponse, { status, headers, cookies, body }: HttpResponse, requestId: string): void {
  response.writeHead(status, {
    ...headers,
    'apigw-requestid': requestId,
    'content-length': body.length,
    ...(cookies.length > 0 && { 'set-cookie': [...cookies] }),
  })
  response.end(body)
}
