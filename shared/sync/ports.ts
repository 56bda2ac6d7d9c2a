/**
 * What the use cases need from the world. Adapters implement these; one contract suite in test/contract holds
 * each port's every implementation to the same words.
 */
import type { AdminAct } from '#core/admin-acts'
import type { PendingConsent } from '#core/pending-consents'
import type { SyncSettings } from '#core/policies'
import type {
  Birth,
  ConflictRow,
  Connection,
  Contact,
  ContactRow,
  Currencies,
  Entity,
  JournalEntry,
  JsonObject,
  Mirror,
  MirrorRow,
  MirrorStamp,
  Outcome,
  Run,
  Snapshot,
  SourceRecord,
  TokenSet,
} from '#core/records'

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  sleep(ms: number): Promise<void>
}

export interface Ids {
  /** A new id that sorts by time of creation (ULID). */
  next(): string
  /** 256 random bits, base64url: for OAuth states and confirmation codes. */
  secret(): string
}

/** Structured log; callers pass ids and kinds, never values that a person typed. */
export interface Log {
  info(event: string, details?: JsonObject): void
  warn(event: string, details?: JsonObject): void
  error(event: string, details?: JsonObject): void
}

export interface Metrics {
  count(name: string, value?: number): void
  /** What is so now. It is told at once, as what comes after it may never come to its end. */
  gauge(name: string, value: number): void
}

// ---- connection -------------------------------------------------------------------------------------------

export type OAuthState = Readonly<{
  /** SHA-256 of the state's nonce: the nonce itself is never stored. */
  nonceHash: string
  workspace: string
  person: string
  expiresAtMs: number
}>

/** A stored connection's version is one more than the version it replaced, and 1 when it is new. */
export interface Connections {
  get(workspace: string): Promise<Connection | undefined>
  /** The workspace that holds this company, if any. */
  holderOf(realmId: string): Promise<string | undefined>
  /**
   * Stores connection, tokens, the realm's claim and the act in one transaction.
   * 'realmHeld': another workspace holds the company; 'moved': the stored version is not `expectedVersion`.
   */
  connect(
    connection: Connection,
    tokens: TokenSet,
    expectedVersion: number | undefined,
    act?: AdminAct,
  ): Promise<'stored' | 'realmHeld' | 'moved'>
  /** Changes the connection's own fields under its version. */
  update(connection: Connection, expectedVersion: number): Promise<'stored' | 'moved'>
  /** Forgets the tokens, frees the realm, and keeps the connection as 'disconnected' and the act. */
  disconnect(connection: Connection, expectedVersion: number, act?: AdminAct): Promise<'stored' | 'moved'>
  tokens(workspace: string): Promise<TokenSet | undefined>
  /** All connections whose status is 'reconnectNeeded', counted. */
  countNeedingReconnect(): Promise<number>
  /** Workspaces whose connection is 'connected', a page at a time. */
  connectedWorkspaces(after?: string): Promise<Readonly<{ workspaces: readonly string[]; next?: string }>>

  putState(state: OAuthState): Promise<void>
  /** Takes the state out, so that it can be used once only. */
  takeState(nonceHash: string): Promise<OAuthState | undefined>

  /**
   * The single-flight lease for refreshing: true when `owner` now holds it until `untilMs`. False while another one
   * holds it, and where there are no tokens.
   */
  takeRefreshLease(workspace: string, owner: string, nowMs: number, untilMs: number): Promise<boolean>
  /** Stores refreshed tokens and frees the lease, only if `owner` still holds it. */
  storeRefreshed(workspace: string, owner: string, tokens: TokenSet): Promise<'stored' | 'leaseLost'>
  freeRefreshLease(workspace: string, owner: string): Promise<void>
}

/** What a person has to confirm; Intuit's codes are stored sealed, and open to whoever may connect only. */
export interface PendingConsents {
  /** Those of this person in this workspace, the oldest first; none, at version 0, where there never were any. */
  get(workspace: string, person: string): Promise<Readonly<{ consents: readonly PendingConsent[]; version: number }>>
  /** Stores them in place of those at that version. */
  save(
    workspace: string,
    person: string,
    consents: readonly PendingConsent[],
    expectedVersion: number,
  ): Promise<'saved' | 'moved'>
}

/**
 * Intuit's OAuth 2.0 endpoints. Throws Failure: grantRefused (invalid_grant), quickbooksDown, quickbooksThrottled.
 * Every call is sent once and ends within 30 seconds: the lease that keeps a refresh token from being on its way twice
 * lasts twice as long.
 */
