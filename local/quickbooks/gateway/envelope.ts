import { jsonResponse, type SimulatorResponse } from '../http.ts'

/** What the API gateway refuses by itself, before QuickBooks sees the request. */
export type GatewayRefusal = 'unauthorized' | 'forbidden' | 'throttled'

const REFUSALS = {
  unauthorized: {
    status: 401,
    message: 'message=AuthenticationFailed; errorCode=003200; statusCode=401',
    detail: 'Token expired',
    code: '3200',
    type: 'AUTHENTICATION',
    headers: { 'www-authenticate': 'Bearer realm="Intuit", error="invalid_token"' },
  },
  forbidden: {
    status: 403,
    message: 'message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403',
    detail: 'The application is not authorized to access this company',
    code: '3100',
    type: 'SERVICE',
    headers: {},
  },
  throttled: {
    status: 429,
    message: 'message=ThrottleExceeded; errorCode=003001; statusCode=429',
    detail: 'The request limit was reached.  Try again later',
    code: '3001',
    type: 'SERVICE',
    headers: {},
  },
} as const

/**
 * The gateway's own error: lower-case keys, `time` in epoch milliseconds, empty places for everything that QuickBooks
 * could have answered. As recorded for 401; 403 and 429 have the same form.
 */
export function gatewayFault(refusal: GatewayRefusal, detail: string | undefined, now: number): SimulatorResponse {
  const { status, message, code, type, headers, detail: usual } = REFUSALS[refusal]
  return jsonResponse(
    status,
    {
      warnings: null,
      intuitObject: null,
      fault: { error: [{ message, detail: detail ?? usual, code, element: null }], type },
      report: null,
      queryResponse: null,
      batchItemResponse: [],
      attachableResponse: [],
      syncErrorResponse: null,
      requestId: null,
      time: now,
      status: null,
      cdcresponse: [],
    },
    headers,
  )
}
