import { BATCH_LIMITS, planCalls, REST_LIMITS } from '#core/pacing'
import type { CallKind, Ports } from './ports.ts'

type Waiting = Readonly<{ kind: CallKind; resolve: (at: number) => void; reject: (reason: unknown) => void }>

/**
 * Waits for a call's place in the rate limit that all workers of a company share. Calls that ask at the same time
 * get their places in one write.
 */
export function createCallSlots(
  { pacer, clock }: Pick<Ports, 'pacer' | 'clock'>,
  realmId: string,
): (kind: CallKind) => Promise<void> {
  let waiting: readonly Waiting[] = []
  let reserving = false
  const spaced = createSpacing(clock)

  const reserve = async () => {
    reserving = true
    while (waiting.length > 0) {
      // Lets all who ask in this very moment join.
      await Promise.resolve()
      const kind = waiting[0]?.kind ?? 'read'
      const batch = waiting.filter((call) => call.kind === kind)
      waiting = waiting.filter((call) => call.kind !== kind)
      try {
        const times = await pacer.reserve(realmId, kind, batch.length, clock.now())
        batch.forEach((call, index) => {
          call.resolve(times[index] ?? clock.now())
        })
      } catch (failure) {
        for (const call of batch) call.reject(failure)
      }
    }
    reserving = false
  }

  return async (kind) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    waiting = [...waiting, { kind, resolve, reject }]
    if (!reserving) void reserve()
    const waitMs = (await promise) - clock.now()
    if (waitMs > 0) await clock.sleep(waitMs)
    await spaced(kind)
  }
}

/**
 * Keeps the limits for the moments when calls really leave. A worker that is busy with the rows of one answer sends
 * late what was planned before, and then on time what was planned after: together too much within one second.
 */
function createSpacing(clock: Ports['clock']): (kind: CallKind) => Promise<void> {
  let left: Readonly<Record<'batch' | 'rest', readonly number[]>> = { batch: [], rest: [] }
  return async (kind) => {
    const [list, limits] = kind === 'batch' ? (['batch', BATCH_LIMITS] as const) : (['rest', REST_LIMITS] as const)
    for (;;) {
      const nowMs = clock.now()
      const { at, recent } = planCalls(left[list], 1, nowMs, limits)
      const waitMs = (at[0] ?? nowMs) - nowMs
      if (waitMs <= 0) {
        left = { ...left, [list]: recent }
        return
      }
      // Whole milliseconds: a rest too small for the clock to show would never be over.
      await clock.sleep(Math.ceil(waitMs))
    }
  }
}
