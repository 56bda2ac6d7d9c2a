import { problemOf } from '#core/errors'
import type { JsonObject } from '#core/records'

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
    ...(problem !== undefined && { problem: problem.kind }),
    ...('code' in thrown && typeof thrown.code === 'string' && { code: thrown.code }),
    frames: framesOf(thrown),
    ...(thrown.cause !== undefined && { cause: faultDetails(thrown.cause) }),
  }
}

function framesOf({ stack }: Error): readonly string[] {
  return (stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES)
}