export interface Consent {
  authorizeUrl(state: string): Promise<string>
  exchange(code: string): Promise<TokenSet>
  refresh(refreshToken: string): Promise<TokenSet>
  revoke(token: string): Promise<void>
}

// ---- QuickBooks -------------------------------------------------------------------------------------------

export type RecordPage = Readonly<{ records: readonly SourceRecord[] }>
export type CallKind = 'read' | 'write' | 'batch'

/** What stands around every call: its token, its place in the rate limit, its count. */
export interface CallGate {
  /** The access token to send. */
  token(): Promise<string>
  /** QuickBooks answered 401 to `token`: answers with another one, refreshed once, or throws reconnectNeeded. */
  renew(token: string): Promise<string>
  /** Resolves when the call may be sent within QuickBooks' limits. Throws readBudgetSpent. */
  enter(kind: CallKind): Promise<void>
  /** Called once for each call that was sent. */
  sent(kind: CallKind, succeeded: boolean): void
}

/**
 * One QuickBooks company. Every method throws Failure with quickbooksThrottled, quickbooksDown,
 * quickbooksForbidden, quickbooksRefused, quickbooksUnreadable or what the gate throws; a 401 is renewed once.
 */
export interface Company {
  /** The most records that one answer holds, and whoever gets so many from change data capture got not all. */
  readonly mostRows: number
  info(): Promise<Readonly<{ name: string; country?: string }>>
  /** One read, and another one where the company works with several currencies. */
  currencies(): Promise<Currencies>
  /** All records of the entity, active and inactive. */
  count(entity: Entity): Promise<number>
  /** Rows `start` (1-based) to `start + size - 1` of all records, active and inactive, in order of Id. At most `mostRows`. */
  page(entity: Entity, start: number, size: number): Promise<RecordPage>
  /** Records with LastUpdatedTime ≥ `since`, in order of LastUpdatedTime, from row `start` (1-based). At most `mostRows`. */
  updatedSince(entity: Entity, since: string, start: number, size: number): Promise<RecordPage>
  /** Those of `ids` that exist, active or not; at most 200 ids a call. */
  byIds(entity: Entity, ids: readonly string[]): Promise<RecordPage>
  customerTypes(): Promise<readonly Readonly<{ id: string; name: string; active: boolean }>[]>
  /**
   * Change data capture of these entities since a moment (ISO 8601) at most 29 days ago. `cut`: QuickBooks gave as many
   * as it gives at once, so there may be more. A tombstone is a claim to be verified by a read, nothing more.
   */
  changes(entities: readonly Entity[], since: string): Promise<Changes>
  /** Records, active or not, of this DisplayName, ignoring case: looked up before anything is created twice. */
  byName(entity: Entity, displayName: string): Promise<RecordPage>
  /**
   * Creates a record, always active. The same `requestId` (up to 50 characters) with the same content answers with the
   * record that was created the first time. `birth` says what is fixed then, or left to the bookkeeper from then on.
   */
  create(entity: Entity, content: Snapshot, requestId: string, birth?: Birth): Promise<SourceRecord>
  /**
   * Brings a record, as last seen in `current`, to `content`, and answers with what it is now; sends nothing if nothing
   * differs. Throws quickbooksRefused with code 5010 when it has moved since it was seen.
   */
  update(current: SourceRecord, content: Snapshot, requestId: string): Promise<SourceRecord>
}

export type Tombstone = Readonly<{ entity: Entity; id: string }>
export type Changes = Readonly<{ records: readonly SourceRecord[]; tombstones: readonly Tombstone[]; cut: boolean }>

export interface QuickBooks {
  open(realmId: string, gate: CallGate): Company
}

/** Shares QuickBooks' limits between all workers of a company. */
export interface Pacer {
  /** Reserves `count` calls and answers when each may be sent, in epoch ms, ascending. */
  reserve(realmId: string, kind: CallKind, count: number, nowMs: number): Promise<readonly number[]>
}

export type UsageCounts = Readonly<{ reads: number; writes: number }>

/** Counts what Intuit meters, for each workspace and for all together. `month` is 'YYYY-MM' in UTC. */
export interface Usage {
  /** Answers with what the workspace has used then, this included: each sum is told to one caller only. */
  add(workspace: string, month: string, counts: UsageCounts): Promise<UsageCounts>
  get(workspace: string, month: string): Promise<UsageCounts>
  /** Of all workspaces together, those that were disconnected since included: Intuit meters an app. */
  ofAll(month: string): Promise<UsageCounts>
}

