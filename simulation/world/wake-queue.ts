import type { WakeUp } from '#sync/ports'
import type { Random } from '../../local/quickbooks/random.ts'
import type { End, Process, Processes } from './processes.ts'
import type { QueueFaults } from './queue.ts'
import type { Timeline } from './timeline.ts'
import type { Trace } from './trace.ts'

const FUNCTION_MS = 50_000
const VISIBILITY_MS = 6 * FUNCTION_MS
/** The queue forgets a message of this age. */
const KEPT_MS = 30 * 60_000

export interface WakeQueue {
  send(wakeUp: WakeUp, delaySeconds: number): void
  setFaults(faults: QueueFaults): void
}

/**
 * A standard queue with its event source mapping: each message comes when its delay is over, in any order and beside
 * any other; one whose worker died or failed comes back until it is too old.
 */
export function createWakeQueue(
  {
    timeline,
    processes,
    random,
    trace,
  }: Readonly<{ timeline: Timeline; processes: Processes; random: Random; trace: Trace }>,
  serve: (process: Process, wakeUp: WakeUp) => Promise<unknown>,
): WakeQueue {
  let faults: QueueFaults = { lost: 0, twice: 0, late: 0, lateMs: 0 }
  let begun = 0

  const comes = (wakeUp: WakeUp, atMs: number, untilMs: number): void => {
    if (atMs >= untilMs) return
    timeline.setTimer(atMs, () => {
      const settled = ({ kind }: End) => {
        if (kind !== 'done') comes(wakeUp, timeline.now() + VISIBILITY_MS, untilMs)
      }
      processes.start(`wake#${begun++}`, FUNCTION_MS, (process) => serve(process, wakeUp), settled)
    })
  }

  return {
    send: (wakeUp, delaySeconds) => {
      const nowMs = timeline.now()
      const untilMs = nowMs + KEPT_MS
      if (random.next() < faults.lost) {
        trace.note(nowMs, 'wake', 'a wake-up is lost')
        trace.happened('a wake-up is lost')
        return
      }
      const times = random.next() < faults.twice ? 2 : 1
      if (times === 2) trace.happened('a wake-up comes twice')
      for (let time = 0; time < times; time++) {
        const isLate = random.next() < faults.late
        if (isLate) trace.happened('a wake-up comes late')
        const lateMs = random.integer(isLate ? faults.lateMs : 400)
        comes(wakeUp, nowMs + delaySeconds * 1_000 + lateMs, untilMs)
      }
    },
    setFaults: (to) => {
      faults = to
    },
  }
}
