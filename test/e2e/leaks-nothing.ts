import { expect, it } from 'vitest'
import type { World } from './world.ts'

/** The last test of a file: whatever the others did, the logs tell of nobody. */
export function itLeaksNothing(world: World): void {
  it('wrote no token, no secret, no name, e-mail address or phone number into any log', async () => {
    await world.cloud.idle()
    for (const { logicalId } of world.cloud.functions.facts()) {
      // The cloud keeps this many: with fewer, nothing was dropped before it was looked at.
      expect(world.cloud.functions.log(logicalId).length).toBeLessThan(10_000)
    }
    expect(world.cloud.functions.log('AdminFunction').length).toBeGreaterThan(0)
    expect(world.leaks()).toEqual([])
  })
}
