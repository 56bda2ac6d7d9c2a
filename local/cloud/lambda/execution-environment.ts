import { Worker } from 'node:worker_threads'
import type { FromWorker, Invoke, WorkerSettings } from './protocol.ts'

/** Why a function gave no answer. The names of `threw` and `ended` are those that Lambda reports. */
export type FunctionError =
  | { readonly kind: 'init-failed'; readonly errorType: string; readonly errorMessage: string; readonly trace: string }
  | { readonly kind: 'threw'; readonly errorType: string; readonly errorMessage: string; readonly trace: string }
  | { readonly kind: 'ended'; readonly errorType: string; readonly errorMessage: string; readonly trace: string }
  | { readonly kind: 'timed-out'; readonly errorType: string; readonly errorMessage: string; readonly trace: string }

export type Answer =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly error: FunctionError }

/** One execution environment: a thread that holds the loaded function and works on one invocation at a time. */
export interface LambdaEnvironment {
  /** Resolves when the function is loaded or could not be: with the reason, or undefined and the time it took. */
  readonly initialised: Promise<{ readonly error: FunctionError | undefined; readonly milliseconds: number }>
  readonly invoke: (invoke: Invoke) => Promise<Answer>
  readonly isAlive: () => boolean
  readonly stop: () => Promise<void>
}

export interface EnvironmentSettings extends Omit<WorkerSettings, 'begun'> {
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly onLine: (line: string) => void
}

// Lambda ends an initialisation after ten seconds.
const initLimit = 10_000

/** Starts a thread for a function. Its output goes line by line to `onLine`. */
export function startEnvironment(settings: EnvironmentSettings): LambdaEnvironment {
  const { environment, onLine, functionName, functionArn, handler, taskRoot, memoryMb, timeoutSeconds, timeShift } =
    settings
  const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workerData: WorkerSettings = { functionName, functionArn, handler, taskRoot, memoryMb, timeShift, begun }
  const startedAt = performance.now()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData,
    env: environment,
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: memoryMb,
      maxYoungGenerationSizeMb: Math.max(1, Math.ceil(memoryMb / 16)),
    },
  })
  worker.unref()
  splitLines(worker.stdout, onLine)
  splitLines(worker.stderr, onLine)

  let alive = true
  let running: { readonly settle: (answer: Answer) => void } | undefined
  const settle = (answer: Answer): void => {
    running?.settle(answer)
    running = undefined
  }
  const initialised = Promise.withResolvers<{ error: FunctionError | undefined; milliseconds: number }>()
  const initDone = (error: FunctionError | undefined): void =>
    initialised.resolve({ error, milliseconds: performance.now() - startedAt })
  const initTimer = setTimeout(() => {
    initDone(failure('init-failed', 'Sandbox.Timedout', 'Init phase timed out after 10 seconds'))
    void worker.terminate()
  }, initLimit)

  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'ready':
        clearTimeout(initTimer)
        return initDone(undefined)
      case 'init-failed':
        clearTimeout(initTimer)
        return initDone(failure('init-failed', message.errorType, message.errorMessage, message.trace))
      case 'returned':
        return settle({ ok: true, payload: message.payload })
      case 'threw':
        return settle({ ok: false, error: failure('threw', message.errorType, message.errorMessage, message.trace) })
    }
  })

  let lastError: unknown
  worker.on('error', (error: unknown) => {
    lastError = error
  })
  worker.on('exit', (code) => {
    alive = false
    clearTimeout(initTimer)
    const error = endOf(code, lastError)
    initDone({ ...error, kind: 'init-failed' })
    settle({ ok: false, error })
  })

  const invoke = (message: Invoke): Promise<Answer> => {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const timer = setTimeout(() => {
      const errorMessage = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`
      settle({ ok: false, error: failure('timed-out', 'Sandbox.Timedout', errorMessage) })
      void worker.terminate()
    }, message.deadline - Date.now())
    running = {
      settle: (answer) => {
        clearTimeout(timer)
        resolve(answer)
      },
    }
    if (alive) {
      worker.postMessage(message)
      Atomics.add(begun, 0, 1)
      Atomics.notify(begun, 0)
    } else settle({ ok: false, error: endOf(0, lastError) })
    return promise
  }

  return {
    initialised: initialised.promise,
    invoke,
    isAlive: () => alive,
    stop: async () => {
      await worker.terminate()
    },
  }
}

function endOf(code: number, error: unknown): FunctionError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return failure('ended', 'Runtime.OutOfMemory', 'Runtime ran out of memory')
  }
  if (error instanceof Error) return failure('ended', error.name, error.message, error.stack ?? '')
  if (error !== undefined) return failure('ended', 'Runtime.UnhandledPromiseRejection', String(error))
  return failure('ended', 'Runtime.ExitError', `Runtime exited with exit status ${code}`)
}

function failure(kind: FunctionError['kind'], errorType: string, errorMessage: string, trace = ''): FunctionError {
  return { kind, errorType, errorMessage, trace }
}

function splitLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
