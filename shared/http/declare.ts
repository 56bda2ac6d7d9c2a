import * as z from 'zod'
import { Failure } from '#core/errors'
import type { Admit } from './admission.ts'
import { type Caller, callerOf, type Scope } from './caller.ts'
import { type HttpRequest, type HttpResponse, jsonResponse } from './exchange.ts'
import type { ProblemKind } from './problems.ts'
import { EdgeFailure, readInput } from './read-input.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH'

/** What the OpenAPI document tells of a route. */
export type Described = Readonly<{
  /** The operation's id: unique, and a word of the code that calls the API. */
  id: string
  method: Method
  /** With `{name}` for each parameter. */
  path: string
  tag: string
  summary: string
  description?: string
  /** Problems beyond those that every route of its access can end in. */
  problems?: readonly ProblemKind[]
}>

/** One route in its final form; `Uses` is what it needs of the use cases. */
export type Route<Uses> = Described &
  Readonly<{
    access: Scope | 'public'
    params: z.ZodObject
    query: z.ZodObject
    body: z.ZodType | undefined
    bodyMayBeAbsent: boolean
    takesIdempotencyKey: boolean
    /** Whether it changes what the caller has to have seen: the header If-Match names the version. */
    takesVersion: boolean
    /** By media type; the schema is absent for what is not JSON. */
    success: Readonly<{ status: 200 | 201 | 202; description: string; contents: readonly Content[] }>
    /** Whether a browser that asks for a page is shown problems as a page. */
    showsPages: boolean
    /** Whether it counts for what one workspace may ask in a second: lists, searches and starts of runs. */
    isLimited: boolean
    serve(
      request: HttpRequest,
      params: Readonly<Record<string, string>>,
      uses: () => Promise<Uses>,
      admit?: Admit,
    ): Promise<HttpResponse>
  }>

export type Content = Readonly<{ mediaType: string; schema?: z.ZodType; example?: unknown }>

const Nothing = z.strictObject({})
type Nothing = typeof Nothing

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'has to be 1 to 255 visible ASCII characters, without spaces')
  .optional()

/** An entity tag is the version in quotes; a weak one proves nothing (RFC 9110, section 13.1.1). */
const Version = z
  .string()
  .regex(/^"?\d{1,15}"?$/, 'has to be the ETag of the answer that showed it, as "3"')
  .transform((tag) => Number(tag.replaceAll('"', '')))

type Call<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, V extends boolean> = Readonly<{
  caller: Caller
  params: z.output<P>
  query: z.output<Q>
  body: z.output<B>
  /** The Idempotency-Key header. */
  key: string | undefined
  /** The version in the If-Match header, of a route that takes it. */
  version: V extends true ? number : undefined
}>

/** What is sent may come from readonly data. */
type Sent<T> = T extends object ? { readonly [K in keyof T]: Sent<T[K]> } : T

type Answer<R extends z.ZodType> = Readonly<{ body: Sent<z.input<R>>; headers?: Readonly<Record<string, string>> }>

type GuardedDeclaration<
  Uses,
  R extends z.ZodType,
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  V extends boolean,
> = Described &
  Readonly<{
    access: Scope
    params?: P
    query?: Q
    body?: B
    bodyMayBeAbsent?: boolean
    takesIdempotencyKey?: boolean
    takesVersion?: V
    success: Readonly<{ status: 200 | 201 | 202; description: string; schema: R; example: z.input<R> }>
    answer(call: Call<P, Q, B, V>, uses: Uses): Promise<Answer<R>>
  }>

/**
 * Declares a route for signed-in people. What it answers is sent through its schema, so that nothing that is not
 * documented leaves.
 */
export function route<
  Uses,
  R extends z.ZodType,
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodType = z.ZodUndefined,
  V extends boolean = false,
