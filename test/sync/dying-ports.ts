import type { Ports } from '#sync/ports'
import { watchedPorts } from './watched-ports.ts'

class ProcessDied extends Error {}

/**
 * The ports of a process that dies at its `last`-th call to the world, just before or just after it took effect.
 * From then on nothing that it does reaches the world. `died` tells whether it came to that.
 */
export function dyingPorts(ports: Ports, last: number, when: 'before' | 'after') {
  let made = 0
  let isDead = false
  const call = async (effect: () => unknown): Promise<unknown> => {
    if (isDead) throw new ProcessDied()
    made += 1
    if (made < last) return effect()
    isDead = true
    if (when === 'after') await effect()
    throw new ProcessDied()
  }
  return { ports: watchedPorts(ports, call), died: () => isDead }
}
