import { contactOf, importedKind } from '#core/import-mapping'
import { agreedBase } from '#core/link-base'
import { listName, recordName } from '#core/names'
import { mergedInto } from '#core/observe'
import type { Contact, JournalChange, JournalEntry, Mirror, Outcome } from '#core/records'
import { contactSnapshot, sameContent } from '#core/snapshots'
import { placement } from './hierarchy.ts'
import { parentOf, withoutParent } from './import-parent.ts'
import type { ImportPorts, ImportSlice } from './import-state.ts'
import type { Write } from './ports.ts'

/** How often a row is looked at again when somebody else was at it in the same moment. */
const TRIES = 3

/**
 * Imports one customer: makes a contact of it, links an existing one, or says why not. Whatever it does commits
 * together with its outcome. 'withoutParent' when its parent is not in the CRM yet and may still come in this run.
 */
export async function importRow(
  ports: ImportPorts,
  slice: ImportSlice,
  mirror: Mirror,
): Promise<Outcome | 'withoutParent'> {
  try {
    return await tryRow(ports, slice, mirror)
  } catch (thrown) {
    ports.log.warn('import.rowFailed', { workspace: slice.workspace, runId: slice.runId, recordId: mirror.id })
    return await again(ports, slice, mirror, thrown)
  }
}

/**
 * A row that failed for no reason we know is tried once more and then marked, so that it does not stop the others.
 * When not even its mark can be stored, it is not the row that is at fault.
 */
async function again(
  ports: ImportPorts,
  slice: ImportSlice,
  mirror: Mirror,
  first: unknown,
): Promise<Outcome | 'withoutParent'> {
  try {
    return await tryRow(ports, slice, mirror)
  } catch {
    try {
      return await storeOutcome(ports, slice, {
        ...outcomeOf(mirror, 'failed'),
        code: 'fault',
        reason: 'Something went wrong inside Tandem with this record. Import it again; if it stays so, report it.',
      })
    } catch {
      throw first
    }
  }
}

async function tryRow(ports: ImportPorts, slice: ImportSlice, read: Mirror): Promise<Outcome | 'withoutParent'> {
  const { workspace, runId } = slice
  let mirror = read
  for (let tries = 0; tries < TRIES; tries++) {
    const next = await decide(ports, slice, mirror)
    if (next === 'withoutParent') return next
    const committed = await ports.ledger.commit(workspace, [
      ...next.writes,
      { kind: 'outcome', runId, outcome: next.outcome },
    ])
    if (committed === 'committed') return next.outcome
    const decided = (await ports.runs.outcomesOf(workspace, runId, [mirror.id]))[0]
    if (decided !== undefined) return decided
    // Linked, or the contact changed, in this very moment: look again.
    mirror = (await ports.mirrors.get(workspace, mirror.entity, mirror.id)) ?? mirror
  }
  return storeOutcome(ports, slice, {
    ...outcomeOf(mirror, 'failed'),
    code: 'busy',
    reason: 'It was being changed by somebody else all the time. Import it again.',
  })
}

/** Stores an outcome alone. The first one that a row got is the one that counts, and is answered. */
export async function storeOutcome(
  { ledger, runs }: Pick<ImportPorts, 'ledger' | 'runs'>,
  { workspace, runId }: ImportSlice,
  outcome: Outcome,
): Promise<Outcome> {
  if ((await ledger.commit(workspace, [{ kind: 'outcome', runId, outcome }])) === 'committed') return outcome
  return (await runs.outcomesOf(workspace, runId, [outcome.recordId]))[0] ?? outcome
}

type Decision = Readonly<{ outcome: Outcome; writes: readonly Write[] }>

