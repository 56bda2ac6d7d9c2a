/**
 * What Tandem keeps: contacts, mirrors, links, runs, connections, the journal. Shapes only; each is readonly
 * data that rooms pass to each other. Times are ISO 8601 in UTC unless a name ends in `Ms` (epoch milliseconds).
 */

/** The kind of QuickBooks record that a contact can be linked to. */
export const ENTITIES = ['customer', 'vendor'] as const
export type Entity = (typeof ENTITIES)[number]

export type Address = Readonly<{
  line1?: string
  line2?: string
  line3?: string
  line4?: string
  line5?: string
  city?: string
  /** State, province or canton, as QuickBooks' CountrySubDivisionCode. */
  region?: string
  postalCode?: string
  country?: string
}>

/**
 * The synced text fields, in the order in which people are shown them. An absent field is empty: '' is never
 * stored. Values are kept as typed.
 */
export const TEXT_FIELDS = [
  'displayName',
  'companyName',
  'title',
  'givenName',
  'middleName',
  'familyName',
  'suffix',
  'printName',
  'email',
  'phone',
  'alternatePhone',
  'mobile',
  'fax',
  'website',
  'notes',
  'resaleNumber',
  'customerTypeId',
] as const
export type TextField = (typeof TEXT_FIELDS)[number]

/** Addresses are merged as wholes: half of one address and half of another is nobody's address. */
export const ADDRESS_FIELDS = ['billAddress', 'shipAddress'] as const
export type AddressField = (typeof ADDRESS_FIELDS)[number]

export type Fields = Readonly<{ [K in TextField]?: string } & { [K in AddressField]?: Address }>

/** One thing that is merged as a whole: a field, the place in the hierarchy, or being active. */
export const SLOTS = [...TEXT_FIELDS, ...ADDRESS_FIELDS, 'parent', 'active'] as const
export type Slot = (typeof SLOTS)[number]

/** Undefined is "empty". A parent is the QuickBooks id of the parent customer. */
export type SlotValue = string | boolean | Address | undefined

/** When slots last changed, each where that is known. */
export type SlotTimes = Readonly<{ [K in Slot]?: string }>

/** QuickBooks' own times around a change: it came after a moment at which the old value stood, and by `by` it was there. */
export type Span = Readonly<{ after: string; by: string }>
export type SlotSpans = Readonly<{ [K in Slot]?: Span }>

/**
 * What the three sides (contact, mirror, base) are compared by. `parentRecordId` is the QuickBooks id of the
 * parent customer, on every side: a contact's parent is translated through the parent's link.
 */
export type Snapshot = Readonly<{
  fields: Fields
  parentRecordId?: string
  active: boolean
}>

/** How sales to a customer are taxed, as far as QuickBooks said; ids are QuickBooks' own. */
export type TaxStatus = Readonly<{ taxable?: boolean; codeId?: string; exemptionReasonId?: string }>

/** What a record is given when it is created and never again by us. Absent: as QuickBooks has it by itself. */
export type Birth = Readonly<{ currency?: string; tax?: TaxStatus }>

/**
 * The currencies (ISO 4217) of a company: its own, and, where it works with several (`isMulti`), those that are active,
 * its own among them.
 */
export type Currencies = Readonly<{ home: string; isMulti: boolean; active: readonly string[] }>
export type KnownCurrencies = Currencies & Readonly<{ readAt: string }>

/** A QuickBooks record as it came over the wire, translated but not yet stored. */
export type SourceRecord = Readonly<{
  entity: Entity
  id: string
  /** SyncToken for QuickBooks Online. */
  revision: string
  snapshot: Snapshot
  /** FullyQualifiedName: `Parent:Child:Grandchild`. */
  fullName: string
  /** 0 for top level, 4 for the deepest that QuickBooks allows. */
  level: number
  balance?: number
  balanceWithJobs?: number
  /** ISO 4217; fixed when the record is created. */
  currency?: string
  tax?: TaxStatus
  /** One of QuickBooks' projects, which come as sub-customers and are the bookkeeper's to name, to move and to end. */
  isProject?: boolean
  createdAt?: string
  /** MetaData.LastUpdatedTime in UTC. It moves with every invoice, so it never proves that content changed. */
  updatedAt: string
  /** The object exactly as QuickBooks sent it, so that what Tandem does not know survives a round trip. */
  raw: JsonObject
}>

