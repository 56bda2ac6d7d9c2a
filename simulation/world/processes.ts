import type { Random } from '../../local/quickbooks/random.ts'
import type { Timeline } from './timeline.ts'
import type { Trace } from './trace.ts'

/** How a process ended: by itself, by throwing, or because it was killed in the middle of its work. */
export type End = Readonly<{ kind: 'done' } | { kind: 'failed'; thrown: unknown } | { kind: 'died' }>

/** One invocation of a Lambda. Everything that it does to the world goes through `call`. */
export interface Process {
  readonly name: string
  /**
   * One call to the world. Others may get their turn before it, the process may die just before or just after it took
   * effect, and a process that is dead never hears of it again.
   */
  call<T>(label: string, effect: () => Promise<T>, details?: () => string): Promise<T>
  /** Hears nothing for so long. */
  sleep(ms: number): Promise<void>
  isDead(): boolean
}

/** The shares of calls at which something happens; they may be changed while the run goes on. */
export type ProcessFaults = Readonly<{
  /** Somebody else goes first. */
  yields: number
  /** The process dies. */
  dies: number
  /** The call fails, with or without its effect. */
  fails: number
  /** It dies at a step between two pairs of tokens, beside `dies`. */
  diesRefreshing?: number
}>

/** A call to the table or a queue that failed, as the SDK tells it after its own retries. */
export class StoreUnavailable extends Error {
  constructor(label: string) {
    super(`The store gave no answer to ${label}.`)
    this.name = 'StoreUnavailable'
  }
}

export interface Processes {
  /** Begins a process; `ended` is told once how it ended. It is killed after `timeoutMs`. */
  start(name: string, timeoutMs: number, work: (process: Process) => Promise<unknown>, ended: (end: End) => void): void
  /** Lets one of the calls that wait go on, whichever chance picks. False when none waits. */
  step(): boolean
  /** Whether a call waits to go on. */
  waits(): boolean
  /** How many processes are alive. */
  alive(): number
  setFaults(faults: ProcessFaults): void
  deaths(): number
}

/** The steps between the old pair of tokens and the new one. */
const REFRESHING: ReadonlySet<string> = new Set(['POST /oauth2/v1/tokens/bearer', 'connections.storeRefreshed'])

/** What one call takes: some milliseconds, so that slices end by the clock. */
const CALL_MS = 6

export function createProcesses(timeline: Timeline, random: Random, trace: Trace): Processes {
  const waiting: Readonly<{ isDead: () => boolean; go: () => void }>[] = []
  let faults: ProcessFaults = { yields: 0.3, dies: 0, fails: 0 }
  let alive = 0
  let deaths = 0

  const start: Processes['start'] = (name, timeoutMs, work, ended) => {
    let dead = false
    let over = false
    alive += 1
    const finish = (end: End) => {
      if (over) return
      over = true
      dead = true
      alive -= 1
      stopTimer()
      trace.note(timeline.now(), name, end.kind === 'failed' ? `failed: ${nameOf(end.thrown)}` : end.kind)
      ended(end)
    }
    const die = () => {
      deaths += 1
      finish({ kind: 'died' })
    }
    const stopTimer = timeline.setTimer(timeline.now() + timeoutMs, () => {
      trace.note(timeline.now(), name, 'ran out of time')
      die()
    })
    const process: Process = {
      name,
      isDead: () => dead,
      sleep: (ms) =>
        new Promise((resolve) => {
          timeline.setTimer(timeline.now() + Math.max(0, ms), () => {
            if (!dead) resolve()
          })
        }),
      call: (label, effect, details) =>
        new Promise((resolve, reject) => {
          const perform = async () => {
            if (dead) return
            const fate = random.next()
            const isRefreshing = REFRESHING.has(label)
            const dies = faults.dies + (isRefreshing ? (faults.diesRefreshing ?? 0) : 0)
            if (fate < dies) {
              const isAfter = random.next() < 0.5
              trace.happened(`a process dies ${isAfter ? 'after' : 'before'} a call`)
              if (isRefreshing) trace.happened('a process dies while tokens are refreshed')
              trace.note(timeline.now(), name, `dies ${isAfter ? 'after' : 'before'} ${label}`)
              if (isAfter) await effect().catch(() => undefined)
              die()
              return
            }
            if (fate < dies + faults.fails) {
              const isAfter = random.next() < 0.5
              trace.note(timeline.now(), name, `${label} fails ${isAfter ? 'after' : 'before'} its effect`)
              trace.happened(`a call to the store fails ${isAfter ? 'after' : 'before'} its effect`)
              if (isAfter) await effect().catch(() => undefined)
              if (!dead) reject(new StoreUnavailable(label))
              return
            }
            trace.note(timeline.now(), name, label, details)
            try {
              const value = await effect()
              if (!dead) resolve(value)
            } catch (thrown) {
              if (!dead) reject(thrown)
            }
          }
          if (dead) return
          if (random.next() < faults.yields) waiting.push({ isDead: () => dead, go: () => void perform() })
          else void perform()
        }),
    }
    trace.note(timeline.now(), name, 'begins')
    work(process).then(
      () => finish({ kind: 'done' }),
      (thrown: unknown) => finish({ kind: 'failed', thrown }),
    )
  }

  return {
    start,
    step: () => {
      for (let index = waiting.length - 1; index >= 0; index--) if (waiting[index]?.isDead()) waiting.splice(index, 1)
      if (waiting.length === 0) return false
      const [next] = waiting.splice(random.integer(waiting.length), 1)
      timeline.moveTo(timeline.now() + 1 + random.integer(CALL_MS))
      next?.go()
      return true
    },
    waits: () => waiting.length > 0,
    alive: () => alive,
    setFaults: (to) => {
      faults = to
    },
    deaths: () => deaths,
  }
}

/** A name and nothing that a person typed. */
function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name} ${thrown.message}` : typeof thrown
}
