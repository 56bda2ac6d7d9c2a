import * as z from 'zod'
import { openRoute } from './declare.ts'
import { jsonResponse } from './exchange.ts'
import { EdgeFailure } from './read-input.ts'
import type { WebhookUses } from './use-cases.ts'

/** Where Intuit sends its notifications. */
export const webhookRoutes = [
  openRoute({
    id: 'receiveNotifications',
    method: 'POST',
    path: '/webhooks/quickbooks',
    tag: 'Webhook',
    summary: 'Take QuickBooks’ notifications in',
    description:
      'For Intuit only: the body has to be signed (header intuit-signature). What is signed is always answered with 200, as Intuit repeats everything else.',
    // Whatever Intuit may add to the address: anything but 200 is sent again and again.
    query: z.looseObject({}),
    success: { status: 200, description: 'Taken in', contents: [{ mediaType: 'application/json' }] },
    problems: ['signatureInvalid'],
    async answer({ request }, uses: () => Promise<WebhookUses>) {
      const { isSigned, takeIn } = await uses()
      if (!(await isSigned(request.body, request.headers['intuit-signature']))) {
        throw new EdgeFailure({ kind: 'signatureInvalid' })
      }
      await takeIn(request.body)
      return jsonResponse(200, {})
    },
  }),
]
