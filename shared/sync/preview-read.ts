import { covers, gapFreeOf } from '#core/gap-free'
import type { Contact, Entity, Mirror } from '#core/records'
import { LOOK_BACK_MS, verify } from './changes.ts'
import type { OpenCompany } from './company.ts'
import { inPiecesOf } from './in-parallel.ts'
import type { Ports } from './ports.ts'
import { OVERLAP_MS } from './pull-sweep.ts'
import { inPushOrder } from './push-order.ts'
import { readOn } from './read-on.ts'
import { unsettled } from './reconcile-many.ts'
import { readByIds, type StorePorts, storeGone, storeRecords } from './store-read.ts'

export type ReadPorts = StorePorts & Pick<Ports, 'connections' | 'markers' | 'contacts' | 'conflicts' | 'runs'>

/** Markers, contacts that wait and conflicts that one run takes up; what is beyond is left to the next run. */
const MOST = 100_000
const A_PAGE = 100
/** Everything that waits to be pushed, also what is to be tried later only. */
const WHENEVER_MS = 3_650 * 24 * 3_600_000

/**
 * Reads everything that changed in QuickBooks since the last proven moment, and what is marked to be read, and stores
 * it; answers the mirrors of all that was told of. Contacts are left as they are, and so are the markers and the moment:
 * whoever reconciles them later finds the same again.
 * 'unknown' where a full pull has to come first: there was none yet, or it is too long ago.
 */
export async function readChanged(
  ports: ReadPorts,
  workspace: string,
  company: OpenCompany,
  entities: readonly Entity[],
): Promise<readonly Mirror[] | 'unknown'> {
  const connection = await ports.connections.get(workspace)
  const known = connection && gapFreeOf(connection)
  const sinceMs = known === undefined ? undefined : Date.parse(known.since) - OVERLAP_MS
  if (sinceMs === undefined || !covers(known, entities) || ports.clock.now() - sinceMs > LOOK_BACK_MS) return 'unknown'
  const since = new Date(sinceMs).toISOString()
  const told = await ports.markers.toRead(workspace, MOST)
  const { records, tombstones, cut } = await company.changes(entities, since)
  const mirrors: Mirror[] = []
  for (const entity of entities) {
    const changed = records.filter((record) => record.entity === entity)
    const all = cut ? await readOn(company, entity, since, changed) : changed
    await storeRecords(ports, workspace, entity, all)
    const dead = await verify(
      ports,
      workspace,
      company,
      entity,
      tombstones.filter((one) => one.entity === entity),
    )
    const known = new Set(all.map(({ id }) => id))
    const marked = told.filter((one) => one.entity === entity && !known.has(one.id)).map(({ id }) => id)
    await readNow(ports, workspace, company, entity, marked)
    // Too many deaths at once are for a person to confirm; until then they are left as they are.
    const ids = new Set([...known, ...marked, ...(dead === 'tooMany' ? [] : dead)])
    mirrors.push(...(await ports.mirrors.getMany(workspace, entity, [...ids])))
  }
  return mirrors
}

/** Reads these records and stores what they are now, also that they are gone. */
export async function readNow(
  ports: StorePorts,
  workspace: string,
  company: OpenCompany,
  entity: Entity,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  const records = await readByIds(company, entity, ids)
  await storeRecords(ports, workspace, entity, records)
  const found = new Set(records.map(({ id }) => id))
  await storeGone(
    ports,
    workspace,
    entity,
    ids.filter((id) => !found.has(id)).map((id) => ({ id })),
  )
}

/**
 * Lays out in pages whom a run looks at: contacts that are linked to what changed, that wait to be pushed, or that have
 * an open conflict, and parents that have to be in QuickBooks before them. Answers how many pages and contacts.
 */
export async function layOutContacts(
  ports: ReadPorts,
  workspace: string,
  runId: string,
  changed: readonly Mirror[],
): Promise<Readonly<{ pages: number; rows: number }>> {
  const apart = await unsettled(ports, workspace, changed, new Set())
  const ids = new Set(apart.flatMap(({ contactId }) => contactId ?? []))
  for (const id of await ports.markers.toPush(workspace, ports.clock.now() + WHENEVER_MS, MOST)) ids.add(id)
  let after: string | undefined
  do {
    const page = await ports.conflicts.list(workspace, A_PAGE, after)
    for (const { kind, contactId } of page.rows) if (kind === 'slot') ids.add(contactId)
    after = page.next
  } while (after !== undefined)

  const all = new Set<string>()
  for (const piece of inPiecesOf(A_PAGE, [...ids])) {
    const contacts = (await ports.contacts.getMany(workspace, piece)).filter(takesPart)
    for (const group of await inPushOrder(ports, workspace, contacts)) for (const { id } of group) all.add(id)
  }
  const pages = inPiecesOf(A_PAGE, [...all])
  for (const [page, list] of pages.entries()) await ports.runs.putIds(workspace, runId, CONTACTS_LIST, page, list)
  return { pages: pages.length, rows: all.size }
}

/** The list beside a run in which its contacts are laid out. */
export const CONTACTS_LIST = 'contacts'

/** Who is no customer goes to QuickBooks only when somebody asks for exactly that. */
function takesPart({ link, isCustomer }: Contact): boolean {
  return link !== undefined || isCustomer
}
