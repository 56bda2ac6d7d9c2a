import { connectRoutes } from '#http/connection-routes'
import { oauthRoutes } from '#http/oauth-routes'
import { createRouter } from '#http/router'
import { httpStack } from '#lambda/http-stack'
import { composeOauth, plumbing } from './compose.ts'

/** Connects, reconnects and disconnects a QuickBooks company. */
export const handler = httpStack(createRouter([...connectRoutes, ...oauthRoutes], composeOauth()), plumbing)
