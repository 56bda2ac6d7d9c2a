import type { PendingConsent } from '#core/pending-consents'
import { DEFAULT_SETTINGS } from '#core/policies'
import { adminRoutes } from '#http/admin-routes'
import { connectRoutes } from '#http/connection-routes'
import type { Route } from '#http/declare'
import { digest } from '#lambda/digest'
import { aContact, aLink, aMirror, anEntry, anOutcome, aRun } from '../contract/records.ts'
import { type Asked, claimsOf, connect, wholeWorld } from './world.ts'

export type Tenant = 'acme' | 'globex'
export const TENANTS: readonly Tenant[] = ['acme', 'globex']

export const other = (tenant: Tenant): Tenant => (tenant === 'acme' ? 'globex' : 'acme')

/** What is declared of a route; whichever function serves it. */
type Declared = Pick<Route<unknown>, 'id' | 'method' | 'path' | 'body' | 'takesVersion' | 'takesIdempotencyKey'>

/** Every route for signed-in people. */
export const guardedRoutes = [...adminRoutes, ...connectRoutes].filter(({ access }) => access !== 'public')

// What both hold under the same ids, as QuickBooks' own ids are the same in every company.
const ids: Readonly<Record<string, string>> = {
  runs: 'r1',
  previews: 'p1',
  quickbooks: '72',
  contacts: 'c1',
  conflicts: 'c1~email',
  cancelRun: 'r3',
}

/** How often somebody has saved the settings of each, so that their history has several pages. */
const SETTINGS_SAVED = 3

// The same in both, as chance may have it.
const CONFIRMATION = 'AAAA-AAAA'
const realmOf = (tenant: Tenant) => (tenant === 'acme' ? '9341450000000001' : '9341450000000002')

const open = {
  slot: 'email',
  base: 'old@example.com',
  openedAt: '2026-11-01T08:00:00.000Z',
} as const

const settings = { conflicts: 'ask', conflictsBySlot: {}, pushNotes: true, push: 'automatic', entities: ['customer'] }

const bodies: Readonly<Record<string, (tenant: Tenant) => unknown>> = {
  startPull: () => ({}),
  confirmConnection: () => ({ code: CONFIRMATION }),
  startImport: () => ({ as: 'account', select: { ids: ['72'] } }),
  applyPreview: () => ({}),
  createContact: (tenant) => ({ fields: { displayName: `New one of ${tenant}` } }),
  updateContact: (tenant) => ({ fields: { phone: `555-0100 of ${tenant}` } }),
  moveContact: () => ({ parentId: 'c2' }),
  createJob: (tenant) => ({ fields: { displayName: `Roof of ${tenant}` } }),
  resolveConflict: (tenant) => ({ take: 'crm', seen: seenBy(tenant) }),
  resolveConflicts: () => ({ take: 'crm' }),
  saveSettings: () => settings,
}

/** The values of a conflict, as a person of this workspace sees them. */
function seenBy(tenant: Tenant) {
  return { crm: `crm@${tenant}.example`, quickbooks: `books@${tenant}.example` }
}

/** The route's path with the id of something that both workspaces hold. */
export function pathOf({ id, path }: Pick<Declared, 'id' | 'path'>): string {
  if (!path.includes('{')) return path
  const known = ids[id] ?? ids[path.split('/')[1] ?? '']
  if (known === undefined) throw new Error(`${path} has no id here: add one to ids`)
  return path.replace(/\{\w+\}/, known)
}

/** What a person of this workspace sends to the route, so that it is done. */
export function askedBy(tenant: Tenant, { id, body, takesVersion, takesIdempotencyKey }: Declared): Asked {
  const made = bodies[id]
  if (body !== undefined && made === undefined) throw new Error(`${id} has no body here: add one to bodies`)
  return {
    claims: claimsOf(tenant, undefined, `person of ${tenant}`),
    headers: {
      ...(takesVersion && { 'if-match': id === 'saveSettings' ? `"${SETTINGS_SAVED}"` : '"1"' }),
      ...(takesIdempotencyKey && { 'idempotency-key': 'the-same' }),
    },
    ...(made !== undefined && { body: made(tenant) }),
  }
}

/**
 * Two workspaces over the same ports, that both hold something of everything, under the same ids, three of each. All
 * that is acme's says `acme`, and all that is globex's says `globex`.
 */
