import { createMemoryPortsOn, type MemoryPorts } from '#memory/ports'
import type { Clock } from '#sync/ports'
import type { Random } from '../../local/quickbooks/random.ts'
import type { Trace } from './trace.ts'

/** What changes that an index of the table shows. */
const WRITES = {
  ledger: ['commit'],
  mirrors: ['put'],
  markers: ['markToRead', 'clearToRead'],
  settings: ['save', 'saveReplan'],
  runs: ['create', 'save'],
  connections: ['connect', 'update', 'disconnect'],
} as const
/** What only an index can answer (shared/dynamodb/README.md); everything else is read strongly. */
const INDEX_READS = {
  mirrors: ['listByName', 'idsByFullName', 'scan'],
  contacts: ['listByName', 'namedAlike', 'scan'],
  conflicts: ['list'],
  markers: ['toRead', 'toPush', 'waiting'],
  runs: ['list', 'stalled'],
  connections: ['connectedWorkspaces', 'countNeedingReconnect'],
} as const

type Method = (...args: readonly unknown[]) => unknown
type Stored = Record<string, Record<string, Method>>

/**
 * Stores whose indexes have a write only some time after its table. The indexes are those of a second set of stores, in
 * which every write is done again, in the same order, when its time has come.
 */
export function createLaggingIndexes(
  memory: MemoryPorts<Clock>,
  { seed, random, now, trace }: Readonly<{ seed: string; random: Random; now: () => number; trace: Trace }>,
): Readonly<{ ports: MemoryPorts<Clock>; setMostMs: (ms: number) => void }> {
  // Both have the same methods by name, which is all that is done with them here.
  const behind = createMemoryPortsOn(memory.clock, seed) as unknown as Stored
  const ahead = memory as unknown as Stored
  const writes: Readonly<{ dueMs: number; again: () => unknown }>[] = []
  let mostMs = 0
  let lastMs = 0

  const write = (port: string, method: string, args: readonly unknown[]) => {
    // An index takes writes in the order in which the table took them.
    lastMs = Math.max(lastMs, now() + (mostMs === 0 ? 0 : random.integer(mostMs)))
    writes.push({ dueMs: lastMs, again: () => behind[port]?.[method]?.(...args) })
    return ahead[port]?.[method]?.(...args)
  }
  const read = (port: string, method: string, args: readonly unknown[]) => {
    for (let next = writes[0]; next !== undefined && next.dueMs <= now(); next = writes[0]) {
      writes.shift()
      // In memory a write is there as soon as it is called; what it answers was told by the table.
      void next.again()
    }
    if (writes.length > 0) trace.happened('an index lags behind its table')
    return behind[port]?.[method]?.(...args)
  }
  const over = (methods: Readonly<Record<string, readonly string[]>>, by: typeof write, stored: Stored): Stored =>
    Object.fromEntries(
      Object.entries(stored).map(([port, all]) => {
        const named = methods[port] ?? []
        if (named.length === 0) return [port, all]
        const others = named.map((method) => [method, (...args: readonly unknown[]) => by(port, method, args)])
        return [port, { ...all, ...Object.fromEntries(others) }]
      }),
    )

  return {
    ports: over(INDEX_READS, read, over(WRITES, write, ahead)) as unknown as MemoryPorts<Clock>,
    setMostMs: (ms) => {
      mostMs = ms
    },
  }
}
