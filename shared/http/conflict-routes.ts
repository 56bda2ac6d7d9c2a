import * as z from 'zod'
import { adviceOn } from '#core/dots'
import { Failure } from '#core/errors'
import { type Question, SLOTS, type SlotValue } from '#core/records'
import { route, versionTag } from './declare.ts'
import { SeenValue, ValueInput } from './edit-input.ts'
import { listPage } from './list-page.ts'
import { presentConflict, presentContact } from './present.ts'
import { pageOnly } from './query.ts'
import type { AdminUses, Asker } from './use-cases.ts'
import { Conflict, Contact, listOf } from './wire.ts'

const example = {
  kind: 'slot',
  id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC~email',
  contactId: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC',
  contactName: 'Zürcher GmbH',
  slot: 'email',
  base: 'office@example.com',
  crm: 'info@example.com',
  quickbooks: 'billing@example.com',
  openedAt: '2026-11-23T09:45:00.000Z',
} as const

const heldExample = {
  kind: 'hold',
  id: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AD~hold',
  contactId: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AD',
  contactName: 'Zürcher & Co.',
  code: 'survivorTaken',
  reason:
    'its QuickBooks customer was merged into another one, which another contact is linked to already: decide which contact stays',
  advice: adviceOn({ code: 'survivorTaken' }),
  survivorId: '58',
  openedAt: '2026-11-23T09:46:00.000Z',
} as const

const byConflict = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}~[a-zA-Z]{1,32}$/, 'has to be the id of a conflict, as GET /conflicts shows it')
    .transform((text, context) => {
      const [contactId = '', name] = text.split('~')
      const question = ([...SLOTS, 'hold'] as const).find((one) => one === name)
      if (question !== undefined) return { contactId, question }
      context.addIssue({ code: 'custom', message: 'names no slot, and no hold', input: text })
      return z.NEVER
    })
    .meta({ type: 'string', example: example.id }),
})

const Seen = z
  .strictObject({ crm: SeenValue.exactOptional(), quickbooks: SeenValue.exactOptional() })
  .meta({ description: 'The two values that were shown; when one of them has moved since, nothing is done' })

const Resolution = z
  .union([
    z.strictObject({ take: z.enum(['crm', 'quickbooks']), seen: Seen }),
    z.strictObject({
      take: z.enum(['unlink', 'takeOver']).meta({
        description:
          'For a contact that is held. unlink: it stays in the CRM alone. takeOver: the other contact does, and this one is linked to the customer that both were merged into',
      }),
    }),
    z.strictObject({ value: ValueInput.meta({ description: 'A value of your own; null is empty' }), seen: Seen }),
  ])
  .meta({ id: 'Resolution' })

const ResolveAll = z
  .strictObject({
    take: z.enum(['crm', 'quickbooks', 'newest']),
    slot: z.enum(SLOTS).exactOptional().meta({ description: 'Only conflicts of this slot' }),
  })
  .meta({ id: 'ResolveAll' })

const Resolved = z
  .object({
    resolved: z.int(),
    left: z.int().meta({ description: 'Changed in this very moment, or not to be decided so' }),
    isDone: z.boolean().meta({ description: 'false: there are more; ask again' }),
  })
  .meta({ id: 'Resolved' })

/** What both sides changed, or what became of a contact's record, and people decide. */
export const conflictRoutes = [
  route({
    id: 'listConflicts',
    method: 'GET',
    path: '/conflicts',
    tag: 'Conflicts',
    access: 'tandem/read',
    summary: 'List what waits for a decision, the oldest first',
    description:
      'A conflict of a slot comes with what both sides last agreed on and what each holds now; a contact that is held (its customer was merged into another contact’s, or is gone) with the reason and what to do.',
    query: pageOnly,
    success: {
      status: 200,
      description: 'Conflicts',
      schema: listOf(Conflict),
      example: { items: [{ ...example }, { ...heldExample }] },
    },
    problems: ['cursorInvalid'],
    async answer({ caller: { workspace }, query }, uses: AdminUses) {
      const place = { workspace, list: 'conflicts', filter: {} }
      const { items, ...rest } = await listPage(uses, place, query, (slice) =>
        uses.listConflicts({ workspace, ...slice }),
      )
      return { body: { items: items.map(presentConflict), ...rest } }
    },
  }),
  route({
    id: 'resolveConflict',
    method: 'POST',
    path: '/conflicts/{id}/resolve',
    tag: 'Conflicts',
    access: 'tandem/write',
    summary: 'Decide a conflict: take one side, the other, or a value of your own; or what becomes of a held contact',
    params: byConflict,
    body: Resolution,
    success: {
      status: 200,
      description: 'The contact as it is now; what goes to QuickBooks is on its way',
      schema: Contact,
      example: {
        id: example.contactId,
        name: 'Zürcher GmbH',
        kind: 'client',
        isCustomer: true,
        archived: false,
        fields: { displayName: 'Zürcher GmbH', email: 'info@example.com' },
        people: [],
        dot: 'orange',
        derived: [],
        conflicts: [],
        createdAt: '2026-11-23T09:31:00.000Z',
        changedAt: '2026-11-23T09:50:00.000Z',
        version: 4,
      },
    },
    problems: ['notFound', 'versionMoved'],
    async answer({ caller, params: { id }, body }, uses: AdminUses) {
      const contact = await decide(uses, caller, id, body)
      const record = await uses.recordOf(caller.workspace, contact)
      return { body: presentContact(contact, record), headers: versionTag(contact.version) }
    },
  }),
  route({
    id: 'resolveConflicts',
    method: 'POST',
    path: '/conflicts/resolve',
    tag: 'Conflicts',
    access: 'tandem/write',
    summary: 'Decide all open conflicts alike',
    body: ResolveAll,
    success: {
      status: 200,
      description: 'How many were decided',
      schema: Resolved,
      example: { resolved: 12, left: 1, isDone: true },
    },
    async answer({ caller, body: { take, ...only } }, uses: AdminUses) {
      return { body: await uses.resolveConflicts({ ...caller, policy: take, ...only }) }
    },
  }),
]

async function decide(
  uses: AdminUses,
  caller: Asker,
  { contactId, question }: Readonly<{ contactId: string; question: Question }>,
  body: z.output<typeof Resolution>,
) {
  if (question === 'hold') {
    if ('seen' in body) throw unfitting('A contact that is held can be unlinked, or take over; it has no two values.')
    return uses.resolveHold({ ...caller, contactId, take: body.take })
  }
  if (!('seen' in body)) throw unfitting('Take one of the two sides here, or a value of your own, with what was seen.')
  const take = 'take' in body ? body.take : { value: typed(body.value) }
  const seen = { crm: typed(body.seen.crm), quickbooks: typed(body.seen.quickbooks) }
  return uses.resolveConflict({ ...caller, contactId, slot: question, take, seen })
}

function unfitting(message: string): Failure {
  return new Failure({ kind: 'invalidInput', fields: [{ path: 'take', message }] })
}

/** On the wire null is empty, and so is what is absent. */
function typed(value: z.output<typeof ValueInput> | undefined): SlotValue {
  return value ?? undefined
}
