import type { Company, Ports } from '#sync/ports'

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
  const watched = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        // A scan is no promise: it is not a call of its own here, its process dies at the next one.
        if (name === 'scan') return value
        return (...args: unknown[]) => call(() => Reflect.apply(value, target, args))
      },
    })
  const quickbooks = {
    open: (...args: Parameters<Ports['quickbooks']['open']>): Company => watched(ports.quickbooks.open(...args)),
  }
  const dying: Ports = { ...ports, quickbooks, ...watchedPorts(ports, watched) }
  return { ports: dying, died: () => isDead }
}

function watchedPorts(ports: Ports, watched: <T extends object>(port: T) => T): Partial<Ports> {
  const {
    connections,
    consent,
    pacer,
    usage,
    mirrors,
    contacts,
    ledger,
    markers,
    conflicts,
    settings,
    runs,
    idempotency,
    hints,
  } = ports
  return {
    connections: watched(connections),
    consent: watched(consent),
    pacer: watched(pacer),
    usage: watched(usage),
    mirrors: watched(mirrors),
    contacts: watched(contacts),
    ledger: watched(ledger),
    markers: watched(markers),
    conflicts: watched(conflicts),
    settings: watched(settings),
    runs: watched(runs),
    idempotency: watched(idempotency),
    hints: watched(hints),
  }
}
