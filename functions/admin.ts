import { adminRoutes } from '#http/admin-routes'
import { createRouter } from '#http/router'
import { httpStack } from '#lambda/http-stack'
import { composeAdmin, plumbing } from './compose.ts'

/** The API that people and their console work with. */
export const handler = httpStack(createRouter(adminRoutes, composeAdmin()), plumbing)