>(declaration: GuardedDeclaration<Uses, R, P, Q, B, V>): Route<Uses> {
  const { access, params, query, body, success, answer, ...rest } = declaration
  const { takesIdempotencyKey = false, takesVersion = false, bodyMayBeAbsent = false, ...described } = rest
  // A declaration that leaves a part out has that part's default type, which its caller cannot have given.
  const schemas = { params: params ?? (Nothing as z.ZodType as P), query: query ?? (Nothing as z.ZodType as Q) }
  // Every list has a cursor, and what starts a run is accepted, not done.
  const isLimited = 'cursor' in schemas.query.shape || success.status === 202
  return {
    ...described,
    access,
    ...schemas,
    body,
    bodyMayBeAbsent,
    takesIdempotencyKey,
    takesVersion,
    success: {
      status: success.status,
      description: success.description,
      contents: [{ mediaType: 'application/json', schema: success.schema, example: success.example }],
    },
    showsPages: false,
    isLimited,
    async serve(request, captured, uses, admit) {
      const caller = callerOf(request.claims, access)
      if ('kind' in caller) throw new EdgeFailure(caller)
      const waitMs = isLimited ? (admit?.(caller.workspace) ?? 0) : 0
      if (waitMs > 0) throw new EdgeFailure({ kind: 'tooManyRequests', waitMs })
      const input = readInput(request, captured, { ...schemas, bodyMayBeAbsent, ...(body !== undefined && { body }) })
      const key = takesIdempotencyKey ? readKey(request) : undefined
      const version = takesVersion ? readVersion(request) : undefined
      // Without a body schema B is ZodUndefined, and the body is undefined; without takesVersion, V is false.
      const call = { caller, key, version, ...input } as Call<P, Q, B, V>
      const { body: answered, headers } = await answer(call, await uses())
      return jsonResponse(success.status, success.schema.parse(answered), headers)
    },
  }
}

type OpenDeclaration<Uses, P extends z.ZodObject, Q extends z.ZodObject> = Described &
  Readonly<{
    params?: P
    query?: Q
    success: Route<Uses>['success']
    showsPages?: boolean
    answer(
      call: Readonly<{ request: HttpRequest; params: z.output<P>; query: z.output<Q> }>,
      uses: () => Promise<Uses>,
    ): Promise<HttpResponse>
  }>

/** Declares a route for everyone, which writes its own answer: a page, a document, or an answer to a machine. */
export function openRoute<Uses, P extends z.ZodObject = Nothing, Q extends z.ZodObject = Nothing>(
  declaration: OpenDeclaration<Uses, P, Q>,
): Route<Uses> {
  const { params, query, success, answer, showsPages = false, ...described } = declaration
  // As in route().
  const schemas = { params: params ?? (Nothing as z.ZodType as P), query: query ?? (Nothing as z.ZodType as Q) }
  return {
    ...described,
    access: 'public',
    ...schemas,
    body: undefined,
    bodyMayBeAbsent: false,
    takesIdempotencyKey: false,
    takesVersion: false,
    success,
    showsPages,
    isLimited: false,
    async serve(request, captured, uses) {
      const input = readInput(request, captured, schemas)
      return answer({ request, params: input.params, query: input.query }, uses)
    },
  }
}

function readVersion(request: HttpRequest): number {
  const tag = request.headers['if-match']
  if (tag === undefined) throw new EdgeFailure({ kind: 'versionMissing' })
  const parsed = Version.safeParse(tag)
  if (parsed.success) return parsed.data
  const message = parsed.error.issues[0]?.message ?? 'is not right'
  throw new Failure({ kind: 'invalidInput', fields: [{ path: 'If-Match', message }] })
}

/** The header that shows the version of what is answered. */
export function versionTag(version: number): Readonly<{ etag: string }> {
  return { etag: `"${version}"` }
}

function readKey(request: HttpRequest): string | undefined {
  const parsed = IdempotencyKey.safeParse(request.headers['idempotency-key'])
  if (parsed.success) return parsed.data
  const message = parsed.error.issues[0]?.message ?? 'is not right'
  throw new Failure({ kind: 'invalidInput', fields: [{ path: 'Idempotency-Key', message }] })
}