/** A QuickBooks record exactly as last seen. Mirrors are the holding area that people review before importing. */
export type Mirror = SourceRecord &
  Readonly<{
    /** Hash of the synced content (snapshot): tells a real change from an invoice's touch. */
    contentHash: string
    /** Hash of everything known but LastUpdatedTime (see `seenText`): tells whether anything at all has to be stored. */
    rawHash: string
    /** The LastUpdatedTime at which `contentHash` first differed from what was known before. */
    changedAt: string
    /** Between which moments slots changed; kept only for records that are linked. */
    spans?: SlotSpans
    /** When QuickBooks was found, by a read, to hold this record no more (merged or deleted). */
    goneAt?: string
    /**
     * The record that it was merged into, as an event said and a read confirmed: gone, or inactive (Intuit's help: the
     * other one “is saved as inactive”). It is its own customer again when somebody makes it active.
     */
    mergedIntoId?: string
    /** The contact that this record is linked to: the mirror's end of the link. */
    contactId?: string
  }>

/** What a pull needs of a stored mirror to decide whether a row changed. */
export type MirrorStamp = Readonly<
  Pick<Mirror, 'id' | 'contentHash' | 'rawHash' | 'changedAt' | 'goneAt' | 'mergedIntoId'>
>

/** The compact row from which lists of the holding area are sorted, filtered and searched. */
export type MirrorRow = Readonly<{
  entity: Entity
  id: string
  name: string
  fullName: string
  level: number
  parentRecordId?: string
  companyName?: string
  email?: string
  phone?: string
  billLine?: string
  shipLine?: string
  balance?: number
  currency?: string
  isProject?: boolean
  active: boolean
  gone: boolean
  mergedIntoId?: string
  contactId?: string
}>

/** Ties one contact to one QuickBooks record; kept inside the contact, so both commit together. */
export type Link = Readonly<{
  entity: Entity
  recordId: string
  /** The values on which both sides last agreed. */
  base: Snapshot
  /**
   * The contact's own spelling of values on which both agreed in other letters. Links that were made before spelling
   * counted have none: what differs from their base by spelling alone is no change of the contact (`ownSpelling`).
   */
  ownSpelling?: Fields
  /** The revision (SyncToken) at which they did. */
  revision: string
  /** The revision that our last write left: only others move the record on from there. Absent where that is not known. */
  written?: string
  linkedAt: string
}>

export const CONTACT_KINDS = ['client', 'building', 'job'] as const
export type ContactKind = (typeof CONTACT_KINDS)[number]

/** What the people are to a contact that the CRM alone keeps. A building's billing person is its own fields. */
export const PERSON_ROLES = ['contact', 'site', 'manager', 'other'] as const
export type PersonRole = (typeof PERSON_ROLES)[number]

export type ContactPerson = Readonly<{
  role: PersonRole
  name: string
  email?: string
  cell?: string
  address?: Address
}>

/** The CRM's record of a client, a building or a job. */
export type Contact = Readonly<{
  id: string
  kind: ContactKind
  /** Whether it is in the customer list. */
  isCustomer: boolean
  fields: Fields
  parentId?: string
  /** What a job is again once it comes to the top; absent: a client. */
  kindAtTop?: 'building'
  /** The currency (ISO 4217) that somebody chose for it before it was ever in QuickBooks. */
  currency?: string
  archived: boolean
  people: readonly ContactPerson[]
  link?: Link
  /** Why QuickBooks refused it: the red dot, in words, with what to do. */
  refusal?: Refusal
  /** Slots that both sides changed, waiting for a person; at most one a slot. */
  conflicts?: readonly OpenConflict[]
  /** Why nothing may be done to it before a person has looked. */
  hold?: Hold
  /** Slots that an undo put back: they stay apart until either side changes them again. */
  pins?: readonly Pin[]
  /**
   * The name that its record has in QuickBooks for the moment, between the one that it gives up and the one that it gets.
   * It is nobody's: as long as the record has it, it is taken for the name before.
   */
  passing?: Passing
  /** The write to QuickBooks that is under way: sent again, with the same request id, after a crash. */
  intent?: PushIntent
  /** Since when it differs from its base and waits to be pushed; absent when nothing waits. */
  toPushSince?: string
  createdAt: string
  /** When a person or a sync last changed its content. */
  changedAt: string
  /** When a person last changed each slot that differs from the base; whatever differs without is older than was kept. */
  slotTimes?: SlotTimes
  /** Counts writes; every write names the version that it saw. */
  version: number
}>

