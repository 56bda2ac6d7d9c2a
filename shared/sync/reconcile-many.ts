import { mergedInto } from '#core/observe'
import { GUARD_FLOOR, massChangeReason } from '#core/policies'
import type { Entity, Mirror, MirrorRow } from '#core/records'
import { hintPush } from './hint-work.ts'
import { eachAtMost, inPiecesOf } from './in-parallel.ts'
import type { Ports } from './ports.ts'
import { type ReconcilePorts, reconcile } from './reconcile.ts'
import { wouldArchive } from './reconcile-sides.ts'

export type ReconcileManyPorts = ReconcilePorts & Pick<Ports, 'conflicts' | 'hints' | 'log' | 'metrics'>

/** Contacts that are reconciled at the same time. */
const AT_ONCE = 8
const CONTACTS_A_READ = 100
/** Open conflicts that are looked through, a page at a time, for contacts that wait for a place in the hierarchy. */
const CONFLICTS_A_PAGE = 200

export type ReconcileManyFor = Readonly<{
  actor: string
  runId?: string
  /** See reconcile; worked out over everything that was read together. */
  mayNotArchive?: string
  /** Answers true when it is time to stop. */
  isOver?: () => boolean
}>

/**
 * Reconciles the contacts that these records are linked to, parents before children. A contact that others change all
 * the time is left to the next occasion. Answers whether all were come to. What is to be pushed then is hinted.
 */
export async function reconcileMany(
  ports: ReconcileManyPorts,
  workspace: string,
  mirrors: readonly Mirror[],
  { isOver = () => false, ...why }: ReconcileManyFor,
): Promise<boolean> {
  const linked = mirrors.filter(({ contactId }) => contactId !== undefined)
  if (linked.length === 0) return true
  const { settings } = await ports.settings.get(workspace)
  let toPush: string | undefined
  let isMoved = false
  let isDone = true
  // What a record came away from lies above it no more once its own level is done.
  for (const level of [...new Set(linked.map((mirror) => mirror.level))].sort((a, b) => a - b)) {
    const rows = linked.filter((mirror) => mirror.level === level)
    isDone = await eachAtMost(AT_ONCE, rows, isOver, async ({ contactId = '' }) => {
      const done = await reconcile(ports, workspace, contactId, { ...why, settings })
      if (done === undefined) return
      if (done.toPush.length > 0) toPush = `${contactId}-${done.contact.version}`
      isMoved ||= done.changed && done.plan.actions.some((action) => 'slot' in action && action.slot === 'parent')
    })
    if (!isDone) break
  }
  if (isMoved) await reconcileBarred(ports, workspace, why.actor)
  if (toPush !== undefined) await hintPush(ports, workspace, toPush)
  return isDone
}

/** Looks again at those that could not come under their parent, after something in the hierarchy has moved. */
export async function reconcileBarred(ports: ReconcileManyPorts, workspace: string, actor: string): Promise<void> {
  const barred = new Set<string>()
  let after: string | undefined
  do {
    const page = await ports.conflicts.list(workspace, CONFLICTS_A_PAGE, after)
    for (const row of page.rows) if (row.kind === 'slot' && row.slot === 'parent') barred.add(row.contactId)
    after = page.next
  } while (after !== undefined)
  for (const contactId of barred) await reconcile(ports, workspace, contactId, { actor })
}

type RowOfGuard = Readonly<Pick<MirrorRow, 'contactId' | 'active' | 'gone' | 'mergedIntoId'>>

/**
 * Why the contacts of these records may not be archived by themselves: QuickBooks deactivated so many at once that a
 * person has to confirm it. Undefined when they may.
 */
export async function massArchiveReason(
  ports: Pick<Ports, 'mirrors' | 'contacts' | 'metrics' | 'log'>,
  workspace: string,
  entity: Entity,
  records: readonly RowOfGuard[],
): Promise<string | undefined> {
  const inactive = records.flatMap(({ contactId, active, gone, mergedIntoId }) =>
    contactId === undefined || active || gone || mergedIntoId !== undefined ? [] : [contactId],
  )
  if (inactive.length <= GUARD_FLOOR) return undefined
  let removals = 0
  for (const piece of inPiecesOf(CONTACTS_A_READ, inactive)) {
    removals += (await ports.contacts.getMany(workspace, piece)).filter(wouldArchive).length
  }
  if (removals <= GUARD_FLOOR) return undefined
  const reason = massChangeReason(removals, await countLinks(ports, workspace, entity))
  if (reason !== undefined) {
    ports.metrics.count('MassChangesHeld')
    ports.log.warn('reconcile.massChange', { workspace, removals })
  }
  return reason
}

/** How many records of the kind are linked to a contact. */
export async function countLinks(
  { mirrors }: Pick<Ports, 'mirrors'>,
  workspace: string,
  entity: Entity,
): Promise<number> {
  let links = 0
  for await (const rows of mirrors.scan(workspace, entity)) {
    for (const { contactId } of rows) if (contactId !== undefined) links += 1
  }
  return links
}

/**
 * Those of the records that are linked and may differ from their contact. An invoice moves a record's time, and so it
 * is told of, but not its SyncToken; `changed` names those that were found changed all the same.
 */
export async function unsettled(
  { contacts }: Pick<Ports, 'contacts'>,
  workspace: string,
  mirrors: readonly Mirror[],
  changed: ReadonlySet<string>,
): Promise<readonly Mirror[]> {
  const linked = new Map(
    mirrors.flatMap((mirror) => (mirror.contactId === undefined ? [] : [[mirror.contactId, mirror]])),
  )
  const settled = new Set<string>()
  for (const piece of inPiecesOf(CONTACTS_A_READ, [...linked.keys()])) {
    for (const { id, link, hold } of await contacts.getMany(workspace, piece)) {
      const mirror = linked.get(id)
      if (mirror === undefined || changed.has(mirror.id) || link?.recordId !== mirror.id) continue
      const isThere = mirror.goneAt === undefined && mergedInto(mirror) === undefined
      const isSettled = isThere ? link.revision === mirror.revision : hold !== undefined
      if (isSettled) settled.add(id)
    }
  }
  return [...linked].flatMap(([id, mirror]) => (settled.has(id) ? [] : [mirror]))
}

/** What the guard against mass changes looks at. What was merged into another archives nobody. */
export function asRow(mirror: Mirror): RowOfGuard {
  const { contactId, snapshot, goneAt } = mirror
  const mergedIntoId = mergedInto(mirror)
  return {
    active: snapshot.active,
    gone: goneAt !== undefined,
    ...(mergedIntoId !== undefined && { mergedIntoId }),
    ...(contactId !== undefined && { contactId }),
  }
}
