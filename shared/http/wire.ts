/** What the API sends, piece by piece. Each piece is a component of the OpenAPI document under its id. */
import * as z from 'zod'
import { ADMIN_ACTS } from '#core/admin-acts'
import { DERIVED_SLOTS } from '#core/derived-names'
import { CONFLICT_POLICIES, PUSH_MODES } from '#core/policies'
import {
  CONNECTION_STATUSES,
  CONTACT_KINDS,
  DOTS,
  ENTITIES,
  HOLD_CODES,
  OUTCOME_KINDS,
  PERSON_ROLES,
  RUN_KINDS,
  RUN_STATUSES,
  SIDES,
  SLOTS,
} from '#core/records'

const text = z.string()

/**
 * A word of a list as it is shown. What a newer version of Tandem has stored meanwhile is a word that this one does not
 * know: `unknown`.
 */
function shown<const W extends readonly [string, ...string[]]>(words: W) {
  return z.enum([...words, 'unknown']).catch('unknown')
}

const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })

export const Address = z
  .object({
    line1: text.optional(),
    line2: text.optional(),
    line3: text.optional(),
    line4: text.optional(),
    line5: text.optional(),
    city: text.optional(),
    region: text.optional().meta({ description: 'State, province or canton' }),
    postalCode: text.optional(),
    country: text.optional(),
  })
  .meta({ id: 'Address' })

export const Fields = z
  .object({
    displayName: text.optional(),
    companyName: text.optional(),
    title: text.optional(),
    givenName: text.optional(),
    middleName: text.optional(),
    familyName: text.optional(),
    suffix: text.optional(),
    printName: text.optional(),
    email: text.optional(),
    phone: text.optional(),
    alternatePhone: text.optional(),
    mobile: text.optional(),
    fax: text.optional(),
    website: text.optional(),
    notes: text.optional(),
    resaleNumber: text.optional(),
    customerTypeId: text.optional(),
    billAddress: Address.optional(),
    shipAddress: Address.optional(),
  })
  .meta({ id: 'Fields', description: 'The fields that are kept in step. An absent field is empty.' })

export const Entity = z.enum(ENTITIES)
const ShownEntity = shown(ENTITIES)

export const Dot = shown(DOTS).meta({
  id: 'Dot',
  description:
    'none: never linked · green: both sides agree · orange: changed here since it was last sent · red: QuickBooks refused it, see reason · conflict: both sides changed, a person decides',
})

export const ContactKind = z.enum(CONTACT_KINDS)
const ShownKind = shown(CONTACT_KINDS)

const Refusal = z
  .object({
    code: text.meta({ description: 'QuickBooks’ own code, or a word of Tandem’s' }),
    reason: text,
    advice: text.optional(),
    at: time,
    nextTryAt: time.optional().meta({ description: 'When it is tried again by itself' }),
  })
  .meta({ id: 'Refusal', description: 'Why QuickBooks did not take what was sent' })

const Hold = z
  .object({
    code: shown(HOLD_CODES),
    reason: text,
    at: time,
    survivorId: text.optional(),
  })
  .meta({ id: 'Hold', description: 'Why nothing is done to it before a person has looked' })

export const SlotName = shown(SLOTS).meta({
  id: 'Slot',
  description: 'What is kept in step as a whole: a field, an address, the parent (a QuickBooks id), being active',
})

export const SlotValue = z.union([text, z.boolean(), Address]).meta({ description: 'Absent is empty' })

const asked = { id: text, contactId: text, contactName: text, openedAt: time }

const SlotConflict = z
  .object({
    kind: z.literal('slot'),
    ...asked,
    slot: SlotName,
    base: SlotValue.optional().meta({ description: 'What both sides last agreed on' }),
    crm: SlotValue.optional(),
    quickbooks: SlotValue.optional(),
  })
  .meta({ id: 'SlotConflict', description: 'Both sides changed it since they last agreed' })

const HeldContact = z
  .object({
    kind: z.literal('hold'),
    ...asked,
    code: shown(HOLD_CODES),
    reason: text.meta({ description: 'Why nothing is done to the contact before a person has decided' }),
    advice: text.meta({ description: 'What a person can do about it' }),
    survivorId: text.optional().meta({ description: 'The QuickBooks customer that its own was merged into' }),
  })
  .meta({ id: 'HeldContact', description: 'A contact that is held, because of what became of its QuickBooks record' })

