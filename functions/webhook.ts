import { createRouter } from '#http/router'
import { webhookRoutes } from '#http/webhook-routes'
import { httpStack } from '#lambda/http-stack'
import { composeWebhook, plumbing } from './compose.ts'

/** Takes QuickBooks' notifications in. */
export const handler = httpStack(createRouter(webhookRoutes, composeWebhook()), plumbing)
