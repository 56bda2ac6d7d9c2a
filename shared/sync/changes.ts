import { awaitedRecord } from '#core/awaited'
import { problemOf } from '#core/errors'
import { covers, gapFreeOf } from '#core/gap-free'
import { GUARD_FLOOR, massChangeReason } from '#core/policies'
import type { Entity, SourceRecord } from '#core/records'
import { type OpenCompany, openCompany } from './company.ts'
import { moveGapFree } from './gap-free.ts'
import type { MarkedPorts } from './marked.ts'
import type { Ports, Tombstone } from './ports.ts'
import { startPull } from './pull.ts'
import { OVERLAP_MS } from './pull-sweep.ts'
import { readOn } from './read-on.ts'
import { asRow, massArchiveReason, reconcileMany, unsettled } from './reconcile-many.ts'
import { sliceEnd } from './slice-end.ts'
import { readByIds, type StorePorts, storeGone, storeRecords } from './store-read.ts'
import { hintWoken, wakeWaiting } from './wake-waiting.ts'

export type ChangesPorts = MarkedPorts & Pick<Ports, 'runs'>

const DAY_MS = 24 * 60 * 60_000
/** QuickBooks looks back 30 days (Intuit: "Change data capture"); a day is left for clocks and for waiting. */
export const LOOK_BACK_MS = 29 * DAY_MS
/**
 * How long reconciling may take before it goes on in a next slice, which has to ask QuickBooks for the changes again:
 * longer than other slices, since those reads are metered.
 */
const SLICE_MS = 20_000
/** Who starts the full pulls that nobody asked for. */
const TANDEM = 'tandem'

/**
 * Asks QuickBooks for everything that changed since the last proven moment, stores it and reconciles the contacts that
 * are linked to it; only then the moment moves. Where that cannot prove that nothing is missing (no moment yet, or one
 * too long ago, or records that vanished without a word), it starts a full pull. 'again': more is left to reconcile.
 * Throws what opening and reading a company throws; the moment stays then.
 */
export async function pullChanges(ports: ChangesPorts, workspace: string): Promise<'again' | 'done' | 'pulling'> {
  const { clock, connections } = ports
  const connection = await connections.get(workspace)
  if (connection?.status !== 'connected') return 'done'
  if ((await ports.runs.unfinished(workspace)).some(({ kind }) => kind === 'pull')) return 'pulling'
  const { settings } = await ports.settings.get(workspace)
  const known = gapFreeOf(connection)
  const askedMs = clock.now()
  const sinceMs = known === undefined ? undefined : Date.parse(known.since) - OVERLAP_MS
  // A list that takes part since yesterday was never read.
  if (sinceMs === undefined || !covers(known, settings.entities)) return pullAll(ports, workspace)
  if (askedMs - sinceMs > LOOK_BACK_MS) return pullAll(ports, workspace)

  const company = await openCompany(ports, workspace)
  try {
    const from = new Date(sinceMs).toISOString()
    const { records, tombstones, cut } = await company.changes(settings.entities, from)
    let isDone = true
    for (const entity of settings.entities) {
      const told = records.filter((record) => record.entity === entity)
      const all = cut ? await readOn(company, entity, from, told) : told
      const end = await takeIn(ports, workspace, company, entity, {
        records: all,
        tombstones: tombstones.filter((one) => one.entity === entity),
        cut,
      })
      if (end === 'unproven') return await pullAll(ports, workspace)
      isDone &&= end === 'done'
    }
    if (!isDone) return 'again'
    const since = new Date(askedMs).toISOString()
    await moveGapFree(ports, workspace, connection.realmId, { since, entities: settings.entities })
    return 'done'
  } finally {
    await company.flushUsage()
  }
}

type Told = Readonly<{ records: readonly SourceRecord[]; tombstones: readonly Tombstone[]; cut: boolean }>

