import { problemOf } from '#core/errors'
import { listName } from '#core/names'
import type { Plan } from '#core/plan'
import type { Contact, JournalEntry, Outcome, OutcomeKind } from '#core/records'
import type { Ports } from './ports.ts'
import { MovedSincePreview } from './preview-item.ts'
import { type Pushed, pushContact } from './push-contact.ts'
import { NotSent, type PushPorts, type PushSession } from './push-session.ts'
import { type Reconciled, reconcile } from './reconcile.ts'
import { linkDone } from './undo-plan.ts'
import { wholeHistory } from './whole-history.ts'

export type SyncFor = Readonly<{
  runId: string
  /** The person who started the run. */
  actor: string
  /** See reconcile. */
  mayNotArchive?: string
  /** Keeps from being done what a preview did not show. */
  check?: (done: Plan) => void
}>

/**
 * Brings one contact and its QuickBooks record in step, as the person asked, and says what became of it. Trouble of the
 * whole company is thrown, as is NotSent; anything that is the contact's own is its outcome.
 */
export async function syncContact(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  why: SyncFor,
): Promise<Outcome> {
  const { workspace, settings } = session
  const { actor, runId, check, mayNotArchive } = why
  const asked = { actor, runId, settings, ...(check !== undefined && { check }) }
  try {
    const reconciled = await reconcile(ports, workspace, contact.id, {
      ...asked,
      ...(mayNotArchive !== undefined && { mayNotArchive }),
    })
    if (reconciled === undefined) return outcomeOf(contact, 'skipped', 'notFound', 'It is not in the CRM any more.')
    const pushed = await pushContact(ports, session, contact.id, {
      actor,
      runId,
      asked: true,
      ...(check !== undefined && { check }),
    })
    return await outcomeAfter(ports, workspace, contact, runId, reconciled, pushed)
  } catch (thrown) {
    if (thrown instanceof MovedSincePreview) return outcomeOf(contact, 'skipped', 'moved', MOVED)
    if (thrown instanceof NotSent) throw thrown
    const problem = problemOf(thrown)
    if (problem?.kind === 'versionMoved') return outcomeOf(contact, 'failed', 'busy', BUSY)
    throw thrown
  }
}

const MOVED = 'It changed since the preview was made, so it was left as it is. Make a new preview.'
const BUSY = 'It was being changed by somebody else all the time. Sync it again.'

async function outcomeAfter(
  ports: Pick<Ports, 'contacts'>,
  workspace: string,
  contact: Contact,
  runId: string,
  { plan, changed }: Reconciled,
  pushed: Pushed,
): Promise<Outcome> {
  switch (pushed.kind) {
    case 'created':
      return outcomeOf(contact, 'created')
    case 'sent':
      return outcomeOf(contact, makesInactive(plan) ? 'archived' : 'sent')
    case 'refused': {
      const { code, reason, advice } = pushed.refusal
      return outcomeOf(contact, 'failed', code, advice === undefined ? reason : `${reason} ${advice}`)
    }
    case 'held':
      return outcomeOf(contact, 'conflict', 'held', inSentence(pushed.because))
    case 'busy':
      return outcomeOf(contact, 'failed', 'busy', BUSY)
    case 'unchanged': {
      const now = await ports.contacts.get(workspace, contact.id)
      if (now?.conflicts !== undefined) return outcomeOf(contact, 'conflict', 'open', ASK)
      const isStored = changed && plan.actions.some(({ kind }) => kind === 'store')
      if (isStored) return outcomeOf(contact, makesInactive(plan) ? 'archived' : 'stored')
      // A worker that died may have done it all, and left it to this one to say so.
      const before = await entriesOf(ports, workspace, contact.id, runId)
      if (linkDone(before, runId) === 'created') return outcomeOf(contact, 'created')
      if (before.some(({ side }) => side === 'quickbooks')) return outcomeOf(contact, 'sent')
      if (before.length > 0) return outcomeOf(contact, 'stored')
      return outcomeOf(contact, 'unchanged', 'unchanged', inSentence(pushed.because))
    }
  }
}

const ASK = 'Both sides changed it since they last agreed: decide which value stays.'

/** What the journal says that this run did to the contact, oldest first. */
export async function entriesOf(
  ports: Pick<Ports, 'contacts'>,
  workspace: string,
  contactId: string,
  runId: string,
): Promise<readonly JournalEntry[]> {
  return (await wholeHistory(ports, workspace, contactId)).filter((entry) => entry.runId === runId)
}

function makesInactive({ actions }: Plan): boolean {
  return actions.some(
    (action) => (action.kind === 'store' || action.kind === 'push') && action.slot === 'active' && action.to === false,
  )
}

/** An outcome of a contact, with why. */
export function outcomeOf(contact: Contact, kind: OutcomeKind, code?: string, reason?: string): Outcome {
  return {
    recordId: contact.id,
    contactId: contact.id,
    kind,
    name: listName(contact),
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
  }
}

function inSentence(because: string): string {
  return `${because.charAt(0).toUpperCase()}${because.slice(1)}.`
}
