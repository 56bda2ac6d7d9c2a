/** The shapes of what the table holds. Nothing that is read is believed before it has passed one of these. */
import * as z from 'zod'
import { ADMIN_ACTS, type AdminAct, type SettingChange } from '#core/admin-acts'
import type { PendingConsent } from '#core/pending-consents'
import { type StoredPerson, withoutCopy } from '#core/people'
import { CONFLICT_POLICIES, PUSH_MODES, type SyncSettings } from '#core/policies'
import {
  ADDRESS_FIELDS,
  type Address,
  type AddressField,
  type Birth,
  CONNECTION_STATUSES,
  CONTACT_KINDS,
  type ConflictRow,
  type Connection,
  type Contact,
  type ContactRow,
  DOTS,
  ENTITIES,
  type Fields,
  HOLD_CODES,
  type Hold,
  type JournalChange,
  type JournalEntry,
  type JsonObject,
  type JsonValue,
  type KnownCurrencies,
  type Link,
  type Mirror,
  type MirrorRow,
  type MirrorStamp,
  type OpenConflict,
  OUTCOME_KINDS,
  type Outcome,
  type Passing,
  PERSON_ROLES,
  type Pin,
  type PushIntent,
  type Refusal,
  RUN_KINDS,
  RUN_STATUSES,
  type Run,
  type RunProgress,
  SIDES,
  SLOTS,
  type SlotSpans,
  type SlotTimes,
  type Snapshot,
  type Span,
  type TaxStatus,
  TEXT_FIELDS,
  type TextField,
  type TokenSet,
  WRITE_OPERATIONS,
} from '#core/records'
import type { Replan, ToRead } from '#sync/ports'

/**
 * The properties of a record, every one of them: a schema that forgets a property would drop its value from the table
 * at the next write, so the compiler asks for it (`satisfies`).
 */
type Shape<T> = { readonly [K in keyof Required<T>]: z.ZodType }

/**
 * A word of a list, or one that newer code has written and this code does not know yet: that is kept as it is, so that
 * what is written back is whole, and whoever shows it to people shows it as unknown. Its type says no more than what
 * this code knows.
 */
function word<const W extends string>(_known: readonly W[]): z.ZodType<W> {
  return z.custom<W>((value) => typeof value === 'string')
}

/** Those that can be read, each as the schema has it: one that cannot stops its own item, never its list. */
export function readableIn<S extends z.ZodType>(schema: S, items: readonly unknown[]): readonly z.output<S>[] {
  return items.flatMap((item) => {
    const read = schema.safeParse(item)
    return read.success ? [read.data] : []
  })
}

const text = z.string()
const textOrNone = z.string().exactOptional()
const entity = word(ENTITIES)

// What came out of JSON.parse or of the document client is JSON all through; z.json() would walk every leaf of every
// raw object again, and that for 100,000 of them.
const jsonObject = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const jsonValue = z.custom<JsonValue>((value) => value !== undefined)

const address = z.looseObject({
  line1: textOrNone,
  line2: textOrNone,
  line3: textOrNone,
  line4: textOrNone,
  line5: textOrNone,
  city: textOrNone,
  region: textOrNone,
  postalCode: textOrNone,
  country: textOrNone,
} satisfies Shape<Address>)

const fields: z.ZodType<Fields> = z.looseObject({
  ...shapeOf<TextField, typeof textOrNone>(TEXT_FIELDS, textOrNone),
  ...shapeOf<AddressField, z.ZodExactOptional<typeof address>>(ADDRESS_FIELDS, address.exactOptional()),
})

const snapshot: z.ZodType<Snapshot> = z.looseObject({
  fields,
  parentRecordId: textOrNone,
  active: z.boolean(),
} satisfies Shape<Snapshot>)

const currencies = z.looseObject({
  home: text,
  isMulti: z.boolean(),
  active: z.array(text),
  readAt: text,
} satisfies Shape<KnownCurrencies>)

export const connectionSchema: z.ZodType<Connection> = z.looseObject({
  workspace: text,
  realmId: text,
  companyName: textOrNone,
  status: word(CONNECTION_STATUSES),
  since: text,
  reason: textOrNone,
  connectedBy: text,
  connectedAt: text,
  accessExpiresAt: textOrNone,
  refreshExpiresAt: textOrNone,
  hardExpiresAt: textOrNone,
  gapFreeSince: textOrNone,
  gapFreeEntities: z.exactOptional(z.array(entity)),
  currencies: currencies.exactOptional(),
  currenciesWanted: z.boolean().exactOptional(),
  restUntil: textOrNone,
  version: z.number(),
} satisfies Shape<Connection>)

export const tokenSetSchema: z.ZodType<TokenSet> = z.looseObject({
  accessToken: text,
  refreshToken: text,
  accessExpiresAt: text,
  refreshExpiresAt: text,
  hardExpiresAt: textOrNone,
} satisfies Shape<TokenSet>)

