import type { World } from '../world/world.ts'

/** Promise 9: calls never exceed QuickBooks' limits; a 429 that no fault made is Tandem's own. */
export function* exceededLimits({ simulator }: World): Iterable<string> {
  for (const { status, fault, path, at } of simulator.calls.recent()) {
    if (status === 429 && fault === undefined)
      yield `QuickBooks had to throttle ${path} at ${new Date(at).toISOString()}`
  }
}
