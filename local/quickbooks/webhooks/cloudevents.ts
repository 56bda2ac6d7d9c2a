import { createHash } from 'node:crypto'
import type { Operation } from '../company/change.ts'
import type { JsonObject } from '../company/json.ts'
import type { Switches } from '../switches.ts'
import type { WebhookEvent } from './event.ts'

const VERBS: Readonly<Record<Operation, string>> = {
  Create: 'created',
  Update: 'updated',
  Delete: 'deleted',
  Merge: 'merged',
}

function eventTime(event: WebhookEvent, precision: 'seconds' | 'milliseconds' | 'nanoseconds'): string {
  const iso = new Date(event.change.time).toISOString()
  switch (precision) {
    case 'seconds':
      return `${iso.slice(0, 19)}Z`
    case 'milliseconds':
      return iso
    case 'nanoseconds':
      return `${iso.slice(0, 23)}${event.nanoseconds}Z`
  }
}

const PRECISIONS = ['seconds', 'milliseconds', 'nanoseconds'] as const

function timeOf(event: WebhookEvent, switches: Switches): string {
  const position = switches.get('event-time')
  if (position !== 'varying') return eventTime(event, position)
  return eventTime(event, PRECISIONS[Math.floor(event.form * PRECISIONS.length)] ?? 'nanoseconds')
}

function idOf(event: WebhookEvent, switches: Switches): string {
  const position = switches.get('event-id')
  const { uuid, form, change } = event
  const varied = form < 0.4 ? 'uuid' : form < 0.8 ? 'uuid-entity-id' : 'other-name'
  switch (position === 'varying' ? varied : position) {
    case 'uuid':
      return uuid
    case 'uuid-entity-id':
      return `${uuid}-${change.entity}-${change.id}`
    case 'other-name':
      // Seen on an event whose type says `employee`: neither a UUID before it nor the type's entity in it.
      return `${uuid.replaceAll('-', '').slice(0, 20)}-Payroll${change.entity}-${change.id}`
  }
}

/** `intuit.` and 32 bytes in Base64 that stand for the app. */
function sourceOf(clientId: string): string {
  return `intuit.${createHash('sha256').update(clientId).digest('base64')}`
}

/**
 * The body of a notification since 2026: a bare array of CloudEvents 1.0 (Intuit's blog of 2025-11-12, "Upcoming
 * change to webhooks payload structure"; merge: webhooks/data-objects).
 * `entityOf` is asked for the record only where the switch `event-data` puts it into `data`.
 */
export function cloudEventsBody(
  events: readonly WebhookEvent[],
  clientId: string,
  switches: Switches,
  entityOf: (event: WebhookEvent) => JsonObject | undefined,
): string {
  const source = sourceOf(clientId)
  return JSON.stringify(
    events.map((event) => ({
      specversion: '1.0',
      id: idOf(event, switches),
      source,
      type: `qbo.${event.change.entity.toLowerCase()}.${VERBS[event.change.operation]}.v1`,
      ...(switches.get('event-data-content-type') === 'present' && { datacontenttype: 'application/json' }),
      time: timeOf(event, switches),
      intuitentityid: event.change.id,
      intuitaccountid: event.change.realmId,
      data: {
        ...(event.change.deletedId === undefined ? {} : { deletedid: event.change.deletedId }),
        ...(switches.get('event-alternative-ids') === 'present' && {
          alternative_ids: [{ type: 'legacy', id: event.change.id }],
        }),
        ...(switches.get('event-data') === 'entity' ? entityOf(event) : {}),
      },
    })),
  )
}
