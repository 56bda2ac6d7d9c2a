import { Failure } from '#core/errors'
import type { JsonObject, Run } from '#core/records'
import { requireConnection } from './connect.ts'
import { getContact } from './contacts.ts'
import { hintRun } from './hint-run.ts'
import type { Ports } from './ports.ts'
import { type PreviewPorts, unfinishedOf } from './preview.ts'
import type { PushPorts } from './push-session.ts'
import { newRun } from './runs.ts'
import { flagIn, maybe, numberIn, textIn, wordIn } from './stored-state.ts'

export type SyncRunPorts = PreviewPorts & PushPorts

const OF = ['workspace', 'contact', 'preview'] as const

export type SyncState = Readonly<{
  of: (typeof OF)[number]
  /** The one contact that is synced. */
  contactId?: string
  /** The preview that is carried out, and how many lists of contacts were taken out of it. */
  previewId?: string
  exceptLists: number
  isLaidOut: boolean
  pages: number
  nextPage: number
  /** Why nothing may be archived by itself. */
  mayNotArchive?: string
}>

type StartPorts = Pick<Ports, 'clock' | 'ids' | 'log' | 'connections' | 'runs' | 'hints'>
type Asker = Readonly<{ workspace: string; person: string }>

/**
 * Starts to bring both sides of the whole workspace in step: what changed in QuickBooks, what waits to be pushed.
 * Throws notConnected, reconnectNeeded, runInProgress.
 */
export async function startSync(ports: StartPorts, asker: Asker): Promise<Run> {
  await refuseSecond(ports, asker.workspace)
  return startRun(ports, asker, newSyncState({ of: 'workspace' }))
}

/**
 * Starts to bring one contact and its QuickBooks customer in step. One that is in QuickBooks in no way yet is created
 * there. Throws notFound, notConnected, reconnectNeeded.
 */
export async function startContactSync(
  ports: StartPorts & Pick<Ports, 'contacts'>,
  { contactId, ...asker }: Asker & Readonly<{ contactId: string }>,
): Promise<Run> {
  await getContact(ports, asker.workspace, contactId)
  return startRun(ports, asker, newSyncState({ of: 'contact', contactId }))
}

/** Only one run at a time changes the whole workspace. Throws runInProgress. */
export async function refuseSecond(ports: Pick<Ports, 'runs'>, workspace: string): Promise<void> {
  const other = await unfinishedOf(ports, workspace, ['sync', 'undo'])
  if (other !== undefined) throw new Failure({ kind: 'runInProgress', runId: other.id })
}

export function newSyncState(
  made: Pick<SyncState, 'of'> & Partial<Pick<SyncState, 'contactId' | 'previewId' | 'exceptLists'>>,
): SyncState {
  return { exceptLists: 0, ...made, isLaidOut: false, pages: 0, nextPage: 0 }
}

/** Starts a run of kind sync. `id` where something was stored beside it already. */
export async function startRun(ports: StartPorts, asker: Asker, state: SyncState, id = ports.ids.next()): Promise<Run> {
  await requireConnection(ports, asker.workspace)
  const run = newRun('sync', { id, startedBy: asker.person, nowMs: ports.clock.now(), state: { work: state } })
  await ports.runs.create(asker.workspace, run)
  await hintRun(ports, asker.workspace, run)
  return run
}

export function parseSyncState(state: JsonObject): SyncState {
  const contactId = maybe(textIn, state, 'contactId')
  const previewId = maybe(textIn, state, 'previewId')
  const mayNotArchive = maybe(textIn, state, 'mayNotArchive')
  return {
    of: wordIn(OF, state, 'of'),
    ...(contactId !== undefined && { contactId }),
    ...(previewId !== undefined && { previewId }),
    exceptLists: numberIn(state, 'exceptLists'),
    isLaidOut: flagIn(state, 'isLaidOut'),
    pages: numberIn(state, 'pages'),
    nextPage: numberIn(state, 'nextPage'),
    ...(mayNotArchive !== undefined && { mayNotArchive }),
  }
}
