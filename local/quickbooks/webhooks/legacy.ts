import type { Switches } from '../switches.ts'
import type { WebhookEvent } from './event.ts'
import { pacificTime } from './pacific-time.ts'

function entityOf(event: WebhookEvent, switches: Switches): Readonly<Record<string, string>> {
  const { change } = event
  return {
    id: change.id,
    operation: change.operation,
    name: change.entity,
    lastUpdated: switches.get('legacy-time') === 'utc' ? new Date(change.time).toISOString() : pacificTime(change.time),
    ...(change.deletedId === undefined ? {} : { [switches.get('legacy-deleted-id')]: change.deletedId }),
  }
}

/** The body of a notification before CloudEvents: one entry a company, each with its entities. */
export function legacyBody(events: readonly WebhookEvent[], switches: Switches): string {
  const byRealm = Map.groupBy(events, (event) => event.change.realmId)
  return JSON.stringify({
    eventNotifications: [...byRealm].map(([realmId, ofRealm]) => ({
      realmId,
      dataChangeEvent: { entities: ofRealm.map((event) => entityOf(event, switches)) },
    })),
  })
}