// ---- records ----------------------------------------------------------------------------------------------

/** A page of a list in name order, or of the whole compact index. `next` is an adapter's own position, opaque. */
export type ListPage<Row> = Readonly<{ rows: readonly Row[]; next?: string }>

export interface Mirrors {
  get(workspace: string, entity: Entity, id: string): Promise<Mirror | undefined>
  getMany(workspace: string, entity: Entity, ids: readonly string[]): Promise<readonly Mirror[]>
  /** The stamps of those of `ids` that are stored. */
  stamps(workspace: string, entity: Entity, ids: readonly string[]): Promise<readonly MirrorStamp[]>
  /**
   * Stores each mirror whole but for its `contactId`, which only links change, and for a `mergedIntoId` that is stored
   * and that it does not name: a read cannot tell, so that one stays until the record is read active. A mirror whose stored revision is
   * newer (a higher SyncToken, or as high with a later LastUpdatedTime) is left as it is, so that a late page never
   * overwrites a newer read.
   */
  put(workspace: string, mirrors: readonly Mirror[]): Promise<void>
  /**
   * Ids of stored records of this FullyQualifiedName, ignoring case: QuickBooks holds a full name once. Inactive ones
   * and those that are gone are among them.
   */
  idsByFullName(workspace: string, entity: Entity, fullName: string): Promise<readonly string[]>
  /** Rows in order of name (as compareNames orders them), from `after` on. */
  listByName(workspace: string, entity: Entity, limit: number, after?: string): Promise<ListPage<MirrorRow>>
  /** Every row, in no order, in chunks: the compact index. Memory stays at a chunk. */
  scan(workspace: string, entity: Entity): AsyncIterable<readonly MirrorRow[]>
}

/** A contact and one of the things that its refusal waits for. */
export type Waiting = Readonly<{ contactId: string; what: string }>

export interface Contacts {
  get(workspace: string, id: string): Promise<Contact | undefined>
  getMany(workspace: string, ids: readonly string[]): Promise<readonly Contact[]>
  listByName(workspace: string, limit: number, after?: string): Promise<ListPage<ContactRow>>
  scan(workspace: string): AsyncIterable<readonly ContactRow[]>
  /** Contacts whose list name is `name`, but for spaces, composed characters and case (core/names.ts, alikeName). */
  namedAlike(workspace: string, name: string): Promise<readonly ContactRow[]>
  /** Ids of the contacts whose parent this is. */
  children(workspace: string, contactId: string): Promise<readonly string[]>
  /** Contacts whose refusal waits for `what` (see core/awaited.ts), or for anything at all. */
  waiting(workspace: string, what?: string): Promise<readonly Waiting[]>
  /** Oldest first. */
  history(workspace: string, contactId: string, limit: number, after?: string): Promise<ListPage<JournalEntry>>
}

/** One change among those that commit together. */
export type Write =
  /**
   * Creates (`expectedVersion` undefined) or replaces a contact that is at that version. The stored version is one
   * more, and 1 when it is new, whatever the contact says.
   */
  | Readonly<{ kind: 'contact'; contact: Contact; expectedVersion: number | undefined }>
  /** Removes a contact that is at that version for good; its history stays. */
  | Readonly<{ kind: 'removeContact'; contactId: string; expectedVersion: number }>
  /** Ties the record's end of a link; refused when another contact holds it or the mirror is not stored. */
  | Readonly<{ kind: 'claim'; entity: Entity; recordId: string; contactId: string }>
  /** Unties it; refused in the same cases, so that nobody unties another's. One that is free already stays free. */
  | Readonly<{ kind: 'release'; entity: Entity; recordId: string; contactId: string }>
  /** Refused when the journal holds that entry. */
  | Readonly<{ kind: 'journal'; entry: JournalEntry }>
  /** Refused when the run already has an outcome for that record. */
  | Readonly<{ kind: 'outcome'; runId: string; outcome: Outcome }>

export interface Ledger {
  /**
   * All or nothing. 'conflict' names the first write that was refused. No two writes to the same contact, mirror, entry
   * or outcome, and at most 100 items: each write is one, and a contact one more for the parent that it leaves, for
   * the one that it joins, for each conflict or hold that opens, changes or closes, and for each thing that its
   * refusal begins or ceases to wait for. RangeError.
   */
  commit(workspace: string, writes: readonly Write[]): Promise<'committed' | Readonly<{ conflict: Write }>>
}