export const pendingConsentsSchema: z.ZodType<readonly PendingConsent[]> = z.array(
  z.looseObject({
    confirmationHash: text,
    realmId: text,
    code: textOrNone,
    expiresAtMs: z.number(),
    wrongs: z.number(),
  } satisfies Shape<PendingConsent>),
)

const link = z.looseObject({
  entity,
  recordId: text,
  base: snapshot,
  ownSpelling: fields.exactOptional(),
  revision: text,
  written: textOrNone,
  linkedAt: text,
} satisfies Shape<Link>)

const contactPerson = z.looseObject({
  // Once, a building's billing person was stored as a copy of its fields.
  role: word(['billing', ...PERSON_ROLES]),
  name: text,
  email: textOrNone,
  cell: textOrNone,
  address: address.exactOptional(),
} satisfies Shape<StoredPerson>)

const slot = word(SLOTS)
// Absent means empty, as everywhere.
const slotValue = z.union([text, z.boolean(), address]).exactOptional()

const refusal = z.looseObject({
  code: text,
  reason: text,
  advice: textOrNone,
  at: text,
  nextTryAt: textOrNone,
  waitsFor: z.exactOptional(z.array(text)),
} satisfies Shape<Refusal>)

const openConflict = z.looseObject({
  slot,
  base: slotValue,
  crm: slotValue,
  quickbooks: slotValue,
  openedAt: text,
} satisfies Shape<OpenConflict>)

const hold = z.looseObject({
  code: word(HOLD_CODES),
  reason: text,
  at: text,
  survivorId: textOrNone,
} satisfies Shape<Hold>)

const pin = z.looseObject({ slot, crm: slotValue, quickbooks: slotValue, because: textOrNone } satisfies Shape<Pin>)

const taxStatus = z.looseObject({
  taxable: z.boolean().exactOptional(),
  codeId: textOrNone,
  exemptionReasonId: textOrNone,
} satisfies Shape<TaxStatus>)

const birth = z.looseObject({ currency: textOrNone, tax: taxStatus.exactOptional() } satisfies Shape<Birth>)

const intent = z.looseObject({
  requestId: text,
  operation: word(WRITE_OPERATIONS),
  slots: z.array(slot),
  sent: snapshot,
  revision: textOrNone,
  at: text,
  actor: text,
  runId: textOrNone,
  birth: birth.exactOptional(),
  passing: z.boolean().exactOptional(),
} satisfies Shape<PushIntent>)

const contactKind = word(CONTACT_KINDS)

const slotTimes = z.partialRecord(slot, text) satisfies z.ZodType<SlotTimes>
const spans = z.partialRecord(
  slot,
  z.looseObject({ after: text, by: text } satisfies Shape<Span>),
) satisfies z.ZodType<SlotSpans>

const passing = z.looseObject({
  name: text,
  undo: z.looseObject({ from: text, actor: text, runId: text }).exactOptional(),
} satisfies Shape<Passing>)

const storedContact = z.looseObject({
  id: text,
  kind: contactKind,
  isCustomer: z.boolean(),
  fields,
  parentId: textOrNone,
  kindAtTop: z.literal('building').exactOptional(),
  currency: textOrNone,
  archived: z.boolean(),
  people: z.array(contactPerson),
  link: link.exactOptional(),
  refusal: refusal.exactOptional(),
  conflicts: z.array(openConflict).exactOptional(),
  hold: hold.exactOptional(),
  pins: z.array(pin).exactOptional(),
  passing: passing.exactOptional(),
  intent: intent.exactOptional(),
  toPushSince: textOrNone,
  createdAt: text,
  changedAt: text,
  slotTimes: slotTimes.exactOptional(),
  version: z.number(),
} satisfies Shape<Contact>)

export const contactSchema: z.ZodType<Contact> = storedContact.transform((contact) => ({
  ...contact,
  people: withoutCopy(contact, contact.people),
}))

// Rows and markers follow from what they are of, and are never written back: what is not known of them is left out.
export const contactRowSchema: z.ZodType<ContactRow> = z.object({
  id: text,
  name: text,
  kind: contactKind,
  isCustomer: z.boolean(),
  archived: z.boolean(),
  parentId: textOrNone,
  phone: textOrNone,
  mobile: textOrNone,
  email: textOrNone,
  billLine: textOrNone,
  dot: word(DOTS),
  reason: textOrNone,
  advice: textOrNone,
} satisfies Shape<ContactRow>)

/** A mirror without its end of the link, which is an attribute of its own. */
export const mirrorSchema: z.ZodType<Omit<Mirror, 'contactId'>> = z.looseObject({
  entity,
  id: text,
  revision: text,
  snapshot,
  fullName: text,
  level: z.number(),
  balance: z.number().exactOptional(),
  balanceWithJobs: z.number().exactOptional(),
  currency: textOrNone,
  tax: taxStatus.exactOptional(),
  isProject: z.boolean().exactOptional(),
  createdAt: textOrNone,
  updatedAt: text,
  raw: jsonObject,
  contentHash: text,
  rawHash: text,
  changedAt: text,
  spans: spans.exactOptional(),
  goneAt: textOrNone,
  mergedIntoId: textOrNone,
} satisfies Shape<Omit<Mirror, 'contactId'>>)

