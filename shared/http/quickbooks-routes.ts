import * as z from 'zod'
import type { Entity } from '#core/records'
import { route } from './declare.ts'
import { listPage } from './list-page.ts'
import { presentMirror } from './present.ts'
import { byId, page, search } from './query.ts'
import type { AdminUses } from './use-cases.ts'
import { HeldRecord, HeldRecordDetails, listOf } from './wire.ts'

const HeldQuery = z.strictObject({
  ...page,
  filter: z.enum(['notSynced', 'all', 'hidden']).default('notSynced').meta({
    description: 'notSynced: linked to no contact · all · hidden: inactive in QuickBooks',
  }),
  search: search.optional(),
})

/** What the two lists of the holding area are called, and one record of each. */
type HeldList = Readonly<{
  entity: Entity
  /** The last part of the path. */
  plural: string
  /** The last part of the operations' names. */
  title: string
  /** Names that tell of the list's cursors: those of one fit no other. */
  cursors: string
  id: string
  name: string
}>

const CUSTOMERS: HeldList = {
  entity: 'customer',
  plural: 'customers',
  title: 'Customer',
  cursors: 'held',
  id: '58',
  name: 'Zürcher GmbH',
}
const VENDORS: HeldList = {
  entity: 'vendor',
  plural: 'vendors',
  title: 'Vendor',
  cursors: 'heldVendors',
  id: '61',
  name: 'Holz Hug AG',
}

/** The holding area: QuickBooks' customers and vendors as last pulled, before anything enters the contacts. */
export const quickbooksRoutes = [listRoute(CUSTOMERS), oneRoute(CUSTOMERS), listRoute(VENDORS), oneRoute(VENDORS)]

function listRoute({ entity, plural, title, cursors, id, name }: HeldList) {
  return route({
    id: `listHeld${title}s`,
    method: 'GET',
    path: `/quickbooks/${plural}`,
    tag: 'Holding area',
    access: 'tandem/read',
    summary: `List the ${plural} that were pulled from QuickBooks`,
    query: HeldQuery,
    success: {
      status: 200,
      description: `${title}s`,
      schema: listOf(HeldRecord),
      example: {
        items: [
          {
            entity,
            id,
            name,
            fullName: name,
            level: 0,
            email: 'office@example.com',
            billLine: 'Bahnhofstrasse 1, Zürich, 8001',
            balance: 120.5,
            active: true,
            gone: false,
          },
        ],
      },
    },
    problems: ['cursorInvalid'],
    async answer({ caller: { workspace }, query }, uses: AdminUses) {
      const wanted = { filter: query.filter, ...(query.search !== undefined && { search: query.search }) }
      const place = { workspace, list: cursors, filter: wanted }
      return {
        body: await listPage(uses, place, query, (slice) => uses.listHeld({ workspace, entity, ...wanted, ...slice })),
      }
    },
  })
}

function oneRoute({ entity, plural, title, id, name }: HeldList) {
  return route({
    id: `getHeld${title}`,
    method: 'GET',
    path: `/quickbooks/${plural}/{id}`,
    tag: 'Holding area',
    access: 'tandem/read',
    summary: `Show all that QuickBooks told of a ${entity}, and the contact that it is linked to`,
    params: byId,
    success: {
      status: 200,
      description: `The ${entity}`,
      schema: HeldRecordDetails,
      example: {
        entity,
        id,
        name,
        fullName: name,
        level: 0,
        active: true,
        fields: { displayName: name, billAddress: { line1: 'Bahnhofstrasse 1', city: 'Zürich' } },
        balance: 120.5,
        updatedAt: '2026-11-20T17:02:11.000Z',
        changedAt: '2026-08-02T08:15:40.000Z',
        contact: { id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC', name, dot: 'green' as const },
        raw: { Id: id, SyncToken: '3', DisplayName: name },
      },
    },
    problems: ['notFound'],
    async answer({ caller: { workspace }, params }, uses: AdminUses) {
      const mirror = await uses.getHeld(workspace, entity, params.id)
      const { contactId } = mirror
      const contact = contactId === undefined ? undefined : await uses.getContact(workspace, contactId)
      return { body: presentMirror(mirror, contact) }
    },
  })
}
