import { isKeptApart, waitsForItsList } from '#core/kept-back'
import type { SyncSettings } from '#core/policies'
import type { Contact } from '#core/records'
import { eachAtMost, inPiecesOf } from './in-parallel.ts'
import type { Ports, Replan } from './ports.ts'
import { type ReconcilePorts, reconcile } from './reconcile.ts'
import { sliceEnd } from './slice-end.ts'

/** As other slices: whoever waits behind this one waits for seconds. */
const SLICE_MS = 5_000
const ROWS_A_PAGE = 500
const CONTACTS_A_READ = 100
/** Contacts that are planned at the same time. */
const AT_ONCE = 8
/**
 * Whoever planned by the former settings has ended by then: no function of Tandem runs for longer than 90 seconds, and
 * clocks are not minutes apart.
 */
const LATE_PLANS_MS = 5 * 60_000

export type ReplanPorts = ReconcilePorts & Pick<Ports, 'log'>

/** What a change of the settings that lets more through leaves to be done. */
export function replanFrom(nowMs: number): Replan {
  return { dueAtMs: nowMs, isLast: false }
}

/**
 * Plans anew what the former settings kept back, page by page of the list of contacts, for some seconds. Where it
 * stands is stored with the settings, so that the next worker goes on whatever becomes of this one. All are looked
 * through twice: at once, and again when nobody can be left who planned by the former settings.
 * 'again': there is more that is due.
 */
export async function replanSlice(ports: ReplanPorts, workspace: string): Promise<'again' | 'done'> {
  const { clock } = ports
  const endMs = sliceEnd(ports, SLICE_MS)
  const isOver = () => clock.now() >= endMs
  const { settings, version, replan } = await ports.settings.get(workspace)
  let work = replan
  while (work !== undefined && work.dueAtMs <= clock.now()) {
    const { rows, next } = await ports.contacts.listByName(workspace, ROWS_A_PAGE, work.after)
    const ids = rows.flatMap(({ id, dot }) => (dot === 'none' ? [] : [id]))
    if (!(await replanMany(ports, workspace, ids, settings, isOver))) return 'again'
    work = afterPage(work, next, clock.now())
    // Settings that were saved meanwhile have brought work of their own.
    if ((await ports.settings.saveReplan(workspace, work, version)) === 'moved') return 'again'
    if (isOver()) return work !== undefined && work.dueAtMs <= clock.now() ? 'again' : 'done'
  }
  return 'done'
}

function afterPage(work: Replan, next: string | undefined, nowMs: number): Replan | undefined {
  if (next !== undefined) return { ...work, after: next }
  return work.isLast ? undefined : { dueAtMs: nowMs + LATE_PLANS_MS, isLast: true }
}

/** False when time ran out: those that are done have nothing kept back any more, so that the page may be taken again. */
async function replanMany(
  ports: ReplanPorts,
  workspace: string,
  ids: readonly string[],
  settings: SyncSettings,
  isOver: () => boolean,
): Promise<boolean> {
  for (const piece of inPiecesOf(CONTACTS_A_READ, ids)) {
    const contacts = await ports.contacts.getMany(workspace, piece)
    const all = await eachAtMost(AT_ONCE, contacts, isOver, async (contact) => {
      try {
        await replanOne(ports, workspace, contact, settings)
      } catch {
        // One that cannot be planned does not keep the others; the last look comes to it once more.
        ports.log.warn('settings.contactFailed', { workspace, contactId: contact.id })
      }
    })
    if (!all) return false
  }
  return true
}

async function replanOne(
  ports: ReplanPorts,
  workspace: string,
  contact: Contact,
  settings: SyncSettings,
): Promise<void> {
  if (isKeptApart(contact, settings)) await reconcile(ports, workspace, contact.id, { actor: 'settings', settings })
  if (!waitsForItsList(contact, settings) || contact.refusal === undefined) return
  const { nextTryAt: _later, ...refusal } = contact.refusal
  const due: Contact = { ...contact, refusal }
  // Whoever changed it in this moment has made it due, or the last look finds it again.
  await ports.ledger.commit(workspace, [{ kind: 'contact', contact: due, expectedVersion: contact.version }])
}
