import type { Route } from '../http.ts'
import type { WebhooksModule } from '../webhooks/module.ts'
import { webhookChangesSchema } from '../webhooks/settings.ts'
import { controlRoute, wholeNumber } from './json-route.ts'

/** How notifications travel, and what became of each. Where they go is a setting of the app. */
export function webhookRoutes(webhooks: WebhooksModule): readonly Route[] {
  const state = (): unknown => ({ settings: webhooks.settings(), waiting: webhooks.waiting() })
  return [
    controlRoute('GET', '/control/webhooks', state),
    controlRoute('PATCH', '/control/webhooks', (request) => {
      webhooks.change(request.body(webhookChangesSchema))
      return state()
    }),
    controlRoute('GET', '/control/webhooks/deliveries', (request) => ({
      items: webhooks.deliveries(wholeNumber(request.query, 'limit', 100)),
    })),
    controlRoute('POST', '/control/webhooks/retry', () => webhooks.retryNow()),
    controlRoute('DELETE', '/control/webhooks/deliveries', () => webhooks.reset()),
  ]
}
