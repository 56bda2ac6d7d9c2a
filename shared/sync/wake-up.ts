import type { Ports, WakeUp } from './ports.ts'

/** The longest that a wake-up may wait (Amazon SQS API reference, SendMessage: DelaySeconds). */
const LONGEST_DELAY_SECONDS = 900
/** Beyond the time itself, as the clock of whoever looks may be a little behind: one who comes too early finds nothing. */
const MARGIN_SECONDS = 1

/**
 * Has somebody look at a queue's work when its time has come, rather than at the sweep after it. What lies further
 * ahead than a wake-up can wait is left to the sweep, which finds everything in the end; so is a wake-up that cannot be
 * sent.
 */
export async function wakeAt(
  { clock, hints, log }: Pick<Ports, 'clock' | 'hints' | 'log'>,
  wakeUp: WakeUp,
  atMs: number,
): Promise<void> {
  const seconds = Math.max(0, Math.ceil((atMs - clock.now()) / 1_000))
  if (seconds > LONGEST_DELAY_SECONDS) return
  try {
    await hints.wake(wakeUp, Math.min(seconds + MARGIN_SECONDS, LONGEST_DELAY_SECONDS))
  } catch {
    log.warn('wakeUp.notSent', wakeUp)
  }
}
