import { Failure } from '#core/errors'
import { agreedBase } from '#core/link-base'
import type { Contact, Link } from '#core/records'
import { contactSnapshot } from '#core/snapshots'
import { getContact } from './contacts.ts'
import { hintPush } from './hint-work.ts'
import { CREATED_AS } from './push-session.ts'
import { reconcile } from './reconcile.ts'
import { linkValue } from './reconcile-apply.ts'
import type { ReconcileManyPorts } from './reconcile-many.ts'
import { unlinkContact } from './unlink.ts'
import { WOKEN_AT_ONCE, wake, wokenBelow } from './wake-below.ts'

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
  const entity = contact.link?.entity ?? CREATED_AS
  if (survivorId === undefined) {
    const message = 'There is no customer that it could take over. It can be unlinked.'
    throw new Failure({ kind: 'invalidInput', fields: [{ path: 'take', message }] })
  }
  const other = (await ports.mirrors.get(workspace, entity, survivorId))?.contactId
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
  if (contact.link === undefined) await linkCreated(ports, { workspace, person, contactId }, survivorId)
  const done = await reconcile(ports, workspace, contactId, { actor: person })
  if (done === undefined || done.contact.hold !== undefined) throw moved(contactId)
  if (done.toPush.length > 0) await hintPush(ports, workspace, `${contactId}-${done.contact.version}`)
  return done.contact
}

/** Links a contact to the record that was created for it. No value moves: where the two differ, the plan decides. */
async function linkCreated(
  ports: ReconcileManyPorts,
  { workspace, person, contactId }: Omit<HoldDecision, 'take'>,
  recordId: string,
): Promise<void> {
  const mirror = await ports.mirrors.get(workspace, CREATED_AS, recordId)
  const { hold: _over, ...contact } = await getContact(ports, workspace, contactId)
  if (mirror === undefined || mirror.goneAt !== undefined || contact.link !== undefined) throw moved(contactId)
  const at = new Date(ports.clock.now()).toISOString()
  const base = agreedBase(contactSnapshot(contact, mirror.snapshot.parentRecordId), mirror.snapshot)
  const link: Link = { entity: CREATED_AS, recordId, base, revision: mirror.revision, linkedAt: at }
  const changes = [
    { field: 'link', to: linkValue(mirror) },
    { field: 'hold', from: 'createdTaken' },
  ]
  const because = 'a person decided that it stays with its QuickBooks customer'
  const below = await wokenBelow(ports, workspace, { contactId, recordId }, { at, isLate: true })
  const committed = await ports.ledger.commit(workspace, [
    { kind: 'contact', contact: { ...contact, link, isCustomer: true }, expectedVersion: contact.version },
    { kind: 'claim', entity: CREATED_AS, recordId, contactId },
    { kind: 'journal', entry: { id: ports.ids.next(), at, contactId, side: 'crm', actor: person, because, changes } },
    ...below.slice(0, WOKEN_AT_ONCE).map(wake),
  ])
  if (committed !== 'committed') throw moved(contactId)
  for (const { id } of below) await reconcile(ports, workspace, id, { actor: person })
}

function holdOf({ id, hold }: Contact): NonNullable<Contact['hold']> {
  if (hold === undefined) throw new Failure({ kind: 'notFound', what: 'conflict', id: `${id}~hold` })
  return hold
}

function moved(contactId: string): Failure {
  return new Failure({ kind: 'versionMoved', what: 'conflict', id: `${contactId}~hold` })
}
