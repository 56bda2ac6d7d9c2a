import type { SyncSettings } from '#core/policies'
import type { Contact, JournalEntry, Mirror, Run } from '#core/records'
import type { JsonObject } from '../../local/quickbooks/company/json.ts'
import type { Tenant, World } from '../world/world.ts'

/** Everything that is stored of a workspace, and what its QuickBooks company really holds. */
export type Evidence = Readonly<{
  tenant: Tenant
  contacts: ReadonlyMap<string, Contact>
  mirrors: ReadonlyMap<string, Mirror>
  /** By contact, those that were removed included. */
  journal: ReadonlyMap<string, readonly JournalEntry[]>
  /** Customers and vendors, whose ids are of one sequence. */
  records: ReadonlyMap<string, JsonObject>
  /** The ids of vendors among the records. */
  vendors: ReadonlySet<string>
  /** Of employees nothing counts but their names. */
  employees: readonly JsonObject[]
  runs: readonly Run[]
  settings: SyncSettings
  /** Whether the last change of the settings has left something to be done. */
  isReplanning: boolean
  connection: Readonly<{ status: string; gapFreeSince?: string }> | undefined
  toRead: number
  toPush: readonly string[]
}>

const MANY = 10_000

/** Gathers it from the stores themselves, behind the engine's back. */
export async function gather({ memory, witness, company, timeline }: World, tenant: Tenant): Promise<Evidence> {
  const { workspace } = tenant
  const contacts = new Map<string, Contact>()
  for await (const rows of memory.contacts.scan(workspace)) {
    for (const contact of await memory.contacts.getMany(
      workspace,
      rows.map(({ id }) => id),
    ))
      contacts.set(contact.id, contact)
  }
  const mirrors = new Map<string, Mirror>()
  for (const entity of ['customer', 'vendor'] as const) {
    for await (const rows of memory.mirrors.scan(workspace, entity)) {
      const ids = rows.map(({ id }) => id)
      for (const mirror of await memory.mirrors.getMany(workspace, entity, ids)) mirrors.set(mirror.id, mirror)
    }
  }
  const everSeen = witness.born().flatMap((one) => (one.side === 'crm' && one.workspace === workspace ? [one.id] : []))
  const journal = new Map<string, readonly JournalEntry[]>()
  for (const id of everSeen) journal.set(id, (await memory.contacts.history(workspace, id, MANY)).rows)
  const listed = (entity: 'Customer' | 'Vendor' | 'Employee') =>
    company(tenant)
      .list({ entity, limit: MANY })
      .rows.map((record) => [String(record.Id), record] as const)
  const vendors = listed('Vendor')
  const stored = await memory.settings.get(workspace)
  return {
    tenant,
    contacts,
    mirrors,
    journal,
    records: new Map([...listed('Customer'), ...vendors]),
    vendors: new Set(vendors.map(([id]) => id)),
    employees: listed('Employee').map(([, record]) => record),
    runs: (await memory.runs.list(workspace, MANY)).rows,
    settings: stored.settings,
    isReplanning: stored.replan !== undefined,
    connection: await memory.connections.get(workspace),
    toRead: (await memory.markers.toRead(workspace, MANY)).length,
    toPush: await memory.markers.toPush(workspace, timeline.now() + 365 * 86_400_000, MANY),
  }
}
