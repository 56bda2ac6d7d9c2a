import { conflictRoutes } from './conflict-routes.ts'
import { connectionRoutes } from './connection-routes.ts'
import { contactEditRoutes } from './contact-edit-routes.ts'
import { contactRoutes } from './contact-routes.ts'
import { previewRoutes } from './preview-routes.ts'
import { quickbooksRoutes } from './quickbooks-routes.ts'
import { runRoutes } from './run-routes.ts'
import { settingsRoutes } from './settings-routes.ts'

/** Everything that the admin function serves. */
export const adminRoutes = [
  ...connectionRoutes,
  ...settingsRoutes,
  ...runRoutes,
  ...previewRoutes,
  ...quickbooksRoutes,
  ...contactRoutes,
  ...contactEditRoutes,
  ...conflictRoutes,
]
