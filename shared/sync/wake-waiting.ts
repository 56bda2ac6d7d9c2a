import { UNSEEN } from '#core/awaited'
import type { Contact, Refusal } from '#core/records'
import { hintPush } from './hint-work.ts'
import { inPiecesOf } from './in-parallel.ts'
import type { Ports, Waiting } from './ports.ts'

export type WakePorts = Pick<Ports, 'clock' | 'contacts' | 'ledger'>

/** More things than this are looked for in the list of all who wait, which is short. */
const FEW = 10
const CONTACTS_A_READ = 100
const TRIES = 5
/**
 * Whoever waits for a name of which nobody knows who has it is tried at most so often when customers and vendors change:
 * any of them may be the one, and a busy company changes many.
 */
const UNSEEN_PAUSE_MS = 60_000

/**
 * Makes those due at once whose refusal waits for one of `whats`, however many; answers their ids. Done again after a
 * crash, it comes to the same, so that whoever saw the change first wakes and then says that it is done with it.
 * `except`: a contact that is being changed already.
 */
export async function wakeWaiting(
  ports: WakePorts,
  workspace: string,
  whats: readonly string[],
  except?: string,
): Promise<readonly string[]> {
  const waiting = await waitingFor(ports, workspace, whats)
  const others = waiting.filter(({ contactId }) => contactId !== except)
  return wakeThose(ports, workspace, others, () => undefined)
}

/** Makes those due whose name is taken by nobody knows whom. An employee is never seen, so that it may be the one. */
export async function wakeUnseen(ports: WakePorts, workspace: string, isEmployee: boolean): Promise<readonly string[]> {
  const waiting = await ports.contacts.waiting(workspace, UNSEEN)
  const notBefore = ({ at }: Refusal) => {
    const ms = Date.parse(at) + UNSEEN_PAUSE_MS
    return isEmployee || ms <= ports.clock.now() ? undefined : new Date(ms).toISOString()
  }
  return wakeThose(ports, workspace, waiting, notBefore)
}

/** Makes all due that wait for anything: after everything was read, nobody can say what has not changed. */
export async function wakeAllWaiting(ports: WakePorts, workspace: string): Promise<readonly string[]> {
  return wakeThose(ports, workspace, await ports.contacts.waiting(workspace), () => undefined)
}

/** Tells the queue that somebody is due. */
export async function hintWoken(
  ports: Pick<Ports, 'hints' | 'log' | 'ids'>,
  workspace: string,
  woken: readonly string[],
): Promise<void> {
  if (woken.length > 0) await hintPush(ports, workspace, `woken-${ports.ids.next()}`)
}

async function waitingFor(
  { contacts }: WakePorts,
  workspace: string,
  whats: readonly string[],
): Promise<readonly Waiting[]> {
  if (whats.length > FEW) {
    const wanted = new Set(whats)
    return (await contacts.waiting(workspace)).filter(({ what }) => wanted.has(what))
  }
  return (await Promise.all(whats.map((what) => contacts.waiting(workspace, what)))).flat()
}

async function wakeThose(
  ports: WakePorts,
  workspace: string,
  waiting: readonly Waiting[],
  notBefore: (refusal: Refusal) => string | undefined,
): Promise<readonly string[]> {
  const ids = [...new Set(waiting.map(({ contactId }) => contactId))]
  const woken: string[] = []
  for (const piece of inPiecesOf(CONTACTS_A_READ, ids)) {
    for (const contact of await ports.contacts.getMany(workspace, piece)) {
      if (await wakeOne(ports, workspace, contact, notBefore)) woken.push(contact.id)
    }
  }
  return woken
}

async function wakeOne(
  ports: WakePorts,
  workspace: string,
  waiting: Contact,
  notBefore: (refusal: Refusal) => string | undefined,
): Promise<boolean> {
  let contact: Contact | undefined = waiting
  for (let tries = 0; tries < TRIES; tries++) {
    const refusal = contact?.refusal
    // Nothing waits any more, or it is due already.
    if (contact === undefined || refusal?.waitsFor === undefined || refusal.nextTryAt === undefined)
      return contact?.refusal?.waitsFor !== undefined
    const { nextTryAt, ...due } = refusal
    const at = notBefore(refusal)
    if (at !== undefined && at >= nextTryAt) return false
    const woken: Contact = { ...contact, refusal: { ...due, ...(at !== undefined && { nextTryAt: at }) } }
    const committed = await ports.ledger.commit(workspace, [
      { kind: 'contact', contact: woken, expectedVersion: contact.version },
    ])
    if (committed === 'committed') return true
    contact = await ports.contacts.get(workspace, contact.id)
  }
  return false
}