export async function twoTenants(stored?: Parameters<typeof wholeWorld>[0]) {
  const { ask, ports, intuit } = wholeWorld(stored)
  for (const tenant of TENANTS) intuit.addCode(`code of ${tenant}`)
  await Promise.all(TENANTS.map((tenant) => fill(ports, tenant)))

  const lists = guardedRoutes.filter(({ method }) => method === 'GET')
  return {
    ask,
    ports,
    /** Everything that a workspace can be shown, as its own people are shown it, its tokens, and what waits to be done. */
    held: async (tenant: Tenant) => {
      const shown = await Promise.all(lists.map((route) => ask('GET', pathOf(route), askedBy(tenant, route))))
      const hints = [...ports.hints.pulls.all(), ...ports.hints.pushes.all()]
      const waiting = hints.filter(({ workspace }) => workspace === tenant)
      const consents = await ports.pendingConsents.get(tenant, `person of ${tenant}`)
      return [shown.map(({ json }) => json), await ports.connections.tokens(tenant), consents, waiting]
    },
  }
}

function consentOf(tenant: Tenant): PendingConsent {
  const confirmationHash = digest.sha256(CONFIRMATION)
  const expiresAtMs = Date.UTC(2030, 0, 1)
  return { confirmationHash, realmId: realmOf(tenant), code: `code of ${tenant}`, expiresAtMs, wrongs: 0 }
}

async function fill(ports: ReturnType<typeof wholeWorld>['ports'], tenant: Tenant): Promise<void> {
  const { mirrors, runs } = ports
  const commit = async (...writes: Parameters<typeof ports.ledger.commit>[1]) => {
    // What was not stored would be seen by nobody, and prove nothing.
    if ((await ports.ledger.commit(tenant, writes)) !== 'committed') throw new Error(`${tenant} stored nothing`)
  }
  const of = (what: string) => `${what} of ${tenant}`
  const seen = seenBy(tenant)
  const mirror = (id: string, active: boolean) => {
    const name = of(`Record ${id}`)
    return aMirror(id, name, { snapshot: { fields: { displayName: name, email: seen.quickbooks }, active } })
  }
  const records = [
    ...['71', '72', '73', '74', '75'].map((id) => mirror(id, true)),
    ...['81', '82', '83'].map((id) => mirror(id, false)),
  ]
  const contact = (id: string) => {
    const isCustomer = id < 'c4'
    const fields = { displayName: of(`Contact ${id}`), email: seen.crm }
    const base = { fields: { ...fields, email: open.base }, active: true }
    const linked = id === 'c1' ? { link: { ...aLink('customer', '71'), base } } : {}
    return aContact(id, id, { fields, isCustomer, ...linked, ...(isCustomer && { conflicts: [{ ...open, ...seen }] }) })
  }
  const startedBy = of('Person')
  await Promise.all([
    connect(ports, tenant, realmOf(tenant)),
    ports.pendingConsents.save(tenant, `person of ${tenant}`, [consentOf(tenant)], 0),
    mirrors.put(tenant, records),
    mirrors.put(
      tenant,
      records.map((record) => ({ ...record, entity: 'vendor' as const })),
    ),
    ...['r1', 'r2'].map((id) => runs.create(tenant, aRun(id, { kind: 'import', status: 'done', startedBy }))),
    ...['p1', 'p2'].map((id) => runs.create(tenant, aRun(id, { kind: 'preview', status: 'done', startedBy }))),
    runs.create(tenant, aRun('r3', { kind: 'import', startedBy })),
    ...['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((id) =>
      commit({ kind: 'contact', contact: contact(id), expectedVersion: undefined }),
    ),
    ...['c1', 'c2'].map((contactId) =>
      commit(
        ...['1', '2', '3'].map((id) => {
          const entry = anEntry(`j${id}`, contactId, { because: of(`Entry ${id}`), actor: startedBy })
          return { kind: 'journal', entry } as const
        }),
      ),
    ),
    ...['r1', 'r2', 'p1', 'p2'].map((runId) =>
      commit(
        ...['71', '72', '73'].map((id) => {
          const details = { crm: [], quickbooks: [], asks: [], underNewParent: false }
          const outcome = anOutcome(id, { name: of(`Outcome ${id} in ${runId}`), kind: 'unchanged', details })
          return { kind: 'outcome', runId, outcome } as const
        }),
      ),
    ),
  ])
  await commit({ kind: 'claim', entity: 'customer', recordId: '71', contactId: 'c1' })
  for (let version = 0; version < SETTINGS_SAVED; version++) {
    const act = { id: `a${version}`, at: open.openedAt, act: 'settingsChanged', actor: startedBy } as const
    await ports.settings.save(tenant, DEFAULT_SETTINGS, version, undefined, act)
  }
}
