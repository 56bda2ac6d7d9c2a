import type { Clock } from '../clock.ts'
import type { Notification } from './notification.ts'

/** Sends one notification and tells the status that came back; rejects if none came. */
export type Send = (notification: Notification) => Promise<{ readonly status: number }>

/** An endpoint must answer 200 within three seconds (webhooks best practices). */
export const DEADLINE_MS = 3_000

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/**
 * The wait before each retry since February 2026; the last one repeats (webhooks best practices). The first retry is at
 * once (Intuit's post of 2025-10-14).
 */
const RETRY_LADDER_MS: readonly number[] = [
  0,
  10 * SECOND,
  20 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  20 * MINUTE,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
]

type Attempt = { readonly at: number; readonly tookMs: number; readonly outcome: string; readonly ok: boolean }

/** One notification with its history. Times in epoch milliseconds. */
export type Delivery = {
  readonly id: string
  readonly clientId: string
  readonly notification: Notification
  readonly events: number
  readonly realmIds: readonly string[]
  readonly createdAt: number
  readonly attempts: readonly Attempt[]
  readonly state: 'waiting' | 'sending' | 'delivered' | 'dropped'
  /** When it is tried again, while it waits after a failure. */
  readonly nextAttemptAt?: number
}

export type DeliveryQueue = {
  readonly add: (delivery: Delivery) => void
  /** Tries at once what waits for its next rung. */
  readonly retryNow: () => void
  /** Forgets all that has not been acknowledged. */
  readonly drop: () => void
  /** How many are not acknowledged yet. */
  readonly waiting: () => number
}

/**
 * The line of one app's endpoint. With head-of-line blocking, nothing is sent while an earlier delivery is not
 * acknowledged; without it, failures climb their ladder on their own.
 */
export function createDeliveryQueue(
  clock: Clock,
  send: Send,
  isBlocking: () => boolean,
  onChange: (delivery: Delivery) => void,
): DeliveryQueue {
  const open = new Map<string, Delivery>()
  const timers = new Map<string, () => void>()

  const put = (delivery: Delivery): Delivery => {
    if (delivery.state === 'delivered' || delivery.state === 'dropped') open.delete(delivery.id)
    else open.set(delivery.id, delivery)
    onChange(delivery)
    return delivery
  }

  const stopTimer = (id: string): void => {
    timers.get(id)?.()
    timers.delete(id)
  }

  const settle = (sent: Delivery, startedAt: number, outcome: string, ok: boolean): void => {
    // Dropped, or decided by the deadline already: a late answer changes nothing.
    if (open.get(sent.id) !== sent) return
    stopTimer(sent.id)
    const now = clock.now()
    const attempts = [...sent.attempts, { at: startedAt, tookMs: now - startedAt, outcome, ok }]
    if (ok) {
      put({ ...sent, attempts, state: 'delivered' })
    } else {
      const wait = RETRY_LADDER_MS[Math.min(attempts.length, RETRY_LADDER_MS.length) - 1] ?? 6 * HOUR
      put({ ...sent, attempts, state: 'waiting', nextAttemptAt: now + wait })
      timers.set(
        sent.id,
        clock.setTimer(now + wait, () => attempt(sent.id)),
      )
    }
    advance()
  }

  const attempt = (id: string): void => {
    const delivery = open.get(id)
    if (delivery === undefined || delivery.state !== 'waiting') return
    stopTimer(id)
    const { nextAttemptAt: _, ...rest } = delivery
    const sent = put({ ...rest, state: 'sending' })
    const startedAt = clock.now()
    timers.set(
      id,
      clock.setTimer(startedAt + DEADLINE_MS, () => settle(sent, startedAt, 'no answer in 3 s', false)),
    )
    send(sent.notification).then(
      ({ status }) => settle(sent, startedAt, `HTTP ${status}`, status === 200),
      (error: unknown) => settle(sent, startedAt, error instanceof Error ? error.message : String(error), false),
    )
  }

  /** Starts what may start now: first attempts only, since retries have their own timers. */
  const advance = (): void => {
    for (const delivery of [...open.values()]) {
      const isFresh = delivery.state === 'waiting' && delivery.nextAttemptAt === undefined
      if (isFresh) attempt(delivery.id)
      if (isBlocking()) return
    }
  }

  return {
    add(delivery) {
      put(delivery)
      advance()
    },
    retryNow() {
      for (const delivery of [...open.values()]) {
        if (delivery.state === 'waiting') attempt(delivery.id)
        if (isBlocking()) return
      }
    },
    drop() {
      for (const delivery of [...open.values()]) {
        stopTimer(delivery.id)
        put({ ...delivery, state: 'dropped' })
      }
    },
    waiting: () => open.size,
  }
}
