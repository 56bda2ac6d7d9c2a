import type { Clock, Hints, PullHint, PushHint, WakeUp } from '#sync/ports'
import { keep } from './keep.ts'

/** How long a FIFO queue remembers a deduplication id (AWS: "Exactly-once processing in Amazon SQS"). */
const DEDUPE_MS = 5 * 60 * 1_000

/** A hint that is out for work: done with it, or put back as a failed message would be. */
export type Taken<Hint> = Readonly<{ hint: Hint; done(): void; putBack(): void }>

/** A FIFO queue in memory: one hint of a workspace is out at a time, and workspaces do not wait for each other. */
export interface HintQueue<Hint> {
  /** The oldest hint whose workspace has none out, or undefined. */
  take(): Taken<Hint> | undefined
  /** All that wait or are out, oldest first. */
  all(): readonly Hint[]
  /** How many hints were dropped because one of the same name came before. */
  dropped(): number
}

export interface MemoryHints extends Hints {
  readonly pulls: HintQueue<PullHint>
  readonly pushes: HintQueue<PushHint>
  /** Takes out the wake-ups whose time has come, the earliest first. */
  takeWakeUps(): readonly WakeUp[]
}

export function createHints(clock: Pick<Clock, 'now'>): MemoryHints {
  const pulls = createQueue<PullHint>(clock)
  const pushes = createQueue<PushHint>(clock)
  let delayed: readonly Readonly<{ wakeUp: WakeUp; atMs: number }>[] = []
  return {
    pull: async (hint, dedupe) => pulls.send(hint, dedupe),
    push: async (hint, dedupe) => pushes.send(hint, dedupe),
    pullMany: async (named) => {
      for (const { hint, dedupe } of named) pulls.send(hint, dedupe)
    },
    pushMany: async (named) => {
      for (const { hint, dedupe } of named) pushes.send(hint, dedupe)
    },
    wake: async (wakeUp, delaySeconds) => {
      delayed = [...delayed, { wakeUp: keep(wakeUp), atMs: clock.now() + delaySeconds * 1_000 }]
    },
    pulls,
    pushes,
    takeWakeUps: () => {
      const isDue = ({ atMs }: Readonly<{ atMs: number }>) => atMs <= clock.now()
      const due = delayed.filter(isDue).sort((a, b) => a.atMs - b.atMs)
      delayed = delayed.filter((one) => !isDue(one))
      return due.map(({ wakeUp }) => wakeUp)
    },
  }
}

function createQueue<Hint extends PullHint | PushHint>(
  clock: Pick<Clock, 'now'>,
): HintQueue<Hint> & { send(hint: Hint, dedupe: string): void } {
  const waiting = new Set<Readonly<{ hint: Hint }>>()
  const out = new Set<string>()
  const seen = new Map<string, number>()
  let dropped = 0

  const forgetOld = () => {
    for (const [name, at] of seen) {
      if (at > clock.now() - DEDUPE_MS) return
      seen.delete(name)
    }
  }

  return {
    send: (hint, dedupe) => {
      forgetOld()
      if (seen.has(dedupe)) {
        dropped += 1
        return
      }
      seen.set(dedupe, clock.now())
      waiting.add({ hint: keep(hint) })
    },
    take: () => {
      const message = [...waiting].find(({ hint }) => !out.has(hint.workspace))
      if (message === undefined) return undefined
      const { hint } = message
      out.add(hint.workspace)
      return {
        hint,
        done: () => {
          out.delete(hint.workspace)
          waiting.delete(message)
        },
        putBack: () => {
          out.delete(hint.workspace)
        },
      }
    },
    all: () => [...waiting].map(({ hint }) => hint),
    dropped: () => dropped,
  }
}
