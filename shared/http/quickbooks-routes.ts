import * as z from 'zod'
import { route } from './declare.ts'
import { listPage } from './list-page.ts'
import { presentMirror } from './present.ts'
import { byId, page, search } from './query.ts'
import type { AdminUses } from './use-cases.ts'
import { HeldCustomer, HeldCustomerDetails, listOf } from './wire.ts'

const exampleRow = {
  entity: 'customer',
  id: '58',
  name: 'Zürcher GmbH',
  fullName: 'Zürcher GmbH',
  level: 0,
  email: 'office@example.com',
  billLine: 'Bahnhofstrasse 1, Zürich, 8001',
  balance: 120.5,
  active: true,
  gone: false,
} as const

const HeldQuery = z.strictObject({
  ...page,
  filter: z.enum(['notSynced', 'all', 'hidden']).default('notSynced').meta({
    description: 'notSynced: linked to no contact · all · hidden: inactive in QuickBooks',
  }),
  search: search.optional(),
})

/** The holding area: QuickBooks' customers as last pulled, before anything enters the contacts. */
export const quickbooksRoutes = [
  route({
    id: 'listHeldCustomers',
    method: 'GET',
    path: '/quickbooks/customers',
    tag: 'Holding area',
    access: 'tandem/read',
    summary: 'List the customers that were pulled from QuickBooks',
    query: HeldQuery,
    success: { status: 200, description: 'Customers', schema: listOf(HeldCustomer), example: { items: [exampleRow] } },
    problems: ['cursorInvalid'],
    async answer({ caller: { workspace }, query }, uses: AdminUses) {
      const wanted = { filter: query.filter, ...(query.search !== undefined && { search: query.search }) }
      const place = { workspace, list: 'held', filter: wanted }
      return {
        body: await listPage(uses.signer, place, query, (slice) => uses.listHeld({ workspace, ...wanted, ...slice })),
      }
    },
  }),
  route({
    id: 'getHeldCustomer',
    method: 'GET',
    path: '/quickbooks/customers/{id}',
    tag: 'Holding area',
    access: 'tandem/read',
    summary: 'Show all that QuickBooks told of a customer, and the contact that it is linked to',
    params: byId,
    success: {
      status: 200,
      description: 'The customer',
      schema: HeldCustomerDetails,
      example: {
        entity: 'customer',
        id: '58',
        name: 'Zürcher GmbH',
        fullName: 'Zürcher GmbH',
        level: 0,
        active: true,
        fields: { displayName: 'Zürcher GmbH', billAddress: { line1: 'Bahnhofstrasse 1', city: 'Zürich' } },
        balance: 120.5,
        updatedAt: '2026-11-20T17:02:11.000Z',
        changedAt: '2026-08-02T08:15:40.000Z',
        contact: { id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC', name: 'Zürcher GmbH', dot: 'green' },
        raw: { Id: '58', SyncToken: '3', DisplayName: 'Zürcher GmbH' },
      },
    },
    problems: ['notFound'],
    async answer({ caller: { workspace }, params }, uses: AdminUses) {
      const mirror = await uses.getHeld(workspace, params.id)
      const { contactId } = mirror
      const contact = contactId === undefined ? undefined : await uses.getContact(workspace, contactId)
      return { body: presentMirror(mirror, contact) }
    },
  }),
]
