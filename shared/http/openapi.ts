import * as z from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { adminRoutes } from './admin-routes.ts'
import { connectRoutes } from './connection-routes.ts'
import type { Route } from './declare.ts'
import { documentRoutes } from './document-routes.ts'
import { oauthRoutes } from './oauth-routes.ts'
import { PROBLEM_EXAMPLES } from './problem-examples.ts'
import { PROBLEMS, type ProblemKind, problemDetails, problemType } from './problems.ts'
import { webhookRoutes } from './webhook-routes.ts'
import { Problem } from './wire.ts'

/** What a route tells of itself; its use cases do not matter here. */
type Declared = Omit<Route<never>, 'serve'>

/** Every route of every function. */
export const declaredRoutes: readonly Declared[] = [
  ...documentRoutes,
  ...adminRoutes,
  ...connectRoutes,
  ...oauthRoutes,
  ...webhookRoutes,
]

/** The OpenAPI 3.1 document of all routes. */
export function describeApi(routes: readonly Declared[] = declaredRoutes) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tandem',
      version: '1.0.0',
      description: [
        'Keeps a CRM’s contacts and QuickBooks’ customers in step.',
        'Lists are `{ items, next }`: send `next` as `cursor` to go on. Times are ISO 8601 in UTC. The workspace comes from the token and from nowhere else.',
        `Errors are problem details (RFC 9457). Their types:\n\n${problemTable()}`,
      ].join('\n\n'),
    },
    servers: [{ url: '/' }],
    paths: paths satisfies ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Your access token' },
      },
    },
  })
}

/** The document as it is committed. */
export function documentText(): string {
  return `${JSON.stringify(describeApi(), null, 2)}\n`
}

function operationOf(route: Declared): ZodOpenApiOperationObject {
  const { success } = route
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    security: route.access === 'public' ? [] : [{ token: [route.access] }],
    requestParams: {
      path: route.params,
      query: route.query,
      ...((route.takesIdempotencyKey || route.takesVersion) && { header: z.object(headersOf(route)) }),
    },
    ...(route.body !== undefined && {
      requestBody: { required: !route.bodyMayBeAbsent, content: { 'application/json': { schema: route.body } } },
    }),
    responses: {
      [`${success.status}`]: {
        description: success.description,
        content: Object.fromEntries(
          success.contents.map(({ mediaType, schema, example }) => [
            mediaType,
            { ...(schema !== undefined && { schema }), ...(example !== undefined && { example }) },
          ]),
        ),
      },
      ...problemResponses(problemsOf(route)),
    },
  }
}

function headersOf({ takesIdempotencyKey, takesVersion }: Declared) {
  return {
    ...(takesIdempotencyKey && { 'Idempotency-Key': IdempotencyKey }),
    ...(takesVersion && { 'If-Match': IfMatch }),
  }
}

const IfMatch = z.string().meta({
  description: 'The ETag of the answer that showed what is changed here',
  example: '"3"',
})

const IdempotencyKey = z.string().max(255).optional().meta({
  description: 'Any text of your own. Sent again within 24 hours with the same body, it answers with the same run.',
  example: '5b1f7c0e-0c51-4a43-9b35-9a4f1b7f2d11',
})

/** Every problem that a route can end in. */
export function problemsOf(route: Declared): readonly ProblemKind[] {
  const guarded: readonly ProblemKind[] = ['invalidInput', 'tokenMissing', 'workspaceMissing', 'scopeMissing']
  const withBody: readonly ProblemKind[] = ['bodyUnreadable', 'bodyTooLarge', 'contentTypeUnsupported']
  const versioned: readonly ProblemKind[] = ['versionMissing', 'versionMoved']
  return [
    ...(route.access === 'public' ? [] : guarded),
    ...(route.body === undefined ? [] : withBody),
    ...(route.takesVersion ? versioned : []),
    ...(route.problems?.includes('cursorInvalid') ? (['cursorExpired'] as const) : []),
    ...(route.isLimited ? (['tooManyRequests'] as const) : []),
    ...(route.problems ?? []),
    'notConfigured',
    'unexpected',
  ]
}

function problemResponses(kinds: readonly ProblemKind[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(kinds, (kind) => String(PROBLEMS[kind].status))
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((kind) => PROBLEMS[kind].title).join(' · '),
        content: {
          'application/problem+json': {
            schema: Problem,
            examples: Object.fromEntries(
              same.map((kind) => [kind, { value: problemDetails(PROBLEM_EXAMPLES[kind], 'JKJaXmPLvHcESHA=') }]),
            ),
          },
        },
      },
    ]),
  )
}

function problemTable(): string {
  const rows = Object.values(PROBLEM_EXAMPLES).map(
    ({ kind }) => `| \`${problemType(kind)}\` | ${PROBLEMS[kind].status} | ${PROBLEMS[kind].title} |`,
  )
  return ['| type | status | meaning |', '|---|---|---|', ...rows].join('\n')
}
