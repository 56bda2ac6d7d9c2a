import type { TimeShift } from './time-shift.ts'

/** What lambda.ts and the threads it starts (lambda-worker.ts) say to each other. */
export interface WorkerSettings {
  readonly functionName: string
  readonly functionArn: string
  readonly handler: string
  readonly taskRoot: string
  readonly memoryMb: number
  readonly timeShift: TimeShift
  /** Counts the invocations that were begun, in memory that both sides share: a frozen thread waits for the next. */
  readonly begun: Int32Array<SharedArrayBuffer>
}

export interface Invoke {
  readonly requestId: string
  /** The event as JSON, as on AWS: nothing but JSON passes between a caller and a function. */
  readonly event: string
  /** Milliseconds since the epoch at which the invocation is ended. */
  readonly deadline: number
  /** Whether the thread stands still after its answer, with all that it left running, until the next invocation. */
  readonly freezes: boolean
}

interface ThrownError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: string
}

export type FromWorker =
  | { readonly type: 'ready' }
  | ({ readonly type: 'init-failed' } & ThrownError)
  | { readonly type: 'returned'; readonly requestId: string; readonly payload: string }
  | ({ readonly type: 'threw'; readonly requestId: string } & ThrownError)