async function decide(ports: ImportPorts, slice: ImportSlice, mirror: Mirror): Promise<Decision | 'withoutParent'> {
  if (mirror.contactId !== undefined) {
    const contact = await ports.contacts.get(slice.workspace, mirror.contactId)
    return noted(mirror, 'skipped', 'alreadyLinked', `already linked to ${named(contact)}`, mirror.contactId)
  }
  const survivorId = mergedInto(mirror)
  if (survivorId !== undefined) return mergedAway(ports, slice, mirror, survivorId)
  const parent = await parentOf(ports, slice.workspace, mirror)
  if (parent !== undefined && parent.contactId === undefined) {
    if (!slice.state().last) return 'withoutParent'
    const { code, reason } = await withoutParent(ports, slice.workspace, mirror, parent.name)
    return noted(mirror, 'failed', code, reason)
  }
  const parentId = parent?.contactId
  // In the CRM its parent may lie deeper than in QuickBooks: somebody has moved it, and that is not sent yet.
  const place = parentId === undefined ? undefined : await placement(ports, slice.workspace, undefined, parentId)
  if (place?.obstacle === 'tooDeep') {
    return noted(
      mirror,
      'failed',
      'tooDeep',
      `In the CRM it would come to lie more than five levels deep below “${parent?.name}”. Move that up first.`,
    )
  }
  const { contacts: sameName, isExact } = await unlinkedOfSameName(ports, slice, mirror, parentId)
  const name = isExact ? 'this exact name' : 'this name, but for its spelling,'
  const only = sameName.length === 1 ? sameName[0] : undefined
  if (only !== undefined) {
    return slice.state().sameName === 'link'
      ? linked(ports, slice, mirror, only, isExact)
      : noted(mirror, 'skipped', 'nameExists', `a contact of ${name} exists: link it?`, only.id)
  }
  if (sameName.length > 1) {
    return noted(
      mirror,
      'skipped',
      'nameAmbiguous',
      `${sameName.length} contacts of ${name} exist: link the right one by hand.`,
    )
  }
  return imported(ports, slice, mirror, parentId)
}

/** What was merged into another is no customer of its own any more: the survivor is what to import. */
async function mergedAway(
  ports: ImportPorts,
  { workspace }: ImportSlice,
  mirror: Mirror,
  survivorId: string,
): Promise<Decision> {
  const survivor = await ports.mirrors.get(workspace, mirror.entity, survivorId)
  const name = survivor === undefined ? `${mirror.entity} ${survivorId}` : `“${recordName(survivor.snapshot.fields)}”`
  const what = survivor?.contactId === undefined ? 'Import that instead.' : 'That is in the CRM already.'
  const reason = `In QuickBooks it was merged into ${name}. ${what}`
  return noted(mirror, 'skipped', 'merged', reason, survivor?.contactId)
}

/**
 * Those of exactly the name, or else those whose name a person would take for the same. A job's name is its own only among
 * its parent's jobs.
 */
async function unlinkedOfSameName(
  { contacts }: ImportPorts,
  slice: ImportSlice,
  mirror: Mirror,
  parentId: string | undefined,
): Promise<Readonly<{ contacts: readonly Contact[]; isExact: boolean }>> {
  const kind = importedKind(mirror, slice.state().as)
  const name = listName({ kind, fields: mirror.snapshot.fields })
  const rows = await contacts.namedAlike(slice.workspace, name)
  const found = await contacts.getMany(
    slice.workspace,
    rows.map(({ id }) => id),
  )
  const alike = found.filter(
    (contact) =>
      contact.link === undefined && (contact.kind === 'job') === (kind === 'job') && contact.parentId === parentId,
  )
  const exact = alike.filter((contact) => listName(contact) === name)
  return exact.length > 0 ? { contacts: exact, isExact: true } : { contacts: alike, isExact: false }
}

