import { documentRoutes } from '#http/document-routes'
import { createRouter } from '#http/router'
import { httpStack } from '#lambda/http-stack'
import { composeDocs, plumbing } from './compose.ts'

/** What the API tells of itself, to everyone. */
export const handler = httpStack(createRouter(documentRoutes, composeDocs()), plumbing)
