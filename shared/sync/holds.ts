import { Failure } from '#core/errors'
import type { Contact } from '#core/records'
import { getContact } from './contacts.ts'
import { hintPush } from './hint-work.ts'
import { reconcile } from './reconcile.ts'
import type { ReconcileManyPorts } from './reconcile-many.ts'
import { unlinkContact } from './unlink.ts'

type HoldDecision = Readonly<{
  workspace: string
  person: string
  contactId: string
  /** `takeOver`: the other contact goes, and this one is linked to the customer that both were merged into. */
  take: 'unlink' | 'takeOver'
}>

/**
 * Decides what becomes of a contact that is held. Whichever contact goes keeps its values and stays in the CRM alone.
 * Answers the contact as it is then. Throws notFound, invalidInput (there is no customer to take over), versionMoved
 * (it is another question by now).
 */
export function resolveHold(ports: ReconcileManyPorts, decision: HoldDecision): Promise<Contact> {
  return decision.take === 'unlink' ? unlinkHeld(ports, decision) : takeOver(ports, decision)
}

function unlinkHeld(
  ports: ReconcileManyPorts,
  { workspace, person, contactId }: Omit<HoldDecision, 'take'>,
): Promise<Contact> {
  return unlinkContact(ports, workspace, contactId, {
    actor: person,
    because: 'a person decided that it stays in the CRM alone',
    check: holdOf,
  })
}

async function takeOver(
  ports: ReconcileManyPorts,
  { workspace, person, contactId }: Omit<HoldDecision, 'take'>,
): Promise<Contact> {
  const contact = await getContact(ports, workspace, contactId)
  const { survivorId } = holdOf(contact)
  if (survivorId === undefined || contact.link === undefined) {
    const message = 'There is no customer that it could take over. It can be unlinked.'
    throw new Failure({ kind: 'invalidInput', fields: [{ path: 'take', message }] })
  }
  const other = (await ports.mirrors.get(workspace, contact.link.entity, survivorId))?.contactId
  // Decided again after a crash, the customer is free already.
  if (other !== undefined && other !== contactId) {
    await unlinkContact(ports, workspace, other, {
      actor: person,
      because: 'a person decided that another contact stays with its QuickBooks customer',
      check: ({ link }) => {
        if (link !== undefined && link.recordId !== survivorId) throw moved(contactId)
      },
    })
  }
  const done = await reconcile(ports, workspace, contactId, { actor: person })
  if (done === undefined || done.contact.hold !== undefined) throw moved(contactId)
  if (done.toPush.length > 0) await hintPush(ports, workspace, `${contactId}-${done.contact.version}`)
  return done.contact
}

function holdOf({ id, hold }: Contact): NonNullable<Contact['hold']> {
  if (hold === undefined) throw new Failure({ kind: 'notFound', what: 'conflict', id: `${id}~hold` })
  return hold
}

function moved(contactId: string): Failure {
  return new Failure({ kind: 'versionMoved', what: 'conflict', id: `${contactId}~hold` })
}
