import { problemOf } from '#core/errors'
import type { Log } from '#sync/ports'
import type { Admit } from './admission.ts'
import type { Method, Route } from './declare.ts'
import type { HttpRequest, HttpResponse } from './exchange.ts'
import { problemPage } from './pages.ts'
import { type AnyProblem, type EdgeProblem, problemResponse } from './problems.ts'
import { EdgeFailure } from './read-input.ts'

/** Nothing that the API answers may be kept by anyone between, or be taken for something else by a browser. */
const STANDARD_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

export type RouterNeeds<Uses> = Readonly<{
  /** Asked by the routes that need it, so that what is needed is put together at their first request. */
  uses: () => Promise<Uses>
  log: Log
  /** What each workspace may ask for; without it, as much as it likes. */
  admit?: Admit
  /** What may be logged of a fault of our own. */
  faultDetails: (thrown: unknown) => Parameters<Log['error']>[1]
  /** What is answered to it. */
  problemOfFault: (thrown: unknown) => EdgeProblem
}>

/**
 * Answers requests by the declared routes. Never throws: every problem becomes problem details, and what is no
 * Problem is logged with its request id and answered with 500 or 503.
 */
export function createRouter<Uses>(
  routes: readonly Route<Uses>[],
  { uses, log, admit, faultDetails, problemOfFault }: RouterNeeds<Uses>,
): (request: HttpRequest) => Promise<HttpResponse> {
  const patterns = routes.map((route) => ({ route, pattern: patternOf(route.path) }))

  const find = (request: HttpRequest): Found<Uses> | AnyProblem => {
    const here = patterns.flatMap(({ route, pattern }) => {
      const match = pattern.exec(request.path)
      return match === null ? [] : [{ route, params: { ...match.groups } }]
    })
    const allow = here.map(({ route }): Method => route.method)
    if (allow.length === 0) return { kind: 'routeUnknown' }
    return here.find(({ route }) => route.method === request.method) ?? { kind: 'methodNotAllowed', allow }
  }

  return async (request) => {
    const found = find(request)
    if ('kind' in found) return complete(problemResponse(found, request.requestId), request)
    const { route, params } = found
    try {
      return complete(await route.serve(request, params, uses, admit), request)
    } catch (thrown) {
      const problem = knownProblem(thrown)
      if (problem === undefined) {
        log.error('requestFailed', { requestId: request.requestId, operation: route.id, ...faultDetails(thrown) })
      } else {
        log.info('requestRefused', { requestId: request.requestId, operation: route.id, problem: problem.kind })
      }
      const write = route.showsPages && wantsPage(request) ? problemPage : problemResponse
      return complete(write(problem ?? problemOfFault(thrown), request.requestId), request)
    }
  }
}

type Found<Uses> = Readonly<{ route: Route<Uses>; params: Readonly<Record<string, string>> }>

/** Browsers ask for HTML by name; whoever asks for JSON, or for nothing in particular, is a program. */
export function wantsPage({ headers }: HttpRequest): boolean {
  return (headers.accept ?? '').toLowerCase().includes('text/html')
}

function knownProblem(thrown: unknown): AnyProblem | undefined {
  return thrown instanceof EdgeFailure ? thrown.problem : problemOf(thrown)
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
}

function complete(response: HttpResponse, { requestId }: HttpRequest): HttpResponse {
  return { ...response, headers: { ...STANDARD_HEADERS, 'x-request-id': requestId, ...response.headers } }
}