export const Conflict = z
  .discriminatedUnion('kind', [SlotConflict, HeldContact])
  .meta({ id: 'Conflict', description: 'What waits for a person to decide' })

export const ContactRow = z
  .object({
    id: text,
    name: text,
    kind: ShownKind,
    isCustomer: z.boolean(),
    archived: z.boolean(),
    parentId: text.optional(),
    phone: text.optional(),
    mobile: text.optional(),
    email: text.optional(),
    billLine: text.optional().meta({ description: 'The billing address on one line' }),
    dot: Dot,
    reason: text.optional().meta({ description: 'Why the dot is red, or asks a person' }),
    advice: text.optional().meta({ description: 'What a person can do about it' }),
  })
  .meta({ id: 'ContactRow' })

const person = { name: text, email: text.optional(), cell: text.optional(), address: Address.optional() }

const BillingPerson = z
  .object({
    role: z.literal('billing'),
    ...person,
    title: text.optional(),
    givenName: text.optional(),
    middleName: text.optional(),
    familyName: text.optional(),
    suffix: text.optional(),
  })
  .meta({
    id: 'BillingPerson',
    description:
      'Whom to write to about a building’s bills: its own name, e-mail, mobile number and billing address, stored once. Other contacts have none.',
  })

const OtherPerson = z
  .object({ role: shown(PERSON_ROLES), ...person })
  .meta({ id: 'OtherPerson', description: 'A person that the CRM alone keeps; QuickBooks has no place for it' })

const Person = z.discriminatedUnion('role', [BillingPerson, OtherPerson]).meta({ id: 'Person' })

export const Contact = z
  .object({
    id: text,
    name: text,
    kind: ShownKind,
    isCustomer: z.boolean(),
    archived: z.boolean(),
    parentId: text.optional(),
    fields: Fields,
    derived: z.array(z.enum(DERIVED_SLOTS)).meta({
      description: 'Fields that nobody has chosen: they follow the parts of the name, or the name itself',
    }),
    people: z.array(Person),
    dot: Dot,
    reason: text.optional().meta({ description: 'Why the dot is red, or asks a person' }),
    advice: text.optional().meta({ description: 'What a person can do about it' }),
    currency: text.optional().meta({
      description: 'ISO 4217: of its QuickBooks record, or as chosen for it; the company’s own where neither says',
    }),
    isProject: z
      .boolean()
      .optional()
      .meta({ description: 'A project in QuickBooks: named, moved and ended there only' }),
    link: z
      .object({ entity: ShownEntity, recordId: text, linkedAt: time })
      .optional()
      .meta({ description: 'The QuickBooks record that this contact is kept in step with' }),
    refusal: Refusal.optional(),
    conflicts: z.array(SlotConflict),
    hold: Hold.optional(),
    toPushSince: time.optional().meta({ description: 'Since when something waits to be sent to QuickBooks' }),
    createdAt: time,
    changedAt: time,
    version: z.int(),
  })
  .meta({ id: 'Contact' })

export const JournalEntry = z
  .object({
    id: text,
    at: time,
    side: shown(SIDES),
    runId: text.optional(),
    actor: text.meta({ description: 'A person’s id, or the part of Tandem that acted' }),
    because: text,
    changes: z.array(
      z.object({
        field: text,
        from: z.unknown().optional(),
        to: z.unknown().optional(),
        superseded: z.boolean().optional(),
        derived: z.boolean().optional().meta({ description: 'Nobody typed it: it follows from other fields' }),
        passing: z
          .boolean()
          .optional()
          .meta({ description: 'A name in between, while contacts that swap their names wait for each other' }),
      }),
    ),
  })
  .meta({ id: 'JournalEntry' })

