import { problemOf } from '#core/errors'
import type { SyncSettings } from '#core/policies'
import type { Connection, Contact, Refusal } from '#core/records'
import { type OpenCompany, openCompany } from './company.ts'
import { eachAtMost } from './in-parallel.ts'
import { lookedFor } from './index-lag.ts'
import type { Ports } from './ports.ts'
import { pushContact } from './push-contact.ts'
import { inPushOrder, type ToSend } from './push-order.ts'
import { refuse } from './push-refuse.ts'
import { createLock, inTurn, NOT_ASKED, NotSent, type PushPorts, type PushSession } from './push-session.ts'
import { restCompany } from './rest.ts'
import { sliceEnd } from './slice-end.ts'
import { wakeAt } from './wake-up.ts'

/** A slice ends itself after this long, so that one person's small wish is not stuck behind 10,000 others. */
const SLICE_MS = 5_000
/** Contacts that are looked up at once: about twice what QuickBooks takes in a slice. */
const AT_A_TIME = 100
/**
 * Contacts that are planned and settled at the same time, so that the next write is ready when one is answered. The
 * writes themselves go one after the other.
 */
const LANES = 4
/** After an outage nothing is sent for this long. */
const OUTAGE_REST_MS = 30_000

/** The actor of what is sent without anybody having asked for it. */
export const PUSH_ACTOR = 'push'

export type DrainPorts = PushPorts & Pick<Ports, 'markers'>

/**
 * 'done': nothing is due any more. 'again': there is more. 'resting': the company rests, and what waits is looked for
 * when that is over. 'off': nothing can be sent, because of the connection, or before the first pull.
 */
export type DrainEnd = 'done' | 'again' | 'resting' | 'off'

/**
 * Sends what waits to be sent to one company: all contacts whose time has come, for some seconds; where the settings
 * leave it to people to ask, only the writes that had begun. A contact that is
 * refused gets its reason and a next try, and the others go on. Trouble of the company ends the drain, never throws:
 * only a fault of our own side does. `hintedAtMs`: when somebody hinted at it, since the index of what waits lags.
 */
export async function drainPush(ports: DrainPorts, workspace: string, hintedAtMs?: number): Promise<DrainEnd> {
  const [connection, { settings }] = await Promise.all([
    ports.connections.get(workspace),
    ports.settings.get(workspace),
  ])
  if (connection === undefined || !maySend(connection)) return 'off'
  if (connection.restUntil !== undefined && Date.parse(connection.restUntil) > ports.clock.now()) return 'resting'
  const look = () => ports.markers.toPush(workspace, ports.clock.now(), 1)
  if ((await lookedFor(ports.clock, hintedAtMs, look)).length === 0) return 'done'
  let company: OpenCompany | undefined
  try {
    company = await openCompany(ports, workspace)
    return await drain(ports, workspace, company, settings)
  } catch (thrown) {
    return await afterTrouble(ports, workspace, thrown)
  } finally {
    await company?.flushUsage()
  }
}

/** The first sync only brings in: nothing is sent by itself before everything in QuickBooks is known. */
function maySend({ status, gapFreeSince }: Connection): boolean {
  return status === 'connected' && gapFreeSince !== undefined
}

