import { Entity } from 'dynamodb-toolbox/entity'
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import * as z from 'zod'
import { indexChanges, pushDueAt, questionOf } from '#core/contact-index'
import { listName } from '#core/names'
import type { ConflictRow, Contact } from '#core/records'
import { contactRow } from '#core/rows'
import type { Clock, Write } from '#sync/ports'
import { batchGet } from './batch-get.ts'
import {
  childKey,
  conflictKey,
  conflictPlace,
  conflictsPk,
  contactKey,
  listPlace,
  markerPkOf,
  markerPlace,
  waitingKey,
} from './keys.ts'
import { contactSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** The stored contacts that a commit replaces or removes, by id. */
export type Befores = ReadonlyMap<string, Contact>

type Put = Extract<Write, { kind: 'contact' }>
type Remove = Extract<Write, { kind: 'removeContact' }>

const wholeItem = z.object({ contact: contactSchema })
/** What no contact is at. */
const NO_VERSION = -1

/**
 * A contact's write for a transaction, with the items by which it is found as a child and by what it asks people.
 * These follow from what the contact was before, which is read first: the condition on its version holds only if what
 * was read is still what is stored, so that a race can leave no item behind. What is new needs no read.
 */
export function createContactWrites(tandem: Tandem, clock: Clock) {
  const { contactItem, childItem, conflictItem, waitingItem } = createItems(tandem)

  const putConflict = (workspace: string, row: ConflictRow) =>
    conflictItem.build(PutTransaction).item({
      ...conflictKey(workspace, row.contactId, questionOf(row)),
      gsi2pk: conflictsPk(workspace),
      gsi2sk: conflictPlace(row.openedAt, row.contactId, questionOf(row)),
      row,
    })

  const followUps = (workspace: string, id: string, before: Contact | undefined, after: Contact | undefined) => {
    const { leaves, joins, opens, closes, awaits, forgets } = indexChanges(before, after)
    return [
      ...(leaves === undefined ? [] : [childItem.build(DeleteTransaction).key(childKey(workspace, leaves, id))]),
      ...(joins === undefined ? [] : [childItem.build(PutTransaction).item({ ...childKey(workspace, joins, id), id })]),
      ...opens.map((row) => putConflict(workspace, row)),
      ...closes.map((question) => conflictItem.build(DeleteTransaction).key(conflictKey(workspace, id, question))),
      ...forgets.map((what) => waitingItem.build(DeleteTransaction).key(waitingKey(workspace, what, id))),
      ...awaits.map((what) =>
        waitingItem.build(PutTransaction).item({ ...waitingKey(workspace, what, id), contactId: id, what }),
      ),
    ]
  }

  return {
    /** What the writes replace or remove, as it is now. */
    before: async (workspace: string, writes: readonly Write[]): Promise<Befores> => {
      const keys = writes.flatMap(replacedId).map((id) => contactKey(workspace, id))
      const contacts = (await batchGet(tandem, clock, keys, ['contact'])).map((value) => wholeItem.parse(value).contact)
      return new Map(contacts.map((contact) => [contact.id, contact]))
    },
    /** The first write is the one that may be refused. */
    put: (workspace: string, { contact: given, expectedVersion }: Put, before: Contact | undefined) => {
      const contact: Contact = { ...given, version: (expectedVersion ?? 0) + 1 }
      const put = contactItem
        .build(PutTransaction)
        .item(toItem(workspace, contact))
        .options({
          condition: expectedVersion === undefined ? { attr: 'pk', exists: false } : atVersion(expectedVersion, before),
        })
      return [put, ...followUps(workspace, contact.id, before, contact)]
    },
    remove: (workspace: string, { contactId, expectedVersion }: Remove, before: Contact | undefined) => {
      const remove = contactItem
        .build(DeleteTransaction)
        .key(contactKey(workspace, contactId))
        .options({ condition: atVersion(expectedVersion, before) })
      return [remove, ...followUps(workspace, contactId, before, undefined)]
    },
  }
}

/** What was read at another version is refused even if somebody brings it to that version meanwhile. */
function atVersion(expectedVersion: number, before: Contact | undefined) {
  return { attr: 'version', eq: before?.version === expectedVersion ? expectedVersion : NO_VERSION } as const
}

function replacedId(write: Write): readonly string[] {
  if (write.kind === 'removeContact') return [write.contactId]
  return write.kind === 'contact' && write.expectedVersion !== undefined ? [write.contact.id] : []
}

function toItem(workspace: string, contact: Contact) {
  const row = contactRow(contact)
  const dueAt = pushDueAt(contact)
  return {
    ...contactKey(workspace, contact.id),
    ...listPlace(workspace, 'contacts', listName(contact), contact.id),
    ...(dueAt !== undefined && {
      gsi2pk: markerPkOf('toPush', workspace),
      gsi2sk: markerPlace(workspace, Date.parse(dueAt), contact.id),
    }),
    // Who looks for workspaces that have something to push learns there which one it is.
    row: dueAt === undefined ? row : { ...row, workspace },
    version: contact.version,
    contact,
  }
}

function createItems({ table }: Tandem) {
  const contactItem = new Entity({
    name: 'contact',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      gsi1pk: string(),
      gsi1sk: string(),
      gsi2pk: string().optional(),
      gsi2sk: string().optional(),
      row: any(),
      version: number(),
      contact: any(),
    }),
  })
  const childItem = new Entity({
    name: 'child',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), id: string() }),
  })
  const conflictItem = new Entity({
    name: 'conflict',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), gsi2pk: string(), gsi2sk: string(), row: any() }),
  })
  const waitingItem = new Entity({
    name: 'waiting',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({ pk: string().key(), sk: string().key(), contactId: string(), what: string() }),
  })
  return { contactItem, childItem, conflictItem, waitingItem }
}
