import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'
import type { HttpEvent } from '#lambda/http-stack'

/** What the runtime passes beside an event. */
export const context: Context = {
  awsRequestId: 'c0ffee00-0000-4000-8000-000000000000',
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
  logGroupName: '/aws/lambda/test',
  logStreamName: 'test',
  memoryLimitInMB: '128',
  getRemainingTimeInMillis: () => 90_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
}

/** An event of the HTTP API, payload format 2.0. */
export function httpEvent(
  method: string,
  path: string,
  more: Partial<HttpEvent> & { readonly claims?: Readonly<Record<string, unknown>> } = {},
): HttpEvent {
  const { claims, ...rest } = more
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: {
      requestId: 'JKJaXmPLvHcESHA=',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      ...(claims !== undefined && { authorizer: { jwt: { claims } } }),
    },
    ...rest,
  }
}

/** A FIFO queue's batch: each message is `[group, body]`; message ids are m1, m2, … */
export function fifoBatch(...messages: readonly (readonly [group: string, body: string])[]): SQSEvent {
  const records = messages.map(
    ([group, body], at): SQSRecord => ({
      messageId: `m${at + 1}`,
      receiptHandle: `r${at + 1}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '0',
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: '0',
        MessageGroupId: group,
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:pull.fifo',
      awsRegion: 'us-east-1',
    }),
  )
  return { Records: records }
}
