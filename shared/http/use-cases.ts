import type { Connection, Contact, ContactRow, JournalEntry, Mirror, MirrorRow, Outcome, Run } from '#core/records'
import type { Clock, Digest, ListPage, Signer } from '#sync/ports'

type Asker = Readonly<{ workspace: string; person: string }>
type Slice = Readonly<{ limit: number; after?: string }>

export type HeldFilter = 'notSynced' | 'all' | 'hidden'
export type ContactList = 'customers' | 'contacts' | 'all'

export type ImportRequest = Asker &
  Readonly<{
    as: 'account' | 'building'
    select:
      | Readonly<{ ids: readonly string[] }>
      | Readonly<{ filter: HeldFilter; search?: string; except?: readonly string[] }>
    sameName: 'ask' | 'link'
  }>

/** The use cases behind the routes of the admin function, with their ports already given. */
export type AdminUses = Readonly<{
  clock: Clock
  digest: Digest
  signer: Signer
  /** The OpenAPI document. */
  document: unknown
  describeConnection(
    workspace: string,
  ): Promise<Readonly<{ connection?: Connection; usage: Readonly<{ month: string; reads: number; writes: number }> }>>
  startOnce(
    once: Readonly<{ workspace: string; key?: string; fingerprint: string }>,
    start: () => Promise<Run>,
  ): Promise<Run>
  /** `confirmGone`: a person has confirmed that QuickBooks really holds far fewer records than before. */
  startPull(request: Asker & Readonly<{ confirmGone: boolean }>): Promise<Run>
  startImport(request: ImportRequest): Promise<Run>
  getRun(workspace: string, id: string): Promise<Run>
  listRuns(workspace: string, slice: Slice): Promise<ListPage<Run>>
  listOutcomes(workspace: string, runId: string, slice: Slice): Promise<ListPage<Outcome>>
  cancelRun(workspace: string, runId: string): Promise<Run>
  timeLeftMs(run: Run, nowMs: number): number | undefined
  listHeld(
    query: Slice & Readonly<{ workspace: string; filter: HeldFilter; search?: string }>,
  ): Promise<ListPage<MirrorRow>>
  getHeld(workspace: string, id: string): Promise<Mirror>
  listContacts(
    query: Slice & Readonly<{ workspace: string; list: ContactList; includeArchived: boolean; search?: string }>,
  ): Promise<ListPage<ContactRow>>
  getContact(workspace: string, id: string): Promise<Contact>
  contactHistory(workspace: string, id: string, slice: Slice): Promise<ListPage<JournalEntry>>
}>

/** The use cases behind the routes of the oauth function. */
export type ConnectUses = Readonly<{
  beginConnect(asker: Asker): Promise<Readonly<{ url: string; expiresAt: string }>>
  finishConnect(
    came: Readonly<{ state?: string; code?: string; realmId?: string; error?: string }>,
  ): Promise<Readonly<{ workspace: string; person: string; realmId: string; companyName?: string }>>
  disconnect(asker: Asker): Promise<Readonly<{ workspace: string; realmId: string; revoked: boolean; reason?: string }>>
}>

/** What the webhook's route needs: the check, the reading, and what becomes of what was read. */
export type WebhookUses = Readonly<{
  isSigned(body: Uint8Array, signature: string | undefined): Promise<boolean>
  /** Takes a verified delivery in. */
  takeIn(body: Uint8Array): Promise<void>
}>
