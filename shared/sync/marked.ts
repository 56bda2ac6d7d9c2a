import { awaitedRecord } from '#core/awaited'
import { ENTITIES, type Entity, type Mirror } from '#core/records'
import { type CompanyPorts, type OpenCompany, openCompany } from './company.ts'
import { inPiecesOf } from './in-parallel.ts'
import { lookedFor } from './index-lag.ts'
import type { Ports, ToRead } from './ports.ts'
import { asRow, massArchiveReason, type ReconcileManyPorts, reconcileMany } from './reconcile-many.ts'
import { sliceEnd } from './slice-end.ts'
import {
  type Asked,
  IDS_A_CALL,
  readByIds,
  type StorePorts,
  storeGone,
  storeMerged,
  storeRecords,
} from './store-read.ts'
import { hintWoken, wakeUnseen, wakeWaiting } from './wake-waiting.ts'

export type MarkedPorts = CompanyPorts & ReconcileManyPorts & StorePorts & Pick<Ports, 'markers'>

/** Markers that are taken up together: five reads' worth. */
const MARKERS_A_TURN = 1_000
/**
 * While more notifications come in than a read has time to answer, they are gathered for this long: reads are metered,
 * and whoever waits for a single change does not wait longer because of it.
 */
const GATHER_MS = 500
/** As other slices: whoever waits behind this one waits for seconds. */
const SLICE_MS = 5_000

/**
 * Reads all records that are marked, at most 200 with one call, stores what changed and reconciles the contacts that
 * are linked to them; then the markers go, except where a record was marked anew meanwhile. 'again': more are left.
 * Throws what opening and reading a company throws; every marker whose work is not done stays. `hintedAtMs`: when
 * somebody hinted at it, since the index of what is marked lags behind.
 */
export async function drainMarked(
  ports: MarkedPorts,
  workspace: string,
  hintedAtMs?: number,
): Promise<'again' | 'drained'> {
  const { clock, markers } = ports
  const endMs = sliceEnd(ports, SLICE_MS)
  let company: OpenCompany | undefined
  try {
    for (let turns = 0; ; turns++) {
      const look = () => markers.toRead(workspace, MARKERS_A_TURN)
      const waiting = await (turns === 0 ? lookedFor(clock, hintedAtMs, look) : look())
      if (waiting.length === 0) return 'drained'
      const isTrickle = turns > 0 && waiting.length < IDS_A_CALL
      if (isTrickle) await clock.sleep(GATHER_MS)
      const told = isTrickle ? await markers.toRead(workspace, MARKERS_A_TURN) : waiting
      if (told.length === 0) return 'drained'
      const { entities } = (await ports.settings.get(workspace)).settings
      await wakeByUnread(
        ports,
        workspace,
        told.filter(({ entity }) => !entities.some((one) => one === entity)),
      )
      for (const entity of ENTITIES) {
        const toRead = told.filter((one) => one.entity === entity && entities.includes(entity))
        if (toRead.length === 0) continue
        company ??= await openCompany(ports, workspace)
        await readTold(ports, workspace, company, entity, toRead)
      }
      if (clock.now() >= endMs) return 'again'
    }
  } finally {
    await company?.flushUsage()
  }
}

async function readTold(
  ports: MarkedPorts,
  workspace: string,
  company: OpenCompany,
  entity: Entity,
  told: readonly ToRead[],
): Promise<void> {
  const asked = askedFor(told)
  for (const piece of inPiecesOf(IDS_A_CALL, asked)) {
    await readPiece(ports, workspace, company, entity, piece)
  }
  const mirrors = await ports.mirrors.getMany(
    workspace,
    entity,
    asked.map(({ id }) => id),
  )
  await reconcileRead(ports, workspace, entity, mirrors)
  await wakeBy(
    ports,
    workspace,
    asked.map(({ id }) => awaitedRecord(entity, id)),
    false,
  )
  await ports.markers.clearToRead(workspace, told)
}

/**
 * What is never read, employees and lists that take no part, may have given a name up: a write is free, so that whoever
 * waits for a name asks QuickBooks by sending it again (Intuit: App Partner Program, metering of reads).
 */
async function wakeByUnread(ports: MarkedPorts, workspace: string, told: readonly ToRead[]): Promise<void> {
  if (told.length === 0) return
  const records = told.flatMap(({ entity, id, mergedFromId }) =>
    entity === 'employee'
      ? []
      : [id, mergedFromId].flatMap((one) => (one === undefined ? [] : [awaitedRecord(entity, one)])),
  )
  await wakeBy(ports, workspace, records, true)
  await ports.markers.clearToRead(workspace, told)
}

async function wakeBy(
  ports: MarkedPorts,
  workspace: string,
  records: readonly string[],
  isUnread: boolean,
): Promise<void> {
  const woken = await wakeWaiting(ports, workspace, records)
  const others = await wakeUnseen(ports, workspace, isUnread)
  await hintWoken(ports, workspace, [...woken, ...others])
}

/** The survivor of a merge is asked for together with what is said to have gone into it. */
function askedFor(told: readonly ToRead[]): readonly Asked[] {
  const asked = new Map<string, Asked>(told.map(({ id }) => [id, { id }]))
  for (const { id, mergedFromId } of told) {
    if (mergedFromId !== undefined) asked.set(mergedFromId, { id: mergedFromId, intoId: id })
  }
  return [...asked.values()]
}

async function readPiece(
  ports: MarkedPorts,
  workspace: string,
  company: OpenCompany,
  entity: Entity,
  piece: readonly Asked[],
): Promise<void> {
  const records = await readByIds(
    company,
    entity,
    piece.map(({ id }) => id),
  )
  await storeRecords(ports, workspace, entity, records)
  await storeMerged(ports, workspace, entity, piece, records)
  const found = new Set(records.map(({ id }) => id))
  await storeGone(
    ports,
    workspace,
    entity,
    piece.filter(({ id }) => !found.has(id)),
    true,
  )
}

async function reconcileRead(
  ports: MarkedPorts,
  workspace: string,
  entity: Entity,
  mirrors: readonly Mirror[],
): Promise<void> {
  const mayNotArchive = await massArchiveReason(ports, workspace, entity, mirrors.map(asRow))
  await reconcileMany(ports, workspace, mirrors, {
    actor: 'webhook',
    ...(mayNotArchive !== undefined && { mayNotArchive }),
  })
}
