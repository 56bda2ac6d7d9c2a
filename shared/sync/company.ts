import { Failure, problemOf } from '#core/errors'
import type { TokenSet } from '#core/records'
import { createCallSlots } from './call-slots.ts'
import type { CallGate, Company, Ports } from './ports.ts'
import { restCompany } from './rest.ts'
import { currentTokens, markReconnectNeeded, RENEW_BEFORE_MS, reconnectNeeded } from './tokens.ts'

/** Reads that one workspace may use in a month, unless set otherwise: a fifth of what Intuit gives to all of an app. */
const READS_PER_MONTH = 100_000

/** The share of its reads from which on a workspace is told of, while there is time to do something about it. */
const NEAR = 0.7

/** After a 429 nothing is sent for at least this long (Intuit: "API call limits and throttles"). */
const REST_MS = 60_000

export type CompanyPorts = Pick<
  Ports,
  | 'clock'
  | 'ids'
  | 'log'
  | 'metrics'
  | 'connections'
  | 'consent'
  | 'quickbooks'
  | 'pacer'
  | 'usage'
  | 'hints'
  | 'readsPerMonth'
  | 'stopAtMs'
>

/** A company with a memory of what was sent to it since it was opened. */
export type OpenCompany = Company &
  Readonly<{
    realmId: string
    /** Calls sent so far, answered well or not. */
    calls(): number
    /** Adds what was counted to the workspace's month. Call it when a piece of work ends, well or not. */
    flushUsage(): Promise<void>
  }>

/**
 * The workspace's company, with everything that stands around a call: its token, its place in the rate limit, the
 * read budget and the count of what Intuit meters. A 429 puts the company to rest for all workers; a grant that
 * QuickBooks does not take any more becomes 'reconnect needed'.
 * Throws notConnected, reconnectNeeded, and quickbooksThrottled while the company rests.
 */
export async function openCompany(ports: CompanyPorts, workspace: string): Promise<OpenCompany> {
  const { clock, connections, usage } = ports
  const connection = await connections.get(workspace)
  if (connection === undefined || connection.status === 'disconnected') throw new Failure({ kind: 'notConnected' })
  if (connection.status === 'reconnectNeeded') throw reconnectNeeded(connection)
  const restMs = connection.restUntil === undefined ? 0 : Date.parse(connection.restUntil) - clock.now()
  if (restMs > 0) throw new Failure({ kind: 'quickbooksThrottled', restMs })

  const { realmId } = connection
  const month = monthOf(clock.now())
  const { reads: readsBefore } = await usage.get(workspace, month)
  const limit = ports.readsPerMonth ?? READS_PER_MONTH
  const budget = limit - readsBefore
  const tokens = tokenKeeper(ports, workspace)
  const slot = createCallSlots(ports, realmId)
  let calls = 0
  let readsBegun = 0
  let counted = { reads: 0, writes: 0 }

  const gate: CallGate = {
    token: async () => (await tokens.current()).accessToken,
    renew: async (token) => (await tokens.other(token)).accessToken,
    enter: async (kind) => {
      // Counted when it begins, so that calls side by side do not pass the budget together.
      if (kind === 'read' && readsBegun >= budget) throw new Failure({ kind: 'readBudgetSpent', month })
      if (kind === 'read') readsBegun += 1
      await slot(kind)
    },
    sent: (kind, succeeded) => {
      calls += 1
      // Intuit meters calls that succeeded only (App Partner Program FAQ).
      if (!succeeded) return
      counted = kind === 'read' ? { ...counted, reads: counted.reads + 1 } : { ...counted, writes: counted.writes + 1 }
    },
  }

  const flushUsage = async () => {
    const counts = counted
    counted = { reads: 0, writes: 0 }
    if (counts.reads + counts.writes === 0) return
    const { reads } = await usage.add(workspace, month, counts)
    // One caller only is told the sum that passes it.
    const isNear = reads >= limit * NEAR && reads - counts.reads < limit * NEAR
    if (!isNear) return
    ports.log.warn('company.readsNearBudget', { workspace, month, reads, limit })
    ports.metrics.count('WorkspacesNearReadBudget')
  }
  return watched(ports.quickbooks.open(realmId, gate), (thrown) => noteRefusal(ports, workspace, thrown), {
    realmId,
    calls: () => calls,
    flushUsage,
  })
}

/** The company with `more` beside its methods, each of which hands what it fails with to `failed`. */
function watched<More extends object>(
  company: Company,
  failed: (thrown: unknown) => Promise<never>,
  more: More,
): Company & More {
  const seen = new Proxy(company, {
    get: (target, name) => {
      if (name in more) return Reflect.get(more, name)
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => Promise.resolve(Reflect.apply(method, target, args)).catch(failed)
    },
  })
  // The proxy answers for both, which TypeScript cannot see through `get`.
  return seen as Company & More
}

/** The month that usage is counted in, 'YYYY-MM' in UTC. */
export function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 7)
}

/** Keeps the tokens for as long as they are good, and looks them up once for all calls that ask at the same time. */
function tokenKeeper(ports: CompanyPorts, workspace: string) {
  let kept: TokenSet | undefined
  let pending: Promise<TokenSet> | undefined
  const fetch = (refused: string | undefined) => {
    pending ??= currentTokens(ports, workspace, refused)
      .then((tokens) => {
        kept = tokens
        return tokens
      })
      .finally(() => {
        pending = undefined
      })
    return pending
  }
  return {
    current: async () => {
      const isGood = kept !== undefined && Date.parse(kept.accessExpiresAt) - ports.clock.now() > RENEW_BEFORE_MS
      return isGood && kept !== undefined ? kept : fetch(undefined)
    },
    other: async (refused: string) => {
      const got = kept !== undefined && kept.accessToken !== refused ? kept : await fetch(refused)
      // A look-up that was under way for another call may have come back with the very token that was refused.
      return got.accessToken === refused ? fetch(refused) : got
    },
  }
}

async function noteRefusal(ports: CompanyPorts, workspace: string, thrown: unknown): Promise<never> {
  const problem = problemOf(thrown)
  if (problem?.kind === 'quickbooksThrottled') {
    await restCompany(ports, workspace, ports.clock.now() + Math.max(problem.restMs, REST_MS))
    ports.log.warn('company.throttled', { workspace })
  }
  if (problem?.kind === 'quickbooksAuthExpired') {
    await markReconnectNeeded(ports, workspace, 'QuickBooks refused a token that it had just given.')
  }
  if (problem?.kind === 'quickbooksForbidden') await markReconnectNeeded(ports, workspace, problem.reason)
  throw thrown
}
