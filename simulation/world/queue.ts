import type { Random } from '../../local/quickbooks/random.ts'
import type { End, Process, Processes } from './processes.ts'
import type { Timeline } from './timeline.ts'
import type { Trace } from './trace.ts'

const DEDUPE_MS = 5 * 60_000
/** The function may run for 90 seconds, and the queue shows a message again after six times that. */
const FUNCTION_MS = 90_000
const VISIBILITY_MS = 6 * FUNCTION_MS
/** A message that failed is made visible again so soon. */
const RETURN_MS = 10_000
const MOST_RECEIVES = 5

export type QueueFaults = Readonly<{
  /** Share of messages that are lost on their way in. */
  lost: number
  /** Share of messages that come once more after they were done. */
  twice: number
  /** Share of messages that come up to `lateMs` late. */
  late: number
  lateMs: number
}>

export interface Queue<Hint> {
  send(hint: Hint, dedupe: string): void
  setFaults(faults: QueueFaults): void
  /** All messages that were ever served, to be replayed. */
  served(): readonly Hint[]
  waiting(): number
}

type Message<Hint> = { readonly hint: Hint; readonly number: number; readonly sentAtMs: number; receives: number }
type Group<Hint> = { readonly messages: Message<Hint>[]; isBusy: boolean; latest: number }

/**
 * A FIFO queue with its event source mapping: one message of a workspace at a time, in order; one whose worker died
 * comes back after the visibility timeout, and goes to the dead-letter queue, which nobody reads, in the end.
 */
export function createQueue<Hint extends { readonly workspace: string }>(
  name: string,
  {
    timeline,
    processes,
    random,
    trace,
  }: Readonly<{ timeline: Timeline; processes: Processes; random: Random; trace: Trace }>,
  serve: (process: Process, hint: Hint, sentAtMs: number) => Promise<unknown>,
): Queue<Hint> {
  const groups = new Map<string, Group<Hint>>()
  const seen = new Map<string, number>()
  const served: Hint[] = []
  let faults: QueueFaults = { lost: 0, twice: 0, late: 0, lateMs: 0 }
  let begun = 0
  let sent = 0

  const groupOf = (workspace: string): Group<Hint> => {
    const known = groups.get(workspace)
    if (known !== undefined) return known
    const group: Group<Hint> = { messages: [], isBusy: false, latest: -1 }
    groups.set(workspace, group)
    return group
  }
  const arrive = (hint: Hint, number: number, sentAtMs: number) => {
    const group = groupOf(hint.workspace)
    if (number < group.latest) trace.happened('a message overtakes another')
    group.latest = Math.max(group.latest, number)
    group.messages.push({ hint, number, sentAtMs, receives: 0 })
    next(group)
  }
  const next = (group: Group<Hint>) => {
    const [message] = group.messages
    if (group.isBusy || message === undefined) return
    group.isBusy = true
    timeline.setTimer(timeline.now() + random.integer(400), () => receive(group, message))
  }
  const receive = (group: Group<Hint>, message: Message<Hint>) => {
    message.receives += 1
    processes.start(
      `${name}#${begun++}`,
      FUNCTION_MS,
      (process) => serve(process, message.hint, message.sentAtMs),
      (end) => settle(group, message, end),
    )
  }
  const settle = (group: Group<Hint>, message: Message<Hint>, end: End) => {
    if (end.kind === 'done' || message.receives >= MOST_RECEIVES) {
      if (end.kind === 'done') served.push(message.hint)
      else {
        trace.note(timeline.now(), name, 'a message goes to the dead-letter queue')
        trace.happened('a message goes to the dead-letter queue')
      }
      group.messages.shift()
      group.isBusy = false
      if (random.next() < faults.twice) {
        trace.happened('a message comes twice')
        group.messages.push({ ...message, receives: 0 })
      }
      next(group)
      return
    }
    // Nothing of the group is given out while one of its messages is hidden.
    timeline.setTimer(timeline.now() + (end.kind === 'failed' ? RETURN_MS : VISIBILITY_MS), () => {
      group.isBusy = false
      next(group)
    })
  }

  return {
    send: (hint, dedupe) => {
      const nowMs = timeline.now()
      if ((seen.get(dedupe) ?? 0) > nowMs) return
      seen.set(dedupe, nowMs + DEDUPE_MS)
      if (random.next() < faults.lost) {
        trace.note(nowMs, name, 'a message is lost')
        trace.happened('a message is lost')
        return
      }
      const number = sent++
      if (random.next() < faults.late) {
        trace.happened('a message comes late')
        timeline.setTimer(nowMs + random.integer(faults.lateMs), () => arrive(hint, number, nowMs))
      } else arrive(hint, number, nowMs)
    },
    setFaults: (to) => {
      faults = to
    },
    served: () => [...served],
    waiting: () => [...groups.values()].reduce((sum, { messages }) => sum + messages.length, 0),
  }
}
