import type { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { Metrics } from '@aws-lambda-powertools/metrics'
import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { HttpRequest, HttpResponse } from '#http/exchange'
import { publishMetrics } from './metrics.ts'
import { UNTIL_THE_END } from './until-the-end.ts'

/** An event of an HTTP API, payload format 2.0, with or without its JWT authorizer. */
export type HttpEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  readonly requestContext: Pick<APIGatewayProxyEventV2['requestContext'], 'http' | 'requestId'> & {
    readonly authorizer?: { readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> } }
  }
}

/** A Lambda handler that answers an HTTP API's events with what `answer` makes of them. */
export function httpStack(
  answer: (request: HttpRequest) => Promise<HttpResponse>,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
) {
  return middy<HttpEvent, APIGatewayProxyStructuredResultV2>(UNTIL_THE_END)
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(publishMetrics(metrics))
    .handler(async (event) => toResult(await answer(toRequest(event))))
}

/** The request inside an event, with its body as the bytes that were sent. */
export function toRequest(event: HttpEvent): HttpRequest {
  const { http, requestId, authorizer } = event.requestContext
  const claims = authorizer?.jwt?.claims
  return {
    method: http.method.toUpperCase(),
    path: event.rawPath,
    query: new URLSearchParams(event.rawQueryString),
    headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    ...(claims !== undefined && { claims }),
    requestId,
  }
}

function toResult({ status, headers, body, isBase64 }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  return { statusCode: status, headers: { ...headers }, body, ...(isBase64 === true && { isBase64Encoded: true }) }
}