export const HeldRecord = z
  .object({
    entity: ShownEntity,
    id: text.meta({ description: 'QuickBooks’ own id' }),
    name: text,
    fullName: text.meta({ description: 'With its parents: Parent:Child' }),
    level: z.int().meta({ description: '0 for top level' }),
    parentRecordId: text.optional(),
    companyName: text.optional(),
    email: text.optional(),
    phone: text.optional(),
    billLine: text.optional(),
    shipLine: text.optional(),
    balance: z.number().optional(),
    currency: text.optional().meta({ description: 'ISO 4217; fixed when it was created' }),
    isProject: z.boolean().optional().meta({ description: 'One of QuickBooks’ projects' }),
    active: z.boolean(),
    gone: z.boolean().meta({ description: 'No longer in QuickBooks (merged or deleted)' }),
    mergedIntoId: text.optional().meta({ description: 'The record that it was merged into in QuickBooks' }),
    contactId: text.optional().meta({ description: 'The contact that it is linked to' }),
  })
  .meta({ id: 'HeldRecord' })

export const HeldRecordDetails = z
  .object({
    entity: ShownEntity,
    id: text,
    name: text,
    fullName: text,
    level: z.int(),
    parentRecordId: text.optional(),
    active: z.boolean(),
    fields: Fields,
    balance: z.number().optional(),
    balanceWithJobs: z.number().optional(),
    currency: text.optional().meta({ description: 'ISO 4217; fixed when it was created' }),
    isProject: z.boolean().optional().meta({ description: 'One of QuickBooks’ projects' }),
    createdAt: text.optional(),
    updatedAt: text.meta({ description: 'QuickBooks’ LastUpdatedTime; it moves with every invoice' }),
    changedAt: text.meta({ description: 'When its content last changed' }),
    goneAt: text.optional(),
    mergedIntoId: text.optional(),
    contact: z.object({ id: text, name: text, dot: Dot }).optional(),
    raw: z.record(text, z.unknown()).meta({ description: 'Exactly as QuickBooks sent it' }),
  })
  .meta({ id: 'HeldRecordDetails' })

export const Run = z
  .object({
    id: text,
    kind: shown(RUN_KINDS),
    status: shown(RUN_STATUSES),
    reason: text.optional().meta({ description: 'Why it waits, failed or was cancelled' }),
    startedBy: text,
    startedAt: time,
    finishedAt: time.optional(),
    waitUntil: time.optional(),
    cancelRequested: z.boolean().optional(),
    progress: z.object({
      rows: z.int(),
      rowsTotal: z.int().optional(),
      pages: z.int(),
      pagesTotal: z.int().optional(),
      calls: z.int().meta({ description: 'Calls made to QuickBooks' }),
    }),
    counts: z.record(text, z.int()).meta({
      description:
        'pull: stored, unchanged, gone · import: imported, linked, skipped, failed · preview and sync: created, sent, stored, archived, conflict, unchanged, skipped, failed · undo: undone, skipped, failed',
    }),
    timeLeftSeconds: z.int().optional().meta({ description: 'An estimate; absent until there is one' }),
  })
  .meta({ id: 'Run' })

export const Outcome = z
  .object({
    recordId: text,
    kind: shown(OUTCOME_KINDS),
    name: text,
    contactId: text.optional(),
    code: text.optional().meta({ description: 'Why, for a program: stable' }),
    reason: text.optional().meta({ description: 'Why, for a person' }),
    details: z.record(text, z.unknown()).optional().meta({ description: 'What exactly; preview and undo say more' }),
  })
  .meta({ id: 'Outcome' })

const PreviewChange = z.object({
  slot: SlotName,
  from: SlotValue.optional(),
  to: SlotValue.optional(),
  because: text,
  superseded: z.boolean().optional().meta({ description: 'What stands there now is somebody’s own change' }),
})

export const PreviewItem = z
  .object({
    contactId: text,
    name: text,
    kind: shown(OUTCOME_KINDS).meta({ description: 'What becomes of it; conflict, skipped and failed do nothing' }),
    code: text.optional(),
    reason: text.optional(),
    crm: z.array(PreviewChange).meta({ description: 'What changes in the CRM' }),
    quickbooks: z.array(PreviewChange).meta({ description: 'What changes in QuickBooks' }),
    asks: z
      .array(
        z.object({
          slot: SlotName,
          base: SlotValue.optional(),
          crm: SlotValue.optional(),
          quickbooks: SlotValue.optional(),
        }),
      )
      .meta({ description: 'Conflicts that are opened for a person to decide' }),
    underNewParent: z.boolean().meta({ description: 'Its parent is created by the same sync' }),
    passing: text.optional().meta({
      description: 'The name that it has in QuickBooks in between, because contacts exchange their names',
    }),
  })
  .meta({ id: 'PreviewItem' })

