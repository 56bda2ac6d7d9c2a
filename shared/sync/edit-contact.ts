import { type ContactEdit, changedSlots, contactChanges, editErrors, editedFields } from '#core/contact-edit'
import { Failure, type FieldError } from '#core/errors'
import type { FieldEdits } from '#core/field-edits'
import { timesAfter } from '#core/newest'
import { nameErrors, type PersonEdit, takeApart } from '#core/people'
import { peopleSizeErrors } from '#core/people-size'
import { placedUnder } from '#core/place'
import type { Contact, ContactKind, JournalChange, JournalEntry } from '#core/records'
import { getContact } from './contacts.ts'
import { currencyErrors, type EditCurrencyPorts, placeInBooksErrors } from './edit-currency.ts'
import { type Obstacle, placement } from './hierarchy.ts'
import { hintPush } from './hint-work.ts'
import type { Ports, Write } from './ports.ts'
import { reconcile } from './reconcile.ts'
import { type ReconcileManyPorts, reconcileBarred } from './reconcile-many.ts'

export type EditPorts = ReconcileManyPorts & EditCurrencyPorts

const TRIES = 5

type Asker = Readonly<{ workspace: string; person: string }>

/**
 * Makes a contact. A customer is to be created in QuickBooks, anyone else only when somebody asks for it.
 * Throws invalidInput, which names every field that is wrong.
 */
export async function createContact(
  ports: EditPorts,
  {
    workspace,
    person,
    kind,
    isCustomer = false,
    fields,
    parentId,
    people = [],
    currency,
  }: Asker &
    Readonly<{
      kind: ContactKind
      isCustomer?: boolean
      fields: FieldEdits
      parentId?: string
      people?: readonly PersonEdit[]
      currency?: string
    }>,
): Promise<Contact> {
  const nobody = { fields, people: people.filter((person) => person.role !== 'billing'), errors: [] }
  const hasBilling = people.some(({ role }) => role === 'billing')
  const asked = hasBilling ? takeApart({ kind, fields: {} }, fields, people) : nobody
  const typed = editedFields({}, asked.fields)
  const place = parentId === undefined ? { path: [] } : await placement(ports, workspace, undefined, parentId)
  const under = parentId === undefined ? {} : { parentId }
  refuse([
    ...asked.errors,
    ...peopleSizeErrors([], asked.people),
    ...nameErrors({ kind, fields: typed }, people),
    ...editErrors({}, typed),
    ...kindErrors(kind, parentId),
    ...placeErrors(place.obstacle),
    ...(await placeInBooksErrors(ports, workspace, {}, place.path)),
    ...(await currencyErrors(ports, workspace, under, currency)),
  ])

  const at = new Date(ports.clock.now()).toISOString()
  const made: Contact = {
    id: ports.ids.next(),
    kind,
    isCustomer,
    fields: typed,
    ...under,
    ...(currency !== undefined && { currency }),
    archived: false,
    people: asked.people,
    createdAt: at,
    changedAt: at,
    version: 1,
  }
  const nothing: Contact = { ...made, kind: 'client', isCustomer: false, fields: {}, people: [] }
  const { parentId: _none, currency: _unchosen, ...before } = nothing
  const slotTimes = timesAfter(undefined, changedSlots(before, made), at)
  const contact = marked({ ...made, ...(slotTimes !== undefined && { slotTimes }) }, at)
  const changes: readonly JournalChange[] = [
    { field: 'kind', to: kind },
    ...contactChanges(before, made).filter(({ field }) => field !== 'kind'),
  ]
  const committed = await ports.ledger.commit(workspace, [
    { kind: 'contact', contact, expectedVersion: undefined },
    { kind: 'journal', entry: entryOf(ports, contact.id, at, person, 'created in the CRM', changes) },
  ])
  if (committed !== 'committed') throw new Failure({ kind: 'versionMoved', what: 'contact', id: contact.id })
  await hintIfMarked(ports, workspace, contact)
  return contact
}

/** A job under a contact; it is a customer if that one is. Throws invalidInput, notFound. */
export async function newJob(
  ports: EditPorts,
  { workspace, person, parentId, fields }: Asker & Readonly<{ parentId: string; fields: FieldEdits }>,
): Promise<Contact> {
  const { isCustomer } = await getContact(ports, workspace, parentId)
  return createContact(ports, { workspace, person, kind: 'job', isCustomer, fields, parentId })
}

/**
 * Changes a contact that is at `version`: fields, archived, its parent, whether it is a customer. What it makes due in
 * QuickBooks is marked in the same commit. An edit that changes nothing stores nothing.
 * Throws notFound, versionMoved, invalidInput (which names every field that is wrong).
 */
export async function updateContact(
  ports: EditPorts,
  { workspace, person, id, version, edit }: Asker & Readonly<{ id: string; version: number; edit: ContactEdit }>,
): Promise<Contact> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await getContact(ports, workspace, id)
    if (before.version !== version) break
    const stored = await tryUpdate(ports, workspace, person, before, edit)
    if (stored === 'moved') continue
    return stored === 'unchanged' ? before : afterEdit(ports, workspace, before, stored)
  }
  throw new Failure({ kind: 'versionMoved', what: 'contact', id })
}

/** Archives a contact, which makes its customer inactive in QuickBooks, or takes it out of the archive again. */
export function archiveContact(
  ports: EditPorts,
  { archived, ...request }: Asker & Readonly<{ id: string; version: number; archived: boolean }>,
): Promise<Contact> {
  return updateContact(ports, { ...request, edit: { archived } })
}

