import * as z from 'zod'
import { openRoute } from './declare.ts'
import { docsPage } from './docs-page.ts'
import { jsonResponse } from './exchange.ts'
import type { AdminUses } from './use-cases.ts'

type Uses = Pick<AdminUses, 'digest' | 'document'>

const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })

/** What the API tells of itself, to everyone. */
export const documentRoutes = [
  openRoute({
    id: 'getHealth',
    method: 'GET',
    path: '/health',
    tag: 'About',
    summary: 'Tell that the API answers',
    success: {
      status: 200,
      description: 'It does',
      contents: [{ mediaType: 'application/json', schema: Health, example: { status: 'ok' } }],
    },
    async answer(_call, _uses: () => Promise<Uses>) {
      return jsonResponse(200, Health.parse({ status: 'ok' }))
    },
  }),
  openRoute({
    id: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    tag: 'About',
    summary: 'This document',
    success: { status: 200, description: 'OpenAPI 3.1', contents: [{ mediaType: 'application/json' }] },
    async answer(_call, uses: () => Promise<Uses>) {
      return jsonResponse(200, (await uses()).document)
    },
  }),
  openRoute({
    id: 'showDocs',
    method: 'GET',
    path: '/docs',
    tag: 'About',
    summary: 'A page that lets one try the API',
    // The sign-in comes back here, with parameters of its own.
    query: z.looseObject({}),
    success: { status: 200, description: 'The page', contents: [{ mediaType: 'text/html' }] },
    async answer(_call, uses: () => Promise<Uses>) {
      return docsPage((await uses()).digest)
    },
  }),
]