export const Preview = z
  .object({
    run: Run,
    items: z.array(PreviewItem),
    next: text.optional().meta({ description: 'The cursor of the next page; absent on the last one' }),
  })
  .meta({ id: 'Preview' })

const ConflictPolicy = z.enum(CONFLICT_POLICIES)

export const Settings = z
  .strictObject({
    conflicts: ConflictPolicy.meta({
      description: 'Who wins where both sides changed the same since they last agreed',
    }),
    conflictsBySlot: z
      .partialRecord(z.enum(SLOTS), ConflictPolicy)
      .meta({ description: 'Overrides it for single slots' }),
    pushNotes: z.boolean().meta({ description: 'false: notes of the CRM never leave it' }),
    push: z.enum(PUSH_MODES).meta({ description: 'Whether changes are sent by themselves' }),
    entities: z
      .array(Entity)
      .min(1)
      .max(2)
      .refine((list) => new Set(list).size === list.length, 'names one twice')
      .meta({ description: 'Which QuickBooks lists take part' }),
  })
  .meta({ id: 'Settings' })

const ShownPolicy = shown(CONFLICT_POLICIES)

/** What is chosen, as it is shown: a newer version may have stored more than this one knows. */
export const ShownSettings = z
  .object({
    ...Settings.shape,
    conflicts: ShownPolicy,
    conflictsBySlot: z.record(text, ShownPolicy),
    push: shown(PUSH_MODES),
    entities: z.array(ShownEntity),
  })
  .meta({ id: 'ShownSettings', description: 'The settings; `unknown` is what a newer version of Tandem has stored' })

export const AdminAct = z
  .object({
    id: text,
    at: time,
    act: shown(ADMIN_ACTS),
    actor: text.meta({ description: 'The person’s id' }),
    realmId: text.optional().meta({ description: 'The company that was connected or disconnected' }),
    revoked: z.boolean().optional().meta({ description: 'Whether Intuit took the access back, too' }),
    changes: z
      .array(z.object({ setting: text, from: z.unknown().optional(), to: z.unknown().optional() }))
      .optional()
      .meta({ description: 'A policy of one slot is a setting by itself, such as `conflictsBySlot.notes`' }),
  })
  .meta({ id: 'AdminAct' })

export const Connection = z
  .object({
    status: shown(['notConnected', ...CONNECTION_STATUSES]),
    since: time.optional(),
    reason: text.optional().meta({ description: 'Why it has to be reconnected' }),
    realmId: text.optional(),
    companyName: text.optional(),
    connectedBy: text.optional(),
    connectedAt: time.optional(),
    refreshExpiresAt: time.optional().meta({
      description:
        'When the refresh token in use ends: some 100 days after Intuit gave it. The first refresh a day later brings another',
    }),
    hardExpiresAt: time.optional().meta({ description: 'Five years after connecting, whatever happens' }),
    gapFreeSince: time.optional().meta({ description: 'Every change in QuickBooks up to this moment is stored' }),
    gapFreeEntities: z.array(ShownEntity).optional().meta({ description: 'The lists of which gapFreeSince tells' }),
    restUntil: time.optional().meta({ description: 'QuickBooks asked for a pause until then' }),
    usage: z.object({ month: text, reads: z.int(), writes: z.int() }),
  })
  .meta({ id: 'Connection' })

export const Problem = z
  .object({
    type: text.meta({ description: 'Stable: tells a program which problem it is' }),
    title: text,
    status: z.int(),
    detail: text.meta({ description: 'What happened and what to do, in words' }),
    instance: text.meta({ description: 'Names the request, to find it in the log' }),
    errors: z.array(z.object({ path: text, message: text })).optional(),
    runId: text.optional().meta({ description: 'The run to look at, or the new preview' }),
  })
  .meta({ id: 'Problem', description: 'Problem details, RFC 9457' })

/** A page of a list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: text.optional().meta({ description: 'The cursor of the next page; absent on the last one' }),
  })
}