/** Moves a contact under another one, or with null to the top. */
export function moveContact(
  ports: EditPorts,
  { parentId, ...request }: Asker & Readonly<{ id: string; version: number; parentId: string | null }>,
): Promise<Contact> {
  return updateContact(ports, { ...request, edit: { parentId } })
}

async function tryUpdate(
  ports: EditPorts,
  workspace: string,
  person: string,
  before: Contact,
  edit: ContactEdit,
): Promise<Contact | 'moved' | 'unchanged'> {
  const parentId = edit.parentId === undefined ? before.parentId : (edit.parentId ?? undefined)
  const isMoved = parentId !== before.parentId
  const place =
    isMoved && parentId !== undefined ? await placement(ports, workspace, before.id, parentId) : { path: [] }
  const nobody = { fields: edit.fields ?? {}, people: before.people, errors: [] }
  const asked = edit.people === undefined ? nobody : takeApart(before, edit.fields ?? {}, edit.people)
  const fields = editedFields(before.fields, asked.fields)
  refuse([
    ...asked.errors,
    ...peopleSizeErrors(before.people, asked.people),
    ...nameErrors({ ...before, fields }, edit.people ?? []),
    ...editErrors(before.fields, fields),
    ...placeErrors(place.obstacle),
    ...(isMoved ? await placeInBooksErrors(ports, workspace, before, place.path) : []),
    ...(await currencyErrors(ports, workspace, before, edit.currency)),
  ])

  const at = new Date(ports.clock.now()).toISOString()
  const { currency: chosen, ...placed } = placedUnder(before, parentId)
  const currency = edit.currency === undefined ? chosen : (edit.currency ?? undefined)
  const after: Contact = {
    ...placed,
    ...(currency !== undefined && { currency }),
    isCustomer: edit.isCustomer ?? before.isCustomer,
    archived: edit.archived ?? before.archived,
    fields,
    people: asked.people,
  }
  const changes = contactChanges(before, after)
  if (changes.length === 0) return 'unchanged'
  const slotTimes = timesAfter(before.slotTimes, changedSlots(before, after), at)
  const contact = marked({ ...after, ...(slotTimes !== undefined && { slotTimes }), changedAt: at }, at)
  const writes: readonly Write[] = [
    { kind: 'contact', contact, expectedVersion: before.version },
    // With the whole path above it, so that two moves at once make no cycle.
    ...place.path.map((above): Write => ({ kind: 'contact', contact: above, expectedVersion: above.version })),
    { kind: 'journal', entry: entryOf(ports, before.id, at, person, becauseOf(before, contact), changes) },
  ]
  if ((await ports.ledger.commit(workspace, writes)) !== 'committed') return 'moved'
  return { ...contact, version: before.version + 1 }
}

/** Plans at once, so that the dot tells the truth: an edit may also take back one that was not sent yet. */
async function afterEdit(ports: EditPorts, workspace: string, before: Contact, stored: Contact): Promise<Contact> {
  const done = await reconcile(ports, workspace, stored.id, { actor: 'edit' })
  if (before.parentId !== stored.parentId) await reconcileBarred(ports, workspace, 'edit')
  const contact = done?.contact ?? stored
  await hintIfMarked(ports, workspace, contact)
  return contact
}

/**
 * Marks what is to be sent, due at once whatever was refused before. A contact that was never in QuickBooks waits only
 * if it is a customer.
 */
function marked({ toPushSince, refusal, ...contact }: Contact, at: string): Contact {
  const isDue = contact.link !== undefined || contact.intent !== undefined || (contact.isCustomer && !contact.archived)
  if (!isDue) return contact
  const { nextTryAt: _later, ...refused } = refusal ?? {}
  return {
    ...contact,
    toPushSince: toPushSince ?? at,
    ...(refusal !== undefined && {
      refusal: { code: refusal.code, reason: refusal.reason, at: refusal.at, ...refused },
    }),
  }
}

async function hintIfMarked(ports: EditPorts, workspace: string, { id, version, toPushSince }: Contact): Promise<void> {
  if (toPushSince !== undefined) await hintPush(ports, workspace, `${id}-${version}`)
}

function becauseOf(before: Contact, after: Contact): string {
  if (!before.archived && after.archived) return 'archived in the CRM'
  if (before.archived && !after.archived) return 'taken out of the archive in the CRM'
  return before.parentId === after.parentId ? 'edited in the CRM' : 'moved in the CRM'
}

function entryOf(
  { ids }: Pick<Ports, 'ids'>,
  contactId: string,
  at: string,
  actor: string,
  because: string,
  changes: readonly JournalChange[],
): JournalEntry {
  return { id: ids.next(), at, contactId, side: 'crm', actor, because, changes }
}

function refuse(fields: readonly FieldError[]): void {
  if (fields.length > 0) throw new Failure({ kind: 'invalidInput', fields })
}

const OBSTACLES: Readonly<Record<Obstacle, string>> = {
  unknown: 'There is no such contact.',
  cycle: 'A contact cannot come under itself or under one that lies below it.',
  tooDeep: 'Contacts can be five levels deep, as in QuickBooks: that would be deeper.',
}

function placeErrors(obstacle: Obstacle | undefined): readonly FieldError[] {
  return obstacle === undefined ? [] : [{ path: 'parentId', message: OBSTACLES[obstacle] }]
}

function kindErrors(kind: ContactKind, parentId: string | undefined): readonly FieldError[] {
  if (kind === 'job' && parentId === undefined) {
    return [{ path: 'parentId', message: 'A job lies under a client: name it.' }]
  }
  if (kind !== 'job' && parentId !== undefined) {
    return [{ path: 'kind', message: 'What lies under another contact is a job.' }]
  }
  return []
}
