import * as z from 'zod'
import {
  bodyText,
  type Handler,
  jsonResponse,
  type Route,
  type RoutedRequest,
  type SimulatorResponse,
} from '../http.ts'

/** What a control route says when it does not do as asked: the reason in words. */
export class Refusal extends Error {
  readonly status: 400 | 404 | 409
  readonly details: unknown
  constructor(status: 400 | 404 | 409, reason: string, details?: unknown) {
    super(reason)
    this.status = status
    this.details = details
  }
}

/** A request to the control API after its body has been read. */
export type ControlRequest = {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON body in the shape of `schema`; throws a Refusal that names every field in error. */
  readonly body: <T>(schema: z.ZodType<T>) => T
}

function readBody<T>(request: RoutedRequest, schema: z.ZodType<T>): T {
  const text = bodyText(request)
  if (text === undefined) throw new Refusal(400, 'The body is not UTF-8.')
  let json: unknown
  try {
    json = text === '' ? {} : JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${error instanceof Error ? error.message : 'unreadable'}.`)
  }
  const result = schema.safeParse(json)
  if (!result.success) throw new Refusal(400, z.prettifyError(result.error))
  return result.data
}

function refused(error: unknown): SimulatorResponse {
  if (error instanceof Refusal) {
    const details = error.details === undefined ? {} : { details: error.details }
    return jsonResponse(error.status, { error: error.message, ...details })
  }
  // What the parts of the simulator throw at bad input is a sentence for the person who gave it.
  return jsonResponse(400, { error: error instanceof Error ? error.message : String(error) })
}

/** A route of the control API: what `run` returns is the JSON answer, 204 if undefined; what it throws, the refusal. */
export function controlRoute(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  pattern: string,
  run: (request: ControlRequest) => unknown,
): Route {
  const handler: Handler = (request) => {
    try {
      const result = run({
        params: request.params,
        query: request.query,
        body: (schema) => readBody(request, schema),
      })
      if (result === undefined) return { status: 204, headers: {}, body: '' }
      return jsonResponse(200, result, { 'cache-control': 'no-store' })
    } catch (error) {
      return refused(error)
    }
  }
  return { method, pattern, handler }
}

/** A whole number from the query string, or `otherwise` if it is not there. */
export function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name)
  if (text === null || text === '') return otherwise
  if (!/^\d+$/.test(text)) throw new Refusal(400, `${name} must be a whole number, not "${text}".`)
  return Number(text)
}

/** A path parameter that the route's pattern promises. */
export function param(request: ControlRequest, name: string): string {
  const value = request.params[name]
  if (value === undefined) throw new Refusal(404, `The path lacks its ${name}.`)
  return value
}
