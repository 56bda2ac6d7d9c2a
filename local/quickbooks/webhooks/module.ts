import type { App } from '../apps.ts'
import type { Change } from '../company/change.ts'
import type { SimulatorContext } from '../context.ts'
import type { Module } from '../module.ts'
import type { Random } from '../random.ts'
import { createDeliveryQueue, type Delivery, type DeliveryQueue, type Send } from './delivery-queue.ts'
import type { WebhookEvent } from './event.ts'
import { writeNotification } from './notification.ts'
import { changed, DEFAULT_WEBHOOK_SETTINGS, type WebhookChanges, type WebhookSettings } from './settings.ts'

/** Intuit's notification server. */
export interface WebhooksModule extends Module {
  settings(): WebhookSettings
  /** Changes what is named and leaves the rest. */
  change(changes: WebhookChanges): void
  /** The last deliveries with their attempts, newest last; at most `limit` (default all that are kept: 1,000). */
  deliveries(limit?: number): readonly Delivery[]
  /** How often chance did what the settings let it do. */
  mishaps(): Readonly<Record<'lost' | 'doubled' | 'late' | 'overtaken', number>>
  /** Deliveries not acknowledged yet, and events not sent yet. */
  waiting(): { readonly deliveries: number; readonly events: number }
  /** Tries again at once, without waiting for the ladder's next rung. */
  retryNow(): void
  /** Forgets everything that is under way, and the log. */
  reset(): void
}

const KEPT = 1_000

type Pending = { readonly app: App; readonly event: WebhookEvent; readonly dueAt: number; readonly order: number }

/** Puts events into the groups that travel together: companies apart unless the switch says otherwise. */
function intoDeliveries(pending: readonly Pending[], together: boolean): readonly (readonly Pending[])[] {
  const groups = Map.groupBy(pending, ({ app, event }) =>
    together ? app.clientId : `${app.clientId} ${event.change.realmId}`,
  )
  return [...groups.values()]
}

function delayOf(settings: WebhookSettings, random: Random): number {
  const { min, max } = settings.delayMs
  const delay = min + random.next() * Math.max(max - min, 0)
  return random.next() < settings.reorderShare ? delay + random.next() * settings.reorderMs : delay
}

/**
 * Notifies apps of changes. An app is told of the companies that are connected to it, at its webhook URL, of the
 * entities that it subscribed to. `send` is the only way out; chance and time come from the context.
 */
export function createWebhooksModule(
  context: SimulatorContext,
  send: Send,
  isConnected: (clientId: string, realmId: string) => boolean,
): WebhooksModule {
  const { clock, switches } = context
  const random = context.random.fork('webhooks')
  const queues = new Map<string, DeliveryQueue>()
  const log = new Map<string, Delivery>()
  let settings = DEFAULT_WEBHOOK_SETTINGS
  let pending: Pending[] = []
  let armedFor = Number.POSITIVE_INFINITY
  const mishaps = { lost: 0, doubled: 0, late: 0, overtaken: 0 }
  let order = 0
  let latest = -1
  let count = 0
  let cancelTimer: (() => void) | undefined

  const remember = (delivery: Delivery): void => {
    log.set(delivery.id, delivery)
    const oldest = log.keys().next().value
    if (log.size > KEPT && oldest !== undefined) log.delete(oldest)
  }

  const queueOf = (clientId: string): DeliveryQueue => {
    const known = queues.get(clientId)
    if (known !== undefined) return known
    const queue = createDeliveryQueue(clock, send, () => switches.get('head-of-line') === 'withheld', remember)
    queues.set(clientId, queue)
    return queue
  }

  const entityOf = ({ change }: WebhookEvent) => context.companies.find(change.realmId)?.read(change.entity, change.id)

  const post = (group: readonly Pending[]): void => {
    const clientId = group[0]?.app.clientId
    // The subscription may have been changed or removed while the events waited.
    const app = clientId === undefined ? undefined : context.apps.find(clientId)
    if (app?.webhookUrl === undefined) return
    const events = group.map(({ event }) => event)
    const now = clock.now()
    const about = { now, traceId: random.uuid() }
    const notification = writeNotification(app, app.webhookUrl, events, about, switches, entityOf)
    const copies = random.next() < settings.duplicateShare ? 2 : 1
    if (copies > 1) mishaps.doubled++
    for (let copy = 0; copy < copies; copy++) {
      queueOf(app.clientId).add({
        id: `delivery-${++count}`,
        clientId: app.clientId,
        notification,
        events: events.length,
        realmIds: [...new Set(events.map(({ change }) => change.realmId))],
        createdAt: now,
        attempts: [],
        state: 'waiting',
      })
    }
  }

  const flush = (): void => {
    disarm()
    const now = clock.now()
    const due = pending.filter(({ dueAt }) => dueAt <= now).toSorted((a, b) => a.dueAt - b.dueAt || a.order - b.order)
    pending = pending.filter(({ dueAt }) => dueAt > now)
    for (const { order } of due) {
      if (order < latest) mishaps.overtaken++
      latest = Math.max(latest, order)
    }
    for (const group of intoDeliveries(due, switches.get('delivery-companies') === 'several')) post(group)
    for (const { dueAt } of pending) armFor(dueAt)
  }

  const disarm = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    armedFor = Number.POSITIVE_INFINITY
  }

  const armFor = (dueAt: number): void => {
    if (dueAt >= armedFor) return
    disarm()
    armedFor = dueAt
    cancelTimer = clock.setTimer(dueAt, flush)
  }

  const isTold = (app: App, change: Change): boolean =>
    app.webhookUrl !== undefined &&
    (app.webhookEntities === undefined || app.webhookEntities.includes(change.entity)) &&
    (change.byApp !== app.clientId || switches.get('self-echo') === 'yes') &&
    isConnected(app.clientId, change.realmId)

  const stopListening = context.companies.onChange((change) => {
    for (const app of context.apps.list()) {
      if (!isTold(app, change)) continue
      const event: WebhookEvent = {
        uuid: random.uuid(),
        change,
        nanoseconds: String(random.integer(1_000_000)).padStart(6, '0'),
        form: random.next(),
      }
      if (random.next() < settings.lossShare) {
        mishaps.lost++
        continue
      }
      const at = clock.now() + delayOf(settings, random)
      const { gatherMs } = settings
      const dueAt = gatherMs > 0 ? Math.ceil(at / gatherMs) * gatherMs : at
      if (dueAt > clock.now()) mishaps.late++
      pending.push({ app, event, dueAt, order: order++ })
      armFor(dueAt)
    }
  })

  const forget = (): void => {
    disarm()
    pending = []
    for (const queue of queues.values()) queue.drop()
    queues.clear()
  }

  return {
    routes: [],
    settings: () => settings,
    change(changes) {
      settings = changed(settings, changes)
    },
    deliveries: (limit = KEPT) => [...log.values()].slice(-limit),
    mishaps: () => ({ ...mishaps }),
    waiting: () => ({
      deliveries: [...queues.values()].reduce((sum, queue) => sum + queue.waiting(), 0),
      events: pending.length,
    }),
    retryNow() {
      for (const queue of queues.values()) queue.retryNow()
    },
    reset() {
      forget()
      log.clear()
    },
    close() {
      stopListening()
      forget()
    },
  }
}
