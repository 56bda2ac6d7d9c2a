import type { CallKind } from '../call-log.ts'
import type { BusinessError, FaultType } from '../company/errors.ts'
import type { Json, JsonObject } from '../company/json.ts'

/** What an operation of the Accounting API came to, before it is written as JSON or XML. */
export interface ApiResult {
  readonly status: number
  readonly kind: CallKind
  /** In the key order of the wire, without `time`. */
  readonly body: JsonObject
  /** Whether `time` closes the body: recorded answers to a bad Id have none. */
  readonly timed: boolean
  /** Records in the answer. */
  readonly rows: number
  /** Reads that the answer costs where reads are metered. */
  readonly reads: number
  readonly error?: string
}

export function success(kind: CallKind, body: JsonObject, rows: number, reads = 0): ApiResult {
  return { status: 200, kind, body, timed: true, rows, reads }
}

/** The `Fault` object; keys in the recorded order. */
export function faultOf(errors: readonly BusinessError[], type: FaultType = 'ValidationFault'): JsonObject {
  const listed = errors.map(({ Message, Detail, code, element }): JsonObject => {
    const error: Record<string, Json> = { Message }
    if (Detail !== undefined) error.Detail = Detail
    error.code = code
    if (element !== undefined) error.element = element
    return error
  })
  return { Error: listed, type }
}

export function failure(kind: CallKind, errors: readonly BusinessError[]): ApiResult {
  const code = errors[0]?.code
  return {
    status: 400,
    kind,
    body: { Fault: faultOf(errors, code === '4002' ? 'Service' : 'ValidationFault') },
    timed: code !== '2030',
    rows: 0,
    reads: 0,
    ...(code === undefined ? {} : { error: code }),
  }
}
