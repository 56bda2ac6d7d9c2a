import * as z from 'zod'
import { route, versionTag } from './declare.ts'
import { listPage } from './list-page.ts'
import { presentContact } from './present.ts'
import { byId, page, pageOnly, search, yesOrNo } from './query.ts'
import type { AdminUses } from './use-cases.ts'
import { Contact, ContactRow, JournalEntry, listOf } from './wire.ts'

const contactId = '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC'

const ContactsQuery = z.strictObject({
  ...page,
  list: z.enum(['customers', 'contacts', 'all']).default('all').meta({
    description: 'customers: in the customer list · contacts: not in it · all',
  }),
  archived: yesOrNo.default(false).meta({ description: 'true lists what is archived, too' }),
  search: search.optional(),
})

/** The CRM's own records. */
export const contactRoutes = [
  route({
    id: 'listContacts',
    method: 'GET',
    path: '/contacts',
    tag: 'Contacts',
    access: 'tandem/read',
    summary: 'List contacts by name, with their dots',
    query: ContactsQuery,
    success: {
      status: 200,
      description: 'Contacts',
      schema: listOf(ContactRow),
      example: {
        items: [
          {
            id: contactId,
            name: 'Zürcher GmbH',
            kind: 'client',
            isCustomer: true,
            archived: false,
            email: 'office@example.com',
            billLine: 'Bahnhofstrasse 1, Zürich, 8001',
            dot: 'green',
          },
        ],
      },
    },
    problems: ['cursorInvalid'],
    async answer({ caller: { workspace }, query }, uses: AdminUses) {
      const wanted = {
        list: query.list,
        includeArchived: query.archived,
        ...(query.search !== undefined && { search: query.search }),
      }
      const place = { workspace, list: 'contacts', filter: wanted }
      return {
        body: await listPage(uses, place, query, (slice) => uses.listContacts({ workspace, ...wanted, ...slice })),
      }
    },
  }),
  route({
    id: 'getContact',
    method: 'GET',
    path: '/contacts/{id}',
    tag: 'Contacts',
    access: 'tandem/read',
    summary: 'Show a contact',
    params: byId,
    success: {
      status: 200,
      description: 'The contact; its ETag is what a change of it names in If-Match',
      schema: Contact,
      example: {
        id: contactId,
        name: 'Zürcher GmbH',
        kind: 'client',
        isCustomer: true,
        archived: false,
        fields: { displayName: 'Zürcher GmbH', billAddress: { line1: 'Bahnhofstrasse 1', city: 'Zürich' } },
        people: [],
        dot: 'green',
        link: { entity: 'customer', recordId: '58', linkedAt: '2026-11-23T09:31:00.000Z' },
        derived: [],
        conflicts: [],
        createdAt: '2026-11-23T09:31:00.000Z',
        changedAt: '2026-11-23T09:31:00.000Z',
        version: 1,
      },
    },
    problems: ['notFound'],
    async answer({ caller, params }, uses: AdminUses) {
      const contact = await uses.getContact(caller.workspace, params.id)
      const record = await uses.recordOf(caller.workspace, contact)
      return { body: presentContact(contact, record), headers: versionTag(contact.version) }
    },
  }),
  route({
    id: 'listContactHistory',
    method: 'GET',
    path: '/contacts/{id}/history',
    tag: 'Contacts',
    access: 'tandem/read',
    summary: 'List what changed on a contact: when, on which side, by whom, because of what',
    params: byId,
    query: pageOnly,
    success: {
      status: 200,
      description: 'Changes, oldest first',
      schema: listOf(JournalEntry),
      example: {
        items: [
          {
            id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AD',
            at: '2026-11-23T09:31:00.000Z',
            side: 'crm',
            runId: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AB',
            actor: 'c1f0a1de-9c1b-4c55-8f7e-2f4e8f1f3c55',
            because: 'Imported from QuickBooks',
            changes: [{ field: 'displayName', to: 'Zürcher GmbH' }],
          },
        ],
      },
    },
    problems: ['notFound', 'cursorInvalid'],
    async answer({ caller: { workspace }, params, query }, uses: AdminUses) {
      const place = { workspace, list: 'history', filter: { contact: params.id } }
      return {
        body: await listPage(uses, place, query, (slice) => uses.contactHistory(workspace, params.id, slice)),
      }
    },
  }),
]
