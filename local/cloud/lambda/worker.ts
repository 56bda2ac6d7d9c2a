/**
 * The inside of one execution environment: loads the handler, then answers one invocation at a time.
 * It runs in its own thread with the function's own environment variables and nothing else of ours.
 */
import { existsSync } from 'node:fs'
import { isBuiltin, registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromWorker, Invoke, WorkerSettings } from './protocol.ts'
import { shiftDate } from './time-shift.ts'

const port = parentPort
if (port === null) throw new Error('This file is started by lambda.ts as a worker thread.')
const post = (message: FromWorker): void => port.postMessage(message)

// The one who starts this thread is lambda.ts, which gives exactly these settings.
const settings: WorkerSettings = workerData

// Deadlines are the wall's, whatever time the function takes it to be.
const wallNow = Date.now
shiftDate(settings.timeShift)

const describe = (error: unknown): { errorType: string; errorMessage: string; trace: string } =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: error.stack ?? '' }
    : { errorType: typeof error, errorMessage: String(error), trace: '' }

// On AWS a bundle finds what it brought along, Node's own modules and the SDK of the runtime. The project's
// node_modules are near enough here to hide that a bundle forgot something, so they are put out of reach.
const bundle = pathToFileURL(settings.taskRoot).href
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    if (context.parentURL?.startsWith(bundle) !== true || isBuiltin(specifier)) return nextResolve(specifier, context)
    if (/^@(aws-sdk|smithy)\//.test(specifier)) {
      return nextResolve(specifier, { ...context, parentURL: import.meta.url })
    }
    const resolved = nextResolve(specifier, context)
    if (resolved.url.startsWith(bundle)) return resolved
    throw Object.assign(new Error(`Cannot find package '${specifier}' imported from ${context.parentURL}`), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
  },
})

type Handler = (event: unknown, context: object) => unknown

async function loadHandler(): Promise<Handler> {
  const at = settings.handler.lastIndexOf('.')
  const base = join(settings.taskRoot, settings.handler.slice(0, at))
  const exported = settings.handler.slice(at + 1)
  const file = ['.js', '.mjs', '.cjs'].map((extension) => `${base}${extension}`).find((path) => existsSync(path))
  if (file === undefined) throw named('Runtime.ImportModuleError', `Cannot find module '${settings.handler}'`)
  const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href)
  const fallback = loaded.default
  const handler =
    loaded[exported] ??
    (typeof fallback === 'object' && fallback !== null ? Reflect.get(fallback, exported) : undefined)
  if (!isHandler(handler)) {
    throw named('Runtime.HandlerNotFound', `${settings.handler} is undefined or not exported`)
  }
  return handler
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function'
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

async function answer(handler: Handler, { requestId, event, deadline, freezes }: Invoke): Promise<void> {
  const begun = Atomics.load(settings.begun, 0)
  process.env._X_AMZN_TRACE_ID = `Root=1-${requestId.slice(0, 8)}-${requestId.replaceAll('-', '').slice(8)};Sampled=0`
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: settings.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: settings.functionArn,
    memoryLimitInMB: String(settings.memoryMb),
    logGroupName: `/aws/lambda/${settings.functionName}`,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - wallNow()),
  }
  try {
    const result = await handler(JSON.parse(event), context)
    post({ type: 'returned', requestId, payload: JSON.stringify(result) ?? 'null' })
  } catch (error) {
    post({ type: 'threw', requestId, ...describe(error) })
  }
  // Once more around, so that what was written to the log is on its way.
  if (freezes) setImmediate(() => Atomics.wait(settings.begun, 0, begun))
}

try {
  const handler = await loadHandler()
  port.on('message', (message: Invoke) => void answer(handler, message))
  post({ type: 'ready' })
} catch (error) {
  post({ type: 'init-failed', ...describe(error) })
}
