import { ENTITIES } from '#core/records'
import { hintPull } from './hint-work.ts'
import { allSettled, eachAtMost } from './in-parallel.ts'
import type { Ports, ToRead } from './ports.ts'

/** A change that QuickBooks tells of, in either form of its notifications. */
export type ChangeEvent = Readonly<{
  /** Intuit repeats a delivery with the same id. The legacy form has none. */
  eventId?: string
  realmId: string
  /** In lower case: `customer`. */
  entity: string
  recordId: string
  /** The record that went into `recordId` when two were merged. */
  mergedFromId?: string
}>

/** The events of one delivery that could be read, and how many could not. */
export type ToldChanges = Readonly<{ events: readonly ChangeEvent[]; unreadable: number }>

export type IntakePorts = Pick<
  Ports,
  'clock' | 'ids' | 'log' | 'metrics' | 'connections' | 'contacts' | 'settings' | 'markers' | 'hints'
>

/** Those that share their names. */
const NAMED: readonly ToRead['entity'][] = [...ENTITIES, 'employee']

/** Companies at the same time: Intuit waits three seconds at most (Intuit: "Webhooks best practices"). */
const AT_ONCE = 16

/**
 * Takes one delivery in: marks each record that it names as to be read, once, and hints at it. Companies and kinds of
 * records that take no part are dropped with a metric, events that came before are dropped. An event counts as seen
 * only when its record is marked, so that a delivery that failed half way can be sent again. What fails for one
 * company is thrown only after all others were served: the next try would fail at the same one.
 */
export async function takeDelivery(ports: IntakePorts, { events, unreadable }: ToldChanges): Promise<void> {
  const { metrics } = ports
  metrics.count('WebhookEvents', events.length)
  metrics.count('WebhookUnreadable', unreadable)
  const byRealm = [...Map.groupBy(events, ({ realmId }) => realmId)]
  const failures: unknown[] = []
  await eachAtMost(
    AT_ONCE,
    byRealm,
    () => false,
    async ([realmId, told]) => {
      try {
        await takeForCompany(ports, realmId, told)
      } catch (failure) {
        failures.push(failure)
      }
    },
  )
  if (failures.length > 0) throw failures[0]
}

async function takeForCompany(ports: IntakePorts, realmId: string, told: readonly ChangeEvent[]): Promise<void> {
  const { clock, connections, contacts, markers, metrics, settings } = ports
  const nowMs = clock.now()
  // Side by side, since the sender waits: unknown companies are few.
  const [workspace, seen] = await allSettled(connections.holderOf(realmId), markers.seenAmong(sightsOf(told), nowMs))
  if (workspace === undefined) {
    metrics.count('WebhookUnknownCompany', told.length)
    return
  }
  const { entities } = (await settings.get(workspace)).settings
  // Names are unique over all three, so that any of them may free the one that somebody waits for.
  const known = told.flatMap((event) => {
    const entity = NAMED.find((one) => one === event.entity)
    return entity === undefined ? [] : [{ event, entity }]
  })
  const takesPart = known.filter(({ entity }) => entity === 'employee' || entities.includes(entity))
  if (takesPart.length < told.length) metrics.count('WebhookUnknownEntity', told.length - takesPart.length)

  // What is not read is of interest to nobody but those who wait for a name.
  const isAwaited = known.length > takesPart.length && (await contacts.waiting(workspace)).length > 0
  const wanted = isAwaited ? known : takesPart
  const fresh = wanted.filter(({ event }) => !seen.has(sightOf(event) ?? ''))
  if (fresh.length < wanted.length) metrics.count('WebhookRepeated', wanted.length - fresh.length)
  if (fresh.length === 0) return

  await markers.markToRead(workspace, distinct(fresh.map(toRead)), nowMs)
  await allSettled(
    markers.remember(sightsOf(fresh.map(({ event }) => event)), nowMs),
    hintPull(ports, 'marked', workspace, ports.ids.next()),
  )
}

function toRead({ event, entity }: Readonly<{ event: ChangeEvent; entity: ToRead['entity'] }>): Omit<ToRead, 'stamp'> {
  const { recordId, mergedFromId } = event
  return { entity, id: recordId, ...(mergedFromId !== undefined && { mergedFromId }) }
}

function distinct(records: readonly Omit<ToRead, 'stamp'>[]): readonly Omit<ToRead, 'stamp'>[] {
  return [...new Map(records.map((one) => [JSON.stringify([one.entity, one.id, one.mergedFromId]), one])).values()]
}

/** With all that it tells of, so that no event hides another's record, of this company or of another. */
function sightOf({ realmId, eventId, entity, recordId, mergedFromId }: ChangeEvent): string | undefined {
  return eventId === undefined ? undefined : [realmId, entity, recordId, mergedFromId ?? '', eventId].join('/')
}

function sightsOf(events: readonly ChangeEvent[]): readonly string[] {
  return [...new Set(events.flatMap((event) => sightOf(event) ?? []))]
}
