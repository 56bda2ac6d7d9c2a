import type { Clock, Ports } from '#sync/ports'
import { createAdminActs } from './admin-acts.ts'
import { createVirtualClock, type VirtualClock } from './clock.ts'
import { createConflicts } from './conflicts.ts'
import { createConnections } from './connections.ts'
import { createContacts } from './contacts.ts'
import { createSigner, digest } from './cryptography.ts'
import { createDailyProgress } from './daily-progress.ts'
import { createHints, type MemoryHints } from './hints.ts'
import { createIdempotency } from './idempotency.ts'
import { createCountingIds } from './ids.ts'
import { createLedger } from './ledger.ts'
import { createRecordingLog, createRecordingMetrics, type RecordingLog, type RecordingMetrics } from './log.ts'
import { createMarkers } from './markers.ts'
import { createMirrors } from './mirrors.ts'
import { createPacer } from './pacer.ts'
import { createPendingConsents } from './pending-consents.ts'
import { createRuns } from './runs.ts'
import { createSettings } from './settings.ts'
import { createStore } from './store.ts'
import { createUsage } from './usage.ts'

/** Every port but QuickBooks and its consent, with what tests and simulations look at. */
export type MemoryPorts<C extends Clock = VirtualClock> = Omit<Ports, 'quickbooks' | 'consent'> &
  Readonly<{ clock: C; log: RecordingLog; metrics: RecordingMetrics; hints: MemoryHints }>

export type MemoryOptions = Readonly<{
  /** Epoch milliseconds at which the clock begins; 2026-01-01 in UTC unless given. */
  startMs?: number
  /** See createVirtualClock; 'byHand' unless given. */
  clockMoves?: 'byHand' | 'whenIdle'
  /** Other secrets and signatures for another seed. */
  seed?: string
}>

/** A world of its own in memory, on a virtual clock: the same in every run, and nothing of it outlives the process. */
export function createMemoryPorts(options: MemoryOptions = {}): MemoryPorts {
  const { startMs = Date.UTC(2026, 0, 1), clockMoves = 'byHand', seed } = options
  return createMemoryPortsOn(createVirtualClock(startMs, clockMoves), seed)
}

/** The same on a clock of one's own, such as the real one for a benchmark. */
export function createMemoryPortsOn<C extends Clock>(clock: C, seed = 'tandem'): MemoryPorts<C> {
  const store = createStore()
  return {
    clock,
    ids: createCountingIds(clock, seed),
    log: createRecordingLog(),
    metrics: createRecordingMetrics(),
    digest,
    signer: createSigner(seed),
    connections: createConnections(store),
    pendingConsents: createPendingConsents(),
    pacer: createPacer(),
    usage: createUsage(),
    mirrors: createMirrors(store),
    contacts: createContacts(store),
    ledger: createLedger(store),
    markers: createMarkers(store),
    conflicts: createConflicts(store),
    settings: createSettings(store),
    adminActs: createAdminActs(store),
    runs: createRuns(store),
    idempotency: createIdempotency(),
    dailyProgress: createDailyProgress(),
    hints: createHints(clock),
  }
}