function imported(ports: ImportPorts, slice: ImportSlice, mirror: Mirror, parentId: string | undefined): Decision {
  const at = new Date(ports.clock.now()).toISOString()
  const { as } = slice.state()
  const contact = contactOf(mirror, as, {
    id: ports.ids.next(),
    at,
    ...(parentId !== undefined && { parentId }),
  })
  const because = `imported from QuickBooks as ${contact.kind === 'job' ? 'job' : as}`
  return {
    outcome: { ...outcomeOf(mirror, 'imported'), contactId: contact.id },
    writes: [
      { kind: 'contact', contact, expectedVersion: undefined },
      { kind: 'claim', entity: mirror.entity, recordId: mirror.id, contactId: contact.id },
      { kind: 'journal', entry: entryOf(ports, slice, contact, at, because, madeOf(contact)) },
    ],
  }
}

/** Ties an existing contact to the record. No value moves: where the two differ, the plan decides later. */
function linked(ports: ImportPorts, slice: ImportSlice, mirror: Mirror, contact: Contact, isExact: boolean): Decision {
  const at = new Date(ports.clock.now()).toISOString()
  const snapshot = contactSnapshot(contact, mirror.snapshot.parentRecordId)
  const base = agreedBase(snapshot, mirror.snapshot)
  const isCustomer = mirror.entity === 'customer'
  const after: Contact = {
    ...contact,
    isCustomer: contact.isCustomer || isCustomer,
    link: {
      entity: mirror.entity,
      recordId: mirror.id,
      base,
      ownSpelling: {},
      revision: mirror.revision,
      linkedAt: at,
    },
    ...(!sameContent(snapshot, base) && { toPushSince: at }),
    version: contact.version + 1,
  }
  const changes: readonly JournalChange[] = [
    { field: 'link', to: { entity: mirror.entity, recordId: mirror.id } },
    ...(after.isCustomer === contact.isCustomer ? [] : [{ field: 'isCustomer', from: false, to: true }]),
  ]
  const because = `linked to the QuickBooks ${mirror.entity} of ${isExact ? 'exactly the same name' : 'the same name, but for its spelling'}`
  return {
    outcome: { ...outcomeOf(mirror, 'linked'), contactId: contact.id },
    writes: [
      { kind: 'contact', contact: after, expectedVersion: contact.version },
      { kind: 'claim', entity: mirror.entity, recordId: mirror.id, contactId: contact.id },
      { kind: 'journal', entry: entryOf(ports, slice, contact, at, because, changes) },
    ],
  }
}

function noted(mirror: Mirror, kind: 'skipped' | 'failed', code: string, reason: string, contactId?: string): Decision {
  return {
    outcome: { ...outcomeOf(mirror, kind), code, reason, ...(contactId !== undefined && { contactId }) },
    writes: [],
  }
}

function outcomeOf({ id, snapshot }: Mirror, kind: Outcome['kind']): Outcome {
  return { recordId: id, kind, name: recordName(snapshot.fields) }
}

function named(contact: Contact | undefined): string {
  return contact === undefined ? 'a contact' : `“${listName(contact)}”`
}

function entryOf(
  ports: ImportPorts,
  slice: ImportSlice,
  { id }: Contact,
  at: string,
  because: string,
  changes: readonly JournalChange[],
): JournalEntry {
  return {
    id: ports.ids.next(),
    at,
    contactId: id,
    side: 'crm',
    runId: slice.runId,
    actor: slice.run().startedBy,
    because,
    changes,
  }
}

/** Everything that a new contact came with. */
function madeOf({ kind, isCustomer, fields, parentId, archived, people, link }: Contact): readonly JournalChange[] {
  return [
    { field: 'kind', to: kind },
    ...(isCustomer ? [] : [{ field: 'isCustomer', to: false }]),
    ...Object.entries(fields).map(([field, to]) => ({ field, to })),
    ...(parentId === undefined ? [] : [{ field: 'parentId', to: parentId }]),
    ...(archived ? [{ field: 'archived', to: true }] : []),
    ...(people.length === 0 ? [] : [{ field: 'people', to: people }]),
    ...(link === undefined ? [] : [{ field: 'link', to: { entity: link.entity, recordId: link.recordId } }]),
  ]
}
