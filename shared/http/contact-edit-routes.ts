import * as z from 'zod'
import type { Contact as StoredContact } from '#core/records'
import { route, versionTag } from './declare.ts'
import { FieldsInput, PeopleInput } from './edit-input.ts'
import { presentContact } from './present.ts'
import { byId, id } from './query.ts'
import { accepted, started, startOnce } from './run-answers.ts'
import type { AdminUses } from './use-cases.ts'
import { Contact, ContactKind } from './wire.ts'

const changed = {
  status: 200 as const,
  description: 'The contact as it is now, with its new ETag',
  schema: Contact,
  example: {
    id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC',
    name: 'Zürcher GmbH',
    kind: 'client' as const,
    isCustomer: true,
    archived: false,
    fields: { displayName: 'Zürcher GmbH', email: 'office@example.com' },
    people: [],
    dot: 'orange' as const,
    derived: [],
    conflicts: [],
    toPushSince: '2026-11-23T09:40:00.000Z',
    createdAt: '2026-11-23T09:31:00.000Z',
    changedAt: '2026-11-23T09:40:00.000Z',
    version: 2,
  },
}

const made = { ...changed, status: 201 as const, description: 'The contact that was made' }

const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'is a code of three capital letters, as EUR')
  .meta({
    description:
      'ISO 4217. Of a contact at the top, before it is first sent to QuickBooks, and among the currencies of a company that works with several',
  })

const NewContact = z
  .strictObject({
    kind: ContactKind.default('client').meta({ description: 'A job needs a parent' }),
    isCustomer: z.boolean().default(true).meta({
      description: 'Whether it is in the customer list; a customer is sent to QuickBooks',
    }),
    fields: FieldsInput,
    parentId: id.exactOptional(),
    people: PeopleInput.exactOptional(),
    currency: Currency.exactOptional(),
  })
  .meta({ id: 'NewContact' })

const NewJob = z.strictObject({ fields: FieldsInput }).meta({ id: 'NewJob' })

const ContactEdit = z
  .strictObject({
    fields: FieldsInput.exactOptional(),
    isCustomer: z.boolean().exactOptional(),
    people: PeopleInput.exactOptional(),
    currency: Currency.nullable().exactOptional(),
  })
  .refine((edit) => Object.keys(edit).length > 0, 'has to change something')
  .meta({ id: 'ContactEdit' })

const Move = z
  .strictObject({ parentId: id.nullable().meta({ description: 'null moves it to the top' }) })
  .meta({ id: 'Move' })

/** What people do to contacts. What it makes due in QuickBooks is marked, and sent by itself or when asked. */
export const contactEditRoutes = [
  route({
    id: 'createContact',
    method: 'POST',
    path: '/contacts',
    tag: 'Contacts',
    access: 'tandem/write',
    summary: 'Make a contact',
    body: NewContact,
    success: made,
    async answer({ caller, body }, uses: AdminUses) {
      const contact = await uses.createContact({ ...caller, ...body })
      return created(uses, caller.workspace, contact)
    },
  }),
  route({
    id: 'updateContact',
    method: 'PATCH',
    path: '/contacts/{id}',
    tag: 'Contacts',
    access: 'tandem/write',
    summary: 'Change a contact',
    takesVersion: true,
    params: byId,
    body: ContactEdit,
    success: changed,
    problems: ['notFound'],
    async answer({ caller, params, version, body }, uses: AdminUses) {
      return answered(
        uses,
        caller.workspace,
        await uses.updateContact({ ...caller, id: params.id, version, edit: body }),
      )
    },
  }),
  route({
    id: 'archiveContact',
    method: 'POST',
    path: '/contacts/{id}/archive',
    tag: 'Contacts',
    access: 'tandem/write',
    summary: 'Archive a contact; its customer is made inactive in QuickBooks',
    takesVersion: true,
    params: byId,
    success: changed,
    problems: ['notFound'],
    async answer({ caller, params, version }, uses: AdminUses) {
      return answered(
        uses,
        caller.workspace,
        await uses.updateContact({ ...caller, id: params.id, version, edit: { archived: true } }),
      )
    },
  }),
  route({
    id: 'unarchiveContact',
    method: 'POST',
    path: '/contacts/{id}/unarchive',
    tag: 'Contacts',
    access: 'tandem/write',
    summary: 'Bring an archived contact back; its customer is made active in QuickBooks',
    takesVersion: true,
    params: byId,
    success: changed,
    problems: ['notFound'],
    async answer({ caller, params, version }, uses: AdminUses) {
      return answered(
        uses,
        caller.workspace,
        await uses.updateContact({ ...caller, id: params.id, version, edit: { archived: false } }),
      )
    },
  }),
  route({
    id: 'moveContact',
    method: 'POST',
    path: '/contacts/{id}/move',
    tag: 'Contacts',
    access: 'tandem/write',
    summary: 'Move a contact under another one, or to the top',
    description: 'At most five levels, and never under itself.',
    takesVersion: true,
    params: byId,
    body: Move,
    success: changed,
    problems: ['notFound'],
    async answer({ caller, params, version, body }, uses: AdminUses) {
      return answered(
        uses,
        caller.workspace,
        await uses.updateContact({ ...caller, id: params.id, version, edit: body }),
      )
    },
  }),
  route({
    id: 'createJob',
    method: 'POST',
    path: '/contacts/{id}/jobs',
    tag: 'Contacts',
    access: 'tandem/write',
    summary: 'Make a job under a contact',
    params: byId,
    body: NewJob,
    success: made,
    problems: ['notFound'],
    async answer({ caller, params, body }, uses: AdminUses) {
      return created(uses, caller.workspace, await uses.newJob({ ...caller, parentId: params.id, fields: body.fields }))
    },
  }),
  route({
    id: 'syncContact',
    method: 'POST',
    path: '/contacts/{id}/sync',
    tag: 'Contacts',
    access: 'tandem/write',
    summary: 'Bring a contact and its QuickBooks customer in step now; create the customer if there is none',
    takesIdempotencyKey: true,
    params: byId,
    success: { ...started, example: { ...started.example, kind: 'sync' as const } },
    problems: ['notFound', 'notConnected', 'reconnectNeeded', 'idempotencyMismatch'],
    async answer({ caller, params, key }, uses: AdminUses) {
      const start = () => uses.startContactSync({ ...caller, contactId: params.id })
      return accepted(await startOnce(uses, caller.workspace, key, ['POST /contacts/sync', params.id], start), uses)
    },
  }),
]

async function answered(uses: AdminUses, workspace: string, contact: StoredContact) {
  const record = await uses.recordOf(workspace, contact)
  return { body: presentContact(contact, record), headers: versionTag(contact.version) }
}

async function created(uses: AdminUses, workspace: string, contact: StoredContact) {
  const answer = await answered(uses, workspace, contact)
  return {
    ...answer,
    headers: { ...answer.headers, location: `/contacts/${contact.id}` },
  }
}
