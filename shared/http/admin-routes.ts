import { connectionRoutes } from './connection-routes.ts'
import { contactRoutes } from './contact-routes.ts'
import { documentRoutes } from './document-routes.ts'
import { quickbooksRoutes } from './quickbooks-routes.ts'
import { runRoutes } from './run-routes.ts'

/** Everything that the admin function serves. */
export const adminRoutes = [...documentRoutes, ...connectionRoutes, ...runRoutes, ...quickbooksRoutes, ...contactRoutes]
