import type * as z from 'zod'
import { Failure, type FieldError } from '#core/errors'
import type { HttpRequest } from './exchange.ts'
import { fieldErrors } from './invalid-input.ts'
import type { EdgeProblem } from './problems.ts'

export const BODY_LIMIT_BYTES = 256 * 1024

/** A problem that only this edge knows, carried through `throw` as Failure carries those of the use cases. */
export class EdgeFailure extends Error {
  readonly problem: EdgeProblem

  constructor(problem: EdgeProblem) {
    super(problem.kind)
    this.name = 'EdgeFailure'
    this.problem = problem
  }
}

/** What a route takes from a request; each part by its own schema. */
export type InputSchemas<P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType> = Readonly<{
  params: P
  query: Q
  /** Absent: the route takes no body. */
  body?: B
  /** A request without a body is taken for one with `{}`. */
  bodyMayBeAbsent?: boolean
}>

/**
 * Reads and checks everything that a request brings.
 * @throws Failure invalidInput that lists every wrong field; EdgeFailure for a body that cannot be read at all
 */
export function readInput<P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType>(
  request: HttpRequest,
  params: Readonly<Record<string, string>>,
  schemas: InputSchemas<P, Q, B>,
): { params: z.output<P>; query: z.output<Q>; body: z.output<B> | undefined } {
  const absent = schemas.bodyMayBeAbsent === true && request.body.byteLength === 0
  const json = schemas.body === undefined ? undefined : absent ? {} : readJson(request)
  const parsedParams = schemas.params.safeParse(params)
  const parsedQuery = schemas.query.safeParse(Object.fromEntries(request.query))
  const parsedBody = schemas.body?.safeParse(json)
  const errors: readonly FieldError[] = [
    ...fieldErrors(parsedParams.error?.issues ?? [], 'path'),
    ...repeated(request.query, schemas.query),
    ...fieldErrors(parsedQuery.error?.issues ?? [], 'query'),
    ...fieldErrors(parsedBody?.error?.issues ?? [], 'body'),
  ]
  if (errors.length > 0 || !parsedParams.success || !parsedQuery.success || parsedBody?.success === false) {
    throw new Failure({ kind: 'invalidInput', fields: errors })
  }
  return { params: parsedParams.data, query: parsedQuery.data, body: parsedBody?.data }
}

function readJson(request: HttpRequest): unknown {
  const bytes = request.body
  if (bytes.byteLength > BODY_LIMIT_BYTES) throw new EdgeFailure({ kind: 'bodyTooLarge', limitBytes: BODY_LIMIT_BYTES })
  if (bytes.byteLength === 0) throw new EdgeFailure({ kind: 'bodyUnreadable', why: 'it is empty' })
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new EdgeFailure({ kind: 'contentTypeUnsupported' })
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (thrown) {
    // A parser's message quotes the text around the fault, which may be anyone's data; its position is enough.
    const position = /at position \d+(?: \(line \d+ column \d+\))?/.exec(String(thrown))?.[0]
    throw new EdgeFailure({ kind: 'bodyUnreadable', why: position ?? whyUnreadable(thrown) })
  }
}

function whyUnreadable(thrown: unknown): string {
  return thrown instanceof SyntaxError
    ? 'it ends too early or holds a character that does not belong'
    : 'it is not UTF-8'
}

/** Only what the route reads can be ambiguous. Where it takes anything besides, that may come as often as it likes. */
function repeated(query: URLSearchParams, { shape }: z.ZodObject): readonly FieldError[] {
  return Object.keys(shape)
    .filter((name) => query.getAll(name).length > 1)
    .map((path) => ({ path, message: 'is given more than once' }))
}
