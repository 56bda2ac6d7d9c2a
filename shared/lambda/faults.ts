import { problemOf } from '#core/errors'
import type { JsonObject } from '#core/records'
import type { EdgeProblem } from '#http/problems'
import { Misconfigured } from './misconfigured.ts'

const FRAMES = 12

/**
 * What may be logged of a thrown value: its class, its code and where it was thrown. Never its message: an SDK puts
 * values of records into it, and a wire client puts tokens there.
 */
export function faultDetails(thrown: unknown): JsonObject {
  if (!(thrown instanceof Error)) return { fault: typeof thrown }
  const problem = problemOf(thrown)
  return {
    fault: thrown.name,
    ...(thrown instanceof Misconfigured && { missing: thrown.message }),
    ...(problem !== undefined && { problem: problem.kind }),
    ...('code' in thrown && typeof thrown.code === 'string' && { code: thrown.code }),
    frames: framesOf(thrown),
    ...(thrown.cause !== undefined && { cause: faultDetails(thrown.cause) }),
  }
}

/** What the API answers to a thrown value that is no Problem. */
export function problemOfFault(thrown: unknown): EdgeProblem {
  return thrown instanceof Misconfigured ? { kind: 'notConfigured' } : { kind: 'unexpected' }
}

function framesOf({ stack }: Error): readonly string[] {
  return (stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES)
}
