import * as z from 'zod'

/** One change that QuickBooks tells of. It is a hint to look there: nothing in it is ever applied. */
export type WebhookEvent = Readonly<{
  /** Intuit repeats a delivery with the same id. The legacy form has none; one that is no plain text is left out. */
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

const Digits = z.union([z.string(), z.number().int().transform(String)])

/**
 * QuickBooks' ids are numbers, and it refuses what is none (code 2030). Whether it would refuse all two hundred records
 * of a query over a single one is not documented, so none is asked for. Eighteen digits fit into any number it may keep.
 */
const RecordId = Digits.pipe(z.string().regex(/^[1-9]\d{0,17}$/))
const RealmId = Digits.pipe(z.string().regex(/^\d{1,20}$/))

/** Of a form and size that can be stored; of any other, an event is only not known again when it is repeated. */
const EventId = z.string().regex(/^[\x21-\x7e]{1,255}$/)

/** One event of the form in use since 2026 (Intuit: "Upcoming change to webhooks payload structure"). */
const CloudEvent = z.looseObject({
  id: EventId.optional().catch(undefined),
  type: z.string().regex(/^qbo\.[^.]+\.[^.]+(?:\.|$)/i),
  time: z.string().optional().catch(undefined),
  intuitentityid: RecordId,
  intuitaccountid: RealmId,
  data: z
    .looseObject({ deletedid: RecordId.optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

const LegacyEntity = z.looseObject({
  id: RecordId,
  operation: z.string().min(1),
  name: z.string().min(1),
  lastUpdated: z.string().optional().catch(undefined),
  deletedId: RecordId.optional().catch(undefined),
  // Older texts of Intuit's spell it so.
  deletedID: RecordId.optional().catch(undefined),
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
  if (!hasOwn(given, 'type')) return undefined
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
  realmId: RealmId,
  dataChangeEvent: z.looseObject({ entities: z.array(z.unknown()) }),
})

function readLegacy(notification: unknown): readonly (WebhookEvent | undefined)[] {
  if (!hasOwn(notification, 'realmId')) return [undefined]
  const parsed = LegacyNotification.safeParse(notification)
  if (!parsed.success) return [undefined]
  const { realmId, dataChangeEvent } = parsed.data
  return dataChangeEvent.entities.map((given) => {
    if (!hasOwn(given, 'id')) return undefined
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

/** Spares what is plainly no event its list of faults: millions of them would take longer than the sender waits. */
function hasOwn(given: unknown, key: string): boolean {
  return typeof given === 'object' && given !== null && Object.hasOwn(given, key)
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