/** `reason` says what QuickBooks refused, in words; `advice` what a person can do about it. */
export type Refusal = Readonly<{
  code: string
  reason: string
  advice?: string
  at: string
  /** When it is tried again by itself; absent when only a change can help. */
  nextTryAt?: string
  /** What others have to do before it can be sent (see awaited.ts): seen to change, that makes it due at once. */
  waitsFor?: readonly string[]
}>

/** Both sides changed a slot and no policy decides: a person does. */
export type Conflict = Readonly<{ slot: Slot; base?: SlotValue; crm?: SlotValue; quickbooks?: SlotValue }>
export type OpenConflict = Conflict & Readonly<{ openedAt: string }>

export const HOLD_CODES = ['survivorTaken', 'createdTaken', 'recordGone'] as const

/**
 * `survivorTaken`: its record was merged into one that another contact is linked to. `createdTaken`: the record that was
 * created for it was imported as another contact before the two could be linked. `survivorId` is that record.
 */
export type Hold = Readonly<{
  code: (typeof HOLD_CODES)[number]
  reason: string
  at: string
  survivorId?: string
}>

/** What a question to a person is about: one slot, or the whole contact that is held. */
export type Question = Slot | 'hold'

/** What waits for a person to decide, with what a list of it shows of its contact. */
export type ConflictRow = Readonly<{ contactId: string; contactName: string; openedAt: string }> &
  (Readonly<{ kind: 'slot' } & Conflict> | Readonly<{ kind: 'hold' } & Omit<Hold, 'at'>>)

/** The two values at which a slot rests: an undo put them there, unless `because` says otherwise. */
export type Pin = Readonly<{ slot: Slot; crm?: SlotValue; quickbooks?: SlotValue; because?: string }>

export const WRITE_OPERATIONS = ['create', 'update'] as const

/**
 * `undo`: an undo gave the name in between, and the base has the name already that is to come back; `from` is the one that
 * the record had before.
 */
export type Passing = Readonly<{ name: string; undo?: Readonly<{ from: string; actor: string; runId: string }> }>

/** A write to QuickBooks, stored before it is sent so that a retry repeats it instead of writing twice. */
export type PushIntent = Readonly<{
  requestId: string
  operation: (typeof WRITE_OPERATIONS)[number]
  /** The slots that are sent, and the values that the record has once QuickBooks took them. */
  slots: readonly Slot[]
  sent: Snapshot
  /** The revision that an update was made on; absent for a create. */
  revision?: string
  at: string
  actor: string
  runId?: string
  /** What a create gives beside: kept, because a create that is repeated has to be the same. */
  birth?: Birth
  /** The name that is sent is one in between, or the former one again: nothing that anybody changed. */
  passing?: boolean
}>

export const DOTS = ['none', 'green', 'orange', 'red', 'conflict'] as const
export type Dot = (typeof DOTS)[number]

/** The compact row from which lists of contacts are sorted, filtered and searched. */
export type ContactRow = Readonly<{
  id: string
  name: string
  kind: ContactKind
  isCustomer: boolean
  archived: boolean
  parentId?: string
  phone?: string
  mobile?: string
  email?: string
  billLine?: string
  dot: Dot
  /** Why the dot is red or asks a person, and what they can do. */
  reason?: string
  advice?: string
}>

export const RUN_KINDS = ['pull', 'import', 'preview', 'sync', 'undo'] as const
export type RunKind = (typeof RUN_KINDS)[number]