async function drain(
  ports: DrainPorts,
  workspace: string,
  open: OpenCompany,
  settings: SyncSettings,
): Promise<DrainEnd> {
  const endMs = sliceEnd(ports, SLICE_MS)
  const isOver = () => ports.clock.now() >= endMs
  const company = inTurn(open)
  const tries = createNextTries()
  // Where nothing is sent by itself, a write that has begun is ended all the same: QuickBooks may have it already.
  const onlyUnderway = settings.push === 'whenAsked'
  // The index of what waits lags behind, so that it may still name what was just done.
  const seen = new Set<string>()
  // And may not name yet who was woken by what was sent just now.
  const woken = new Set<string>()
  const session: Turns = {
    workspace,
    company,
    settings,
    tries,
    lockNames: createLock(),
    forOther: async () => (onlyUnderway ? NOT_ASKED : { kind: 'may', actor: PUSH_ACTOR, asked: false }),
    woke: (contactIds) => {
      for (const id of contactIds) woken.add(id)
    },
  }
  try {
    for (;;) {
      const ids = await ports.markers.toPush(workspace, ports.clock.now(), AT_A_TIME + seen.size)
      const next = [...new Set([...woken, ...ids.filter((id) => !seen.has(id))])].slice(0, AT_A_TIME)
      for (const id of next) woken.delete(id)
      if (next.length === 0) return 'done'
      const marked = (await ports.contacts.getMany(workspace, next)).filter(
        (contact) => isDue(contact, ports.clock.now()) && (!onlyUnderway || hasBegun(contact)),
      )
      for (const id of next) seen.add(id)
      for (const group of await inPushOrder(ports, workspace, marked)) {
        const all = await eachAtMost(LANES, group, isOver, (one) => send(ports, session, one))
        if (!all) return 'again'
      }
    }
  } finally {
    const atMs = tries.lastMs()
    if (atMs !== undefined) await wakeAt(ports, { queue: 'push', workspace }, atMs)
  }
}

/** When the last of the contacts that a drain was refused is to be tried again: seconds after the first. */
function createNextTries() {
  let lastMs: number | undefined
  return {
    note: ({ nextTryAt }: Refusal): void => {
      if (nextTryAt !== undefined) lastMs = Math.max(lastMs ?? 0, Date.parse(nextTryAt))
    },
    lastMs: () => lastMs,
  }
}

/**
 * Sends one contact. When something goes wrong for no reason that we know, it is put behind the others, so that one bad
 * record never stops its company; when not even that can be stored, it is not the record that is at fault.
 */
async function send(ports: DrainPorts, session: Turns, { id, isNeeded }: ToSend): Promise<void> {
  const { workspace } = session
  try {
    const onlyUnderway = session.settings.push === 'whenAsked'
    const pushed = await pushContact(ports, session, id, { actor: PUSH_ACTOR, asked: isNeeded, onlyUnderway })
    if (pushed.kind === 'refused') session.tries.note(pushed.refusal)
  } catch (thrown) {
    if (thrown instanceof NotSent) throw session.company.trouble()
    const problem = problemOf(thrown)
    if (problem !== undefined && problem.kind !== 'versionMoved') throw thrown
    ports.log.warn('push.contactFailed', { workspace, contactId: id })
    try {
      const contact = await ports.contacts.get(workspace, id)
      const refused = contact && (await refuse(ports, workspace, contact, FAULT, false))
      if (refused?.kind === 'refused') session.tries.note(refused.refusal)
    } catch {
      throw thrown
    }
  }
}

type Turns = PushSession & Readonly<{ company: ReturnType<typeof inTurn>; tries: ReturnType<typeof createNextTries> }>

const FAULT = {
  code: 'fault',
  reason: 'Something went wrong inside Tandem with this contact.',
  advice: 'It is tried again by itself. If it stays so, report it.',
}

/** A name in between is half of a write. */
function hasBegun({ intent, passing }: Contact): boolean {
  return intent !== undefined || passing !== undefined
}

function isDue({ toPushSince, refusal }: Contact, nowMs: number): boolean {
  const dueAt = refusal?.nextTryAt ?? toPushSince
  return toPushSince !== undefined && dueAt !== undefined && Date.parse(dueAt) <= nowMs
}

async function afterTrouble(ports: DrainPorts, workspace: string, thrown: unknown): Promise<DrainEnd> {
  const problem = problemOf(thrown)
  if (problem === undefined) throw thrown
  switch (problem.kind) {
    case 'quickbooksThrottled':
      return 'resting'
    case 'quickbooksDown':
    case 'quickbooksUnreadable':
      ports.log.warn('push.outage', { workspace, problem: problem.kind })
      await restCompany(ports, workspace, ports.clock.now() + OUTAGE_REST_MS)
      return 'resting'
    case 'quickbooksAuthExpired':
    case 'quickbooksForbidden':
    case 'reconnectNeeded':
    case 'notConnected':
      ports.log.warn('push.notConnected', { workspace, problem: problem.kind })
      return 'off'
    default:
      throw thrown
  }
}
