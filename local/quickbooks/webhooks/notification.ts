import { createHmac } from 'node:crypto'
import type { App } from '../apps.ts'
import type { JsonObject } from '../company/json.ts'
import type { Switches } from '../switches.ts'
import { cloudEventsBody } from './cloudevents.ts'
import type { WebhookEvent } from './event.ts'
import { legacyBody } from './legacy.ts'
import { pacificTime } from './pacific-time.ts'

/** One POST to an app's endpoint. A retry sends the same bytes again. */
export type Notification = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `intuit-signature`: Base64 of the HMAC-SHA256 of the raw body, keyed with the app's verifier token. */
function signatureOf(body: string, verifierToken: string): string {
  return createHmac('sha256', verifierToken).update(body, 'utf8').digest('base64')
}

/** Writes the notification of these events to an app's endpoint, in the form that the switches say. */
export function writeNotification(
  app: App,
  url: string,
  events: readonly WebhookEvent[],
  about: { readonly now: number; readonly traceId: string },
  switches: Switches,
  entityOf: (event: WebhookEvent) => JsonObject | undefined,
): Notification {
  const isLegacy = switches.get('event-format') === 'legacy'
  const body = isLegacy ? legacyBody(events, switches) : cloudEventsBody(events, app.clientId, switches, entityOf)
  const isCloudEventsType = !isLegacy && switches.get('event-content-type') === 'cloudevents'
  return {
    url,
    headers: {
      'intuit-created-time': pacificTime(about.now),
      'intuit-t-id': about.traceId,
      'intuit-notification-schema-version': '0.1',
      'content-type': isCloudEventsType ? 'application/cloudevents+json' : 'application/json; charset=utf-8',
      'intuit-signature': signatureOf(body, app.verifierToken),
      'user-agent': 'intuit_notification_server/0.1',
    },
    body,
  }
}
