import { Failure } from '#core/errors'
import type { Contact, JournalChange } from '#core/records'
import { getContact } from './contacts.ts'
import type { Ports, Write } from './ports.ts'
import { linkValue } from './reconcile-apply.ts'

type UnlinkPorts = Pick<Ports, 'clock' | 'ids' | 'contacts' | 'mirrors' | 'ledger'>

const TRIES = 5

type UnlinkFor = Readonly<{
  /** A person's id, or the part of Tandem that acts. */
  actor: string
  because: string
  /** Is shown the contact as it is now; what it throws keeps it linked. */
  check?: (contact: Contact) => void
}>

/**
 * Parts a contact from its QuickBooks record: both stay as they are, and neither hears of the other any more. What
 * waited for the other side (a hold, conflicts, what was to be sent) is over. It leaves the customer list, because who
 * is in that list is created in QuickBooks. Answers the contact as it is then; one with neither link nor hold stays as it is.
 * Throws notFound, versionMoved when others change it all the time.
 */
export async function unlinkContact(
  ports: UnlinkPorts,
  workspace: string,
  contactId: string,
  { actor, because, check }: UnlinkFor,
): Promise<Contact> {
  for (let tries = 0; tries < TRIES; tries++) {
    const contact = await getContact(ports, workspace, contactId)
    check?.(contact)
    // Its record would keep the name in between; in the next moment it has its own.
    if (contact.passing !== undefined) break
    const { link } = contact
    if (link === undefined && contact.hold === undefined) return contact
    const mirror = link && (await ports.mirrors.get(workspace, link.entity, link.recordId))
    const changes: readonly JournalChange[] = [
      ...(link === undefined ? [] : [{ field: 'link', from: linkValue({ entity: link.entity, id: link.recordId }) }]),
      ...(contact.hold === undefined ? [] : [{ field: 'hold', from: contact.hold.code }]),
      ...(contact.isCustomer ? [{ field: 'isCustomer', from: true, to: false }] : []),
    ]
    const at = new Date(ports.clock.now()).toISOString()
    // Sent anew, it would be another customer in the same currency.
    const { currency = contact.currency } = mirror ?? {}
    const parted: Contact = {
      ...unlinked(contact),
      isCustomer: false,
      ...(currency !== undefined && { currency }),
      changedAt: at,
    }
    const writes: readonly Write[] = [
      { kind: 'contact', contact: parted, expectedVersion: contact.version },
      ...(mirror === undefined
        ? []
        : [{ kind: 'release', entity: mirror.entity, recordId: mirror.id, contactId } as const]),
      { kind: 'journal', entry: { id: ports.ids.next(), at, contactId, side: 'crm', actor, because, changes } },
    ]
    if ((await ports.ledger.commit(workspace, writes)) === 'committed') {
      return { ...parted, version: contact.version + 1 }
    }
  }
  throw new Failure({ kind: 'versionMoved', what: 'contact', id: contactId })
}

function unlinked({
  link: _link,
  hold: _hold,
  conflicts: _conflicts,
  pins: _pins,
  intent: _intent,
  refusal: _refusal,
  toPushSince: _mark,
  ...contact
}: Contact): Contact {
  return contact
}