// ---- what is to do --------------------------------------------------------------------------------------------

/**
 * A record that somebody told us to look at. `stamp` tells one telling from the next. Employees are never read: that one
 * has changed is enough for those who wait for a name.
 */
export type ToRead = Readonly<{ entity: Entity | 'employee'; id: string; mergedFromId?: string; stamp: string }>

/**
 * What is to do is state, and messages are only for speed: a marker stays until what it asks for is done, so that a
 * lost message loses nothing. Contacts to push are marked in the contact itself (`toPushSince`), contacts to be planned
 * anew in the settings (`Replan`).
 */
export interface Markers {
  /**
   * Marks records as changed. A record marked twice is read once, in the place of the first mark; as the survivor of
   * two merges it is told of both.
   */
  markToRead(workspace: string, records: readonly Omit<ToRead, 'stamp'>[], nowMs: number): Promise<void>
  /** The longest marked first. */
  toRead(workspace: string, limit: number): Promise<readonly ToRead[]>
  /** Takes markers away, except those that were set anew since they were read. */
  clearToRead(workspace: string, done: readonly ToRead[]): Promise<void>
  /** Ids of contacts that wait to be pushed and whose next try is not later than `nowMs`, the longest due first. */
  toPush(workspace: string, nowMs: number, limit: number): Promise<readonly string[]>
  /**
   * Workspaces that have a marker of this kind which was due before `beforeMs`, with when the first of them was; some
   * `limit` of them when more have. `toReplan`: what their settings leave to be done.
   */
  waiting(
    kind: 'toRead' | 'toPush' | 'toReplan',
    beforeMs: number,
    limit: number,
  ): Promise<readonly Readonly<{ workspace: string; dueMs: number }>[]>
  /** Those of these events that `remember` was told of and that are not forgotten. */
  seenAmong(eventIds: readonly string[], nowMs: number): Promise<ReadonlySet<string>>
  /** Remembers events for some days, counted from the last time. */
  remember(eventIds: readonly string[], nowMs: number): Promise<void>
}

export interface Conflicts {
  /** Open conflicts and contacts that are held, the oldest first. They commit with their contact; this is how they are found. */
  list(workspace: string, limit: number, after?: string): Promise<ListPage<ConflictRow>>
}

/**
 * What a change of the settings leaves to be done: contacts are to be planned anew, from `after` on in order of name.
 * `isLast`: once they all are, nothing is left.
 */
export type Replan = Readonly<{ dueAtMs: number; after?: string; isLast: boolean }>

export interface Settings {
  /** The workspace's settings; the defaults, at version 0, where it has none. */
  get(workspace: string): Promise<Readonly<{ settings: SyncSettings; version: number; replan?: Replan }>>
  /** Stores the settings together with what they leave to be done, in place of what was left before, and the act. */
  save(
    workspace: string,
    settings: SyncSettings,
    expectedVersion: number,
    replan?: Replan,
    act?: AdminAct,
  ): Promise<'saved' | 'moved'>
  /** Stores how far that has come, or with undefined that nothing is left. The version of the settings stays. */
  saveReplan(workspace: string, replan: Replan | undefined, expectedVersion: number): Promise<'saved' | 'moved'>
}

/** Acts are stored by the ports that store what they tell of. */
export interface AdminActs {
  /** Newest first. */
  list(workspace: string, limit: number, after?: string): Promise<ListPage<AdminAct>>
}

// ---- runs -------------------------------------------------------------------------------------------------

export interface Runs {
  /** 'exists' when a run of that id is stored. The stored version is 1. */
  create(workspace: string, run: Run): Promise<'created' | 'exists'>
  get(workspace: string, id: string): Promise<Run | undefined>
  /** Under the version; the stored version becomes `expectedVersion + 1`. */
  save(workspace: string, run: Run, expectedVersion: number): Promise<'saved' | 'moved'>
  /** Newest first. */
  list(workspace: string, limit: number, after?: string): Promise<ListPage<Run>>
  /** Unfinished runs of one kind, of this workspace. */
  unfinished(workspace: string): Promise<readonly Run[]>
  /** Unfinished runs of all workspaces that have not moved since `beforeMs` and do not wait past it. */
  stalled(
    beforeMs: number,
    limit: number,
  ): Promise<readonly Readonly<{ workspace: string; runId: string; kind: Run['kind'] }>[]>
  /** A list of ids that a run works through, kept in numbered pages outside the run so that memory stays small. */
  putIds(workspace: string, runId: string, list: string, page: number, ids: readonly string[]): Promise<void>
  getIds(workspace: string, runId: string, list: string, page: number): Promise<readonly string[] | undefined>
  /** Outcomes of those of `recordIds` that have one. */
  outcomesOf(workspace: string, runId: string, recordIds: readonly string[]): Promise<readonly Outcome[]>
  outcomes(workspace: string, runId: string, limit: number, after?: string): Promise<ListPage<Outcome>>
}

