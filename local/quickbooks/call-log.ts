/** What a call was, for whoever wants to see what a run cost. */
export type CallKind = 'oauth' | 'read' | 'query' | 'cdc' | 'batch' | 'create' | 'update' | 'other'

export interface Call {
  /** Counts from 1 over the simulator's life. */
  readonly number: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly method: string
  /** Without tokens: OAuth parameters never come in here. */
  readonly path: string
  readonly kind: CallKind
  readonly status: number
  /** The code of the Fault or OAuth error, if the answer was one. */
  readonly error?: string
  readonly realmId?: string
  readonly clientId?: string
  readonly intuitTid?: string
  /** What the call cost in metered reads (0 for writes, failures and sandbox companies). */
  readonly meteredReads: number
  /** Rows in the answer. */
  readonly rows: number
  readonly latencyMs: number
  /** The fault that was put in its way, in words. */
  readonly fault?: string
}

export interface CallTotals {
  readonly calls: number
  readonly byKind: Readonly<Record<CallKind, number>>
  readonly byStatus: Readonly<Record<string, number>>
  readonly meteredReads: number
  readonly rows: number
}

export interface CallFilter {
  readonly realmId?: string
  readonly clientId?: string
}

export interface CallLog {
  record(call: Omit<Call, 'number'>): void
  /** The last calls, newest last; at most `limit` (default all that are kept: 5,000). */
  recent(limit?: number): readonly Call[]
  /** Counts since the start or the last `reset`, over all calls or those of one realm or app. */
  totals(filter?: CallFilter): CallTotals
  /** Metered reads of an app in the calendar month (UTC) of `now`. Survives `reset`: Intuit's meter does too. */
  monthlyReads(clientId: string, now: number): number
  reset(): void
}

const KEPT = 5_000
const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7)

interface MutableTotals {
  calls: number
  readonly byKind: Record<CallKind, number>
  readonly byStatus: Record<string, number>
  meteredReads: number
  rows: number
}

const noTotals = (): MutableTotals => ({
  calls: 0,
  byKind: { oauth: 0, read: 0, query: 0, cdc: 0, batch: 0, create: 0, update: 0, other: 0 },
  byStatus: {},
  meteredReads: 0,
  rows: 0,
})

function add(totals: MutableTotals, call: Omit<Call, 'number'>): void {
  totals.calls++
  totals.byKind[call.kind]++
  totals.byStatus[call.status] = (totals.byStatus[call.status] ?? 0) + 1
  totals.meteredReads += call.meteredReads
  totals.rows += call.rows
}

export function createCallLog(): CallLog {
  let calls: Call[] = []
  let number = 0
  let groups = new Map<string, { realmId: string | undefined; clientId: string | undefined; totals: MutableTotals }>()
  const monthly = new Map<string, number>()
  return {
    record(call) {
      number++
      calls.push({ ...call, number })
      if (calls.length > 2 * KEPT) calls = calls.slice(-KEPT)
      const key = `${call.realmId ?? ''}|${call.clientId ?? ''}`
      let group = groups.get(key)
      if (group === undefined) {
        group = { realmId: call.realmId, clientId: call.clientId, totals: noTotals() }
        groups.set(key, group)
      }
      add(group.totals, call)
      if (call.meteredReads > 0 && call.clientId !== undefined) {
        const month = `${call.clientId}|${monthOf(call.at)}`
        monthly.set(month, (monthly.get(month) ?? 0) + call.meteredReads)
      }
    },
    recent: (limit = KEPT) => calls.slice(-Math.min(limit, KEPT)),
    totals(filter = {}) {
      const sum = noTotals()
      for (const group of groups.values()) {
        if (filter.realmId !== undefined && group.realmId !== filter.realmId) continue
        if (filter.clientId !== undefined && group.clientId !== filter.clientId) continue
        sum.calls += group.totals.calls
        sum.meteredReads += group.totals.meteredReads
        sum.rows += group.totals.rows
        for (const [kind, n] of Object.entries(group.totals.byKind)) sum.byKind[kind as CallKind] += n // its own keys
        for (const [status, n] of Object.entries(group.totals.byStatus)) {
          sum.byStatus[status] = (sum.byStatus[status] ?? 0) + n
        }
      }
      return sum
    },
    monthlyReads: (clientId, now) => monthly.get(`${clientId}|${monthOf(now)}`) ?? 0,
    reset() {
      calls = []
      groups = new Map()
    },
  }
}
