import { expect, it } from 'vitest'
import type { World } from './world.ts'

/** The last test of each file: whatever the others did, the logs tell of nobody. */
export function itLeaksNothing(world: () => World): void {
  it('wrote no token, no secret, no name, e-mail address or phone number into any log', async () => {
    await world().cloud.idle()
    const lines = world().cloud.functions.log('AdminFunction').length
    expect(lines).toBeGreaterThan(0)
    // The cloud keeps this many: with fewer, nothing was dropped before it was looked at.
    expect(lines).toBeLessThan(2_000)
    expect(world().leaks()).toEqual([])
  })
}