async function takeIn(
  ports: ChangesPorts,
  workspace: string,
  company: OpenCompany,
  entity: Entity,
  { records, tombstones, cut }: Told,
): Promise<'done' | 'again' | 'unproven'> {
  const endMs = sliceEnd(ports, SLICE_MS)
  const changed = await storeRecords(ports, workspace, entity, records)
  const dead = await verify(ports, workspace, company, entity, tombstones)
  if (dead === 'tooMany') return 'unproven'
  // Tombstones come last, so a cut answer has left some out.
  if (cut && (await holdsMore(ports, workspace, company, entity))) return 'unproven'

  const changedIds = new Set([...changed.map(({ id }) => id), ...dead])
  const ids = new Set([...records.map(({ id }) => id), ...dead])
  const mirrors = await ports.mirrors.getMany(workspace, entity, [...ids])
  const toReconcile = await unsettled(ports, workspace, mirrors, changedIds)
  const mayNotArchive = await massArchiveReason(ports, workspace, entity, toReconcile.map(asRow))
  const isDone = await reconcileMany(ports, workspace, toReconcile, {
    actor: 'changes',
    isOver: () => ports.clock.now() >= endMs,
    ...(mayNotArchive !== undefined && { mayNotArchive }),
  })
  if (!isDone) return 'again'
  const woken = await wakeWaiting(
    ports,
    workspace,
    [...ids].map((id) => awaitedRecord(entity, id)),
  )
  await hintWoken(ports, workspace, woken)
  return 'done'
}

/**
 * Looks for every record that is said to be deleted, and marks as gone what is really not there; answers their ids.
 * 'tooMany': so many that a person has to look before any is marked.
 */
export async function verify(
  ports: StorePorts,
  workspace: string,
  company: OpenCompany,
  entity: Entity,
  tombstones: readonly Tombstone[],
): Promise<readonly string[] | 'tooMany'> {
  const known = await ports.mirrors.stamps(
    workspace,
    entity,
    tombstones.map(({ id }) => id),
  )
  // Those that were found gone before are told of for as long as QuickBooks looks back: they are not read again.
  const goneBefore = new Set(known.flatMap(({ id, goneAt }) => (goneAt === undefined ? [] : [id])))
  // One that was never seen may be there all the same, and this may be all that is ever told of it.
  const ids = tombstones.map(({ id }) => id).filter((id) => !goneBefore.has(id))
  const records = await readByIds(company, entity, ids)
  await storeRecords(ports, workspace, entity, records)
  const found = new Set(records.map(({ id }) => id))
  const lost = known.flatMap(({ id, goneAt }) => (goneAt !== undefined || found.has(id) ? [] : [id]))
  if (lost.length > GUARD_FLOOR) {
    const reason = massChangeReason(lost.length, await countHeld(ports, workspace, entity))
    if (reason !== undefined) return 'tooMany'
  }
  await storeGone(
    ports,
    workspace,
    entity,
    lost.map((id) => ({ id })),
  )
  return [...ids, ...goneBefore]
}

/** Whether more is held here than QuickBooks counts: then something vanished of which nobody told. */
async function holdsMore(
  ports: ChangesPorts,
  workspace: string,
  company: OpenCompany,
  entity: Entity,
): Promise<boolean> {
  const count = await company.count(entity)
  return (await countHeld(ports, workspace, entity)) > count
}

async function countHeld({ mirrors }: Pick<Ports, 'mirrors'>, workspace: string, entity: Entity): Promise<number> {
  let held = 0
  for await (const rows of mirrors.scan(workspace, entity)) {
    for (const { gone } of rows) if (!gone) held += 1
  }
  return held
}

/** A pull that its guard stopped has said why, and waits for a person: it is not started again by itself. */
async function pullAll(ports: ChangesPorts, workspace: string): Promise<'pulling'> {
  const { rows } = await ports.runs.list(workspace, RUNS_LOOKED_AT)
  const last = rows.find(({ kind }) => kind === 'pull')
  if (last?.status === 'failed' && last.counts.missing !== undefined) {
    ports.metrics.count('PullsWaitingForAPerson')
    ports.log.warn('changes.waitForPerson', { workspace, runId: last.id })
    return 'pulling'
  }
  try {
    const { id } = await startPull(ports, { workspace, person: TANDEM })
    ports.log.info('changes.pullAll', { workspace, runId: id })
  } catch (thrown) {
    if (problemOf(thrown)?.kind !== 'runInProgress') throw thrown
  }
  return 'pulling'
}

const RUNS_LOOKED_AT = 50
