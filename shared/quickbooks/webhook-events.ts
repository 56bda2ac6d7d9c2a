import * as z from 'zod'

/** One change that QuickBooks tells of. It is a hint to look there: nothing in it is ever applied. */
export type WebhookEvent = Readonly<{
  /** Intuit repeats a delivery with the same id. The legacy form has none. */
  eventId?: string
  realmId: string
  /** In lower case: `customer`. */
  entity: string
  /** In lower case and in the past, whatever the form: `created`, `updated`, `deleted`, `merged`, `voided`, `emailed`. */
  operation: string
  recordId: string
  /** The record that went into `recordId` when two were merged. */
  mergedFromId?: string
  /** As it was sent: seconds, milliseconds or nanoseconds, with any offset. */
  at?: string
}>

/** What a delivery holds: the events that could be read, and how many could not. */
export type Delivery = Readonly<{ events: readonly WebhookEvent[]; unreadable: number }>

const Id = z.union([z.string().min(1), z.number().int().transform(String)])

/** One event of the form in use since 2026 (Intuit: "Upcoming change to webhooks payload structure"). */
const CloudEvent = z.looseObject({
  id: z.string().optional().catch(undefined),
  type: z.string().regex(/^qbo\.[^.]+\.[^.]+(?:\.|$)/i),
  time: z.string().optional().catch(undefined),
  intuitentityid: Id,
  intuitaccountid: Id,
  data: z
    .looseObject({ deletedid: Id.optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

const LegacyEntity = z.looseObject({
  id: Id,
  operation: z.string().min(1),
  name: z.string().min(1),
  lastUpdated: z.string().optional().catch(undefined),
  deletedId: Id.optional().catch(undefined),
  // Older texts of Intuit's spell it so.
  deletedID: Id.optional().catch(undefined),
})

const LegacyBody = z.looseObject({ eventNotifications: z.array(z.unknown()) })

/** CloudEvents say `void`, others `voided`, the legacy form `Void`; one word for each. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['create', 'created'],
  ['update', 'updated'],
  ['delete', 'deleted'],
  ['merge', 'merged'],
  ['void', 'voided'],
])

/**
 * Reads a delivery in either form, CloudEvents (a bare array, or a single event) or legacy. What cannot be read is
 * counted and left out, never thrown over: anything but 200 makes Intuit send the whole delivery again.
 */
export function readDelivery(body: Uint8Array): Delivery {
  const json = parseJson(body)
  if (json === undefined) return { events: [], unreadable: 1 }
  const legacy = LegacyBody.safeParse(json)
  const read = legacy.success
    ? legacy.data.eventNotifications.flatMap(readLegacy)
    : [json].flat().map((one) => readCloudEvent(one))
  const events = read.filter((event) => event !== undefined)
  return { events, unreadable: read.length - events.length }
}

function readCloudEvent(given: unknown): WebhookEvent | undefined {
  const parsed = CloudEvent.safeParse(given)
  if (!parsed.success) return undefined
  const { id, type, time, intuitentityid, intuitaccountid, data } = parsed.data
  const [, entity = '', operation = ''] = type.toLowerCase().split('.')
  return {
    ...(id !== undefined && { eventId: id }),
    realmId: intuitaccountid,
    entity,
    operation: OPERATIONS.get(operation) ?? operation,
    recordId: intuitentityid,
    ...(data?.deletedid !== undefined && { mergedFromId: data.deletedid }),
    ...(time !== undefined && { at: time }),
  }
}

const LegacyNotification = z.looseObject({
  realmId: Id,
  dataChangeEvent: z.looseObject({ entities: z.array(z.unknown()) }),
})

function readLegacy(notification: unknown): readonly (WebhookEvent | undefined)[] {
  const parsed = LegacyNotification.safeParse(notification)
  if (!parsed.success) return [undefined]
  const { realmId, dataChangeEvent } = parsed.data
  return dataChangeEvent.entities.map((given) => {
    const entity = LegacyEntity.safeParse(given)
    if (!entity.success) return undefined
    const { id, operation, name, lastUpdated, deletedId, deletedID } = entity.data
    const mergedFromId = deletedId ?? deletedID
    const word = operation.toLowerCase()
    return {
      realmId,
      entity: name.toLowerCase(),
      operation: OPERATIONS.get(word) ?? word,
      recordId: id,
      ...(mergedFromId !== undefined && { mergedFromId }),
      ...(lastUpdated !== undefined && { at: lastUpdated }),
    }
  })
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
