import type { Company, Ports } from '#sync/ports'

/** The ports, with every call to the world going through `call`. A scan is no promise, and no call of its own here. */
export function watchedPorts(ports: Ports, call: (effect: () => unknown) => Promise<unknown>): Ports {
  const watched = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function' || name === 'scan') return value
        return (...args: unknown[]) => call(() => Reflect.apply(value, target, args))
      },
    })
  const quickbooks = {
    open: (...args: Parameters<Ports['quickbooks']['open']>): Company => watched(ports.quickbooks.open(...args)),
  }
  return {
    ...ports,
    quickbooks,
    connections: watched(ports.connections),
    pendingConsents: watched(ports.pendingConsents),
    consent: watched(ports.consent),
    pacer: watched(ports.pacer),
    usage: watched(ports.usage),
    mirrors: watched(ports.mirrors),
    contacts: watched(ports.contacts),
    ledger: watched(ports.ledger),
    markers: watched(ports.markers),
    conflicts: watched(ports.conflicts),
    settings: watched(ports.settings),
    runs: watched(ports.runs),
    idempotency: watched(ports.idempotency),
    hints: watched(ports.hints),
  }
}

/** The ports, and how many calls were made to the world. */
export function countedPorts(ports: Ports): Readonly<{ ports: Ports; calls: () => number }> {
  let calls = 0
  const call = async (effect: () => unknown): Promise<unknown> => {
    calls += 1
    return effect()
  }
  return { ports: watchedPorts(ports, call), calls: () => calls }
}
