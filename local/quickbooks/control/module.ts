import { readFileSync } from 'node:fs'
import type { SimulatorContext } from '../context.ts'
import type { Route, SimulatorResponse } from '../http.ts'
import type { Module } from '../module.ts'
import type { OauthModule } from '../oauth/module.ts'
import type { WebhooksModule } from '../webhooks/module.ts'
import { DEFAULT_WEBHOOK_SETTINGS } from '../webhooks/settings.ts'
import { appRoutes } from './app-routes.ts'
import { bookkeeperRoutes } from './bookkeeper-routes.ts'
import { callRoutes } from './call-routes.ts'
import { controlRoute } from './json-route.ts'
import { defaultGateway, defaultSwitches, settingRoutes } from './setting-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'

/** The modules that the control API steers. */
export type Controlled = { readonly oauth: OauthModule; readonly webhooks: WebhooksModule }

// Read when it is asked for, so that a simulator that nobody looks at needs no file.
function pageFile(pattern: string, file: string, type: string): Route {
  const handler = (): SimulatorResponse => ({
    status: 200,
    headers: { 'content-type': `${type};charset=utf-8`, 'cache-control': 'no-store' },
    body: readFileSync(new URL(file, import.meta.url), 'utf8'),
  })
  return { method: 'GET', pattern, handler }
}

/**
 * The control API under `/control`, which is not QuickBooks but what stands around it: a bookkeeper's screens, the
 * developer's portal, and the simulator's own settings. At `/`, a page over it.
 */
export function createControlModule(context: SimulatorContext, { oauth, webhooks }: Controlled): Module {
  const reset = controlRoute('POST', '/control/reset', () => {
    context.faults.clear()
    defaultSwitches(context)
    defaultGateway(context)
    webhooks.change(DEFAULT_WEBHOOK_SETTINGS)
    webhooks.reset()
    context.calls.reset()
  })
  const routes: readonly Route[] = [
    pageFile('/', 'page.html', 'text/html'),
    pageFile('/control/page.css', 'page.css', 'text/css'),
    pageFile('/control/page.js', 'page.js', 'text/javascript'),
    ...appRoutes(context, oauth),
    ...bookkeeperRoutes(context),
    ...settingRoutes(context),
    ...webhookRoutes(webhooks),
    ...callRoutes(context),
    reset,
  ]
  const index = controlRoute('GET', '/control', () => ({
    routes: routes.map(({ method, pattern }) => `${method} ${pattern}`),
  }))
  return { routes: [index, ...routes] }
}
