import { adminRoutes } from '#http/admin-routes'
import { connectRoutes } from '#http/connection-routes'
import type { Route } from '#http/declare'
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

const open = {
  slot: 'email',
  base: 'old@example.com',
  openedAt: '2026-11-01T08:00:00.000Z',
} as const

const settings = { conflicts: 'ask', conflictsBySlot: {}, pushNotes: true, push: 'automatic', entities: ['customer'] }

const bodies: Readonly<Record<string, (tenant: Tenant) => unknown>> = {
  startPull: () => ({}),
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
      ...(takesVersion && { 'if-match': id === 'saveSettings' ? '"0"' : '"1"' }),
      ...(takesIdempotencyKey && { 'idempotency-key': 'the-same' }),
    },
    ...(made !== undefined && { body: made(tenant) }),
  }
}

/**
 * Two workspaces over the same ports, that both hold something of everything, under the same ids, three of each. All
 * that is acme's says `acme`, and all that is globex's says `globex`.
 */
export async function twoTenants() {
  const { ask, ports } = wholeWorld()
  for (const [at, tenant] of TENANTS.entries()) {
    await connect(ports, tenant, `934145000000000${at + 1}`)
    const of = (what: string) => `${what} of ${tenant}`
    const seen = seenBy(tenant)
    const mirror = (id: string, active = true) => {
      const name = of(`Customer ${id}`)
      return aMirror(id, name, { snapshot: { fields: { displayName: name, email: seen.quickbooks }, active } })
    }
    const customers = ['71', '72', '73', '74', '75'].map((id) => mirror(id))
    const hidden = ['81', '82', '83'].map((id) => mirror(id, false))
    await ports.mirrors.put(tenant, [...customers, ...hidden])
    await ports.mirrors.put(
      tenant,
      [...customers, ...hidden].map((one) => ({ ...one, entity: 'vendor' as const })),
    )

    for (const id of ['r1', 'r2']) {
      await ports.runs.create(tenant, aRun(id, { kind: 'import', status: 'done', startedBy: of('Person') }))
    }
    for (const id of ['p1', 'p2']) await ports.runs.create(tenant, aRun(id, { kind: 'preview', status: 'done' }))
    await ports.runs.create(tenant, aRun('r3', { kind: 'import', startedBy: of('Person') }))

    for (const id of ['c1', 'c2', 'c3', 'c4', 'c5', 'c6']) {
      const isCustomer = id < 'c4'
      const fields = { displayName: of(`Contact ${id}`), email: seen.crm }
      const asks = id === 'c2' ? {} : { conflicts: [{ ...open, ...seen }] }
      const base = { fields: { ...fields, email: open.base }, active: true }
      const linked = id === 'c1' ? { link: { ...aLink('customer', '71'), base } } : {}
      const contact = aContact(id, id, { fields, isCustomer, ...(isCustomer && asks), ...linked })
      await ports.ledger.commit(tenant, [{ kind: 'contact', contact, expectedVersion: undefined }])
    }
    await ports.ledger.commit(tenant, [
      { kind: 'claim', entity: 'customer', recordId: '71', contactId: 'c1' },
      ...['c1', 'c2'].flatMap((contactId) =>
        ['1', '2', '3'].map((id) => {
          const entry = anEntry(`j${contactId}${id}`, contactId, { because: of(`Entry ${id}`), actor: of('Person') })
          return { kind: 'journal', entry } as const
        }),
      ),
    ])
    for (const runId of ['r1', 'r2', 'p1', 'p2']) {
      const details = { crm: [], quickbooks: [], asks: [], underNewParent: false }
      await ports.ledger.commit(
        tenant,
        ['71', '72', '73'].map((id) => {
          const outcome = anOutcome(id, { name: of(`Outcome ${id} in ${runId}`), kind: 'unchanged', details })
          return { kind: 'outcome', runId, outcome } as const
        }),
      )
    }
  }

  const lists = guardedRoutes.filter(({ method }) => method === 'GET')
  return {
    ask,
    ports,
    /** Everything that a workspace can be shown, as its own people are shown it, and its tokens. */
    held: async (tenant: Tenant) => {
      const shown = await Promise.all(lists.map((route) => ask('GET', pathOf(route), askedBy(tenant, route))))
      return [...shown.map(({ text }) => text), await ports.connections.tokens(tenant)]
    },
    /** Of which workspaces anything waits to be done. */
    hinted: () => new Set([...ports.hints.pulls.all(), ...ports.hints.pushes.all()].map(({ workspace }) => workspace)),
  }
}
