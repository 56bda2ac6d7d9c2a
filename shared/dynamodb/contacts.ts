import { Entity } from 'dynamodb-toolbox/entity'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { number } from 'dynamodb-toolbox/schema/number'
import { string } from 'dynamodb-toolbox/schema/string'
import * as z from 'zod'
import { listName } from '#core/names'
import type { Contact } from '#core/records'
import { contactRow } from '#core/rows'
import type { Clock, Contacts } from '#sync/ports'
import { batchGet } from './batch-get.ts'
import { createHistory } from './history.ts'
import { contactKey, listPlace } from './keys.ts'
import { createNameList } from './name-list.ts'
import { contactRowSchema, contactSchema } from './stored.ts'
import type { Tandem } from './table.ts'

const indexItem = z.object({ row: contactRowSchema })
const wholeItem = z.object({ contact: contactSchema })

export function createContacts(tandem: Tandem, clock: Clock): Contacts {
  const list = createNameList(tandem, (value) => indexItem.parse(value).row)
  const getMany = async (workspace: string, ids: readonly string[]) => {
    const keys = ids.map((id) => contactKey(workspace, id))
    return (await batchGet(tandem, clock, keys)).map((value) => wholeItem.parse(value).contact)
  }
  return {
    get: async (workspace, id) => (await getMany(workspace, [id]))[0],
    getMany,
    listByName: (workspace, limit, after) => list.page(workspace, 'contacts', limit, after),
    scan: (workspace) => list.scan(workspace, 'contacts'),
    byExactName: async (workspace, name) =>
      (await list.namedLike(workspace, 'contacts', name)).filter((row) => row.name === name),
    history: createHistory(tandem).page,
  }
}

/** A contact's write under its version, for a transaction. */
export function createContactWrite({ table }: Tandem) {
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
      row: any(),
      version: number(),
      contact: any(),
    }),
  })
  return (workspace: string, given: Contact, expectedVersion: number | undefined) => {
    const contact: Contact = { ...given, version: (expectedVersion ?? 0) + 1 }
    return contactItem
      .build(PutTransaction)
      .item({
        ...contactKey(workspace, contact.id),
        ...listPlace(workspace, 'contacts', listName(contact), contact.id),
        row: contactRow(contact),
        version: contact.version,
        contact,
      })
      .options({
        condition:
          expectedVersion === undefined ? { attr: 'pk', exists: false } : { attr: 'version', eq: expectedVersion },
      })
  }
}