/** Remembers the answer to an Idempotency-Key for 24 hours. */
export interface Idempotency {
  /** 'new' claims the key; a claimed key answers with what was stored for the same `fingerprint`, or 'mismatch'. */
  begin(
    workspace: string,
    key: string,
    fingerprint: string,
    nowMs: number,
  ): Promise<'new' | 'mismatch' | Readonly<{ runId?: string }>>
  finish(workspace: string, key: string, runId: string): Promise<void>
  forget(workspace: string, key: string): Promise<void>
}

/**
 * How far the daily work has come: all slots up to `slot`, and of those up to `under.to` the workspaces up to
 * `under.after`, as connectedWorkspaces has them.
 */
export type DailyDone = Readonly<{ slot: number; under?: Readonly<{ to: number; after: string }> }>

/** Where the daily work of all workspaces together stopped. */
export interface DailyProgress {
  /** Undefined before anything was done. */
  get(): Promise<DailyDone | undefined>
  save(done: DailyDone): Promise<void>
}

// ---- hints ------------------------------------------------------------------------------------------------

export type PullHint =
  | Readonly<{ kind: 'run'; workspace: string; runId: string }>
  /** Keep the grant alive and its company's name fresh. */
  | Readonly<{ kind: 'upkeep'; workspace: string }>
  /** Records are marked to be read. */
  | Readonly<{ kind: 'marked'; workspace: string }>
  /** Ask for everything that changed since the last proven moment. */
  | Readonly<{ kind: 'changes'; workspace: string }>

export type PushHint = Readonly<{ kind: 'contacts'; workspace: string }>

/** Says only where to look when its time has come: at what waits for that queue's worker. */
export type WakeUp = Readonly<{ queue: 'pull' | 'push'; workspace: string }>

export type Named<Hint> = Readonly<{ hint: Hint; dedupe: string }>

export interface Hints {
  /** `dedupe` names this hint for five minutes: a second one of the same name is dropped by the queue. */
  pull(hint: PullHint, dedupe: string): Promise<void>
  push(hint: PushHint, dedupe: string): Promise<void>
  /** Many at once. Those that can be sent are; throws when some could not be. */
  pullMany(named: readonly Named<PullHint>[]): Promise<void>
  pushMany(named: readonly Named<PushHint>[]): Promise<void>
  /**
   * Has somebody look after so many whole seconds, at most 900. It may come twice, or much later,
   * or never: whoever waits for it alone waits for ever.
   */
  wake(wakeUp: WakeUp, delaySeconds: number): Promise<void>
}

// ---- cryptography -----------------------------------------------------------------------------------------

export interface Digest {
  /** SHA-256, base64url. */
  sha256(text: string): string
}

export interface Signer {
  /** Signs a text so that only this deployment can have written it: `<payload>.<signature>`, URL-safe. */
  seal(payload: string): Promise<string>
  /** The payload of what `seal` made, or undefined when it was made by anyone else or changed. */
  open(sealed: string): Promise<string | undefined>
}

/** Everything, as compose.ts wires it; a use case asks for the ports that it needs: `Pick<Ports, 'runs' | 'hints'>`. */
export type Ports = Readonly<{
  clock: Clock
  ids: Ids
  log: Log
  metrics: Metrics
  digest: Digest
  signer: Signer
  connections: Connections
  pendingConsents: PendingConsents
  consent: Consent
  quickbooks: QuickBooks
  pacer: Pacer
  usage: Usage
  mirrors: Mirrors
  contacts: Contacts
  ledger: Ledger
  markers: Markers
  conflicts: Conflicts
  settings: Settings
  adminActs: AdminActs
  runs: Runs
  idempotency: Idempotency
  dailyProgress: DailyProgress
  hints: Hints
  /** Reads that one workspace may use in a month; 100,000 when absent. */
  readsPerMonth?: number
  /** From when on a slice takes nothing more up, because the process that serves it will be ended soon after. */
  stopAtMs?: number
}>
