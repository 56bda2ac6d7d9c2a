import type { Contact, Refusal } from '#core/records'
import { nextWaitMs, type RefusalWords } from '#core/refusals'
import type { PushPorts } from './push-session.ts'

type RefusePorts = Pick<PushPorts, 'clock' | 'contacts' | 'ledger'>

/** Why a contact is not sent: the code of QuickBooks, or one of ours; and what else has to change, if anything. */
export type Refused = RefusalWords & Readonly<{ code: string; waitsFor?: readonly string[] }>

/** The refusal that a contact gets now, with the time of its next try. */
export function refusalOf(
  before: Refusal | undefined,
  { code, reason, advice, waitsFor }: Refused,
  nowMs: number,
): Refusal {
  const isSame = before?.code === code && before.nextTryAt !== undefined
  const waitedMs = isSame ? Date.parse(before.nextTryAt) - Date.parse(before.at) : 0
  const nextTryAt = new Date(nowMs + nextWaitMs(waitedMs)).toISOString()
  const awaited = waitsFor === undefined ? {} : { waitsFor }
  return { code, reason, advice, at: new Date(nowMs).toISOString(), nextTryAt, ...awaited }
}

/**
 * Gives a contact its red dot. It stays marked, and is due again when its next try has come; a write that was refused
 * is over, one that was never answered is not. 'moved' when somebody changed the contact meanwhile: what was refused
 * is not what it holds now.
 */
export async function refuse(
  ports: RefusePorts,
  workspace: string,
  contact: Contact,
  refused: Refused,
  intentIsOver = true,
): Promise<Readonly<{ kind: 'refused'; refusal: Refusal }> | Readonly<{ kind: 'moved' }>> {
  const nowMs = ports.clock.now()
  const refusal = refusalOf(contact.refusal, refused, nowMs)
  const { toPushSince = new Date(nowMs).toISOString() } = contact
  const red: Contact = { ...(intentIsOver ? withoutIntent(contact) : contact), refusal, toPushSince }
  const committed = await ports.ledger.commit(workspace, [
    { kind: 'contact', contact: red, expectedVersion: contact.version },
  ])
  if (committed === 'committed') return { kind: 'refused', refusal }
  if (intentIsOver && contact.intent !== undefined) await dropIntent(ports, workspace, contact)
  return { kind: 'moved' }
}

/** Forgets a write that came to nothing, whatever else has changed on its contact. It is planned anew then. */
export async function dropIntent(
  { contacts, ledger }: Pick<RefusePorts, 'contacts' | 'ledger'>,
  workspace: string,
  { id, intent }: Contact,
): Promise<void> {
  for (;;) {
    const contact = await contacts.get(workspace, id)
    if (contact?.intent === undefined || contact.intent.requestId !== intent?.requestId) return
    const committed = await ledger.commit(workspace, [
      { kind: 'contact', contact: withoutIntent(contact), expectedVersion: contact.version },
    ])
    if (committed === 'committed') return
  }
}

/** Nothing of it waits to be sent. */
export async function unmark(
  { ledger }: Pick<RefusePorts, 'ledger'>,
  workspace: string,
  { toPushSince, refusal, ...contact }: Contact,
): Promise<'unmarked' | 'moved'> {
  if (toPushSince === undefined && refusal === undefined) return 'unmarked'
  const committed = await ledger.commit(workspace, [{ kind: 'contact', contact, expectedVersion: contact.version }])
  return committed === 'committed' ? 'unmarked' : 'moved'
}

function withoutIntent({ intent: _over, ...contact }: Contact): Contact {
  return contact
}
