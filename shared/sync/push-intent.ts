import type { Contact, PushIntent } from '#core/records'
import { canonical } from '#core/snapshots'
import type { PushPorts, Underway } from './push-session.ts'

/**
 * A write to QuickBooks, to be stored before it is sent. The request id depends on the contact's version too: QuickBooks
 * may answer a repeated id with the error that it got before, so that a write that was refused never uses its id again.
 */
export function newIntent(
  { digest, clock }: Pick<PushPorts, 'digest' | 'clock'>,
  { id, version }: Pick<Contact, 'id' | 'version'>,
  content: IntendedWrite,
  by: Readonly<{ actor: string; runId?: string }>,
): PushIntent {
  const { revision, operation, sent } = content
  return {
    ...content,
    requestId: digest.sha256(JSON.stringify([id, revision ?? operation, canonical(sent), version])),
    at: new Date(clock.now()).toISOString(),
    ...by,
  }
}

type IntendedWrite = Pick<PushIntent, 'operation' | 'slots' | 'sent' | 'revision' | 'passing' | 'birth'>

/** Stores what is about to be sent, before it is sent. */
export async function intend(
  { ledger, digest, clock }: PushPorts,
  workspace: string,
  contact: Contact,
  content: IntendedWrite,
  { actor, runId }: Readonly<{ actor: string; runId?: string }>,
): Promise<Underway | 'moved'> {
  const { version } = contact
  const intent = newIntent({ digest, clock }, contact, content, { actor, ...(runId !== undefined && { runId }) })
  // Marked, so that it is found again whatever becomes of this worker.
  const underway: Underway = { ...contact, intent, toPushSince: contact.toPushSince ?? intent.at }
  const committed = await ledger.commit(workspace, [{ kind: 'contact', contact: underway, expectedVersion: version }])
  return committed === 'committed' ? { ...underway, version: version + 1 } : 'moved'
}