export const mirrorStampSchema: z.ZodType<MirrorStamp> = z.looseObject({
  id: text,
  contentHash: text,
  rawHash: text,
  changedAt: text,
  goneAt: textOrNone,
  mergedIntoId: textOrNone,
} satisfies Shape<MirrorStamp>)

/** A mirror's row as projected; its `contactId` is projected apart. */
export const mirrorRowSchema: z.ZodType<Omit<MirrorRow, 'contactId'>> = z.object({
  entity,
  id: text,
  name: text,
  fullName: text,
  level: z.number(),
  parentRecordId: textOrNone,
  companyName: textOrNone,
  email: textOrNone,
  phone: textOrNone,
  billLine: textOrNone,
  shipLine: textOrNone,
  balance: z.number().exactOptional(),
  currency: textOrNone,
  isProject: z.boolean().exactOptional(),
  active: z.boolean(),
  gone: z.boolean(),
  mergedIntoId: textOrNone,
} satisfies Shape<Omit<MirrorRow, 'contactId'>>)

const journalChange = z.looseObject({
  field: text,
  from: jsonValue.exactOptional(),
  to: jsonValue.exactOptional(),
  superseded: z.boolean().exactOptional(),
  derived: z.boolean().exactOptional(),
  passing: z.boolean().exactOptional(),
  echo: z.boolean().exactOptional(),
} satisfies Shape<JournalChange>)

export const journalEntrySchema: z.ZodType<JournalEntry> = z.looseObject({
  id: text,
  at: text,
  contactId: text,
  side: word(SIDES),
  runId: textOrNone,
  actor: text,
  because: text,
  changes: z.array(journalChange),
} satisfies Shape<JournalEntry>)

type SlotRow = Extract<ConflictRow, { kind: 'slot' }>
type HoldRow = Extract<ConflictRow, { kind: 'hold' }>
const asked = { contactId: text, contactName: text, openedAt: text }

export const conflictRowSchema: z.ZodType<ConflictRow> = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('slot'), ...asked, ...openConflict.shape } satisfies Shape<SlotRow>),
  z.looseObject({ kind: z.literal('hold'), ...asked, ...hold.omit({ at: true }).shape } satisfies Shape<HoldRow>),
])

const policy = word(CONFLICT_POLICIES)

export const settingsSchema: z.ZodType<SyncSettings> = z.looseObject({
  conflicts: policy,
  conflictsBySlot: z.partialRecord(slot, policy),
  pushNotes: z.boolean(),
  push: word(PUSH_MODES),
  entities: z.array(entity),
} satisfies Shape<SyncSettings>)

const settingChange = z.looseObject({
  setting: text,
  from: jsonValue.exactOptional(),
  to: jsonValue.exactOptional(),
} satisfies Shape<SettingChange>)

export const adminActSchema: z.ZodType<AdminAct> = z.looseObject({
  id: text,
  at: text,
  act: word(ADMIN_ACTS),
  actor: text,
  realmId: textOrNone,
  revoked: z.boolean().exactOptional(),
  changes: z.array(settingChange).exactOptional(),
} satisfies Shape<AdminAct>)

export const replanSchema: z.ZodType<Replan> = z.looseObject({
  dueAtMs: z.number(),
  after: textOrNone,
  isLast: z.boolean(),
} satisfies Shape<Replan>)

export const toReadSchema: z.ZodType<ToRead> = z.object({
  entity: word([...ENTITIES, 'employee']),
  id: text,
  mergedFromId: textOrNone,
  stamp: text,
} satisfies Shape<ToRead>)

export const runKindSchema = word(RUN_KINDS)

const progress = z.looseObject({
  rows: z.number(),
  rowsTotal: z.number().exactOptional(),
  pages: z.number(),
  pagesTotal: z.number().exactOptional(),
  calls: z.number(),
} satisfies Shape<RunProgress>)

export const runSchema: z.ZodType<Run> = z.looseObject({
  id: text,
  kind: runKindSchema,
  status: word(RUN_STATUSES),
  startedBy: text,
  startedAt: text,
  finishedAt: textOrNone,
  reason: textOrNone,
  waitUntil: textOrNone,
  cancelRequested: z.boolean().exactOptional(),
  progress,
  counts: z.record(z.string(), z.number()),
  state: jsonObject,
  movedAt: text,
  version: z.number(),
} satisfies Shape<Run>)

export const outcomeSchema: z.ZodType<Outcome> = z.looseObject({
  recordId: text,
  kind: word(OUTCOME_KINDS),
  name: text,
  contactId: textOrNone,
  code: textOrNone,
  reason: textOrNone,
  details: jsonObject.exactOptional(),
} satisfies Shape<Outcome>)

function shapeOf<K extends string, S>(names: readonly K[], schema: S): Readonly<Record<K, S>> {
  // Object.fromEntries forgets which keys it was given: exactly `names`.
  return Object.fromEntries(names.map((name) => [name, schema])) as Record<K, S>
}