export const RUN_STATUSES = ['queued', 'running', 'waiting', 'done', 'failed', 'cancelled'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** One piece of work that a person or a schedule started. */
export type Run = Readonly<{
  id: string
  kind: RunKind
  status: RunStatus
  startedBy: string
  startedAt: string
  finishedAt?: string
  /** Why it waits, failed or was cancelled, in words. */
  reason?: string
  /** A run that rests (throttled, QuickBooks down) goes on at this time. */
  waitUntil?: string
  cancelRequested?: boolean
  progress: RunProgress
  /**
   * Outcome counts: pull: stored, unchanged, gone, and missing where a person has to confirm that so many are gone;
   * import: imported, linked, skipped, failed.
   */
  counts: Readonly<Record<string, number>>
  /** What the kind of run needs to go on where it stopped. Parsed by its own use case. */
  state: JsonObject
  /** Last time a slice moved it: the sweep hints runs that stopped. */
  movedAt: string
  version: number
}>

export type RunProgress = Readonly<{
  rows: number
  rowsTotal?: number
  pages: number
  pagesTotal?: number
  /** Calls made to QuickBooks. */
  calls: number
}>

/**
 * Import: imported, linked, skipped, failed. Sync: stored (towards the CRM), sent, created, archived, conflict,
 * unchanged, skipped, failed. Undo: undone, skipped, failed.
 */
export const OUTCOME_KINDS = [
  'imported',
  'linked',
  'skipped',
  'failed',
  'stored',
  'sent',
  'created',
  'archived',
  'conflict',
  'unchanged',
  'undone',
] as const
export type OutcomeKind = (typeof OUTCOME_KINDS)[number]

/** What became of one record in a run. */
export type Outcome = Readonly<{
  recordId: string
  kind: OutcomeKind
  name: string
  contactId?: string
  /** Tells the machine why; stable. */
  code?: string
  /** Tells the person why. */
  reason?: string
  /** What exactly: the changes that a preview shows, what an undo put back. Parsed by its own use case. */
  details?: JsonObject
}>

/** The two sides that are kept in step, as the journal names them. */
export const SIDES = ['crm', 'quickbooks'] as const
export type SideName = (typeof SIDES)[number]

/** What changed, on which side, from what to what, by whom, because of what. */
export type JournalEntry = Readonly<{
  id: string
  at: string
  contactId: string
  side: SideName
  runId?: string
  /** A person's id, or the name of the part of Tandem that acted. */
  actor: string
  because: string
  changes: readonly JournalChange[]
}>

/**
 * `superseded`: `from` was somebody's own change, which gave way in a conflict; it lives on here only. `derived`: nobody
 * typed `to`, it follows from other fields. `passing`: a name in between, until another one is free. `echo`: what QuickBooks
 * by itself made of what it was sent; nobody has touched the record since that write, as its revision tells.
 */
export type JournalChange = Readonly<{
  field: string
  from?: JsonValue
  to?: JsonValue
  superseded?: boolean
  derived?: boolean
  passing?: boolean
  echo?: boolean
}>

export const CONNECTION_STATUSES = ['connected', 'reconnectNeeded', 'disconnected'] as const
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number]

/** The workspace's OAuth grant to its QuickBooks company. Tokens are held apart (see TokenSet). */
export type Connection = Readonly<{
  workspace: string
  realmId: string
  companyName?: string
  status: ConnectionStatus
  /** Since when it has this status. */
  since: string
  /** Why it needs reconnecting, in words. */
  reason?: string
  connectedBy: string
  connectedAt: string
  accessExpiresAt?: string
  /** When the value in use ends, some 100 days after its issue: only a refresh that brings another value moves it. */
  refreshExpiresAt?: string
  /** The five-year cap, which refreshing does not move. */
  hardExpiresAt?: string
  /** Everything that changed in QuickBooks up to this moment is stored. */
  gapFreeSince?: string
  /** The lists of which `gapFreeSince` tells; customers alone when absent. */
  gapFreeEntities?: readonly Entity[]
  /** The company's currencies as last read; they change when the bookkeeper switches multicurrency on or adds one. */
  currencies?: KnownCurrencies
  /** Somebody wants to know whether they are still the same. */
  currenciesWanted?: boolean
  /** After a 429 or an outage nothing is sent to this company before this time. */
  restUntil?: string
  version: number
}>

/** In clear only in memory: an adapter encrypts it before it reaches a table. */
export type TokenSet = Readonly<{
  accessToken: string
  refreshToken: string
  accessExpiresAt: string
  refreshExpiresAt: string
  hardExpiresAt?: string
}>

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue | undefined }
