import * as z from 'zod'
import { openRoute } from './declare.ts'
import { docsPage } from './docs-page.ts'
import { jsonResponse } from './exchange.ts'
import type { DocsUses as Uses } from './use-cases.ts'

/** The same for everyone until the next deployment, which may be seen an hour late. */
const CACHED = 'public, max-age=3600'

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
    async answer({ request }, uses: () => Promise<Uses>) {
      const { document } = await uses()
      const mayBeCompressed = takesGzip(request.headers['accept-encoding'])
      const headers = { 'content-type': 'application/json', 'cache-control': CACHED, vary: 'accept-encoding' }
      return mayBeCompressed
        ? { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: document.gzipped, isBase64: true }
        : { status: 200, headers, body: document.plain }
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

/** A weight of zero says "not that" (RFC 9110, section 12.4.2). */
function takesGzip(accepted = ''): boolean {
  return accepted.split(',').some((one) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+\s*)?$/i.test(one))
}
