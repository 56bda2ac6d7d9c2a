import { expect, it } from 'vitest'
import type { World } from './world.ts'

/** The last test of each file: whatever the others did, the logs tell of nobody. */
export function itLeaksNothing(world: () => World): void {
  it('wrote no token, no secret, no name, e-mail address or phone number into any log', async () => {
    await world().cloud.idle()
    expect(world().cloud.functions.log('AdminFunction')).not.toEqual([])
    expect(world().leaks()).toEqual([])
  })
}
