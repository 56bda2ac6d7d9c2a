import type { Entity, JsonObject } from '#core/records'
import { createQuickBooks } from '#quickbooks/client'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { createVirtualClock } from '../../local/quickbooks/clock.ts'
import type { Outcome } from '../../local/quickbooks/company/bookkeeper.ts'
import type { FaultKind } from '../../local/quickbooks/gateway/faults.ts'
import { createSimulator } from '../../local/quickbooks/simulator.ts'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'
import type { CompanyTrouble, CompanyWorld } from '../contract/company.ts'

export const REALM = '9341452000000077'
export const START = Date.parse('2026-11-23T10:00:00.000Z')

/** Time stands still, so that a thousand calls fall into one second: the limits have tests of their own. */
export const NO_LIMITS = {
  limits: {
    perSecondPerApp: Number.POSITIVE_INFINITY,
    perMinutePerRealm: Number.POSITIVE_INFINITY,
    batchPerMinutePerApp: Number.POSITIVE_INFINITY,
    batchPerMinutePerRealm: Number.POSITIVE_INFINITY,
    concurrentPerApp: Number.POSITIVE_INFINITY,
  },
} as const

export const FAULTS: Readonly<Record<CompanyTrouble, FaultKind>> = {
  unauthorized: { kind: 'unauthorized' },
  forbidden: { kind: 'forbidden' },
  throttled: { kind: 'throttled' },
  'system fault': { kind: 'status', status: 500 },
  'system fault with 200': { kind: 'fault-in-200' },
  'maintenance page': { kind: 'html', status: 503 },
  'page with 200': { kind: 'html', status: 200 },
  reset: { kind: 'reset' },
  'response lost': { kind: 'response-lost' },
  'cut off': { kind: 'truncated' },
  // The simulator's time stands still: these milliseconds never pass.
  'no answer': { kind: 'delay', ms: 1_000 },
}

const ENTITIES = { customer: 'Customer', vendor: 'Vendor' } as const

/** An empty company of the QuickBooks simulator behind the real client. */
export async function simulatedCompany(switches: SwitchOverrides = {}): Promise<CompanyWorld> {
  const clock = createVirtualClock(START)
  const simulator = createSimulator({
    clock,
    // Only a merged record that is gone is told of by a tombstone.
    switches: { 'merged-record': 'gone', ...switches },
    gateway: NO_LIMITS,
    companies: [{ realmId: REALM, kind: 'empty', name: 'Craig’s “Design” & Söhne' }],
  })
  const listening = await simulator.listen({ port: 0 })
  const company = simulator.companies.find(REALM)
  if (company === undefined) throw new Error('The simulator has no such company.')
  const { bookkeeper } = company
  const open = (timeoutMs?: number) =>
    createQuickBooks({ environment: 'sandbox', simulatorUrl: listening.url, timeoutMs })
  return {
    open: (gate, patience) => open(patience === 'impatient' ? 100 : undefined).open(REALM, gate),
    token: simulator.modules.oauth.grant(DEFAULT_APP.clientId, REALM).accessToken,
    name: company.name,
    create: (entity: Entity, fields: JsonObject) => idOf(bookkeeper.create(ENTITIES[entity], defined(fields))),
    edit: (entity, id, fields) => void idOf(bookkeeper.edit(ENTITIES[entity], id, defined(fields))),
    deactivate: (entity, id) => void idOf(bookkeeper.deactivate(ENTITIES[entity], id)),
    merge: (entity, survivorId, loserId) => void idOf(bookkeeper.merge(ENTITIES[entity], survivorId, loserId)),
    addCurrency: (code) => void bookkeeper.addCurrency(code),
    createProject: (parentId, name) => idOf(bookkeeper.createProject(parentId, name)),
    advance: clock.advance,
    now: clock.now,
    strike(trouble, nth = 1) {
      simulator.faults.add({ fault: FAULTS[trouble], nth, times: 1, path: '/v3/' })
    },
    async close() {
      simulator.close()
      await listening.close()
    },
  }
}

function idOf(outcome: Outcome): string {
  if (!outcome.ok) throw new Error(outcome.errors.map(({ Message }) => Message).join(', '))
  return String(outcome.record.Id)
}

function defined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
