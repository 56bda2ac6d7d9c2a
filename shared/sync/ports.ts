/**
 * What the use cases need from the world. Adapters implement these; one contract suite in test/contract holds
 * each port's every implementation to the same words.
 */
import type {
  Connection,
  Contact,
  ContactRow,
  Entity,
  JournalEntry,
  JsonObject,
  Mirror,
  MirrorRow,
  MirrorStamp,
  Outcome,
  Run,
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
  /** 256 random bits, base64url: for OAuth states. */
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
   * Stores connection, tokens and the realm's claim in one transaction.
   * 'realmHeld': another workspace holds the company; 'moved': the stored version is not `expectedVersion`.
   */
  connect(
    connection: Connection,
    tokens: TokenSet,
    expectedVersion: number | undefined,
  ): Promise<'stored' | 'realmHeld' | 'moved'>
  /** Changes the connection's own fields under its version. */
  update(connection: Connection, expectedVersion: number): Promise<'stored' | 'moved'>
  /** Forgets the tokens, frees the realm and keeps the connection as 'disconnected'. */
  disconnect(connection: Connection, expectedVersion: number): Promise<'stored' | 'moved'>
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
  info(): Promise<Readonly<{ name: string; country?: string }>>
  /** All records of the entity, active and inactive. */
  count(entity: Entity): Promise<number>
  /** Rows `start` (1-based) to `start + size - 1` of all records, active and inactive, in order of Id. At most 1,000. */
  page(entity: Entity, start: number, size: number): Promise<RecordPage>
  /** Records with LastUpdatedTime ≥ `since`, in order of LastUpdatedTime, from row `start` (1-based). At most 1,000. */
  updatedSince(entity: Entity, since: string, start: number, size: number): Promise<RecordPage>
  /** Those of `ids` that exist, active or not; at most 200 ids a call. */
  byIds(entity: Entity, ids: readonly string[]): Promise<RecordPage>
  customerTypes(): Promise<readonly Readonly<{ id: string; name: string; active: boolean }>[]>
}

export interface QuickBooks {
  open(realmId: string, gate: CallGate): Company
}

/** Shares QuickBooks' limits between all workers of a company. */
export interface Pacer {
  /** Reserves `count` calls and answers when each may be sent, in epoch ms, ascending. */
  reserve(realmId: string, kind: CallKind, count: number, nowMs: number): Promise<readonly number[]>
}

/** Counts what Intuit meters. `month` is 'YYYY-MM' in UTC. */
export interface Usage {
  add(workspace: string, month: string, counts: Readonly<{ reads: number; writes: number }>): Promise<void>
  get(workspace: string, month: string): Promise<Readonly<{ reads: number; writes: number }>>
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
   * Stores each mirror whole but for its `contactId`, which only links change. A mirror whose stored revision is
   * newer (a higher SyncToken, or as high with a later LastUpdatedTime) is left as it is, so that a late page never
   * overwrites a newer read.
   */
  put(workspace: string, mirrors: readonly Mirror[]): Promise<void>
  /** Rows in order of name (as compareNames orders them), from `after` on. */
  listByName(workspace: string, entity: Entity, limit: number, after?: string): Promise<ListPage<MirrorRow>>
  /** Every row, in no order, in chunks: the compact index. Memory stays at a chunk. */
  scan(workspace: string, entity: Entity): AsyncIterable<readonly MirrorRow[]>
}

export interface Contacts {
  get(workspace: string, id: string): Promise<Contact | undefined>
  getMany(workspace: string, ids: readonly string[]): Promise<readonly Contact[]>
  listByName(workspace: string, limit: number, after?: string): Promise<ListPage<ContactRow>>
  scan(workspace: string): AsyncIterable<readonly ContactRow[]>
  /** Contacts whose list name is exactly `name` (case, spacing and punctuation count). */
  byExactName(workspace: string, name: string): Promise<readonly ContactRow[]>
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
   * All or nothing. 'conflict' names the first write that was refused. At most 100 writes, no two of them to the same
   * contact, mirror, entry or outcome: RangeError.
   */
  commit(workspace: string, writes: readonly Write[]): Promise<'committed' | Readonly<{ conflict: Write }>>
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

// ---- hints ------------------------------------------------------------------------------------------------

export type PullHint =
  | Readonly<{ kind: 'run'; workspace: string; runId: string }>
  /** Keep the grant alive and its company's name fresh. */
  | Readonly<{ kind: 'upkeep'; workspace: string }>

export type PushHint = Readonly<{ kind: 'contacts'; workspace: string }>

export interface Hints {
  /** `dedupe` names this hint for five minutes: a second one of the same name is dropped by the queue. */
  pull(hint: PullHint, dedupe: string): Promise<void>
  push(hint: PushHint, dedupe: string): Promise<void>
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
  consent: Consent
  quickbooks: QuickBooks
  pacer: Pacer
  usage: Usage
  mirrors: Mirrors
  contacts: Contacts
  ledger: Ledger
  runs: Runs
  idempotency: Idempotency
  hints: Hints
  /** Reads that one workspace may use in a month; 100,000 when absent. */
  readsPerMonth?: number
}>
